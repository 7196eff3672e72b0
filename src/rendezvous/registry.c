/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Connections and log-ins; what happens between peers that are logged in is the switchboard's.
 *
 * A connection has said no hello yet, waits for the owner of its id, or has a peer. A peer outlives
 * its connection for a while, so that who was cut off goes on where it was.
 */

#include "rendezvous/registry.h"

#include "core/limiter.h"
#include "rendezvous/switchboard.h"

#include <string.h>

#define BIT(field) (1u << NP_RENDEZVOUS_FIELD_##field)

/* Places for source networks in the limiter. */
#define LIMITED_NETWORKS 4096
/* Ids to draw for a client before the server is as good as full of them. */
#define MAX_DRAWS 8
/* 40 bits: a million drawn ids meet one that is taken once in a million draws. */
#define DRAWN_ID_SIZE 8
/* Without letters that look like digits, or like each other. */
static const char drawn_letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
/* What a client over a rate waits at least. */
#define RETRY (2 * NP_SECOND)

typedef struct {
    NpRendezvousTimer timer; /* login, then idle */
    guint64 number;
    guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE];
    NpAddress source;
    NpBucket messages;
    NpRendezvousMessage *hello; /* while its id is being claimed */
    guint n_draws;              /* ids drawn for it; 0 if it asked for one */
    NpRendezvousPeer *peer;     /* once logged in */
} Connection;

struct NpRendezvousRegistry {
    NpRendezvousRegistryConfig config;
    char *access;
    char *software;
    NpRng rng;
    NpLimiter *limiter;
    NpBucket logins;
    GHashTable *connections; /* number -> Connection */
    GHashTable *peers;       /* id -> NpRendezvousPeer */
    NpRendezvousTimers timers;
    NpRendezvousOrders orders;
    NpRendezvousSwitchboard switchboard;
    NpRendezvousRegistryCounters counters;
};

static void
free_connection(gpointer data)
{
    Connection *connection = data;

    if (connection->hello != NULL)
        np_rendezvous_message_clear(connection->hello);
    g_free(connection->hello);
    g_free(connection);
}

static void
free_peer(gpointer data)
{
    NpRendezvousPeer *peer = data;

    if (peer->profile != NULL)
        np_profile_clear(peer->profile);
    g_free(peer->profile);
    g_free(peer);
}

NpRendezvousRegistryConfig
np_rendezvous_registry_defaults(void)
{
    return (NpRendezvousRegistryConfig){
        .max_peers = 20000,
        /* Shorter than the NATs' timers of established TCP connections by far, so that a dead
         * path shows in time for its peer to come back within the session. */
        .keepalive = 20 * NP_SECOND,
        .durations = {
            [NP_RENDEZVOUS_TIMER_LOGIN] = 10 * NP_SECOND,
            [NP_RENDEZVOUS_TIMER_IDLE] = 60 * NP_SECOND,
            [NP_RENDEZVOUS_TIMER_RESUME] = 60 * NP_SECOND,
            [NP_RENDEZVOUS_TIMER_RING] = 60 * NP_SECOND,
            /* A measurement, a STUN exchange and a reconnection fit in. */
            [NP_RENDEZVOUS_TIMER_SETUP] = 30 * NP_SECOND,
        },
        .logins = np_bucket_rate(500, 500),
        .network_logins = np_bucket_rate(20, 200),
        .messages = np_bucket_rate(20, 100),
        .calls = np_bucket_rate(1, 20),
    };
}

NpRendezvousRegistry *
np_rendezvous_registry_new(const NpRendezvousRegistryConfig *config)
{
    NpRendezvousRegistry *self = g_new0(NpRendezvousRegistry, 1);

    self->config = *config;
    self->access = g_strdup(config->access);
    self->software = g_strdup(config->software);
    self->rng = np_rng_split(&config->rng, "registry");
    self->limiter =
        np_limiter_new(&config->network_logins, LIMITED_NETWORKS, np_rng_u64(&self->rng));
    self->connections = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_connection);
    self->peers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_peer);
    np_rendezvous_timers_init(&self->timers, config->durations);
    np_rendezvous_order_queue_init(&self->orders);
    np_rendezvous_switchboard_init(&self->switchboard, &config->rng, &self->timers, &self->orders,
                                   self->peers);
    self->switchboard.epoch = config->epoch;
    self->switchboard.attempts = config->calls;
    return self;
}

