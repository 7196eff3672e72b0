/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/switchboard.h"

#include <string.h>

#define BIT(field) (1u << NP_RENDEZVOUS_FIELD_##field)

/* Names are drawn at random, so any part of one is a hash. */
static guint
hash_name(gconstpointer name)
{
    guint hash = 0;

    memcpy(&hash, name, sizeof hash);
    return hash;
}

static gboolean
equal_names(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, NP_RENDEZVOUS_SECRET_SIZE) == 0;
}

void
np_rendezvous_switchboard_init(NpRendezvousSwitchboard *self,
                               const NpRng *rng,
                               NpRendezvousTimers *timers,
                               NpRendezvousOrders *orders,
                               GHashTable *peers)
{
    *self = (NpRendezvousSwitchboard){
        .rng = np_rng_split(rng, "switchboard"),
        .timers = timers,
        .orders = orders,
        .peers = peers,
        .tokens = g_hash_table_new(hash_name, equal_names),
    };
}

void
np_rendezvous_switchboard_clear(NpRendezvousSwitchboard *self)
{
    g_clear_pointer(&self->tokens, g_hash_table_unref);
}

/* To a peer without a connection nothing is said: it asks when it is back. */
static void
send(NpRendezvousSwitchboard *self, const NpRendezvousPeer *to, NpRendezvousMessage message)
{
    if (to->connection != 0)
        np_rendezvous_order_push(self->orders, NP_RENDEZVOUS_ORDER_SEND, to->connection, &message);
    else
        np_rendezvous_message_clear(&message);
}

static void
send_side(NpRendezvousSwitchboard *self,
          const NpRendezvousCall *call,
          NpRendezvousRole to,
          NpRendezvousOperation operation)
{
    NpRendezvousMessage message = np_rendezvous_call_message(call, to, operation);

    if (operation == NP_RENDEZVOUS_CALL) {
        message.capabilities = call->sides[NP_RENDEZVOUS_CALLER].peer->capabilities;
        message.has |= BIT(CAPABILITIES);
    } else if (operation == NP_RENDEZVOUS_TOKEN) {
        memcpy(message.token, call->sides[to].token.name, sizeof message.token);
        memcpy(message.secret, call->sides[to].token.secret, sizeof message.secret);
        message.has |= BIT(TOKEN) | BIT(SECRET);
    }
    send(self, call->sides[to].peer, message);
}

static void
send_end(NpRendezvousSwitchboard *self,
         const NpRendezvousPeer *to,
         const char *peer,
         guint64 call,
         NpRendezvousReason reason)
{
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_END };

    np_rendezvous_message_set_peer(&message, peer);
    np_rendezvous_message_set_reason(&message, reason);
    if (call != 0)
        np_rendezvous_message_set_call(&message, call);
    send(self, to, message);
}

static void
forget(NpRendezvousSwitchboard *self, NpRendezvousCall *call)
{
    np_rendezvous_timers_stop(self->timers, &call->timer);
    for (guint role = 0; call->agreed && role < NP_RENDEZVOUS_N_ROLES; role++)
        g_hash_table_remove(self->tokens, call->sides[role].token.name);
    np_rendezvous_call_free(call);
    self->n_calls--;
}

/* Ends a call; @quiet, who ended it, is not told, unless NULL. */
static void
end(NpRendezvousSwitchboard *self,
    NpRendezvousCall *call,
    const NpRendezvousPeer *quiet,
    NpRendezvousReason reason)
{
    const NpRendezvousPeer *caller = call->sides[NP_RENDEZVOUS_CALLER].peer;
    const NpRendezvousPeer *callee = call->sides[NP_RENDEZVOUS_CALLEE].peer;

    if (caller != quiet)
        send_end(self, caller, callee->id, call->id, reason);
    if (callee != quiet)
        send_end(self, callee, caller->id, call->id, reason);
    self->ended[reason]++;
    forget(self, call);
}

/* A call that never came about. */
static void
deny(NpRendezvousSwitchboard *self,
     const NpRendezvousPeer *from,
     const NpRendezvousMessage *message,
     NpRendezvousReason reason)
{
    self->ended[reason]++;
    send_end(self, from, message->peer, 0, reason);
}

