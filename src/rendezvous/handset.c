/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/handset.h"

#include <string.h>

#define BIT(field) (1u << NP_RENDEZVOUS_FIELD_##field)

/* Longer than the server lets a call ring and be set up, a lost connection included: its word comes
 * first. */
#define CALL_TIME (180 * NP_SECOND)
/* A push is for at once; anything else is a replay or a server whose clock jumped. */
#define MAX_LEAD (10 * NP_SECOND)

/* What was said when it was ready is about this call and no other. */
static void
forget_ready(NpRendezvousHandsetCall *call)
{
    if (call->ready != NULL)
        np_rendezvous_message_clear(call->ready);
    g_clear_pointer(&call->ready, g_free);
}

static void
remove_call(NpRendezvousHandset *self, NpRendezvousHandsetCall *call)
{
    forget_ready(call);
    self->n_calls--;
    *call = self->calls[self->n_calls];
}

static void
send(NpRendezvousHandset *self, NpRendezvousMessage message)
{
    np_rendezvous_order_push(self->orders, NP_RENDEZVOUS_ORDER_SEND, 0, &message);
}

static void
notify(NpRendezvousHandset *self, NpRendezvousNotice notice, const NpRendezvousMessage *message)
{
    NpRendezvousMessage copy = { 0 };

    np_rendezvous_message_copy(&copy, message);
    np_rendezvous_order_push(self->orders, NP_RENDEZVOUS_ORDER_NOTIFY, 0, &copy)->notice = notice;
}

static NpRendezvousMessage
about(const NpRendezvousHandsetCall *call, NpRendezvousOperation operation)
{
    NpRendezvousMessage message = { .operation = operation };

    np_rendezvous_message_set_peer(&message, call->peer);
    if (call->id != 0)
        np_rendezvous_message_set_call(&message, call->id);
    return message;
}

/* What the server should know about a call: said when it comes to that, and again after a loss. */
static void
state_call(NpRendezvousHandset *self, const NpRendezvousHandsetCall *call)
{
    NpRendezvousMessage ready = { 0 };

    if (!self->online)
        return;
    switch (call->state) {
    case NP_RENDEZVOUS_HANDSET_CALLING:
        send(self, about(call, NP_RENDEZVOUS_CALL));
        break;
    case NP_RENDEZVOUS_HANDSET_ACCEPTED:
        send(self, about(call, NP_RENDEZVOUS_ACCEPT));
        break;
    case NP_RENDEZVOUS_HANDSET_READY:
        np_rendezvous_message_copy(&ready, call->ready);
        send(self, ready);
        break;
    case NP_RENDEZVOUS_HANDSET_ASKED:
    case NP_RENDEZVOUS_HANDSET_AGREED:
        break;
    }
}

static void
end_call(NpRendezvousHandset *self, NpRendezvousHandsetCall *call, NpRendezvousReason reason)
{
    NpRendezvousMessage end = about(call, NP_RENDEZVOUS_END);

    np_rendezvous_message_set_reason(&end, reason);
    notify(self, NP_RENDEZVOUS_NOTICE_ENDED, &end);
    remove_call(self, call);
}

static NpRendezvousHandsetCall *
find(NpRendezvousHandset *self, const char *peer)
{
    for (guint i = 0; i < self->n_calls; i++)
        if (g_str_equal(self->calls[i].peer, peer))
            return &self->calls[i];
    return NULL;
}

static NpRendezvousHandsetCall *
add_call(NpRendezvousHandset *self, NpTime now, const char *peer, NpRendezvousHandsetState state)
{
    NpRendezvousHandsetCall *call = &self->calls[self->n_calls];

    self->n_calls++;
    *call = (NpRendezvousHandsetCall){ .outgoing = state == NP_RENDEZVOUS_HANDSET_CALLING,
                                       .state = state,
                                       .due = now + CALL_TIME };
    g_strlcpy(call->peer, peer, sizeof call->peer);
    return call;
}

static void
accept_call(NpRendezvousHandset *self, NpRendezvousHandsetCall *call)
{
    call->state = NP_RENDEZVOUS_HANDSET_ACCEPTED;
    state_call(self, call);
}

