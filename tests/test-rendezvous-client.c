/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "rendezvous/client.h"

#include <string.h>

#define BIT(field) (1u << NP_RENDEZVOUS_FIELD_##field)
/* What the server's clock is ahead. */
#define AHEAD (1000 * NP_SECOND)

/* A client whose server is the test. */
typedef struct {
    NpRendezvousClient *client;
    NpTime now;
    GString *log;
    NpRendezvousMessage said;
} Phone;

static const char *const notices[] = { "ONLINE", "OFFLINE", "REFUSED", "ASKED", "RINGING",
                                       "TOKEN",  "PUSH",    "ENDED",   "TEXT" };

static Phone *
phone_new(const char *accept, guint n_servers)
{
    NpRendezvousClientConfig config = { .rng = np_rng_from_number(3),
                                        .n_servers = n_servers,
                                        .id = "alice" };
    Phone *self = g_new0(Phone, 1);

    g_assert_true(np_rendezvous_consent_parse(&config.consent, accept));
    self->client = np_rendezvous_client_new(&config);
    self->log = g_string_new(NULL);
    np_rendezvous_client_start(self->client, 0);
    return self;
}

static void
phone_free(Phone *self)
{
    np_rendezvous_client_free(self->client);
    g_string_free(self->log, TRUE);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Phone, phone_free)

/* The orders since the last time: "connect 0", "hello", "drop", "ONLINE". */
static const char *
orders(Phone *self)
{
    static char text[512];
    NpRendezvousOrder *next = NULL;

    g_string_truncate(self->log, 0);
    while ((next = np_rendezvous_client_take(self->client)) != NULL) {
        g_autoptr(NpRendezvousOrder) order = next;

        g_string_append(self->log, self->log->len > 0 ? " " : "");
        if (order->kind == NP_RENDEZVOUS_ORDER_CONNECT) {
            g_string_append_printf(self->log, "connect %u", (guint)order->connection);
        } else if (order->kind == NP_RENDEZVOUS_ORDER_DROP) {
            g_string_append(self->log, "drop");
        } else if (order->kind == NP_RENDEZVOUS_ORDER_NOTIFY) {
            g_string_append(self->log, notices[order->notice]);
        } else {
            CU_ASSERT(np_rendezvous_message_is_complete(order->message));
            self->said = *order->message;
            self->said.profile = NULL;
            g_string_append(self->log,
                            np_rendezvous_message_operation_name(order->message->operation));
        }
    }
    g_strlcpy(text, self->log->str, sizeof text);
    return text;
}

static void
hear(Phone *self, NpRendezvousMessage message)
{
    np_rendezvous_client_receive(self->client, self->now, &message);
}

static void
hear_of(Phone *self, NpRendezvousOperation operation, const char *peer, guint64 call)
{
    NpRendezvousMessage message = { .operation = operation };

    np_rendezvous_message_set_peer(&message, peer);
    if (call != 0)
        np_rendezvous_message_set_call(&message, call);
    message.start = self->now + AHEAD + NP_SECOND;
    message.reason = NP_RENDEZVOUS_REASON_GONE;
    hear(self, message);
}

static void
welcome(Phone *self, gboolean resumed)
{
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_WELCOME,
                                    .resumed = resumed,
                                    .time = self->now,
                                    .server_time = self->now + AHEAD,
                                    .keepalive = 20 * NP_SECOND,
                                    .session = { 5 } };

    np_rendezvous_message_set_id(&message, "alice");
    np_rendezvous_client_connected(self->client, self->now);
    hear(self, message);
}

static Phone *
online(const char *accept)
{
    Phone *self = phone_new(accept, 1);

    welcome(self, FALSE);
    orders(self);
    return self;
}

/* Lets time pass to the next deadline. */
static void
wait(Phone *self)
{
    self->now = np_rendezvous_client_deadline(self->client);
    np_rendezvous_client_expire(self->client, self->now);
}

static void
logs_in_and_keeps_the_connection_alive(void)
{
    g_autoptr(Phone) phone = phone_new("ask", 1);

    NP_ASSERT_STR(orders(phone), "connect 0");
    welcome(phone, FALSE);
    NP_ASSERT_STR(orders(phone), "hello ONLINE");
    CU_ASSERT(np_rendezvous_client_is_online(phone->client));
    NP_ASSERT_INT(np_rendezvous_client_local_time(phone->client, AHEAD + 7), 7);
    wait(phone);
    NP_ASSERT_INT(phone->now, 20 * NP_SECOND);
    NP_ASSERT_STR(orders(phone), "ping");
    wait(phone);
    NP_ASSERT_STR(orders(phone), "OFFLINE drop");
    wait(phone);
    NP_ASSERT_STR(orders(phone), "connect 0");
    np_rendezvous_client_connected(phone->client, phone->now);
    NP_ASSERT_STR(orders(phone), "hello");
    CU_ASSERT(np_rendezvous_message_has(&phone->said, NP_RENDEZVOUS_FIELD_SESSION));
    NP_ASSERT_INT(phone->said.session[0], 5);
}