/* Where a call stands, to one of its sides. */
static void
tell_state(NpRendezvousSwitchboard *self, const NpRendezvousCall *call, NpRendezvousRole to)
{
    if (call->agreed) {
        send_side(self, call, to, NP_RENDEZVOUS_ACCEPT);
        send_side(self, call, to, NP_RENDEZVOUS_TOKEN);
    } else {
        send_side(self, call, to,
                  to == NP_RENDEZVOUS_CALLER ? NP_RENDEZVOUS_RINGING : NP_RENDEZVOUS_CALL);
    }
}

static void
agree(NpRendezvousSwitchboard *self, NpTime now, NpRendezvousCall *call)
{
    call->agreed = TRUE;
    for (guint role = 0; role < NP_RENDEZVOUS_N_ROLES; role++) {
        NpRendezvousSide *side = &call->sides[role];

        side->token = np_rendezvous_token(&self->rng);
        g_hash_table_insert(self->tokens, side->token.name, side);
    }
    np_rendezvous_timers_start(self->timers, &call->timer, NP_RENDEZVOUS_TIMER_SETUP, now);
    tell_state(self, call, NP_RENDEZVOUS_CALLER);
    tell_state(self, call, NP_RENDEZVOUS_CALLEE);
}

static void
on_call(NpRendezvousSwitchboard *self,
        NpTime now,
        NpRendezvousPeer *from,
        const NpRendezvousMessage *message)
{
    NpRendezvousCall *call = np_rendezvous_call_find(from, message->peer);
    NpRendezvousPeer *to = g_hash_table_lookup(self->peers, message->peer);
    NpRendezvousReason reason = NP_RENDEZVOUS_REASON_BUSY;
    guint64 id = 0;

    if (call != NULL) {
        /* Both call each other: both consent. Anything else was said before. */
        if (!call->agreed && np_rendezvous_call_role(call, from) == NP_RENDEZVOUS_CALLEE)
            agree(self, now, call);
        else
            tell_state(self, call, np_rendezvous_call_role(call, from));
        return;
    }
    if (!np_bucket_take(&from->call_attempts, &self->attempts, now))
        reason = NP_RENDEZVOUS_REASON_TOO_FAST;
    else if (to == from)
        reason = NP_RENDEZVOUS_REASON_SELF;
    else if (to == NULL)
        reason = NP_RENDEZVOUS_REASON_ABSENT;
    else if (from->n_calls < NP_RENDEZVOUS_MAX_CALLS && to->n_calls < NP_RENDEZVOUS_MAX_CALLS)
        while (id == 0)
            id = np_rng_u64(&self->rng);
    if (id == 0) {
        deny(self, from, message, reason);
        return;
    }
    call = np_rendezvous_call_new(id, from, to);
    self->n_calls++;
    self->calls++;
    np_rendezvous_timers_start(self->timers, &call->timer, NP_RENDEZVOUS_TIMER_RING, now);
    tell_state(self, call, NP_RENDEZVOUS_CALLEE);
    tell_state(self, call, NP_RENDEZVOUS_CALLER);
}

/* If there is nothing left to wait for. A side that lost its connection is waited for: alone, the
 * other would knock for nothing. */
static void
push(NpRendezvousSwitchboard *self, NpTime now, NpRendezvousCall *call)
{
    NpTime server_time = now + self->epoch;
    NpTime start = 0;

    if (!np_rendezvous_call_is_ready(call) ||
        call->sides[NP_RENDEZVOUS_CALLER].peer->connection == 0 ||
        call->sides[NP_RENDEZVOUS_CALLEE].peer->connection == 0)
        return;
    start = server_time + np_rendezvous_call_lead(call);

    for (guint role = 0; role < NP_RENDEZVOUS_N_ROLES; role++)
        send(self, call->sides[role].peer,
             np_rendezvous_call_push(call, (NpRendezvousRole)role, server_time, start));
    self->pushes++;
    forget(self, call);
}

