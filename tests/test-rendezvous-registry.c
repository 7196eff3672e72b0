/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-desk.h"
#include "harness.h"

#include <string.h>

static void
a_hello_is_welcomed_under_its_id(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();

    np_desk_login(desk, 1, "alice");
    NP_ASSERT_STR(np_desk_log(desk), "1<welcome");
    NP_ASSERT_STR(desk->last[1].id, "alice");
    CU_ASSERT(!desk->last[1].resumed);
    NP_ASSERT_INT(np_rendezvous_registry_n_peers(desk->registry), 1);
}

static void
who_asks_for_no_id_gets_one_of_his_own(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();

    np_desk_login(desk, 1, NULL);
    np_desk_login(desk, 2, NULL);
    NP_ASSERT_STR(np_desk_log(desk), "1<welcome 2<welcome");
    NP_ASSERT_INT(strlen(desk->last[1].id), 8);
    CU_ASSERT(np_rendezvous_message_is_id(desk->last[1].id));
    CU_ASSERT(strcmp(desk->last[1].id, desk->last[2].id) != 0);
}

static void
an_id_belongs_to_its_first_key_even_when_nobody_is_there(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();

    np_desk_login(desk, 1, "alice");
    np_desk_login(desk, 2, "alice");
    NP_ASSERT_STR(np_desk_log(desk), "1<welcome 2<refused:id-taken 2!");
    np_desk_gone(desk, 1);
    np_desk_pass(desk, 61 * NP_SECOND);
    NP_ASSERT_INT(np_rendezvous_registry_n_peers(desk->registry), 0);
    np_desk_login(desk, 3, "alice");
    NP_ASSERT_STR(np_desk_log(desk), "3<refused:id-taken 3!");
}

static void
hellos_that_cannot_be_are_refused_with_the_reason(void)
{
    NpRendezvousRegistryConfig config = np_rendezvous_registry_defaults();
    g_autoptr(NpDesk) desk = NULL;
    NpRendezvousMessage hello = { .operation = NP_RENDEZVOUS_HELLO, .version = 99 };

    config.max_peers = 1;
    desk = np_desk_new_with(&config);
    np_desk_login(desk, 1, "a b");
    NP_ASSERT_STR(np_desk_log(desk), "1<refused:id-invalid 1!");
    np_desk_connect(desk, 2, 2);
    np_rendezvous_registry_receive(desk->registry, desk->now, 2, &hello);
    NP_ASSERT_STR(np_desk_log(desk), "2<refused:version 2!");
    np_desk_connect(desk, 3, 3);
    np_desk_say(desk, 3, NP_RENDEZVOUS_CALL, "alice", 0);
    NP_ASSERT_STR(np_desk_log(desk), "3<refused:not-logged-in 3!");
    np_desk_login(desk, 4, "alice");
    np_desk_hello(desk, 4, "alice", NULL);
    NP_ASSERT_STR(np_desk_log(desk), "4<welcome 4<refused:logged-in");
    np_desk_login(desk, 5, "bob");
    NP_ASSERT_STR(np_desk_log(desk), "5<refused:full 5!");
    desk->owners_away = TRUE;
    np_desk_connect(desk, 6, 4);
    np_desk_hello(desk, 6, "alice", NULL);
    NP_ASSERT_STR(np_desk_log(desk), "6<refused:unavailable 6!");
    CU_ASSERT(desk->last[6].retry > 0);
}

static void
an_access_token_opens_the_door(void)
{
    NpRendezvousRegistryConfig config = np_rendezvous_registry_defaults();
    g_autoptr(NpDesk) desk = NULL;
    NpRendezvousMessage hello = { .operation = NP_RENDEZVOUS_HELLO, .version = 1 };

    config.access = "sesame";
    desk = np_desk_new_with(&config);
    np_desk_login(desk, 1, "alice");
    NP_ASSERT_STR(np_desk_log(desk), "1<refused:unauthorized 1!");
    np_desk_connect(desk, 2, 2);
    strcpy(hello.access, "sesame");
    np_rendezvous_registry_receive(desk->registry, desk->now, 2, &hello);
    NP_ASSERT_STR(np_desk_log(desk), "2<welcome");
}

static void
a_session_goes_on_on_another_connection(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();
    guint8 session[NP_RENDEZVOUS_SECRET_SIZE];

    np_desk_login(desk, 1, "alice");
    memcpy(session, desk->last[1].session, sizeof session);
    np_desk_gone(desk, 1);
    np_desk_pass(desk, 30 * NP_SECOND);
    np_desk_connect(desk, 2, 1);
    np_desk_hello(desk, 2, "alice", session);
    NP_ASSERT_STR(np_desk_log(desk), "1<welcome 2<welcome");
    CU_ASSERT(desk->last[2].resumed);
    /* The first connection may not have been seen to die. */
    np_desk_connect(desk, 3, 1);
    np_desk_hello(desk, 3, "alice", session);
    NP_ASSERT_STR(np_desk_log(desk), "2<refused:replaced 2! 3<welcome");
    CU_ASSERT(desk->last[3].resumed);
    /* Another session of the same key starts afresh. */
    session[0] ^= 1;
    np_desk_connect(desk, 4, 1);
    np_desk_hello(desk, 4, "alice", session);
    NP_ASSERT_STR(np_desk_log(desk), "3<refused:replaced 3! 4<welcome");
    CU_ASSERT(!desk->last[4].resumed);
    NP_ASSERT_INT(np_rendezvous_registry_n_peers(desk->registry), 1);
}

