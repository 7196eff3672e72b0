/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The server that introduces peers, over messages
 *
 * Presence, ids, calls with consent, proofs of addresses, and the push to both sides in one step.
 * It sees connections as numbers with a verified key and a source, never bytes; who keeps which id
 * belongs to which key is somebody else, asked by an order and answering when he can. Each event
 * costs the same however many peers there are, and whatever a peer can make it keep is bounded.
 *
 * After each input the owner takes orders until there is none.
 */

#include "core/bucket.h"
#include "rendezvous/order.h"
#include "rendezvous/timers.h"
#include "util/rng.h"

typedef struct NpRendezvousRegistry NpRendezvousRegistry;

typedef struct {
    NpRng rng;            /* seeded from the kernel: sessions and tokens are drawn from it */
    NpTime epoch;         /* server time is `now` plus this; equal on servers that share peers */
    const char *access;   /* what a hello must carry; or NULL */
    const char *software; /* or NULL */
    NpRendezvousAddresses stun;
    guint max_peers;
    NpTime keepalive;
    NpTime durations[NP_RENDEZVOUS_N_TIMERS];
    NpBucketRate logins;         /* of all */
    NpBucketRate network_logins; /* of a network, as core/limiter has them */
    NpBucketRate messages;       /* of a connection */
    NpBucketRate calls;          /* of a peer */
} NpRendezvousRegistryConfig;

typedef struct {
    guint64 connections;
    guint64 logins;
    guint64 resumed;
    guint64 messages;
    guint64 calls;
    guint64 pushes;
    guint64 stale; /* about calls that are over, or were never */
    guint64 refused[NP_RENDEZVOUS_N_REASONS];
    guint64 ended[NP_RENDEZVOUS_N_REASONS];
} NpRendezvousRegistryCounters;

/* Limits and times for a public server; the rest zeroed. */
NpRendezvousRegistryConfig np_rendezvous_registry_defaults(void);

/* Everything in @config is copied. */
NpRendezvousRegistry *np_rendezvous_registry_new(const NpRendezvousRegistryConfig *config);
void np_rendezvous_registry_free(NpRendezvousRegistry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpRendezvousRegistry, np_rendezvous_registry_free)

/* @connection is the host's number for it, not 0 and never used again. @fingerprint is of the key
 * that it proved to have. */
void np_rendezvous_registry_connected(NpRendezvousRegistry *self,
                                      NpTime now,
                                      guint64 connection,
                                      const guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE],
                                      const NpAddress *source);
void np_rendezvous_registry_receive(NpRendezvousRegistry *self,
                                    NpTime now,
                                    guint64 connection,
                                    const NpRendezvousMessage *message);
/* Something came that is no message: NP_RENDEZVOUS_REASON_MALFORMED, which ends the connection, or
 * _UNKNOWN, which does not. */
void np_rendezvous_registry_refuse(NpRendezvousRegistry *self,
                                   NpTime now,
                                   guint64 connection,
                                   NpRendezvousReason reason);
/* The connection is lost; not for one that was to be dropped. */
void np_rendezvous_registry_gone(NpRendezvousRegistry *self, NpTime now, guint64 connection);
/* The answer to a claim: whose @id is now. NULL: that cannot be found out at the moment. */
void np_rendezvous_registry_owner(NpRendezvousRegistry *self,
                                  NpTime now,
                                  guint64 connection,
                                  const char *id,
                                  const guint8 *fingerprint);
/* The secret of a token that a STUN request bears; NULL if there is none by that name. It lives
 * until the next input. */
const guint8 *np_rendezvous_registry_secret(const NpRendezvousRegistry *self,
                                            const guint8 token[NP_RENDEZVOUS_SECRET_SIZE]);
/* A request under that secret came from @source: the nonce for the answer. FALSE: no answer. */
gboolean np_rendezvous_registry_observe(NpRendezvousRegistry *self,
                                        const guint8 token[NP_RENDEZVOUS_SECRET_SIZE],
                                        const NpAddress *source,
                                        guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE]);
/* What the operator has to say, to all, or to the peer with @id: FALSE if there is none. */
void np_rendezvous_registry_say(NpRendezvousRegistry *self, const char *text);
gboolean np_rendezvous_registry_tell(NpRendezvousRegistry *self, const char *id, const char *text);
/* Takes leave of everybody. */
void np_rendezvous_registry_stop(NpRendezvousRegistry *self);

void np_rendezvous_registry_expire(NpRendezvousRegistry *self, NpTime now);
NpTime np_rendezvous_registry_deadline(const NpRendezvousRegistry *self);
/* Owned by the caller; NULL when there is none. */
NpRendezvousOrder *np_rendezvous_registry_take(NpRendezvousRegistry *self);

guint np_rendezvous_registry_n_peers(const NpRendezvousRegistry *self);
guint np_rendezvous_registry_n_calls(const NpRendezvousRegistry *self);
NpRendezvousRegistryCounters np_rendezvous_registry_counters(const NpRendezvousRegistry *self);
