/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The calls between peers that are logged in
 *
 * The registry's other half. One call at most between two peers, whoever called; what comes late,
 * twice or crossed finds no call or one that is further, and changes nothing.
 */

#include "core/bucket.h"
#include "rendezvous/call.h"
#include "rendezvous/order.h"

typedef struct {
    NpRng rng;
    NpTime epoch;
    NpBucketRate attempts;      /* of a peer */
    NpRendezvousTimers *timers; /* borrowed, as the next two */
    NpRendezvousOrders *orders;
    GHashTable *peers;  /* id -> NpRendezvousPeer */
    GHashTable *tokens; /* name -> NpRendezvousSide */
    guint n_calls;
    guint64 calls;
    guint64 pushes;
    guint64 stale;
    guint64 ended[NP_RENDEZVOUS_N_REASONS];
} NpRendezvousSwitchboard;

void np_rendezvous_switchboard_init(NpRendezvousSwitchboard *self,
                                    const NpRng *rng,
                                    NpRendezvousTimers *timers,
                                    NpRendezvousOrders *orders,
                                    GHashTable *peers);
/* After all calls have ended. */
void np_rendezvous_switchboard_clear(NpRendezvousSwitchboard *self);

/* FALSE if @message is not about calls. */
gboolean np_rendezvous_switchboard_receive(NpRendezvousSwitchboard *self,
                                           NpTime now,
                                           NpRendezvousPeer *from,
                                           const NpRendezvousMessage *message);
/* The peer has a connection again: tells it where its calls stand. */
void
np_rendezvous_switchboard_resume(NpRendezvousSwitchboard *self, NpTime now, NpRendezvousPeer *peer);
/* The peer will not come back: its calls end, and the other sides are told. */
void np_rendezvous_switchboard_gone(NpRendezvousSwitchboard *self, NpRendezvousPeer *peer);
/* The time of a call that rang or was being set up is over. */
void np_rendezvous_switchboard_expire(NpRendezvousSwitchboard *self, NpRendezvousCall *call);
/* NULL if there is no token of that name. */
NpRendezvousSide *np_rendezvous_switchboard_side(const NpRendezvousSwitchboard *self,
                                                 const guint8 *token);