static void
on_ready(NpRendezvousSwitchboard *self,
         NpTime now,
         NpRendezvousCall *call,
         NpRendezvousRole role,
         const NpRendezvousMessage *message)
{
    NpRendezvousSide *side = &call->sides[role];

    if (side->ready == NULL)
        side->ready = g_new0(NpRendezvousMessage, 1);
    else
        np_rendezvous_message_clear(side->ready);
    np_rendezvous_message_copy(side->ready, message);
    push(self, now, call);
}

/* The call that @message is about. One that is over is ended again, lest its side waits for it. */
static NpRendezvousCall *
find(NpRendezvousSwitchboard *self,
     const NpRendezvousPeer *from,
     const NpRendezvousMessage *message)
{
    NpRendezvousCall *call = np_rendezvous_call_find(from, message->peer);

    if (call != NULL && (!np_rendezvous_message_has(message, NP_RENDEZVOUS_FIELD_CALL) ||
                         call->id == message->call))
        return call;
    self->stale++;
    if (message->operation == NP_RENDEZVOUS_ACCEPT || message->operation == NP_RENDEZVOUS_READY)
        send_end(self, from, message->peer, message->call, NP_RENDEZVOUS_REASON_GONE);
    return NULL;
}

gboolean
np_rendezvous_switchboard_receive(NpRendezvousSwitchboard *self,
                                  NpTime now,
                                  NpRendezvousPeer *from,
                                  const NpRendezvousMessage *message)
{
    NpRendezvousOperation operation = message->operation;
    NpRendezvousCall *call = NULL;
    NpRendezvousRole role = NP_RENDEZVOUS_CALLER;

    if (operation == NP_RENDEZVOUS_CALL) {
        on_call(self, now, from, message);
        return TRUE;
    }
    if (operation != NP_RENDEZVOUS_ACCEPT && operation != NP_RENDEZVOUS_REJECT &&
        operation != NP_RENDEZVOUS_CANCEL && operation != NP_RENDEZVOUS_ECHO &&
        operation != NP_RENDEZVOUS_READY)
        return FALSE;
    call = find(self, from, message);
    if (call == NULL)
        return TRUE;
    role = np_rendezvous_call_role(call, from);
    if (operation == NP_RENDEZVOUS_CANCEL)
        end(self, call, from, NP_RENDEZVOUS_REASON_CANCELLED);
    else if (operation == NP_RENDEZVOUS_REJECT && role == NP_RENDEZVOUS_CALLEE)
        end(self, call, from, NP_RENDEZVOUS_REASON_REJECTED);
    else if (operation == NP_RENDEZVOUS_ACCEPT && role == NP_RENDEZVOUS_CALLEE && !call->agreed)
        agree(self, now, call);
    else if (operation == NP_RENDEZVOUS_READY && call->agreed)
        on_ready(self, now, call, role, message);
    else if (operation != NP_RENDEZVOUS_ECHO || !call->agreed ||
             !np_rendezvous_token_echo(&call->sides[role].token, message->nonce))
        self->stale++;
    return TRUE;
}

void
np_rendezvous_switchboard_resume(NpRendezvousSwitchboard *self, NpTime now, NpRendezvousPeer *peer)
{
    /* From behind, for a push removes its call. */
    for (guint i = peer->n_calls; i > 0; i--) {
        NpRendezvousCall *call = peer->calls[i - 1];

        tell_state(self, call, np_rendezvous_call_role(call, peer));
        push(self, now, call);
    }
}

void
np_rendezvous_switchboard_gone(NpRendezvousSwitchboard *self, NpRendezvousPeer *peer)
{
    while (peer->n_calls > 0)
        end(self, peer->calls[0], peer, NP_RENDEZVOUS_REASON_GONE);
}

void
np_rendezvous_switchboard_expire(NpRendezvousSwitchboard *self, NpRendezvousCall *call)
{
    end(self, call, NULL,
        call->agreed ? NP_RENDEZVOUS_REASON_NOT_READY : NP_RENDEZVOUS_REASON_UNANSWERED);
}

NpRendezvousSide *
np_rendezvous_switchboard_side(const NpRendezvousSwitchboard *self, const guint8 *token)
{
    return g_hash_table_lookup(self->tokens, token);
}
