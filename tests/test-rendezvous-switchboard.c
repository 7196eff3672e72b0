/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-desk.h"
#include "harness.h"
#include "rendezvous/call.h"

#include <string.h>

#define ALICE 1
#define BOB 2

static NpDesk *
desk_with_two(void)
{
    NpDesk *desk = np_desk_new();

    np_desk_login(desk, ALICE, "alice");
    np_desk_login(desk, BOB, "bob");
    np_desk_log(desk);
    return desk;
}

/* Alice has called Bob. Returns the call's id. */
static guint64
ring(NpDesk *desk)
{
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "bob", 0);
    np_desk_log(desk);
    return desk->last[BOB].call;
}

static guint64
agree(NpDesk *desk)
{
    guint64 call = ring(desk);

    np_desk_say(desk, BOB, NP_RENDEZVOUS_ACCEPT, "alice", call);
    np_desk_log(desk);
    return call;
}

static void
a_call_rings_is_accepted_and_pushed_to_both_in_one_step(void)
{
    g_autoptr(NpDesk) desk = desk_with_two();
    guint64 call = 0;

    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "bob", 0);
    NP_ASSERT_STR(np_desk_log(desk), "2<call 1<ringing");
    call = desk->last[BOB].call;
    CU_ASSERT(call != 0 && desk->last[ALICE].call == call);
    NP_ASSERT_STR(desk->last[BOB].peer, "alice");
    np_desk_say(desk, BOB, NP_RENDEZVOUS_ACCEPT, "alice", call);
    NP_ASSERT_STR(np_desk_log(desk), "1<accept 1<token 2<accept 2<token");
    np_desk_prove(desk, ALICE, 0xc6336401);
    np_desk_prove(desk, BOB, 0xc6336402);
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_READY, "bob", call);
    NP_ASSERT_STR(np_desk_log(desk), "");
    np_desk_say(desk, BOB, NP_RENDEZVOUS_READY, "alice", call);
    NP_ASSERT_STR(np_desk_log(desk), "1<push 2<push");
    NP_ASSERT_INT(desk->push[ALICE].start, desk->push[BOB].start);
    CU_ASSERT(desk->push[ALICE].start > desk->now);
    NP_ASSERT_INT(desk->push[ALICE].reflexive.at[0].bytes[3], 2);
    NP_ASSERT_INT(desk->push[BOB].reflexive.at[0].bytes[3], 1);
    CU_ASSERT(desk->push[ALICE].role != desk->push[BOB].role);
    NP_ASSERT_INT(np_rendezvous_registry_n_calls(desk->registry), 0);
    /* A token is good for its call only. */
    CU_ASSERT(np_rendezvous_registry_secret(desk->registry, desk->last[ALICE].token) == NULL);
}

static void
no_address_leaves_before_consent(void)
{
    g_autoptr(NpDesk) desk = desk_with_two();
    guint64 call = ring(desk);

    CU_ASSERT(desk->last[BOB].reflexive.n == 0 && desk->last[BOB].hosts.n == 0);
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_READY, "bob", call);
    /* The caller cannot consent for the callee. */
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_ACCEPT, "bob", call);
    np_desk_say(desk, BOB, NP_RENDEZVOUS_READY, "alice", call);
    NP_ASSERT_STR(np_desk_log(desk), "");
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_REJECT, "bob", call);
    NP_ASSERT_STR(np_desk_log(desk), "");
}

static void
every_no_ends_the_call_for_the_other_side(void)
{
    static const struct {
        guint64 who;
        NpRendezvousOperation operation;
        gboolean agreed;
        const char *log;
    } rows[] = {
        { BOB, NP_RENDEZVOUS_REJECT, FALSE, "1<end:rejected" },
        { BOB, NP_RENDEZVOUS_REJECT, TRUE, "1<end:rejected" },
        { BOB, NP_RENDEZVOUS_CANCEL, TRUE, "1<end:cancelled" },
        { ALICE, NP_RENDEZVOUS_CANCEL, FALSE, "2<end:cancelled" },
        { ALICE, NP_RENDEZVOUS_CANCEL, TRUE, "2<end:cancelled" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpDesk) desk = desk_with_two();
        guint64 call = rows[i].agreed ? agree(desk) : ring(desk);

        np_desk_say(desk, rows[i].who, rows[i].operation, rows[i].who == ALICE ? "bob" : "alice",
                    call);
        NP_ASSERT_STR(np_desk_log(desk), rows[i].log);
        NP_ASSERT_INT(np_rendezvous_registry_n_calls(desk->registry), 0);
    }
}

