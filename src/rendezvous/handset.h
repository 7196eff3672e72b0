/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The calls of a client
 *
 * Its half that does not care which server it is logged in at: calls wait while it is offline, and
 * are said again after a loss. One call at most with a peer.
 */

#include "rendezvous/clock.h"
#include "rendezvous/consent.h"
#include "rendezvous/order.h"

/* At a time, either way, as on the server. */
#define NP_RENDEZVOUS_HANDSET_MAX_CALLS 8

typedef enum {
    NP_RENDEZVOUS_NOTICE_ONLINE,  /* the welcome */
    NP_RENDEZVOUS_NOTICE_OFFLINE, /* the connection is lost; it will try again. No message */
    NP_RENDEZVOUS_NOTICE_REFUSED, /* the refusal: it will not try again */
    NP_RENDEZVOUS_NOTICE_ASKED,   /* the call: accept or reject it */
    NP_RENDEZVOUS_NOTICE_RINGING, /* the ringing */
    NP_RENDEZVOUS_NOTICE_TOKEN,   /* both consent. Ask STUN under it, echo, and be ready */
    NP_RENDEZVOUS_NOTICE_PUSH,    /* the push; the call is over for the server */
    NP_RENDEZVOUS_NOTICE_ENDED,   /* the end */
    NP_RENDEZVOUS_NOTICE_TEXT,    /* the operator's word */
} NpRendezvousNotice;

typedef enum {
    NP_RENDEZVOUS_HANDSET_CALLING,  /* we want to reach the peer */
    NP_RENDEZVOUS_HANDSET_ASKED,    /* it wants to reach us, and nobody has decided */
    NP_RENDEZVOUS_HANDSET_ACCEPTED, /* we said yes */
    NP_RENDEZVOUS_HANDSET_AGREED,   /* both did */
    NP_RENDEZVOUS_HANDSET_READY,    /* our side is ready */
} NpRendezvousHandsetState;

typedef struct {
    char peer[NP_RENDEZVOUS_ID_SIZE];
    guint64 id; /* 0 while unknown */
    gboolean outgoing;
    NpRendezvousHandsetState state;
    NpTime due;
    NpRendezvousMessage *ready;
} NpRendezvousHandsetCall;

/* Zeroed but for @consent, which is owned, and @orders, which is borrowed. */
typedef struct {
    NpRendezvousConsent consent;
    NpRendezvousOrders *orders;
    NpRendezvousClock clock;
    gboolean online;
    NpRendezvousHandsetCall calls[NP_RENDEZVOUS_HANDSET_MAX_CALLS];
    guint n_calls;
    guint64 n_stale;
} NpRendezvousHandset;

void np_rendezvous_handset_clear(NpRendezvousHandset *self);
/* Logged in: in the session of before, or at a server that knows nothing of our calls. */
void np_rendezvous_handset_online(NpRendezvousHandset *self, gboolean resumed);
/* A message about a call. */
void np_rendezvous_handset_receive(NpRendezvousHandset *self,
                                   NpTime now,
                                   const NpRendezvousMessage *message);

/* As in rendezvous/client.h. */
gboolean np_rendezvous_handset_call(NpRendezvousHandset *self, NpTime now, const char *peer);
gboolean np_rendezvous_handset_accept(NpRendezvousHandset *self, const char *peer);
gboolean np_rendezvous_handset_cancel(NpRendezvousHandset *self, const char *peer);
gboolean np_rendezvous_handset_echo(NpRendezvousHandset *self,
                                    const char *peer,
                                    const guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE]);
gboolean np_rendezvous_handset_ready(NpRendezvousHandset *self,
                                     const char *peer,
                                     const NpRendezvousMessage *ready);

void np_rendezvous_handset_expire(NpRendezvousHandset *self, NpTime now);
NpTime np_rendezvous_handset_deadline(const NpRendezvousHandset *self);
