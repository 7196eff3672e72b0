/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The queue of actions a machine fills and its host drains
 *
 * First in, first out. One helper per action that protocol code uses, so that a machine's source
 * reads as what it does.
 */

#include "core/machine.h"

typedef struct {
    GArray *actions; /* of NpAction, from @head on */
    guint head;
} NpOutbox;

void np_outbox_init(NpOutbox *self);
void np_outbox_clear(NpOutbox *self);
gboolean np_outbox_take(NpOutbox *self, NpAction *action);

/* Takes over what @action owns. */
void np_outbox_push(NpOutbox *self, NpAction action);
/* @local as in NpOpen; any interface, no flags. */
void np_outbox_open_udp(NpOutbox *self, NpSocketId socket, const NpAddress *local);
/* Takes the reference to @payload. */
void np_outbox_send(NpOutbox *self, NpSocketId socket, const NpAddress *to, GBytes *payload);
void np_outbox_close(NpOutbox *self, NpSocketId socket);
void np_outbox_notify(NpOutbox *self, guint code, guint64 subject);
