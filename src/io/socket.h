/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A socket of a machine: its number there, its descriptor here
 */

#include "core/machine.h"

typedef enum {
    NP_IO_SOCKET_BOUND, /* UDP for life; TCP until listen or connect */
    NP_IO_SOCKET_LISTENING,
    NP_IO_SOCKET_CONNECTING,
    NP_IO_SOCKET_STREAM,
    NP_IO_SOCKET_CLOSING, /* TCP: the machine is done with it, the last bytes are not */
} NpIoSocketState;

typedef struct {
    NpSocketId id;
    int fd;
    NpTransport transport;
    NpFamily family;
    NpIoSocketState state;
    NpAddress local;
    NpAddress peer;
    guint32 watched; /* epoll events asked for */

    /* UDP */
    NpFragment fragment; /* what the socket is set to now */
    int system_fragment; /* value of the option for NP_FRAGMENT_DEFAULT */

    /* TCP */
    NpSocketId next_accepted;
    NpSocketId last_accepted;
    GByteArray *unsent; /* NULL if there is nothing */
    gboolean owes_writable;
    gboolean peer_ended; /* its FIN was read */
    gboolean shut;       /* no more sends are taken */
    gboolean fin_sent;   /* and the kernel has been told, all bytes being with it */

    /* In one of the host's queues of those that wait, until @due. */
    GQueue *queue;
    GList link;
    NpTime due;
} NpIoSocket;

/*
 * Makes a non-blocking socket bound as @open asks. NULL with *why on failure. An IPv6 socket never
 * carries IPv4.
 */
NpIoSocket *np_io_socket_open(NpSocketId id, const NpOpen *open, NpWhy *why);
/* Takes over @fd, a connection that a listener brought. */
NpIoSocket *np_io_socket_accepted(NpSocketId id, NpFamily family, int fd);
/* Closes the descriptor. */
void np_io_socket_free(NpIoSocket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpIoSocket, np_io_socket_free)

gboolean np_io_socket_set(const NpIoSocket *self, int level, int option, int value);
/* Takes the error that waits in the socket: an errno, or 0. */
int np_io_socket_error(const NpIoSocket *self);
