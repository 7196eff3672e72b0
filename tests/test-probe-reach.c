/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "probe/reach.h"
#include "stun/builder.h"
#include "stun/message.h"

/* When UDP has been silent for long enough to try TCP, and between tries. */
#define FIRST_TRY (250 * NP_MSEC)
#define STAGGER (300 * NP_MSEC)

typedef struct {
    NpProbeSession session;
    NpAddress server;
    gpointer reach;
} Fixture;

/* An experiment that began at time 0, beside one plain question over UDP. */
static void
fixture_init(Fixture *self)
{
    NpRng rng = np_rng_from_number(1);
    NpSocketEvent opened = { .kind = NP_SOCKET_OPENED };
    NpAction action;

    np_probe_session_init(&self->session, NP_FAMILY_IPV4, &rng);
    self->server = np_address_ipv4(0xc0000201, 3478);
    np_probe_servers_add(&self->session.servers, &self->server, TRUE);
    opened.socket = np_probe_session_open(&self->session, 0);
    opened.local = np_address_any(NP_FAMILY_IPV4, 40000);
    np_probe_session_report(&self->session, &opened);
    np_probe_session_ask(&self->session, 0, opened.socket, &self->server, NP_PROBE_ASK_PLAIN,
                         NP_PROBE_INTERVAL);
    while (np_outbox_take(&self->session.outbox, &action))
        np_action_clear(&action);
    self->reach = np_probe_reach_ops.create();
    np_probe_reach_ops.start(self->reach, &self->session, 0);
}