void
np_rendezvous_registry_free(NpRendezvousRegistry *self)
{
    GHashTableIter iter;
    gpointer peer = NULL;

    if (self == NULL)
        return;
    g_hash_table_iter_init(&iter, self->peers);
    while (g_hash_table_iter_next(&iter, NULL, &peer))
        np_rendezvous_switchboard_gone(&self->switchboard, peer);
    np_rendezvous_switchboard_clear(&self->switchboard);
    np_rendezvous_order_queue_clear(&self->orders);
    g_hash_table_unref(self->connections);
    g_hash_table_unref(self->peers);
    np_limiter_free(self->limiter);
    g_free(self->software);
    g_free(self->access);
    g_free(self);
}

static void
refuse(NpRendezvousRegistry *self,
       const Connection *connection,
       NpRendezvousReason reason,
       NpTime retry)
{
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_REFUSED, .retry = retry };

    np_rendezvous_message_set_reason(&message, reason);
    if (retry > 0)
        message.has |= BIT(RETRY);
    self->counters.refused[reason]++;
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_SEND, connection->number, &message);
}

/* Forgets the connection; its peer may come back with another. */
static void
forget(NpRendezvousRegistry *self, NpTime now, Connection *connection)
{
    NpRendezvousPeer *peer = connection->peer;

    if (peer != NULL) {
        peer->connection = 0;
        np_rendezvous_timers_start(&self->timers, &peer->timer, NP_RENDEZVOUS_TIMER_RESUME, now);
    }
    np_rendezvous_timers_stop(&self->timers, &connection->timer);
    g_hash_table_remove(self->connections, &connection->number);
}

static void
drop(NpRendezvousRegistry *self,
     NpTime now,
     Connection *connection,
     NpRendezvousReason reason,
     NpTime retry)
{
    refuse(self, connection, reason, retry);
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_DROP, connection->number, NULL);
    forget(self, now, connection);
}

static void
remove_peer(NpRendezvousRegistry *self, NpRendezvousPeer *peer)
{
    np_rendezvous_switchboard_gone(&self->switchboard, peer);
    np_rendezvous_timers_stop(&self->timers, &peer->timer);
    g_hash_table_remove(self->peers, peer->id);
}

static Connection *
find(const NpRendezvousRegistry *self, guint64 number)
{
    return g_hash_table_lookup(self->connections, &number);
}

void
np_rendezvous_registry_connected(NpRendezvousRegistry *self,
                                 NpTime now,
                                 guint64 connection,
                                 const guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE],
                                 const NpAddress *source)
{
    Connection *added = g_new0(Connection, 1);

    added->number = connection;
    added->source = *source;
    memcpy(added->fingerprint, fingerprint, sizeof added->fingerprint);
    g_hash_table_insert(self->connections, &added->number, added);
    np_rendezvous_timers_start(&self->timers, &added->timer, NP_RENDEZVOUS_TIMER_LOGIN, now);
    self->counters.connections++;
}

static void
claim(NpRendezvousRegistry *self, const Connection *connection)
{
    NpRendezvousOrder *order = np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_CLAIM,
                                                        connection->number, NULL);

    g_strlcpy(order->id, connection->hello->id, sizeof order->id);
    memcpy(order->fingerprint, connection->fingerprint, sizeof order->fingerprint);
}

static void
draw_id(NpRendezvousRegistry *self, Connection *connection)
{
    char id[DRAWN_ID_SIZE + 1] = "";

    for (guint i = 0; i < DRAWN_ID_SIZE; i++)
        id[i] = drawn_letters[np_rng_below(&self->rng, sizeof drawn_letters - 1)];
    np_rendezvous_message_set_id(connection->hello, id);
    connection->n_draws++;
}

