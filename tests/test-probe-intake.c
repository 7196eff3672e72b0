/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/intake.h"

#include "fixture-session.h"
#include "harness.h"
#include "stun/builder.h"

#define RTT (80 * NP_MSEC)
#define PORT NP_SESSION_FIXTURE_PORT

static const guint32 here = 0x0a000002, outside = 0xc6336401, one = 0xc0000201, two = 0xc0000202;

typedef struct {
    NpStunClass class;
    guint error;
    NpAddress mapped, other, from;
} Reply;

static void
answer(NpSessionFixture *self, const NpStunMessage *request, const Reply *reply, NpTime now)
{
    guint8 buffer[256];
    NpStunBuilder builder = np_stun_builder_reply(buffer, sizeof buffer, reply->class, request);
    NpDatagram in = {
        .socket = self->socket,
        .from = reply->from,
        .to = np_address_ipv4(here, PORT),
        .arrived = now,
        .data = buffer,
    };

    if (reply->error != 0)
        np_stun_builder_error(&builder, reply->error, "no");
    if (np_address_is_set(&reply->mapped))
        np_stun_builder_address(&builder, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, &reply->mapped);
    if (np_address_is_set(&reply->other))
        np_stun_builder_address(&builder, NP_STUN_ATTR_OTHER_ADDRESS, &reply->other);
    in.size = np_stun_builder_finish(&builder);
    np_probe_intake_receive(&self->session, now, &in);
}

static Reply
success(const NpSessionFixture *self)
{
    return (Reply){
        .class = NP_STUN_SUCCESS,
        .from = self->server,
        .mapped = np_address_ipv4(outside, 50000),
    };
}