static void
fixture_clear(Fixture *self)
{
    np_probe_reach_ops.destroy(self->reach);
    np_probe_session_clear(&self->session);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static void
advance(Fixture *self, NpTime now)
{
    np_probe_reach_ops.advance(self->reach, &self->session, now);
}

static gboolean
settled(const Fixture *self, NpTime now)
{
    return np_probe_reach_ops.settled(self->reach, &self->session, now);
}

/* The socket of the next connection that was asked for, and where to; 0 if there is none. */
static NpSocketId
next_connection(Fixture *self, NpAddress *to)
{
    NpAction open, connect;

    if (!np_outbox_take(&self->session.outbox, &open))
        return 0;
    NP_ASSERT_INT(open.kind, NP_DO_OPEN);
    NP_ASSERT_INT(open.open.transport, NP_TRANSPORT_TCP);
    CU_ASSERT_TRUE(np_outbox_take(&self->session.outbox, &connect));
    NP_ASSERT_INT(connect.kind, NP_DO_CONNECT);
    CU_ASSERT_EQUAL(connect.socket, open.socket);
    *to = connect.connect.to;
    return open.socket;
}

static gboolean
report(Fixture *self, NpSocketId socket, NpSocketEventKind kind, NpTime now)
{
    NpSocketEvent event = { .socket = socket, .kind = kind };

    return np_probe_reach_report(self->reach, &self->session, now, &event);
}

static gboolean
receive(Fixture *self, NpSocketId socket, const void *data, gsize size)
{
    NpDatagram in = { .socket = socket, .from = self->server, .data = data, .size = size };

    return np_probe_reach_receive(self->reach, &in);
}

static NpSocketId
connected(Fixture *self, NpTime handshake)
{
    NpAddress to;
    NpSocketId socket = 0;

    advance(self, FIRST_TRY);
    socket = next_connection(self, &to);
    CU_ASSERT_TRUE(report(self, socket, NP_SOCKET_CONNECTED, FIRST_TRY + handshake));
    return socket;
}

/* The answer to the request that was sent on @socket; its size. */
static gsize
make_answer(Fixture *self, NpSocketId socket, guint8 *buffer, gsize capacity)
{
    NpAddress mapped = np_address_ipv4(0xc6336401, 50000);
    NpStunMessage request;
    NpStunBuilder builder;
    NpAction action;
    gsize size = 0;
    const void *data = NULL;

    CU_ASSERT_TRUE(np_outbox_take(&self->session.outbox, &action));
    NP_ASSERT_INT(action.kind, NP_DO_SEND);
    CU_ASSERT_EQUAL(action.socket, socket);
    data = g_bytes_get_data(action.send.payload, &size);
    NP_ASSERT_INT(np_stun_message_parse(&request, data, size), NP_STUN_OK);
    builder = np_stun_builder_reply(buffer, capacity, NP_STUN_SUCCESS, &request);
    np_stun_builder_address(&builder, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    np_action_clear(&action);
    return np_stun_builder_finish(&builder);
}

/* Whether UDP gets through, as the profile has it in the end. */
static char *
concluded(Fixture *self, NpTime now, double *confidence)
{
    g_auto(NpProfile) profile = { 0 };
    const NpVerdict *verdict = &profile.verdicts[NP_NAT_AXIS_REACHABLE];

    np_profile_init(&profile);
    np_probe_reach_ops.conclude(self->reach, &self->session, now, &profile);
    *confidence = verdict->confidence;
    return verdict->measured ? np_verdict_text(verdict) : g_strdup("not measured");
}

static void
tries_tcp_when_udp_has_been_silent_for_a_moment(void)
{
    g_auto(Fixture) fixture = { 0 };
    NpAddress to;

    fixture_init(&fixture);
    NP_ASSERT_INT(np_probe_reach_deadline(fixture.reach), FIRST_TRY);
    advance(&fixture, FIRST_TRY - 1);
    NP_ASSERT_INT(next_connection(&fixture, &to), 0);
    advance(&fixture, FIRST_TRY);
    CU_ASSERT_TRUE(next_connection(&fixture, &to) != 0);
    CU_ASSERT_TRUE(np_address_equal(&to, &fixture.server));
    NP_ASSERT_INT(np_probe_reach_deadline(fixture.reach), FIRST_TRY + STAGGER);
    CU_ASSERT_FALSE(settled(&fixture, FIRST_TRY));
}

static void
one_udp_answer_settles_it(void)
{
    g_auto(Fixture) fixture = { 0 };
    g_autofree char *verdict = NULL;
    NpAddress to;
    double confidence = 0;

    fixture_init(&fixture);
    fixture.session.counters.received = 1;
    advance(&fixture, FIRST_TRY);
    NP_ASSERT_INT(next_connection(&fixture, &to), 0);
    CU_ASSERT_TRUE(settled(&fixture, FIRST_TRY));
    CU_ASSERT_EQUAL(np_probe_reach_deadline(fixture.reach), NP_TIME_NEVER);
    verdict = concluded(&fixture, FIRST_TRY, &confidence);
    NP_ASSERT_STR(verdict, "yes");
    CU_ASSERT_DOUBLE_EQUAL(confidence, 1, 0);
}

static void
an_answer_over_tcp_proves_that_udp_is_blocked(void)
{
    g_auto(Fixture) fixture = { 0 };
    g_autofree char *verdict = NULL;
    double confidence = 0;
    guint8 answer[256];
    NpSocketId socket = 0;
    gsize size = 0;

    fixture_init(&fixture);
    socket = connected(&fixture, 80 * NP_MSEC);
    size = make_answer(&fixture, socket, answer, sizeof answer);
    /* TCP may cut it anywhere. */
    CU_ASSERT_TRUE(receive(&fixture, socket, answer, 9));
    CU_ASSERT_FALSE(np_probe_reach_tcp_answered(fixture.reach));
    CU_ASSERT_TRUE(receive(&fixture, socket, answer + 9, size - 9));
    CU_ASSERT_TRUE(np_probe_reach_tcp_answered(fixture.reach));
    for (NpTime now = NP_PROBE_INTERVAL; now <= NP_SECOND; now += NP_PROBE_INTERVAL)
        np_probe_session_expire(&fixture.session, now);
    advance(&fixture, NP_SECOND);
    CU_ASSERT_TRUE(settled(&fixture, NP_SECOND));
    verdict = concluded(&fixture, NP_SECOND, &confidence);
    NP_ASSERT_STR(verdict, "no");
    /* One question's copies are few; a run has dozens. */
    CU_ASSERT_TRUE(confidence > 0.5 && confidence < 1);
}

static void
udp_gets_twice_the_time_that_tcp_needed(void)
{
    g_auto(Fixture) fixture = { 0 };
    const NpTime handshake = 600 * NP_MSEC;
    guint8 answer[256];
    NpSocketId socket = 0;
    gsize size = 0;

    fixture_init(&fixture);
    socket = connected(&fixture, handshake);
    size = make_answer(&fixture, socket, answer, sizeof answer);
    receive(&fixture, socket, answer, size);
    advance(&fixture, 2 * handshake - 1);
    CU_ASSERT_FALSE(settled(&fixture, 2 * handshake - 1));
    NP_ASSERT_INT(np_probe_reach_deadline(fixture.reach), 2 * handshake);
    advance(&fixture, 2 * handshake);
    CU_ASSERT_TRUE(settled(&fixture, 2 * handshake));
}

static void
nobody_on_tcp_either_proves_nothing(void)
{
    g_auto(Fixture) fixture = { 0 };
    g_autofree char *verdict = NULL;
    double confidence = 0;
    guint n_tries = 0;
    NpTime now = FIRST_TRY;

    fixture_init(&fixture);
    for (; np_probe_reach_deadline(fixture.reach) != NP_TIME_NEVER; n_tries++) {
        NpSocketId socket = 0;
        NpAddress to;

        NP_REQUIRE(n_tries < 10);
        CU_ASSERT_FALSE(settled(&fixture, now));
        now = np_probe_reach_deadline(fixture.reach);
        advance(&fixture, now);
        socket = next_connection(&fixture, &to);
        CU_ASSERT_TRUE(report(&fixture, socket, NP_SOCKET_FAILED, now));
    }
    NP_ASSERT_INT(n_tries, 4);
    CU_ASSERT_TRUE(settled(&fixture, now));
    verdict = concluded(&fixture, now, &confidence);
    NP_ASSERT_STR(verdict, "not measured");
}

static void
what_is_no_answer_is_not_taken_for_one(void)
{
    static const guint8 page[1100] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    static const gsize sizes[] = { 28, sizeof page };

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_auto(Fixture) fixture = { 0 };
        guint8 answer[256];
        NpSocketId socket = 0;
        gsize size = 0;

        fixture_init(&fixture);
        socket = connected(&fixture, 80 * NP_MSEC);
        size = make_answer(&fixture, socket, answer, sizeof answer);
        CU_ASSERT_TRUE(receive(&fixture, socket, page, sizes[i]));
        /* Nor does it become one by what follows. */
        receive(&fixture, socket, answer, size);
        CU_ASSERT_FALSE(np_probe_reach_tcp_answered(fixture.reach));
    }
}

static void
asks_two_servers_and_only_those_a_person_named(void)
{
    g_auto(Fixture) fixture = { 0 };
    NpAddress to;

    fixture_init(&fixture);
    for (guint i = 1; i <= 4; i++) {
        NpAddress more = np_address_ipv4(0xc0000201 + i, 3478);

        np_probe_servers_add(&fixture.session.servers, &more, i > 2);
    }
    advance(&fixture, FIRST_TRY);
    CU_ASSERT_TRUE(next_connection(&fixture, &to) != 0);
    CU_ASSERT_TRUE(np_address_equal(&to, &fixture.server));
    CU_ASSERT_TRUE(next_connection(&fixture, &to) != 0);
    NP_ASSERT_INT(to.bytes[3], 4);
    NP_ASSERT_INT(next_connection(&fixture, &to), 0);
}

static void
leaves_the_sockets_of_others_alone(void)
{
    g_auto(Fixture) fixture = { 0 };

    fixture_init(&fixture);
    connected(&fixture, 80 * NP_MSEC);
    CU_ASSERT_FALSE(report(&fixture, 1, NP_SOCKET_FAILED, FIRST_TRY));
    CU_ASSERT_FALSE(receive(&fixture, 1, "", 0));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(tries_tcp_when_udp_has_been_silent_for_a_moment),
        NP_TEST(one_udp_answer_settles_it),
        NP_TEST(an_answer_over_tcp_proves_that_udp_is_blocked),
        NP_TEST(udp_gets_twice_the_time_that_tcp_needed),
        NP_TEST(nobody_on_tcp_either_proves_nothing),
        NP_TEST(what_is_no_answer_is_not_taken_for_one),
        NP_TEST(asks_two_servers_and_only_those_a_person_named),
        NP_TEST(leaves_the_sockets_of_others_alone),
        { 0 },
    };

    return np_test_main("probe.reach", tests);
}
