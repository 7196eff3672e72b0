/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The client's side of signalling, over messages
 *
 * Logs in at one of several servers, stays logged in, comes back after a loss, and makes and takes
 * calls. Who connects and what a message looks like is its owner's business; so are the punch
 * socket's STUN request under a token and everything after the push.
 *
 * After each input the owner takes orders until there is none: NP_RENDEZVOUS_ORDER_CONNECT to the
 * server with that index, _SEND, _DROP what there is of a connection, _NOTIFY.
 */

#include "rendezvous/handset.h"
#include "util/rng.h"

typedef struct NpRendezvousClient NpRendezvousClient;

/* Copied, but for @consent, which the client takes over. */
typedef struct {
    NpRng rng;
    guint n_servers;
    const char *id; /* NULL: the server gives one */
    const char *access;
    const char *software;
    guint capabilities;
    const NpProfile *profile;
    NpRendezvousConsent consent;
} NpRendezvousClientConfig;

NpRendezvousClient *np_rendezvous_client_new(const NpRendezvousClientConfig *config);
void np_rendezvous_client_free(NpRendezvousClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpRendezvousClient, np_rendezvous_client_free)

void np_rendezvous_client_start(NpRendezvousClient *self, NpTime now);
/* What the last connect order led to. */
void np_rendezvous_client_connected(NpRendezvousClient *self, NpTime now);
/* Or it failed, or the connection was lost; not after it was dropped. */
void np_rendezvous_client_lost(NpRendezvousClient *self, NpTime now);
void np_rendezvous_client_receive(NpRendezvousClient *self,
                                  NpTime now,
                                  const NpRendezvousMessage *message);

/* Consents to calls of @peer too. FALSE if there are too many calls, or that is no id. While
 * offline the call waits. Calling whom one is being called by is accepting. */
gboolean np_rendezvous_client_call(NpRendezvousClient *self, NpTime now, const char *peer);
/* FALSE if @peer does not ask. */
gboolean np_rendezvous_client_accept(NpRendezvousClient *self, const char *peer);
/* Ends a call in any state, without a notice. FALSE if there is none. */
gboolean np_rendezvous_client_cancel(NpRendezvousClient *self, const char *peer);
/* FALSE if the call does not wait for it. */
gboolean np_rendezvous_client_echo(NpRendezvousClient *self,
                                   const char *peer,
                                   const guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE]);
/* The fields of a ready but peer, call and rtt are @ready's. FALSE if the call does not wait for
 * it. */
gboolean np_rendezvous_client_ready(NpRendezvousClient *self,
                                    const char *peer,
                                    const NpRendezvousMessage *ready);

void np_rendezvous_client_expire(NpRendezvousClient *self, NpTime now);
NpTime np_rendezvous_client_deadline(const NpRendezvousClient *self);
/* Owned by the caller; NULL when there is none. */
NpRendezvousOrder *np_rendezvous_client_take(NpRendezvousClient *self);

gboolean np_rendezvous_client_is_online(const NpRendezvousClient *self);
/* The id it is logged in under, or asks for; NULL if it has none. */
const char *np_rendezvous_client_id(const NpRendezvousClient *self);
guint np_rendezvous_client_n_calls(const NpRendezvousClient *self);
/* What our clock shows when the server's shows @server_time. */
NpTime np_rendezvous_client_local_time(const NpRendezvousClient *self, NpTime server_time);
/* Messages about calls that are over, pushes heard before, and what only a client says. */
guint64 np_rendezvous_client_n_stale(const NpRendezvousClient *self);