static void
times_and_learns_from_an_answer(void)
{
    g_auto(NpSessionFixture) fixture = { 0 };
    NpProbeAsk *ask = NULL;
    NpStunMessage request;
    NpAddress to, local;
    guint8 buffer[256];
    Reply reply;

    np_session_fixture_init(&fixture);
    ask = np_probe_session_ask(&fixture.session, 0, fixture.socket, &fixture.server,
                               NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
    NP_REQUIRE(np_session_fixture_next(&fixture, &request, &to, buffer));
    CU_ASSERT(!np_probe_session_local(&fixture.session, fixture.socket, &local));
    reply = success(&fixture);
    reply.other = np_address_ipv4(two, 3479);
    answer(&fixture, &request, &reply, RTT);

    NP_ASSERT_INT(np_probe_ask_state(ask, &fixture.session.path, RTT), NP_PROBE_ASK_ANSWERED);
    CU_ASSERT(np_address_equal(&ask->answer.mapped, &reply.mapped));
    NP_ASSERT_INT(fixture.session.path.rtt_max, RTT);
    NP_ASSERT_INT(np_probe_servers_at(&fixture.session.servers, 0)->rtt, RTT);
    NP_REQUIRE(np_probe_session_local(&fixture.session, fixture.socket, &local));
    CU_ASSERT(np_address_equal(
        &local, &(NpAddress){ .family = NP_FAMILY_IPV4, .port = PORT, .bytes = { 10, 0, 0, 2 } }));
    /* The far corner and the two between it and the server: RFC 5780's grid. */
    NP_ASSERT_INT(np_probe_servers_count(&fixture.session.servers), 4);
}

static void
believes_no_answer_that_it_did_not_ask_for(void)
{
    static const struct {
        const char *label;
        gboolean other_id, other_socket, no_mapping, impossible_mapping;
        guint stray, garbage;
    } rows[] = {
        { "foreign transaction", .other_id = TRUE, .stray = 1 },
        { "another socket of ours", .other_socket = TRUE, .stray = 1 },
        { "success without an address", .no_mapping = TRUE, .garbage = 1 },
        { "mapped to port 0", .impossible_mapping = TRUE, .garbage = 1 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpSessionFixture) fixture = { 0 };
        NpProbeAsk *ask = NULL;
        NpStunMessage request;
        NpAddress to;
        guint8 buffer[256];
        Reply reply;

        np_session_fixture_init(&fixture);
        ask = np_probe_session_ask(&fixture.session, 0, fixture.socket, &fixture.server,
                                   NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
        NP_REQUIRE(np_session_fixture_next(&fixture, &request, &to, buffer));
        reply = success(&fixture);
        if (rows[i].other_id)
            request.mask[5] ^= 1;
        if (rows[i].no_mapping)
            reply.mapped = (NpAddress){ 0 };
        if (rows[i].impossible_mapping)
            reply.mapped.port = 0;
        if (rows[i].other_socket)
            fixture.socket++;
        answer(&fixture, &request, &reply, RTT);
        NP_ASSERT_ROW(!ask->has_answer, rows[i].label);
        NP_ASSERT_ROW(fixture.session.counters.stray == rows[i].stray, rows[i].label);
        NP_ASSERT_ROW(fixture.session.counters.garbage == rows[i].garbage, rows[i].label);
        NP_ASSERT_ROW(!np_probe_servers_any_answered(&fixture.session.servers), rows[i].label);
    }
}

static void
drops_what_is_not_stun_and_remembers_who_sent_it(void)
{
    g_auto(NpSessionFixture) fixture = { 0 };
    NpDatagram in = { .data = (const guint8 *)"hello", .size = 5 };

    np_session_fixture_init(&fixture);
    in.socket = fixture.socket;
    in.from = fixture.server;
    np_probe_intake_receive(&fixture.session, RTT, &in);
    NP_ASSERT_INT(fixture.session.counters.garbage, 1);
    CU_ASSERT(np_probe_servers_at(&fixture.session.servers, 0)->garbage);
}

static void
knows_a_server_by_what_it_does(void)
{
    const guint both = NP_PROBE_ASK_CHANGE_IP | NP_PROBE_ASK_CHANGE_PORT;
    const struct {
        const char *label;
        NpProbeAskFlags flags;
        guint error;
        NpAddress from;
        guint shown, refused;
        gboolean ignored, wrong_source;
    } rows[] = {
        { "changes both", both, 0, np_address_ipv4(two, 3479), NP_PROBE_ASK_CHANGE_IP, 0, 0, 0 },
        { "changes the port", NP_PROBE_ASK_CHANGE_PORT, 0, np_address_ipv4(one, 3479),
          NP_PROBE_ASK_CHANGE_PORT, 0, 0, 0 },
        { "claims to change both, changes the port", both, 0, np_address_ipv4(one, 3479),
          NP_PROBE_ASK_CHANGE_PORT, 0, 0, 0 },
        { "ignores the request", both, 0, np_address_ipv4(one, 3478), 0, 0, TRUE, 0 },
        { "refuses both", both, 420, np_address_ipv4(one, 3478), 0, NP_PROBE_ASK_CHANGE_IP, 0, 0 },
        { "refuses the port", NP_PROBE_ASK_CHANGE_PORT, 420, np_address_ipv4(one, 3478), 0,
          NP_PROBE_ASK_CHANGE_PORT, 0, 0 },
        { "answers a plain one from elsewhere", NP_PROBE_ASK_PLAIN, 0, np_address_ipv4(two, 3478),
          0, 0, 0, TRUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpSessionFixture) fixture = { 0 };
        const NpProbeServer *server = NULL;
        NpStunMessage request;
        NpAddress to;
        guint8 buffer[256];
        Reply reply;

        np_session_fixture_init(&fixture);
        np_probe_session_ask(&fixture.session, 0, fixture.socket, &fixture.server, rows[i].flags,
                             NP_PROBE_INTERVAL);
        NP_REQUIRE(np_session_fixture_next(&fixture, &request, &to, buffer));
        reply = success(&fixture);
        reply.from = rows[i].from;
        if (rows[i].error != 0)
            reply = (Reply){ .class = NP_STUN_ERROR, .error = rows[i].error, .from = rows[i].from };
        answer(&fixture, &request, &reply, RTT);
        server = np_probe_servers_at(&fixture.session.servers, 0);
        NP_ASSERT_ROW(server->change_shown == rows[i].shown, rows[i].label);
        NP_ASSERT_ROW(server->change_refused == rows[i].refused, rows[i].label);
        NP_ASSERT_ROW(server->change_ignored == rows[i].ignored, rows[i].label);
        NP_ASSERT_ROW(np_address_is_set(&server->wrong_source) == rows[i].wrong_source,
                      rows[i].label);
    }
}

static void
counts_an_answer_once_however_often_it_comes(void)
{
    g_auto(NpSessionFixture) fixture = { 0 };
    NpStunMessage request;
    NpAddress to;
    guint8 buffer[256];
    Reply reply;

    np_session_fixture_init(&fixture);
    np_probe_session_ask(&fixture.session, 0, fixture.socket, &fixture.server, NP_PROBE_ASK_PLAIN,
                         NP_PROBE_INTERVAL);
    NP_REQUIRE(np_session_fixture_next(&fixture, &request, &to, buffer));
    reply = success(&fixture);
    for (guint i = 1; i <= 100; i++)
        answer(&fixture, &request, &reply, i * RTT);
    NP_ASSERT_INT(fixture.session.path.rtt_max, RTT);
    NP_ASSERT_INT(fixture.session.path.n_answered, 1);
}

static void
does_not_believe_mappings_that_no_nat_can_make(void)
{
    static const struct {
        const char *label;
        gboolean many_sockets;
        guint16 port_step;
        guint n_answers;
        gboolean believed;
    } rows[] = {
        { "one socket, one mapping", FALSE, 0, 4, TRUE },
        { "one socket, a mapping each time", FALSE, 1, 4, FALSE },
        { "one socket, two mappings: a mistake on the way", FALSE, 1, 2, TRUE },
        { "a mapping for each socket", TRUE, 1, 4, TRUE },
        { "one mapping for all sockets", TRUE, 0, 4, FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpSessionFixture) fixture = { 0 };
        NpProbeAsk *ask = NULL;

        np_session_fixture_init(&fixture);
        for (guint j = 0; j < rows[i].n_answers; j++) {
            NpStunMessage request;
            NpAddress to;
            guint8 buffer[256];
            Reply reply = success(&fixture);

            if (rows[i].many_sockets)
                fixture.socket = np_probe_session_open(&fixture.session, 0);
            ask = np_probe_session_ask(&fixture.session, 0, fixture.socket, &fixture.server,
                                       NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
            NP_REQUIRE(np_session_fixture_next(&fixture, &request, &to, buffer));
            reply.mapped.port += j * rows[i].port_step;
            answer(&fixture, &request, &reply, RTT);
        }
        NP_ASSERT_ROW(ask->has_answer, rows[i].label);
        NP_ASSERT_ROW(np_probe_session_believes(&fixture.session, ask) == rows[i].believed,
                      rows[i].label);
    }
}

static void
takes_no_answer_of_another_endpoint_for_this_ones(void)
{
    g_auto(NpSessionFixture) fixture = { 0 };
    NpProbeAsk *ask = NULL;
    NpStunMessage request;
    NpAddress to;
    guint8 buffer[256];
    Reply reply;

    np_session_fixture_init(&fixture);
    ask = np_probe_session_ask(&fixture.session, 0, fixture.socket, &fixture.server,
                               NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
    NP_REQUIRE(np_session_fixture_next(&fixture, &request, &to, buffer));
    reply = success(&fixture);
    reply.from.port++;
    answer(&fixture, &request, &reply, RTT);
    CU_ASSERT(!ask->has_answer);
    CU_ASSERT(!np_probe_servers_any_answered(&fixture.session.servers));
}

static void
tells_an_echo_from_a_hairpin(void)
{
    g_auto(NpSessionFixture) fixture = { 0 };
    NpAddress external = np_address_ipv4(outside, 50000);
    NpProbeAsk *loop = NULL;
    NpStunMessage request;
    NpAddress to;
    guint8 buffer[256];
    NpDatagram in = { 0 };

    np_session_fixture_init(&fixture);
    np_probe_session_ask(&fixture.session, 0, fixture.socket, &fixture.server, NP_PROBE_ASK_PLAIN,
                         NP_PROBE_INTERVAL);
    NP_REQUIRE(np_session_fixture_next(&fixture, &request, &to, buffer));
    in = (NpDatagram){
        .socket = fixture.socket, .from = fixture.server, .data = buffer, .size = request.size
    };
    np_probe_intake_receive(&fixture.session, RTT, &in);
    CU_ASSERT(np_probe_servers_at(&fixture.session.servers, 0)->echoes);

    loop = np_probe_session_ask(&fixture.session, RTT, fixture.socket, &external, NP_PROBE_ASK_LOOP,
                                NP_PROBE_INTERVAL);
    NP_REQUIRE(np_session_fixture_next(&fixture, &request, &to, buffer));
    in.from = external;
    in.size = request.size;
    np_probe_intake_receive(&fixture.session, RTT, &in);
    CU_ASSERT(loop->has_answer);
    CU_ASSERT(np_address_equal(&loop->answer.from, &external));
}

static NpSocketEvent
icmp(const NpSessionFixture *fixture, guint8 type, guint8 code, guint32 offender)
{
    return (NpSocketEvent){
        .socket = fixture->socket,
        .kind = NP_SOCKET_ICMP,
        .icmp = { .type = type,
                  .code = code,
                  .offender = np_address_ipv4(offender, 0),
                  .quoted = fixture->server },
    };
}

static void
learns_hops_and_refusals_from_icmp(void)
{
    g_auto(NpSessionFixture) fixture = { 0 };
    NpProbeAsk *hop = NULL;
    NpProbeAsk *plain = NULL;
    NpSocketEvent expired, unreachable;

    np_session_fixture_init(&fixture);
    hop = np_probe_session_ask_hop(&fixture.session, 0, fixture.socket, &fixture.server, 1,
                                   NP_PROBE_INTERVAL);
    expired = icmp(&fixture, 11, 0, 0x0a000001);
    np_probe_intake_icmp(&fixture.session, RTT, &expired);
    CU_ASSERT(np_address_is_set(&hop->hop));
    NP_ASSERT_INT(np_probe_ask_state(hop, &fixture.session.path, RTT), NP_PROBE_ASK_SILENT);

    plain = np_probe_session_ask(&fixture.session, 0, fixture.socket, &fixture.server,
                                 NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
    unreachable = icmp(&fixture, 3, 13, 0x0a000001);
    np_probe_intake_icmp(&fixture.session, RTT, &unreachable);
    CU_ASSERT(plain->refused);
    CU_ASSERT(!np_probe_servers_at(&fixture.session.servers, 0)->refused);
    unreachable = icmp(&fixture, 3, 3, one);
    np_probe_intake_icmp(&fixture.session, RTT, &unreachable);
    CU_ASSERT(np_probe_servers_at(&fixture.session.servers, 0)->refused);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(times_and_learns_from_an_answer),
        NP_TEST(believes_no_answer_that_it_did_not_ask_for),
        NP_TEST(drops_what_is_not_stun_and_remembers_who_sent_it),
        NP_TEST(knows_a_server_by_what_it_does),
        NP_TEST(counts_an_answer_once_however_often_it_comes),
        NP_TEST(does_not_believe_mappings_that_no_nat_can_make),
        NP_TEST(takes_no_answer_of_another_endpoint_for_this_ones),
        NP_TEST(tells_an_echo_from_a_hairpin),
        NP_TEST(learns_hops_and_refusals_from_icmp),
        { 0 },
    };

    return np_test_main("probe.intake", tests);
}