static void
on_call(NpRendezvousHandset *self, NpTime now, const NpRendezvousMessage *message)
{
    NpRendezvousConsentAnswer answer = np_rendezvous_consent(&self->consent, message->peer);
    NpRendezvousHandsetCall *call = find(self, message->peer);
    NpRendezvousHandsetCall refused = { .id = message->call };

    if (!np_rendezvous_message_has(message, NP_RENDEZVOUS_FIELD_CALL)) {
        self->n_stale++;
        return;
    }
    if (call != NULL && call->id == message->call) {
        state_call(self, call);
        return;
    }
    /* What we knew of is over: the peer has begun anew. We want to reach it, too. */
    if (call != NULL && call->outgoing)
        answer = NP_RENDEZVOUS_CONSENT_YES;
    if (answer == NP_RENDEZVOUS_CONSENT_NO ||
        (call == NULL && self->n_calls == NP_RENDEZVOUS_HANDSET_MAX_CALLS)) {
        g_strlcpy(refused.peer, message->peer, sizeof refused.peer);
        send(self, about(&refused, NP_RENDEZVOUS_REJECT));
        return;
    }
    if (call == NULL)
        call = add_call(self, now, message->peer, NP_RENDEZVOUS_HANDSET_ASKED);
    forget_ready(call);
    call->id = message->call;
    call->state = NP_RENDEZVOUS_HANDSET_ASKED;
    if (answer == NP_RENDEZVOUS_CONSENT_YES)
        accept_call(self, call);
    else
        notify(self, NP_RENDEZVOUS_NOTICE_ASKED, message);
}

static void
on_ringing(NpRendezvousHandset *self,
           NpRendezvousHandsetCall *call,
           const NpRendezvousMessage *message)
{
    if (call->state != NP_RENDEZVOUS_HANDSET_CALLING || call->id == message->call)
        return;
    call->id = message->call;
    notify(self, NP_RENDEZVOUS_NOTICE_RINGING, message);
}

/* The server says that both consent. That is believed of the other side only. */
static void
on_token(NpRendezvousHandset *self,
         NpTime now,
         NpRendezvousHandsetCall *call,
         const NpRendezvousMessage *message)
{
    switch (call->state) {
    case NP_RENDEZVOUS_HANDSET_CALLING:
    case NP_RENDEZVOUS_HANDSET_ACCEPTED:
        call->id = message->call;
        call->state = NP_RENDEZVOUS_HANDSET_AGREED;
        /* The round trip of now, for the time that both will fire at. */
        send(self, (NpRendezvousMessage){
                       .operation = NP_RENDEZVOUS_PING, .has = BIT(TIME), .time = now });
        notify(self, NP_RENDEZVOUS_NOTICE_TOKEN, message);
        break;
    case NP_RENDEZVOUS_HANDSET_ASKED:
        self->n_stale++;
        break;
    case NP_RENDEZVOUS_HANDSET_AGREED:
    case NP_RENDEZVOUS_HANDSET_READY:
        break;
    }
}

static void
on_push(NpRendezvousHandset *self,
        NpTime now,
        NpRendezvousHandsetCall *call,
        const NpRendezvousMessage *message)
{
    NpTime wait = np_rendezvous_clock_local(&self->clock, message->start) - now;

    if (call->state != NP_RENDEZVOUS_HANDSET_READY || call->id != message->call ||
        ABS(wait) > MAX_LEAD) {
        self->n_stale++;
        return;
    }
    notify(self, NP_RENDEZVOUS_NOTICE_PUSH, message);
    remove_call(self, call);
}

static void
on_end(NpRendezvousHandset *self, NpRendezvousHandsetCall *call, const NpRendezvousMessage *message)
{
    if (np_rendezvous_message_has(message, NP_RENDEZVOUS_FIELD_CALL) && call->id != 0 &&
        call->id != message->call)
        self->n_stale++;
    else
        end_call(self, call, message->reason);
}

void
np_rendezvous_handset_clear(NpRendezvousHandset *self)
{
    while (self->n_calls > 0)
        remove_call(self, &self->calls[0]);
    np_rendezvous_consent_clear(&self->consent);
}

void
np_rendezvous_handset_online(NpRendezvousHandset *self, gboolean resumed)
{
    self->online = TRUE;
    for (guint i = self->n_calls; i > 0; i--) {
        NpRendezvousHandsetCall *call = &self->calls[i - 1];

        if (!resumed && !call->outgoing) {
            end_call(self, call, NP_RENDEZVOUS_REASON_GONE);
            continue;
        }
        if (!resumed) {
            /* This server has never heard of it. */
            forget_ready(call);
            call->state = NP_RENDEZVOUS_HANDSET_CALLING;
            call->id = 0;
        }
        state_call(self, call);
    }
}

