/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A host whose machine is the test
 *
 * The machine does what the test pushes and records what it is told. All sockets of a test live in
 * one rig and talk to each other on loopback.
 */

#include "core/outbox.h"
#include "io/host.h"

typedef struct {
    NpOutbox outbox;
    NpIoHost *host;
    NpHostLimits limits;
    GArray *events;     /* of NpSocketEvent, in order of arrival */
    GPtrArray *inputs;  /* of NpDatagram with data of their own, likewise */
    GArray *notices;    /* of guint: their codes */
    guint n_at_once;    /* inputs of the latest dispatch that had any */
    guint most_at_once; /* and of the fullest one */
    NpTime deadline;
    NpTime next_deadline; /* becomes the deadline when that has passed */
    guint n_expired;
    guint n_inputs_at_expiry; /* how many had come when it last expired */
    NpTime now;               /* the latest the machine was told */
    gboolean went_back;       /* whether it ever decreased */
} NpRig;

extern const NpMachineOps np_rig_ops;

/* Where tests bind that hold for both families. */
extern const char *const np_rig_loopbacks[2];

/* A started host on the default main context. */
NpRig *np_rig_new(void);
/* Attached, but not started. */
NpRig *np_rig_new_unstarted(void);
void np_rig_free(NpRig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpRig, np_rig_free)

/* Carries out what was pushed, and turns the main loop until there is nothing to do at once. */
void np_rig_run(NpRig *self);
guint np_rig_count(const NpRig *self, NpSocketEventKind kind);

/*
 * Runs until the rig has that many events of that kind, inputs or expiries; FALSE if that takes
 * longer than any working machine needs.
 */
gboolean np_rig_await(NpRig *self, NpSocketEventKind kind, guint n);
gboolean np_rig_await_inputs(NpRig *self, guint n);
gboolean np_rig_await_expiries(NpRig *self, guint n);

/* The latest event of @kind on @socket, or NULL. */
const NpSocketEvent *np_rig_event(const NpRig *self, NpSocketEventKind kind, NpSocketId socket);
const NpDatagram *np_rig_input(const NpRig *self, guint index);
/* All bytes that @socket has received. */
GString *np_rig_stream(const NpRig *self, NpSocketId socket);

/* Opens a socket on @text, "127.0.0.1:0" say, and returns what was bound; unset on failure. */
NpAddress np_rig_open(NpRig *self, NpSocketId socket, NpTransport transport, const char *text);
void np_rig_send(NpRig *self, NpSocketId socket, const NpAddress *to, const char *text);
void np_rig_close(NpRig *self, NpSocketId socket, gboolean abort);
/* Opens a listener for connections numbered from @first to @last; returns where it listens. */
NpAddress
np_rig_listen(NpRig *self, NpSocketId socket, const char *text, NpSocketId first, NpSocketId last);
/* Opens a socket on @text's address and pushes its connect. */
void np_rig_connect(NpRig *self, NpSocketId socket, const char *text, NpConnect connect);
