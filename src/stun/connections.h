/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The TCP connections of a STUN server
 *
 * Bounded in number, altogether and for each source network; the one that was idle longest is
 * always at hand, so that one deadline serves all.
 */

#include "core/machine.h"
#include "stun/stream.h"

typedef struct {
    NpSocketId id;
    NpAddress peer;
    NpAddress local;
    guint64 network;
    NpTime active; /* when it was made, or brought its last message */
    NpStunStream stream;
    gsize unsent; /* bytes given to the host since it last reported all gone */
    GList link;   /* in the table's order of activity */
} NpStunConnection;

typedef struct {
    GHashTable *by_id; /* owns */
    GQueue by_activity;
    guint max;
    guint max_network;
} NpStunConnections;

void np_stun_connections_init(NpStunConnections *self, guint max, guint max_network);
void np_stun_connections_clear(NpStunConnections *self);

guint np_stun_connections_count(const NpStunConnections *self);
/* NULL if there is no room, altogether or for @peer's network. */
NpStunConnection *np_stun_connections_add(NpStunConnections *self,
                                          NpSocketId id,
                                          const NpAddress *local,
                                          const NpAddress *peer,
                                          NpTime now);
NpStunConnection *np_stun_connections_find(const NpStunConnections *self, NpSocketId id);
void np_stun_connections_touch(NpStunConnections *self, NpStunConnection *connection, NpTime now);
void np_stun_connections_remove(NpStunConnections *self, NpStunConnection *connection);
/* The one idle longest; NULL if there is none. */
NpStunConnection *np_stun_connections_oldest(const NpStunConnections *self);
