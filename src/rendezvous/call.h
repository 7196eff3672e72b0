/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A call between two peers, as the server knows it
 *
 * It rings until the callee consents, then waits until both sides are ready, and is over with the
 * push. Either time is bounded.
 */

#include "core/bucket.h"
#include "rendezvous/timers.h"
#include "rendezvous/token.h"

/* Of one peer at a time, either way. */
#define NP_RENDEZVOUS_MAX_CALLS 8

typedef struct NpRendezvousCall NpRendezvousCall;

/* Who is logged in, or was until a moment ago. */
typedef struct {
    NpRendezvousTimer timer; /* while the connection is gone */
    char id[NP_RENDEZVOUS_ID_SIZE];
    guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE];
    guint8 session[NP_RENDEZVOUS_SECRET_SIZE];
    guint64 connection; /* 0 while it is gone */
    guint capabilities;
    NpProfile *profile; /* owned, or NULL */
    NpBucket call_attempts;
    NpRendezvousCall *calls[NP_RENDEZVOUS_MAX_CALLS]; /* borrowed */
    guint n_calls;
} NpRendezvousPeer;

typedef struct {
    NpRendezvousCall *call;
    NpRendezvousPeer *peer;
    NpRendezvousToken token;    /* once both consent */
    NpRendezvousMessage *ready; /* what it sent when it was; or NULL */
} NpRendezvousSide;

struct NpRendezvousCall {
    NpRendezvousTimer timer;
    guint64 id; /* never 0 */
    gboolean agreed;
    NpRendezvousSide sides[NP_RENDEZVOUS_N_ROLES];
};

/* Files it with both peers, which have room. */
NpRendezvousCall *
np_rendezvous_call_new(guint64 id, NpRendezvousPeer *caller, NpRendezvousPeer *callee);
void np_rendezvous_call_free(NpRendezvousCall *self);
NpRendezvousRole np_rendezvous_call_role(const NpRendezvousCall *self,
                                         const NpRendezvousPeer *peer);
/* The call between @peer and the peer with @id, whoever called; NULL if there is none. */
NpRendezvousCall *np_rendezvous_call_find(const NpRendezvousPeer *peer, const char *id);
gboolean np_rendezvous_call_is_ready(const NpRendezvousCall *self);
/* A fresh message about the call, for the side @to. */
NpRendezvousMessage np_rendezvous_call_message(const NpRendezvousCall *self,
                                               NpRendezvousRole to,
                                               NpRendezvousOperation operation);
/* The push for the side @to of a call that is ready; both fire at @start. */
NpRendezvousMessage np_rendezvous_call_push(const NpRendezvousCall *self,
                                            NpRendezvousRole to,
                                            NpTime server_time,
                                            NpTime start);
/* How long after the push both can fire: until then it has reached the slower one. */
NpTime np_rendezvous_call_lead(const NpRendezvousCall *self);
