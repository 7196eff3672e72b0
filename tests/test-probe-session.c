/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-session.h"
#include "harness.h"

#define RTT (80 * NP_MSEC)

static void
asks_with_a_request_no_answer_is_longer_than(void)
{
    g_auto(NpSessionFixture) fixture = { 0 };
    NpStunMessage request;
    NpAddress to;
    guint8 buffer[256];

    np_session_fixture_init(&fixture);
    np_probe_session_ask(&fixture.session, 0, fixture.socket, &fixture.server, NP_PROBE_ASK_PLAIN,
                         NP_PROBE_INTERVAL);
    NP_REQUIRE(np_session_fixture_next(&fixture, &request, &to, buffer));
    NP_ASSERT_INT(request.size, 128);
    NP_ASSERT_INT(request.class, NP_STUN_REQUEST);
    CU_ASSERT(!np_stun_message_has(&request, NP_STUN_ATTR_CHANGE_REQUEST));
    CU_ASSERT(np_address_equal(&to, &fixture.server));
}

static guint
run_until(NpSessionFixture *fixture, NpTime until)
{
    NpStunMessage request;
    NpAddress to;
    guint8 buffer[256];
    guint n_sent = 0;

    for (guint step = 0; step < 1000; step++) {
        NpTime now = np_probe_session_deadline(&fixture->session);

        while (np_session_fixture_next(fixture, &request, &to, buffer))
            n_sent++;
        if (now > until)
            return n_sent;
        np_probe_session_expire(&fixture->session, now);
    }
    CU_FAIL("the deadline does not move on");
    return n_sent;
}

static void
sends_little_to_an_address_that_only_a_server_named(void)
{
    g_auto(NpSessionFixture) fixture = { 0 };
    NpAddress stranger = np_address_ipv4(0xc0000202, 3479);

    np_session_fixture_init(&fixture);
    np_probe_path_add_rtt(&fixture.session.path, RTT);
    for (guint i = 0; i < 5; i++)
        np_probe_session_ask(&fixture.session, 0, fixture.socket, &stranger, NP_PROBE_ASK_PLAIN,
                             NP_PROBE_INTERVAL);
    CU_ASSERT(run_until(&fixture, 100 * NP_SECOND) <= 20);
    NP_ASSERT_INT(np_probe_session_deadline(&fixture.session), NP_TIME_NEVER);
}

static void
closes_every_socket_at_the_end(void)
{
    g_auto(NpSessionFixture) fixture = { 0 };
    NpAction action;
    guint n_closed = 0;

    np_session_fixture_init(&fixture);
    np_probe_session_open(&fixture.session, 0);
    np_probe_session_close_all(&fixture.session);
    while (np_outbox_take(&fixture.session.outbox, &action)) {
        n_closed += action.kind == NP_DO_CLOSE;
        np_action_clear(&action);
    }
    NP_ASSERT_INT(n_closed, 2);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(asks_with_a_request_no_answer_is_longer_than),
        NP_TEST(sends_little_to_an_address_that_only_a_server_named),
        NP_TEST(closes_every_socket_at_the_end),
        { 0 },
    };

    return np_test_main("probe.session", tests);
}