static void
calls_that_cannot_be_end_with_the_reason(void)
{
    g_autoptr(NpDesk) desk = desk_with_two();

    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "carol", 0);
    NP_ASSERT_STR(np_desk_log(desk), "1<end:absent");
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "alice", 0);
    NP_ASSERT_STR(np_desk_log(desk), "1<end:self");
    NP_ASSERT_STR(desk->last[ALICE].peer, "alice");
}

static void
glare_becomes_one_call_with_consent(void)
{
    g_autoptr(NpDesk) desk = desk_with_two();

    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "bob", 0);
    np_desk_say(desk, BOB, NP_RENDEZVOUS_CALL, "alice", 0);
    NP_ASSERT_STR(np_desk_log(desk), "2<call 1<ringing 1<accept 1<token 2<accept 2<token");
    NP_ASSERT_INT(np_rendezvous_registry_n_calls(desk->registry), 1);
    NP_ASSERT_INT(desk->last[ALICE].call == desk->last[BOB].call, TRUE);
}

static void
late_double_and_crossed_messages_change_nothing(void)
{
    g_autoptr(NpDesk) desk = desk_with_two();
    guint64 call = ring(desk);

    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "bob", 0);
    NP_ASSERT_STR(np_desk_log(desk), "1<ringing");
    np_desk_say(desk, BOB, NP_RENDEZVOUS_ACCEPT, "alice", call + 1);
    NP_ASSERT_STR(np_desk_log(desk), "2<end:gone");
    np_desk_say(desk, BOB, NP_RENDEZVOUS_ACCEPT, "alice", call);
    np_desk_log(desk);
    np_desk_say(desk, BOB, NP_RENDEZVOUS_ACCEPT, "alice", call);
    NP_ASSERT_STR(np_desk_log(desk), "");
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CANCEL, "bob", call);
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CANCEL, "bob", call);
    NP_ASSERT_STR(np_desk_log(desk), "2<end:cancelled");
    /* The acceptance was on its way when the caller gave up. */
    np_desk_say(desk, BOB, NP_RENDEZVOUS_ACCEPT, "alice", call);
    NP_ASSERT_STR(np_desk_log(desk), "2<end:gone");
    np_desk_say(desk, BOB, NP_RENDEZVOUS_REJECT, "alice", call);
    NP_ASSERT_STR(np_desk_log(desk), "");
    CU_ASSERT(np_rendezvous_registry_counters(desk->registry).stale >= 4);
    /* And a new call is another one. */
    CU_ASSERT(ring(desk) != call);
}

static void
every_call_ends_in_time(void)
{
    g_autoptr(NpDesk) desk = NULL;
    NpRendezvousRegistryConfig config = np_rendezvous_registry_defaults();
    guint64 call = 0;

    /* So that nothing else ends. */
    config.durations[NP_RENDEZVOUS_TIMER_IDLE] = 3600 * NP_SECOND;
    desk = np_desk_new_with(&config);
    np_desk_login(desk, ALICE, "alice");
    np_desk_login(desk, BOB, "bob");
    ring(desk);
    np_desk_pass(desk, 60 * NP_SECOND);
    NP_ASSERT_STR(np_desk_log(desk), "1<end:unanswered 2<end:unanswered");
    call = agree(desk);
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_READY, "bob", call);
    np_desk_pass(desk, 30 * NP_SECOND);
    NP_ASSERT_STR(np_desk_log(desk), "1<end:not-ready 2<end:not-ready");
    NP_ASSERT_INT(np_rendezvous_registry_n_calls(desk->registry), 0);
}