static void
goes_from_server_to_server_ever_more_slowly(void)
{
    g_autoptr(Phone) phone = phone_new("ask", 2);
    NpTime before = 0;

    orders(phone);
    for (guint i = 0; i < 12; i++) {
        g_autofree char *expected = g_strdup_printf("connect %u", i % 2);

        before = phone->now;
        np_rendezvous_client_lost(phone->client, phone->now);
        wait(phone);
        CU_ASSERT(phone->now - before <= 15 * NP_SECOND);
        NP_ASSERT_STR(orders(phone), expected);
    }
    CU_ASSERT(phone->now - before >= 7 * NP_SECOND);
}

static void
stops_where_trying_again_is_no_use(void)
{
    g_autoptr(Phone) phone = phone_new("ask", 1);
    NpRendezvousMessage refused = { .operation = NP_RENDEZVOUS_REFUSED };

    np_rendezvous_client_connected(phone->client, 0);
    orders(phone);
    np_rendezvous_message_set_reason(&refused, NP_RENDEZVOUS_REASON_ID_TAKEN);
    hear(phone, refused);
    NP_ASSERT_STR(orders(phone), "REFUSED drop");
    NP_ASSERT_INT(np_rendezvous_client_deadline(phone->client), NP_TIME_NEVER);
}

static void
waits_as_long_as_the_server_asks(void)
{
    g_autoptr(Phone) phone = phone_new("ask", 1);
    NpRendezvousMessage refused = { .operation = NP_RENDEZVOUS_REFUSED,
                                    .has = BIT(RETRY),
                                    .retry = 9 * NP_SECOND };

    np_rendezvous_client_connected(phone->client, 0);
    np_rendezvous_message_set_reason(&refused, NP_RENDEZVOUS_REASON_TOO_FAST);
    hear(phone, refused);
    CU_ASSERT(np_rendezvous_client_deadline(phone->client) >= 9 * NP_SECOND);
    CU_ASSERT(np_rendezvous_client_deadline(phone->client) <= 18 * NP_SECOND);
}

static void
a_call_goes_from_ringing_to_the_push(void)
{
    g_autoptr(Phone) phone = online("none");
    NpRendezvousMessage ready = { .has = BIT(KEY) | BIT(SIGNATURE) };

    CU_ASSERT(np_rendezvous_client_call(phone->client, 0, "bob"));
    CU_ASSERT(np_rendezvous_client_call(phone->client, 0, "bob"));
    CU_ASSERT(!np_rendezvous_client_call(phone->client, 0, "b b"));
    hear_of(phone, NP_RENDEZVOUS_RINGING, "bob", 9);
    hear_of(phone, NP_RENDEZVOUS_RINGING, "bob", 9);
    NP_ASSERT_STR(orders(phone), "call RINGING");
    CU_ASSERT(!np_rendezvous_client_ready(phone->client, "bob", &ready));
    hear_of(phone, NP_RENDEZVOUS_ACCEPT, "bob", 9);
    hear_of(phone, NP_RENDEZVOUS_TOKEN, "bob", 9);
    hear_of(phone, NP_RENDEZVOUS_TOKEN, "bob", 9);
    NP_ASSERT_STR(orders(phone), "ping TOKEN");
    CU_ASSERT(np_rendezvous_client_echo(phone->client, "bob", ready.nonce));
    CU_ASSERT(np_rendezvous_client_ready(phone->client, "bob", &ready));
    NP_ASSERT_STR(orders(phone), "echo ready");
    hear_of(phone, NP_RENDEZVOUS_PUSH, "bob", 9);
    hear_of(phone, NP_RENDEZVOUS_PUSH, "bob", 9);
    NP_ASSERT_STR(orders(phone), "PUSH");
    NP_ASSERT_INT(np_rendezvous_client_n_calls(phone->client), 0);
    NP_ASSERT_INT(np_rendezvous_client_n_stale(phone->client), 1);
}

