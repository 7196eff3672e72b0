/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/client.h"

#include <string.h>

#define BIT(field) (1u << NP_RENDEZVOUS_FIELD_##field)

/* A TCP connection and a TLS handshake over a bad path; and the server's answer to a hello. */
#define PATIENCE (10 * NP_SECOND)
/* A server that restarts loses all its clients at once: they come back spread over this time. */
#define SPREAD (4 * NP_SECOND)
#define BACKOFF_FIRST NP_SECOND
#define BACKOFF_LAST (15 * NP_SECOND)
#define KEEPALIVE_MIN NP_SECOND
#define KEEPALIVE_MAX (300 * NP_SECOND)
typedef enum {
    STOPPED,
    WAITING,
    CONNECTING,
    GREETING, /* hello was said */
    ONLINE,
} State;

struct NpRendezvousClient {
    NpRng rng;
    guint n_servers;
    guint server;
    NpRendezvousMessage hello;
    NpRendezvousHandset handset;
    State state;
    NpTime due;      /* of the state; when online, of the next ping or its answer */
    gboolean pinged; /* and there was no answer */
    guint attempts;  /* since it was online */
    NpTime keepalive;
    NpRendezvousOrders orders;
};

NpRendezvousClient *
np_rendezvous_client_new(const NpRendezvousClientConfig *config)
{
    NpRendezvousClient *self = g_new0(NpRendezvousClient, 1);

    g_assert(config->n_servers > 0);
    self->rng = config->rng;
    self->n_servers = config->n_servers;
    self->handset = (NpRendezvousHandset){ .consent = config->consent, .orders = &self->orders };
    self->state = STOPPED;
    self->due = NP_TIME_NEVER;
    self->hello.operation = NP_RENDEZVOUS_HELLO;
    self->hello.version = NP_RENDEZVOUS_VERSION;
    self->hello.capabilities = config->capabilities;
    self->hello.has = BIT(VERSION) | BIT(TIME) | BIT(CAPABILITIES);
    if (config->id != NULL)
        np_rendezvous_message_set_id(&self->hello, config->id);
    if (config->profile != NULL)
        np_rendezvous_message_set_profile(&self->hello, config->profile);
    if (config->access != NULL) {
        g_strlcpy(self->hello.access, config->access, sizeof self->hello.access);
        self->hello.has |= BIT(ACCESS);
    }
    if (config->software != NULL) {
        g_strlcpy(self->hello.software, config->software, sizeof self->hello.software);
        self->hello.has |= BIT(SOFTWARE);
    }
    np_rendezvous_order_queue_init(&self->orders);
    return self;
}

void
np_rendezvous_client_free(NpRendezvousClient *self)
{
    if (self == NULL)
        return;
    np_rendezvous_handset_clear(&self->handset);
    np_rendezvous_order_queue_clear(&self->orders);
    np_rendezvous_message_clear(&self->hello);
    g_free(self);
}

static void
send(NpRendezvousClient *self, NpRendezvousMessage message)
{
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_SEND, 0, &message);
}

static void
notify(NpRendezvousClient *self, NpRendezvousNotice notice, const NpRendezvousMessage *message)
{
    NpRendezvousMessage copy = { 0 };

    if (message != NULL)
        np_rendezvous_message_copy(&copy, message);
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_NOTIFY, 0,
                             message != NULL ? &copy : NULL)
        ->notice = notice;
}

static void
connect_to(NpRendezvousClient *self, NpTime now)
{
    self->state = CONNECTING;
    self->due = now + PATIENCE;
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_CONNECT, self->server, NULL);
}

static NpTime
draw(NpRendezvousClient *self, NpTime below)
{
    return (NpTime)(np_rng_real(&self->rng) * (double)below);
}

/* The same server once more, where the session may still be; then one after the other, each time
 * a while later. */
static void
wait_to_retry(NpRendezvousClient *self, NpTime now, NpTime at_least)
{
    NpTime wait = draw(self, SPREAD);

    if (self->attempts > 0) {
        NpTime longest = MIN(BACKOFF_FIRST << MIN(self->attempts - 1, 8), BACKOFF_LAST);

        wait = longest / 2 + draw(self, longest / 2);
        self->server = (self->server + 1) % self->n_servers;
    }
    if (at_least > 0)
        wait = MAX(wait, at_least + draw(self, at_least));
    self->attempts++;
    self->state = WAITING;
    self->due = now + wait;
}