void
np_rendezvous_handset_receive(NpRendezvousHandset *self,
                              NpTime now,
                              const NpRendezvousMessage *message)
{
    NpRendezvousHandsetCall *call = find(self, message->peer);

    if (message->operation == NP_RENDEZVOUS_CALL)
        on_call(self, now, message);
    else if (call == NULL)
        self->n_stale++;
    else if (message->operation == NP_RENDEZVOUS_RINGING)
        on_ringing(self, call, message);
    else if (message->operation == NP_RENDEZVOUS_TOKEN)
        on_token(self, now, call, message);
    else if (message->operation == NP_RENDEZVOUS_PUSH)
        on_push(self, now, call, message);
    else if (message->operation == NP_RENDEZVOUS_END)
        on_end(self, call, message);
}

gboolean
np_rendezvous_handset_call(NpRendezvousHandset *self, NpTime now, const char *peer)
{
    NpRendezvousHandsetCall *call = find(self, peer);

    if (!np_rendezvous_message_is_id(peer))
        return FALSE;
    if (call != NULL) {
        if (call->state == NP_RENDEZVOUS_HANDSET_ASKED)
            accept_call(self, call);
        return TRUE;
    }
    if (self->n_calls == NP_RENDEZVOUS_HANDSET_MAX_CALLS)
        return FALSE;
    np_rendezvous_consent_name(&self->consent, peer);
    state_call(self, add_call(self, now, peer, NP_RENDEZVOUS_HANDSET_CALLING));
    return TRUE;
}

gboolean
np_rendezvous_handset_accept(NpRendezvousHandset *self, const char *peer)
{
    NpRendezvousHandsetCall *call = find(self, peer);

    if (call == NULL || call->state != NP_RENDEZVOUS_HANDSET_ASKED)
        return FALSE;
    accept_call(self, call);
    return TRUE;
}

gboolean
np_rendezvous_handset_cancel(NpRendezvousHandset *self, const char *peer)
{
    NpRendezvousHandsetCall *call = find(self, peer);

    if (call == NULL)
        return FALSE;
    if (self->online)
        send(self, about(call, call->state == NP_RENDEZVOUS_HANDSET_ASKED ? NP_RENDEZVOUS_REJECT
                                                                          : NP_RENDEZVOUS_CANCEL));
    remove_call(self, call);
    return TRUE;
}

gboolean
np_rendezvous_handset_echo(NpRendezvousHandset *self,
                           const char *peer,
                           const guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE])
{
    NpRendezvousHandsetCall *call = find(self, peer);
    NpRendezvousMessage message = { 0 };

    if (call == NULL || call->state != NP_RENDEZVOUS_HANDSET_AGREED || !self->online)
        return FALSE;
    message = about(call, NP_RENDEZVOUS_ECHO);
    memcpy(message.nonce, nonce, sizeof message.nonce);
    message.has |= BIT(NONCE);
    send(self, message);
    return TRUE;
}

gboolean
np_rendezvous_handset_ready(NpRendezvousHandset *self,
                            const char *peer,
                            const NpRendezvousMessage *ready)
{
    const NpRendezvousClockSample *best = np_rendezvous_clock_best(&self->clock);
    NpRendezvousHandsetCall *call = find(self, peer);

    if (call == NULL || call->state != NP_RENDEZVOUS_HANDSET_AGREED || best == NULL)
        return FALSE;
    call->ready = g_new0(NpRendezvousMessage, 1);
    np_rendezvous_message_copy(call->ready, ready);
    call->ready->operation = NP_RENDEZVOUS_READY;
    np_rendezvous_message_set_peer(call->ready, call->peer);
    np_rendezvous_message_set_call(call->ready, call->id);
    call->ready->rtt = best->rtt;
    call->ready->has |= BIT(RTT);
    call->state = NP_RENDEZVOUS_HANDSET_READY;
    state_call(self, call);
    return TRUE;
}

void
np_rendezvous_handset_expire(NpRendezvousHandset *self, NpTime now)
{
    for (guint i = self->n_calls; i > 0; i--) {
        NpRendezvousHandsetCall *call = &self->calls[i - 1];

        if (call->due > now)
            continue;
        if (self->online)
            send(self, about(call, NP_RENDEZVOUS_CANCEL));
        end_call(self, call, NP_RENDEZVOUS_REASON_UNANSWERED);
    }
}

NpTime
np_rendezvous_handset_deadline(const NpRendezvousHandset *self)
{
    NpTime deadline = NP_TIME_NEVER;

    for (guint i = 0; i < self->n_calls; i++)
        deadline = MIN(deadline, self->calls[i].due);
    return deadline;
}