static void
calls_of_a_peer_are_bounded_both_ways(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();
    char id[] = "peer-a";

    for (guint i = 0; i < NP_RENDEZVOUS_MAX_CALLS + 2; i++) {
        id[5] = (char)('a' + i);
        np_desk_login(desk, i + 1, id);
    }
    np_desk_log(desk);
    for (guint i = 1; i <= NP_RENDEZVOUS_MAX_CALLS; i++)
        np_desk_say(desk, i + 1, NP_RENDEZVOUS_CALL, "peer-a", 0);
    np_desk_log(desk);
    np_desk_say(desk, NP_RENDEZVOUS_MAX_CALLS + 2, NP_RENDEZVOUS_CALL, "peer-a", 0);
    NP_ASSERT_STR(np_desk_log(desk), "10<end:busy");
    np_desk_say(desk, 1, NP_RENDEZVOUS_CALL, id, 0);
    NP_ASSERT_STR(np_desk_log(desk), "1<end:busy");
}

static void
call_floods_run_dry(void)
{
    g_autoptr(NpDesk) desk = desk_with_two();

    for (guint i = 0; i < 20; i++)
        np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "nobody", 0);
    np_desk_log(desk);
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "bob", 0);
    NP_ASSERT_STR(np_desk_log(desk), "1<end:too-fast");
    np_desk_pass(desk, NP_SECOND);
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "bob", 0);
    NP_ASSERT_STR(np_desk_log(desk), "2<call 1<ringing");
}

static void
who_comes_back_is_told_where_his_calls_stand(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();
    guint8 session[NP_RENDEZVOUS_SECRET_SIZE];
    guint64 call = 0;

    np_desk_login(desk, ALICE, "alice");
    np_desk_login(desk, BOB, "bob");
    memcpy(session, desk->last[BOB].session, sizeof session);
    np_desk_gone(desk, BOB);
    np_desk_log(desk);
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_CALL, "bob", 0);
    NP_ASSERT_STR(np_desk_log(desk), "1<ringing");
    np_desk_connect(desk, 3, BOB);
    np_desk_hello(desk, 3, "bob", session);
    NP_ASSERT_STR(np_desk_log(desk), "3<welcome 3<call");
    call = desk->last[3].call;
    np_desk_say(desk, 3, NP_RENDEZVOUS_ACCEPT, "alice", call);
    np_desk_say(desk, 3, NP_RENDEZVOUS_READY, "alice", call);
    np_desk_gone(desk, 3);
    np_desk_log(desk);
    /* Nobody knocks alone. */
    np_desk_say(desk, ALICE, NP_RENDEZVOUS_READY, "bob", call);
    NP_ASSERT_STR(np_desk_log(desk), "");
    np_desk_connect(desk, 4, BOB);
    np_desk_hello(desk, 4, "bob", session);
    NP_ASSERT_STR(np_desk_log(desk), "4<welcome 4<accept 4<token 1<push 4<push");
}

static void
who_does_not_come_back_is_gone(void)
{
    for (guint agreed = 0; agreed < 2; agreed++) {
        g_autoptr(NpDesk) desk = NULL;
        NpRendezvousRegistryConfig config = np_rendezvous_registry_defaults();

        config.durations[NP_RENDEZVOUS_TIMER_RESUME] = 5 * NP_SECOND;
        desk = np_desk_new_with(&config);
        np_desk_login(desk, ALICE, "alice");
        np_desk_login(desk, BOB, "bob");
        if (agreed)
            agree(desk);
        else
            ring(desk);
        np_desk_gone(desk, BOB);
        np_desk_pass(desk, 5 * NP_SECOND);
        NP_ASSERT_STR(np_desk_log(desk), "1<end:gone");
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_call_rings_is_accepted_and_pushed_to_both_in_one_step),
        NP_TEST(no_address_leaves_before_consent),
        NP_TEST(every_no_ends_the_call_for_the_other_side),
        NP_TEST(calls_that_cannot_be_end_with_the_reason),
        NP_TEST(glare_becomes_one_call_with_consent),
        NP_TEST(late_double_and_crossed_messages_change_nothing),
        NP_TEST(every_call_ends_in_time),
        NP_TEST(calls_of_a_peer_are_bounded_both_ways),
        NP_TEST(call_floods_run_dry),
        NP_TEST(who_comes_back_is_told_where_his_calls_stand),
        NP_TEST(who_does_not_come_back_is_gone),
        { 0 },
    };

    return np_test_main("rendezvous.switchboard", tests);
}