static void
silence_ends_a_connection_and_later_its_peer(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();
    NpRendezvousMessage ping = { .operation = NP_RENDEZVOUS_PING, .time = 5 * NP_SECOND };

    np_desk_connect(desk, 1, 1);
    np_desk_login(desk, 2, "bob");
    np_desk_pass(desk, 11 * NP_SECOND);
    NP_ASSERT_STR(np_desk_log(desk), "2<welcome 1<refused:silent 1!");
    np_rendezvous_registry_receive(desk->registry, desk->now, 2, &ping);
    NP_ASSERT_STR(np_desk_log(desk), "2<pong");
    NP_ASSERT_INT(desk->last[2].time, 5 * NP_SECOND);
    NP_ASSERT_INT(desk->last[2].server_time, desk->now);
    np_desk_pass(desk, 59 * NP_SECOND);
    NP_ASSERT_STR(np_desk_log(desk), "");
    np_desk_pass(desk, 2 * NP_SECOND);
    NP_ASSERT_STR(np_desk_log(desk), "2<refused:silent 2!");
    NP_ASSERT_INT(np_rendezvous_registry_n_peers(desk->registry), 1);
    np_desk_pass(desk, 60 * NP_SECOND);
    NP_ASSERT_INT(np_rendezvous_registry_n_peers(desk->registry), 0);
    NP_ASSERT_INT(np_rendezvous_registry_deadline(desk->registry), NP_TIME_NEVER);
}

static void
floods_end_and_the_others_notice_nothing(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();
    NpRendezvousMessage ping = { .operation = NP_RENDEZVOUS_PING };
    guint n_pongs = 0;

    np_desk_login(desk, 1, "alice");
    np_desk_login(desk, 2, "bob");
    np_desk_log(desk);
    for (guint i = 0; i < 1000; i++) {
        np_rendezvous_registry_receive(desk->registry, desk->now, 1, &ping);
        n_pongs += g_str_equal(np_desk_log(desk), "1<pong");
    }
    NP_ASSERT_INT(n_pongs, 99);
    NP_ASSERT_INT(desk->last[1].reason, NP_RENDEZVOUS_REASON_TOO_FAST);
    np_rendezvous_registry_receive(desk->registry, desk->now, 2, &ping);
    NP_ASSERT_STR(np_desk_log(desk), "2<pong");
}

static void
logins_of_a_network_are_bounded(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();
    NpRendezvousRegistryCounters counters;

    for (guint i = 0; i < 1000; i++) {
        np_desk_connect(desk, 1, 1);
        np_desk_hello(desk, 1, "alice", NULL);
        np_desk_gone(desk, 1);
    }
    counters = np_rendezvous_registry_counters(desk->registry);
    NP_ASSERT_INT(counters.logins, 200);
    NP_ASSERT_INT(counters.refused[NP_RENDEZVOUS_REASON_TOO_FAST], 800);
}

static void
lines_that_are_no_messages_count(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();

    np_desk_login(desk, 1, "alice");
    np_rendezvous_registry_refuse(desk->registry, desk->now, 1, NP_RENDEZVOUS_REASON_UNKNOWN);
    /* What only a server says is nothing that a client can ask for. */
    np_desk_say(desk, 1, NP_RENDEZVOUS_PUSH, "bob", 1);
    np_rendezvous_registry_refuse(desk->registry, desk->now, 1, NP_RENDEZVOUS_REASON_MALFORMED);
    np_rendezvous_registry_refuse(desk->registry, desk->now, 1, NP_RENDEZVOUS_REASON_MALFORMED);
    NP_ASSERT_STR(np_desk_log(desk),
                  "1<welcome 1<refused:unknown 1<refused:unknown 1<refused:malformed 1!");
    NP_ASSERT_INT(
        np_rendezvous_registry_counters(desk->registry).refused[NP_RENDEZVOUS_REASON_UNKNOWN], 2);
}

static void
the_operator_speaks_to_all_or_to_one(void)
{
    g_autoptr(NpDesk) desk = np_desk_new();

    np_desk_login(desk, 1, "alice");
    np_desk_log(desk);
    CU_ASSERT(np_rendezvous_registry_tell(desk->registry, "alice", "hello"));
    CU_ASSERT(!np_rendezvous_registry_tell(desk->registry, "bob", "hello"));
    NP_ASSERT_STR(np_desk_log(desk), "1<tell");
    np_rendezvous_registry_say(desk->registry, "to all");
    np_rendezvous_registry_stop(desk->registry);
    NP_ASSERT_STR(np_desk_log(desk), "0<say 0<refused:stopping");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_hello_is_welcomed_under_its_id),
        NP_TEST(who_asks_for_no_id_gets_one_of_his_own),
        NP_TEST(an_id_belongs_to_its_first_key_even_when_nobody_is_there),
        NP_TEST(hellos_that_cannot_be_are_refused_with_the_reason),
        NP_TEST(an_access_token_opens_the_door),
        NP_TEST(a_session_goes_on_on_another_connection),
        NP_TEST(silence_ends_a_connection_and_later_its_peer),
        NP_TEST(floods_end_and_the_others_notice_nothing),
        NP_TEST(logins_of_a_network_are_bounded),
        NP_TEST(lines_that_are_no_messages_count),
        NP_TEST(the_operator_speaks_to_all_or_to_one),
        { 0 },
    };

    return np_test_main("rendezvous.registry", tests);
}