static void
go_offline(NpRendezvousClient *self)
{
    if (self->state == ONLINE)
        notify(self, NP_RENDEZVOUS_NOTICE_OFFLINE, NULL);
    self->handset.online = FALSE;
}

static void
hang_up(NpRendezvousClient *self, NpTime now, NpTime at_least)
{
    go_offline(self);
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_DROP, 0, NULL);
    wait_to_retry(self, now, at_least);
}

void
np_rendezvous_client_start(NpRendezvousClient *self, NpTime now)
{
    connect_to(self, now);
}

void
np_rendezvous_client_connected(NpRendezvousClient *self, NpTime now)
{
    NpRendezvousMessage hello = { 0 };

    self->state = GREETING;
    self->due = now + PATIENCE;
    self->hello.time = now;
    np_rendezvous_message_copy(&hello, &self->hello);
    send(self, hello);
}

void
np_rendezvous_client_lost(NpRendezvousClient *self, NpTime now)
{
    if (self->state == STOPPED || self->state == WAITING)
        return;
    go_offline(self);
    wait_to_retry(self, now, 0);
}

static void
ping(NpRendezvousClient *self, NpTime now)
{
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_PING,
                                    .has = BIT(TIME),
                                    .time = now };

    send(self, message);
}

static void
on_welcome(NpRendezvousClient *self, NpTime now, const NpRendezvousMessage *message)
{
    if (self->state != GREETING) {
        self->handset.n_stale++;
        return;
    }
    self->state = ONLINE;
    self->attempts = 0;
    self->keepalive = CLAMP(message->keepalive, KEEPALIVE_MIN, KEEPALIVE_MAX);
    self->due = now + self->keepalive;
    self->pinged = FALSE;
    if (!message->resumed)
        self->handset.clock = (NpRendezvousClock){ 0 };
    np_rendezvous_clock_add(&self->handset.clock, message->time, now, message->server_time);
    np_rendezvous_message_set_id(&self->hello, message->id);
    memcpy(self->hello.session, message->session, sizeof self->hello.session);
    self->hello.has |= BIT(SESSION);
    notify(self, NP_RENDEZVOUS_NOTICE_ONLINE, message);
    np_rendezvous_handset_online(&self->handset, message->resumed);
}

static gboolean
is_final(NpRendezvousReason reason)
{
    /* Who was replaced by itself would replace itself for ever. */
    return reason == NP_RENDEZVOUS_REASON_ID_TAKEN || reason == NP_RENDEZVOUS_REASON_ID_INVALID ||
           reason == NP_RENDEZVOUS_REASON_UNAUTHORIZED || reason == NP_RENDEZVOUS_REASON_VERSION ||
           reason == NP_RENDEZVOUS_REASON_REPLACED;
}

static void
on_refused(NpRendezvousClient *self, NpTime now, const NpRendezvousMessage *message)
{
    NpTime retry = np_rendezvous_message_has(message, NP_RENDEZVOUS_FIELD_RETRY)
                       ? CLAMP(message->retry, 0, BACKOFF_LAST)
                       : 0;

    if (is_final(message->reason)) {
        notify(self, NP_RENDEZVOUS_NOTICE_REFUSED, message);
        np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_DROP, 0, NULL);
        self->handset.online = FALSE;
        self->state = STOPPED;
        self->due = NP_TIME_NEVER;
    } else if (self->state == GREETING || message->reason == NP_RENDEZVOUS_REASON_STOPPING ||
               message->reason == NP_RENDEZVOUS_REASON_TOO_FAST ||
               message->reason == NP_RENDEZVOUS_REASON_SILENT) {
        hang_up(self, now, retry);
    }
}