/* The same time whatever the guess, so that nobody finds a token byte by byte. */
static gboolean
may_enter(const NpRendezvousRegistry *self, const NpRendezvousMessage *hello)
{
    char wanted[NP_RENDEZVOUS_TEXT_SIZE] = "";
    char given[NP_RENDEZVOUS_TEXT_SIZE] = "";
    guint difference = 0;

    if (self->access == NULL)
        return TRUE;
    g_strlcpy(wanted, self->access, sizeof wanted);
    g_strlcpy(given, hello->access, sizeof given);
    for (gsize i = 0; i < sizeof wanted; i++)
        difference |= (guint)(guchar)wanted[i] ^ (guint)(guchar)given[i];
    return difference == 0;
}

static void
on_hello(NpRendezvousRegistry *self,
         NpTime now,
         Connection *connection,
         const NpRendezvousMessage *hello)
{
    gboolean wants_id = np_rendezvous_message_has(hello, NP_RENDEZVOUS_FIELD_ID);
    const NpRendezvousPeer *peer = wants_id ? g_hash_table_lookup(self->peers, hello->id) : NULL;

    if (hello->version != NP_RENDEZVOUS_VERSION) {
        drop(self, now, connection, NP_RENDEZVOUS_REASON_VERSION, 0);
    } else if (!np_limiter_take(self->limiter, &connection->source, now) ||
               !np_bucket_take(&self->logins, &self->config.logins, now)) {
        drop(self, now, connection, NP_RENDEZVOUS_REASON_TOO_FAST, RETRY);
    } else if (!may_enter(self, hello)) {
        drop(self, now, connection, NP_RENDEZVOUS_REASON_UNAUTHORIZED, 0);
    } else if (wants_id && !np_rendezvous_message_is_id(hello->id)) {
        drop(self, now, connection, NP_RENDEZVOUS_REASON_ID_INVALID, 0);
    } else if (peer == NULL && g_hash_table_size(self->peers) >= self->config.max_peers) {
        drop(self, now, connection, NP_RENDEZVOUS_REASON_FULL, RETRY);
    } else {
        connection->hello = g_new0(NpRendezvousMessage, 1);
        np_rendezvous_message_copy(connection->hello, hello);
        if (!wants_id)
            draw_id(self, connection);
        claim(self, connection);
    }
}

void
np_rendezvous_registry_receive(NpRendezvousRegistry *self,
                               NpTime now,
                               guint64 connection,
                               const NpRendezvousMessage *message)
{
    Connection *from = find(self, connection);
    NpRendezvousMessage pong = { .operation = NP_RENDEZVOUS_PONG };

    if (from == NULL)
        return;
    self->counters.messages++;
    if (!np_bucket_take(&from->messages, &self->config.messages, now)) {
        drop(self, now, from, NP_RENDEZVOUS_REASON_TOO_FAST, RETRY);
        return;
    }
    if (message->operation == NP_RENDEZVOUS_HELLO) {
        if (from->peer != NULL || from->hello != NULL)
            refuse(self, from, NP_RENDEZVOUS_REASON_LOGGED_IN, 0);
        else
            on_hello(self, now, from, message);
        return;
    }
    if (from->peer == NULL) {
        drop(self, now, from, NP_RENDEZVOUS_REASON_NOT_LOGGED_IN, 0);
        return;
    }
    np_rendezvous_timers_start(&self->timers, &from->timer, NP_RENDEZVOUS_TIMER_IDLE, now);
    if (message->operation == NP_RENDEZVOUS_PING) {
        pong.time = message->time;
        pong.server_time = now + self->config.epoch;
        pong.has = BIT(TIME) | BIT(SERVER_TIME);
        np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_SEND, connection, &pong);
    } else if (!np_rendezvous_switchboard_receive(&self->switchboard, now, from->peer, message)) {
        refuse(self, from, NP_RENDEZVOUS_REASON_UNKNOWN, 0);
    }
}

void
np_rendezvous_registry_refuse(NpRendezvousRegistry *self,
                              NpTime now,
                              guint64 connection,
                              NpRendezvousReason reason)
{
    Connection *from = find(self, connection);

    if (from == NULL)
        return;
    if (reason != NP_RENDEZVOUS_REASON_UNKNOWN)
        drop(self, now, from, reason, 0);
    else if (!np_bucket_take(&from->messages, &self->config.messages, now))
        drop(self, now, from, NP_RENDEZVOUS_REASON_TOO_FAST, RETRY);
    else
        refuse(self, from, reason, 0);
}