static void
an_old_push_starts_nothing(void)
{
    g_autoptr(Phone) phone = online("none");
    NpRendezvousMessage ready = { .has = BIT(KEY) | BIT(SIGNATURE) };
    NpRendezvousMessage late = { .operation = NP_RENDEZVOUS_PUSH, .start = AHEAD + 60 * NP_SECOND };

    np_rendezvous_client_call(phone->client, 0, "bob");
    hear_of(phone, NP_RENDEZVOUS_PUSH, "bob", 8);
    hear_of(phone, NP_RENDEZVOUS_TOKEN, "bob", 9);
    np_rendezvous_client_ready(phone->client, "bob", &ready);
    orders(phone);
    hear_of(phone, NP_RENDEZVOUS_PUSH, "bob", 8);
    hear_of(phone, NP_RENDEZVOUS_PUSH, "carol", 9);
    np_rendezvous_message_set_peer(&late, "bob");
    np_rendezvous_message_set_call(&late, 9);
    hear(phone, late);
    NP_ASSERT_STR(orders(phone), "");
    NP_ASSERT_INT(np_rendezvous_client_n_stale(phone->client), 4);
}

static void
consent_is_asked_for_given_or_refused(void)
{
    static const struct {
        const char *accept;
        const char *orders;
    } rows[] = {
        { "ask", "ASKED" },  { "all", "accept" },   { "none", "reject" },
        { "bob", "accept" }, { "carol", "reject" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Phone) phone = online(rows[i].accept);

        hear_of(phone, NP_RENDEZVOUS_CALL, "bob", 4);
        NP_ASSERT_STR(orders(phone), rows[i].orders);
    }
}

static void
no_server_can_consent_for_us(void)
{
    g_autoptr(Phone) phone = online("ask");

    hear_of(phone, NP_RENDEZVOUS_CALL, "bob", 4);
    orders(phone);
    hear_of(phone, NP_RENDEZVOUS_ACCEPT, "bob", 4);
    hear_of(phone, NP_RENDEZVOUS_TOKEN, "bob", 4);
    NP_ASSERT_STR(orders(phone), "");
    CU_ASSERT(np_rendezvous_client_accept(phone->client, "bob"));
    CU_ASSERT(!np_rendezvous_client_accept(phone->client, "bob"));
    hear_of(phone, NP_RENDEZVOUS_TOKEN, "bob", 4);
    NP_ASSERT_STR(orders(phone), "accept ping TOKEN");
    CU_ASSERT(np_rendezvous_client_cancel(phone->client, "bob"));
    NP_ASSERT_STR(orders(phone), "cancel");
}

static void
calls_outlive_a_server(void)
{
    g_autoptr(Phone) phone = online("ask");

    np_rendezvous_client_call(phone->client, 0, "bob");
    hear_of(phone, NP_RENDEZVOUS_RINGING, "bob", 9);
    hear_of(phone, NP_RENDEZVOUS_CALL, "carol", 10);
    np_rendezvous_client_lost(phone->client, 0);
    CU_ASSERT(np_rendezvous_client_call(phone->client, 0, "dave"));
    wait(phone);
    orders(phone);
    welcome(phone, FALSE);
    NP_ASSERT_STR(orders(phone), "hello ONLINE call ENDED call");
    NP_ASSERT_INT(np_rendezvous_client_n_calls(phone->client), 2);
}

static void
calls_are_bounded_in_number_and_in_time(void)
{
    g_autoptr(Phone) phone = online("all");
    char id[] = "peer-a";

    for (guint i = 0; i < NP_RENDEZVOUS_HANDSET_MAX_CALLS; i++) {
        id[5] = (char)('a' + i);
        CU_ASSERT(np_rendezvous_client_call(phone->client, 0, id));
    }
    CU_ASSERT(!np_rendezvous_client_call(phone->client, 0, "bob"));
    orders(phone);
    hear_of(phone, NP_RENDEZVOUS_CALL, "bob", 4);
    NP_ASSERT_STR(orders(phone), "reject");
    while (np_rendezvous_client_n_calls(phone->client) > 0 && phone->now < 600 * NP_SECOND)
        wait(phone);
    NP_ASSERT_INT(phone->now, 180 * NP_SECOND);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(logs_in_and_keeps_the_connection_alive),
        NP_TEST(goes_from_server_to_server_ever_more_slowly),
        NP_TEST(stops_where_trying_again_is_no_use),
        NP_TEST(waits_as_long_as_the_server_asks),
        NP_TEST(a_call_goes_from_ringing_to_the_push),
        NP_TEST(an_old_push_starts_nothing),
        NP_TEST(consent_is_asked_for_given_or_refused),
        NP_TEST(no_server_can_consent_for_us),
        NP_TEST(calls_outlive_a_server),
        NP_TEST(calls_are_bounded_in_number_and_in_time),
        { 0 },
    };

    return np_test_main("rendezvous.client", tests);
}
