/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A registry with clients that say what a test makes them say
 *
 * Clients have small numbers, which are their connections too; their keys differ unless a test says
 * otherwise. What the registry orders is kept as text: "2<call" for a message to client 2, "2!" for
 * a dropped connection.
 */

#include "rendezvous/registry.h"

#define NP_DESK_CLIENTS 16

typedef struct {
    NpRendezvousRegistryConfig config;
    NpRendezvousRegistry *registry;
    NpTime now;
    gboolean owners_away;
    GHashTable *owners; /* id -> fingerprint */
    GString *log;
    NpRendezvousMessage last[NP_DESK_CLIENTS]; /* the latest message to each */
    NpRendezvousMessage push[NP_DESK_CLIENTS]; /* and the latest push */
} NpDesk;

NpDesk *np_desk_new(void);
/* With limits and times of its own. */
NpDesk *np_desk_new_with(const NpRendezvousRegistryConfig *config);
void np_desk_free(NpDesk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpDesk, np_desk_free)

/* The orders since the last time, separated by blanks. Lives until the next call. */
const char *np_desk_log(NpDesk *self);
void np_desk_connect(NpDesk *self, guint64 client, guint8 key);
void np_desk_hello(NpDesk *self, guint64 client, const char *id, const guint8 *session);
/* Both, with the client's number as the key. */
void np_desk_login(NpDesk *self, guint64 client, const char *id);
void np_desk_say(
    NpDesk *self, guint64 client, NpRendezvousOperation operation, const char *peer, guint64 call);
/* The client's punch socket is seen at @host, and the nonce echoed. */
void np_desk_prove(NpDesk *self, guint64 client, guint32 host);
void np_desk_gone(NpDesk *self, guint64 client);
/* Lets time pass, with every deadline in between. */
void np_desk_pass(NpDesk *self, NpTime time);
