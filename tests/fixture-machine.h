/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Two machines small enough to be read at a glance, for hosts to be tested with
 *
 * A mirror answers every datagram from the socket it came to, with the sender's address as text. A
 * caller carries out what its owner queues and keeps what it was told.
 */

#include "core/outbox.h"

typedef struct {
    NpOutbox outbox;
    NpAddress ends[8]; /* where to listen; socket ids are 1, 2, .. */
    guint n_ends;
    guint64 n_received;
} NpMirror;

void np_mirror_init(NpMirror *self);
void np_mirror_clear(NpMirror *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpMirror, np_mirror_clear)
/* Before it is started. */
void np_mirror_listen(NpMirror *self, const char *end);
extern const NpMachineOps np_mirror_ops;

#define NP_CALLER_NOTICE 1 /* about the socket that got a datagram */

typedef struct {
    NpOutbox outbox;
    NpTime now;
    NpTime deadline; /* settable; an expire counts and resets it */
    guint n_expired;
    guint n_received;
    NpDatagram last; /* without data */
    char *text;      /* payload of the last */
    GString *stream; /* payload of all */
    GArray *events;  /* of NpSocketEvent */
    guint max_sockets;
} NpCaller;

void np_caller_init(NpCaller *self);
void np_caller_clear(NpCaller *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpCaller, np_caller_clear)
void np_caller_open(NpCaller *self, NpSocketId socket, const char *local);
void np_caller_send(NpCaller *self, NpSocketId socket, const char *to, const char *text);
/* TCP, with SO_REUSEADDR and SO_REUSEPORT if @reuse. */
void np_caller_open_tcp(NpCaller *self, NpSocketId socket, const char *local, gboolean reuse);
/* Accepted connections are numbered from ten times @socket to ten times @socket plus nine. */
void np_caller_listen(NpCaller *self, NpSocketId socket);
void np_caller_connect(NpCaller *self, NpSocketId socket, const char *to, guint8 ttl);
/* Bytes for a stream. */
void np_caller_write(NpCaller *self, NpSocketId socket, const char *text);
void np_caller_shutdown(NpCaller *self, NpSocketId socket);
void np_caller_close(NpCaller *self, NpSocketId socket, gboolean abort);
/* The last event of a kind about a socket, or NULL. */
const NpSocketEvent *
np_caller_event(const NpCaller *self, NpSocketId socket, NpSocketEventKind kind);
extern const NpMachineOps np_caller_ops;