void
np_rendezvous_client_receive(NpRendezvousClient *self,
                             NpTime now,
                             const NpRendezvousMessage *message)
{
    if (self->state != GREETING && self->state != ONLINE)
        return;
    if (self->state == ONLINE) {
        self->due = now + self->keepalive;
        self->pinged = FALSE;
    }
    switch (message->operation) {
    case NP_RENDEZVOUS_WELCOME:
        on_welcome(self, now, message);
        break;
    case NP_RENDEZVOUS_REFUSED:
        on_refused(self, now, message);
        break;
    case NP_RENDEZVOUS_PONG:
        np_rendezvous_clock_add(&self->handset.clock, message->time, now, message->server_time);
        break;
    case NP_RENDEZVOUS_CALL:
    case NP_RENDEZVOUS_RINGING:
    case NP_RENDEZVOUS_ACCEPT:
    case NP_RENDEZVOUS_TOKEN:
    case NP_RENDEZVOUS_PUSH:
    case NP_RENDEZVOUS_END:
        np_rendezvous_handset_receive(&self->handset, now, message);
        break;
    case NP_RENDEZVOUS_SAY:
    case NP_RENDEZVOUS_TELL:
        notify(self, NP_RENDEZVOUS_NOTICE_TEXT, message);
        break;
    case NP_RENDEZVOUS_HELLO:
    case NP_RENDEZVOUS_PING:
    case NP_RENDEZVOUS_REJECT:
    case NP_RENDEZVOUS_CANCEL:
    case NP_RENDEZVOUS_ECHO:
    case NP_RENDEZVOUS_READY:
    case NP_RENDEZVOUS_N_OPERATIONS:
        self->handset.n_stale++;
        break;
    }
}

gboolean
np_rendezvous_client_call(NpRendezvousClient *self, NpTime now, const char *peer)
{
    return np_rendezvous_handset_call(&self->handset, now, peer);
}

gboolean
np_rendezvous_client_accept(NpRendezvousClient *self, const char *peer)
{
    return np_rendezvous_handset_accept(&self->handset, peer);
}

gboolean
np_rendezvous_client_cancel(NpRendezvousClient *self, const char *peer)
{
    return np_rendezvous_handset_cancel(&self->handset, peer);
}

gboolean
np_rendezvous_client_echo(NpRendezvousClient *self,
                          const char *peer,
                          const guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE])
{
    return np_rendezvous_handset_echo(&self->handset, peer, nonce);
}

gboolean
np_rendezvous_client_ready(NpRendezvousClient *self,
                           const char *peer,
                           const NpRendezvousMessage *ready)
{
    return np_rendezvous_handset_ready(&self->handset, peer, ready);
}

static void
expire_state(NpRendezvousClient *self, NpTime now)
{
    switch (self->state) {
    case STOPPED:
        break;
    case WAITING:
        connect_to(self, now);
        break;
    case CONNECTING:
    case GREETING:
        hang_up(self, now, 0);
        break;
    case ONLINE:
        if (self->pinged) {
            hang_up(self, now, 0);
            break;
        }
        ping(self, now);
        self->pinged = TRUE;
        self->due = now + PATIENCE;
        break;
    }
}

void
np_rendezvous_client_expire(NpRendezvousClient *self, NpTime now)
{
    if (self->due <= now)
        expire_state(self, now);
    np_rendezvous_handset_expire(&self->handset, now);
}

NpTime
np_rendezvous_client_deadline(const NpRendezvousClient *self)
{
    return MIN(self->due, np_rendezvous_handset_deadline(&self->handset));
}

NpRendezvousOrder *
np_rendezvous_client_take(NpRendezvousClient *self)
{
    return np_rendezvous_order_take(&self->orders);
}

gboolean
np_rendezvous_client_is_online(const NpRendezvousClient *self)
{
    return self->state == ONLINE;
}

const char *
np_rendezvous_client_id(const NpRendezvousClient *self)
{
    return np_rendezvous_message_has(&self->hello, NP_RENDEZVOUS_FIELD_ID) ? self->hello.id : NULL;
}

guint
np_rendezvous_client_n_calls(const NpRendezvousClient *self)
{
    return self->handset.n_calls;
}

NpTime
np_rendezvous_client_local_time(const NpRendezvousClient *self, NpTime server_time)
{
    return np_rendezvous_clock_local(&self->handset.clock, server_time);
}

guint64
np_rendezvous_client_n_stale(const NpRendezvousClient *self)
{
    return self->handset.n_stale;
}