void
np_rendezvous_registry_gone(NpRendezvousRegistry *self, NpTime now, guint64 connection)
{
    Connection *gone = find(self, connection);

    if (gone != NULL)
        forget(self, now, gone);
}

static void
welcome(NpRendezvousRegistry *self, NpTime now, const Connection *connection, gboolean resumed)
{
    const NpRendezvousPeer *peer = connection->peer;
    NpRendezvousMessage message = {
        .operation = NP_RENDEZVOUS_WELCOME,
        .has = np_rendezvous_message_required(NP_RENDEZVOUS_WELCOME) | BIT(STUN),
        .version = NP_RENDEZVOUS_VERSION,
        .resumed = resumed,
        .time = connection->hello->time,
        .server_time = now + self->config.epoch,
        .keepalive = self->config.keepalive,
        .stun = self->config.stun,
    };

    np_rendezvous_message_set_id(&message, peer->id);
    memcpy(message.session, peer->session, sizeof message.session);
    if (self->software != NULL) {
        g_strlcpy(message.software, self->software, sizeof message.software);
        message.has |= BIT(SOFTWARE);
    }
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_SEND, connection->number, &message);
}

static NpRendezvousPeer *
add_peer(NpRendezvousRegistry *self, const Connection *connection)
{
    NpRendezvousPeer *peer = g_new0(NpRendezvousPeer, 1);

    g_strlcpy(peer->id, connection->hello->id, sizeof peer->id);
    memcpy(peer->fingerprint, connection->fingerprint, sizeof peer->fingerprint);
    np_rng_fill(&self->rng, peer->session, sizeof peer->session);
    g_hash_table_insert(self->peers, peer->id, peer);
    return peer;
}

/* The peer under this id from before goes on if the session is the same, or makes room. */
static gboolean
resume(NpRendezvousRegistry *self, NpTime now, const Connection *connection, NpRendezvousPeer *peer)
{
    gboolean same = np_rendezvous_message_has(connection->hello, NP_RENDEZVOUS_FIELD_SESSION) &&
                    memcmp(connection->hello->session, peer->session, sizeof peer->session) == 0;

    if (peer->connection != 0)
        drop(self, now, find(self, peer->connection), NP_RENDEZVOUS_REASON_REPLACED, 0);
    if (!same)
        remove_peer(self, peer);
    return same;
}

static void
log_in(NpRendezvousRegistry *self, NpTime now, Connection *connection)
{
    NpRendezvousPeer *peer = g_hash_table_lookup(self->peers, connection->hello->id);
    gboolean resumed = peer != NULL && resume(self, now, connection, peer);

    if (!resumed)
        peer = add_peer(self, connection);
    np_rendezvous_timers_stop(&self->timers, &peer->timer);
    peer->connection = connection->number;
    peer->capabilities = connection->hello->capabilities;
    if (connection->hello->profile != NULL) {
        if (peer->profile != NULL)
            np_profile_clear(peer->profile);
        g_free(peer->profile);
        peer->profile = g_steal_pointer(&connection->hello->profile);
    }
    connection->peer = peer;
    welcome(self, now, connection, resumed);
    np_rendezvous_message_clear(connection->hello);
    g_clear_pointer(&connection->hello, g_free);
    np_rendezvous_timers_start(&self->timers, &connection->timer, NP_RENDEZVOUS_TIMER_IDLE, now);
    self->counters.logins++;
    self->counters.resumed += resumed ? 1 : 0;
    if (resumed)
        np_rendezvous_switchboard_resume(&self->switchboard, now, peer);
}

void
np_rendezvous_registry_owner(NpRendezvousRegistry *self,
                             NpTime now,
                             guint64 connection,
                             const char *id,
                             const guint8 *fingerprint)
{
    Connection *asker = find(self, connection);

    if (asker == NULL || asker->hello == NULL || !g_str_equal(asker->hello->id, id))
        return;
    if (fingerprint == NULL) {
        drop(self, now, asker, NP_RENDEZVOUS_REASON_UNAVAILABLE, RETRY);
    } else if (memcmp(fingerprint, asker->fingerprint, sizeof asker->fingerprint) == 0) {
        log_in(self, now, asker);
    } else if (asker->n_draws > 0 && asker->n_draws < MAX_DRAWS) {
        draw_id(self, asker);
        claim(self, asker);
    } else {
        drop(self, now, asker, NP_RENDEZVOUS_REASON_ID_TAKEN, 0);
    }
}

