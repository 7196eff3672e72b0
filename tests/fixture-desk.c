/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-desk.h"

#include <string.h>

static void
keep(NpRendezvousMessage *to, const NpRendezvousMessage *message)
{
    np_rendezvous_message_clear(to);
    np_rendezvous_message_copy(to, message);
}

static void
claim(NpDesk *self, const NpRendezvousOrder *order)
{
    if (!g_hash_table_contains(self->owners, order->id))
        g_hash_table_insert(self->owners, g_strdup(order->id),
                            g_memdup2(order->fingerprint, sizeof order->fingerprint));
    np_rendezvous_registry_owner(self->registry, self->now, order->connection, order->id,
                                 self->owners_away ? NULL
                                                   : g_hash_table_lookup(self->owners, order->id));
}

static void
drain(NpDesk *self)
{
    for (;;) {
        g_autoptr(NpRendezvousOrder) order = np_rendezvous_registry_take(self->registry);

        if (order == NULL)
            return;
        if (order->kind == NP_RENDEZVOUS_ORDER_CLAIM) {
            claim(self, order);
            continue;
        }
        g_assert(order->connection < NP_DESK_CLIENTS);
        g_string_append_printf(self->log, "%s%u", self->log->len > 0 ? " " : "",
                               (guint)order->connection);
        if (order->kind == NP_RENDEZVOUS_ORDER_DROP) {
            g_string_append_c(self->log, '!');
            continue;
        }
        g_assert(np_rendezvous_message_is_complete(order->message));
        g_string_append_printf(self->log, "<%s",
                               np_rendezvous_message_operation_name(order->message->operation));
        if (np_rendezvous_message_has(order->message, NP_RENDEZVOUS_FIELD_REASON))
            g_string_append_printf(self->log, ":%s",
                                   np_rendezvous_message_reason_name(order->message->reason));
        keep(&self->last[order->connection], order->message);
        if (order->message->operation == NP_RENDEZVOUS_PUSH)
            keep(&self->push[order->connection], order->message);
    }
}

NpDesk *
np_desk_new(void)
{
    NpRendezvousRegistryConfig config = np_rendezvous_registry_defaults();

    return np_desk_new_with(&config);
}

NpDesk *
np_desk_new_with(const NpRendezvousRegistryConfig *config)
{
    NpDesk *self = g_new0(NpDesk, 1);

    self->config = *config;
    self->config.rng = np_rng_from_number(7);
    self->registry = np_rendezvous_registry_new(&self->config);
    self->now = NP_SECOND;
    self->owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->log = g_string_new(NULL);
    return self;
}

void
np_desk_free(NpDesk *self)
{
    np_rendezvous_registry_free(self->registry);
    for (guint i = 0; i < NP_DESK_CLIENTS; i++) {
        np_rendezvous_message_clear(&self->last[i]);
        np_rendezvous_message_clear(&self->push[i]);
    }
    g_hash_table_unref(self->owners);
    g_string_free(self->log, TRUE);
    g_free(self);
}

const char *
np_desk_log(NpDesk *self)
{
    static char text[1024];

    drain(self);
    g_strlcpy(text, self->log->str, sizeof text);
    g_string_truncate(self->log, 0);
    return text;
}

void
np_desk_connect(NpDesk *self, guint64 client, guint8 key)
{
    guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE] = { key };
    NpAddress source = np_address_ipv4(0xc6336400, (guint16)(1000 + client));

    np_rendezvous_registry_connected(self->registry, self->now, client, fingerprint, &source);
}

void
np_desk_hello(NpDesk *self, guint64 client, const char *id, const guint8 *session)
{
    NpRendezvousMessage hello = { .operation = NP_RENDEZVOUS_HELLO,
                                  .has = np_rendezvous_message_required(NP_RENDEZVOUS_HELLO),
                                  .version = NP_RENDEZVOUS_VERSION };

    if (id != NULL)
        np_rendezvous_message_set_id(&hello, id);
    if (session != NULL) {
        memcpy(hello.session, session, sizeof hello.session);
        hello.has |= 1u << NP_RENDEZVOUS_FIELD_SESSION;
    }
    np_rendezvous_registry_receive(self->registry, self->now, client, &hello);
    drain(self);
}

void
np_desk_login(NpDesk *self, guint64 client, const char *id)
{
    np_desk_connect(self, client, (guint8)client);
    np_desk_hello(self, client, id, NULL);
}

void
np_desk_say(
    NpDesk *self, guint64 client, NpRendezvousOperation operation, const char *peer, guint64 call)
{
    NpRendezvousMessage message = { .operation = operation };

    np_rendezvous_message_set_peer(&message, peer);
    if (call != 0)
        np_rendezvous_message_set_call(&message, call);
    message.rtt = 20 * NP_MSEC;
    np_rendezvous_registry_receive(self->registry, self->now, client, &message);
    drain(self);
}

void
np_desk_prove(NpDesk *self, guint64 client, guint32 host)
{
    const NpRendezvousMessage *token = &self->last[client];
    NpRendezvousMessage echo = { .operation = NP_RENDEZVOUS_ECHO };
    NpAddress address = np_address_ipv4(host, 4000);

    g_assert(token->operation == NP_RENDEZVOUS_TOKEN);
    g_assert(np_rendezvous_registry_observe(self->registry, token->token, &address, echo.nonce));
    np_rendezvous_message_set_peer(&echo, token->peer);
    np_rendezvous_message_set_call(&echo, token->call);
    np_rendezvous_registry_receive(self->registry, self->now, client, &echo);
    drain(self);
}

void
np_desk_gone(NpDesk *self, guint64 client)
{
    np_rendezvous_registry_gone(self->registry, self->now, client);
    drain(self);
}

void
np_desk_pass(NpDesk *self, NpTime time)
{
    NpTime until = self->now + time;

    while (np_rendezvous_registry_deadline(self->registry) <= until) {
        self->now = np_rendezvous_registry_deadline(self->registry);
        np_rendezvous_registry_expire(self->registry, self->now);
        drain(self);
    }
    self->now = until;
}