const guint8 *
np_rendezvous_registry_secret(const NpRendezvousRegistry *self,
                              const guint8 token[NP_RENDEZVOUS_SECRET_SIZE])
{
    const NpRendezvousSide *side = np_rendezvous_switchboard_side(&self->switchboard, token);

    return side != NULL ? side->token.secret : NULL;
}

gboolean
np_rendezvous_registry_observe(NpRendezvousRegistry *self,
                               const guint8 token[NP_RENDEZVOUS_SECRET_SIZE],
                               const NpAddress *source,
                               guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE])
{
    NpRendezvousSide *side = np_rendezvous_switchboard_side(&self->switchboard, token);

    return side != NULL && np_address_is_destination(source) &&
           np_rendezvous_token_see(&side->token, &self->rng, source, nonce);
}

void
np_rendezvous_registry_say(NpRendezvousRegistry *self, const char *text)
{
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_SAY };

    np_rendezvous_message_set_text(&message, text);
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_SEND_ALL, 0, &message);
}

gboolean
np_rendezvous_registry_tell(NpRendezvousRegistry *self, const char *id, const char *text)
{
    const NpRendezvousPeer *peer = g_hash_table_lookup(self->peers, id);
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_TELL };

    if (peer == NULL || peer->connection == 0)
        return FALSE;
    np_rendezvous_message_set_text(&message, text);
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_SEND, peer->connection, &message);
    return TRUE;
}

void
np_rendezvous_registry_stop(NpRendezvousRegistry *self)
{
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_REFUSED };

    np_rendezvous_message_set_reason(&message, NP_RENDEZVOUS_REASON_STOPPING);
    np_rendezvous_order_push(&self->orders, NP_RENDEZVOUS_ORDER_SEND_ALL, 0, &message);
}

void
np_rendezvous_registry_expire(NpRendezvousRegistry *self, NpTime now)
{
    NpRendezvousTimer *timer = NULL;

    while ((timer = np_rendezvous_timers_take(&self->timers, now)) != NULL) {
        switch (timer->kind) {
        case NP_RENDEZVOUS_TIMER_LOGIN:
        case NP_RENDEZVOUS_TIMER_IDLE:
            drop(self, now, (Connection *)timer, NP_RENDEZVOUS_REASON_SILENT, 0);
            break;
        case NP_RENDEZVOUS_TIMER_RESUME:
            remove_peer(self, (NpRendezvousPeer *)timer);
            break;
        case NP_RENDEZVOUS_TIMER_RING:
        case NP_RENDEZVOUS_TIMER_SETUP:
            np_rendezvous_switchboard_expire(&self->switchboard, (NpRendezvousCall *)timer);
            break;
        case NP_RENDEZVOUS_N_TIMERS:
            break;
        }
    }
}

NpTime
np_rendezvous_registry_deadline(const NpRendezvousRegistry *self)
{
    return np_rendezvous_timers_deadline(&self->timers);
}

NpRendezvousOrder *
np_rendezvous_registry_take(NpRendezvousRegistry *self)
{
    return np_rendezvous_order_take(&self->orders);
}

guint
np_rendezvous_registry_n_peers(const NpRendezvousRegistry *self)
{
    return g_hash_table_size(self->peers);
}

guint
np_rendezvous_registry_n_calls(const NpRendezvousRegistry *self)
{
    return self->switchboard.n_calls;
}

NpRendezvousRegistryCounters
np_rendezvous_registry_counters(const NpRendezvousRegistry *self)
{
    NpRendezvousRegistryCounters counters = self->counters;

    counters.calls = self->switchboard.calls;
    counters.pushes = self->switchboard.pushes;
    counters.stale = self->switchboard.stale;
    memcpy(counters.ended, self->switchboard.ended, sizeof counters.ended);
    return counters;
}
