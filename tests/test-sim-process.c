/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-machine.h"
#include "harness.h"
#include "sim/host.h"

static NpSimWorld *
world_with(NpCaller *caller, NpSimProcess **process)
{
    NpSimWorld *world = np_sim_world_new(1);
    NpSimHost *host = np_sim_host_new(np_sim_world_internet(world), "host", "192.0.2.1");

    np_caller_init(caller);
    *process = np_sim_host_start(host, &np_caller_ops, caller);
    return world;
}

static void
starts_and_expires_at_the_right_time(void)
{
    g_auto(NpCaller) caller = { 0 };
    NpSimProcess *process = NULL;
    NpSimWorld *world = world_with(&caller, &process);

    caller.deadline = 3 * NP_SECOND;
    CU_ASSERT(np_sim_world_run_until(world, NP_SECOND, NULL));
    CU_ASSERT(caller.max_sockets > 0);
    NP_ASSERT_INT(caller.n_expired, 0);
    caller.deadline = 2 * NP_SECOND; /* earlier than what is armed */
    np_sim_process_pump(process);
    CU_ASSERT(np_sim_world_run_until(world, 2 * NP_SECOND, NULL));
    NP_ASSERT_INT(caller.n_expired, 1);
    caller.deadline = 10 * NP_SECOND; /* later: the old arming is not a wake-up */
    np_sim_process_pump(process);
    CU_ASSERT(np_sim_world_run_until(world, 5 * NP_SECOND, NULL));
    NP_ASSERT_INT(caller.n_expired, 1);
    CU_ASSERT(np_sim_world_run_until(world, 10 * NP_SECOND, NULL));
    NP_ASSERT_INT(caller.n_expired, 2);
    np_sim_world_free(world);
}

static void
keeps_notices_in_order(void)
{
    g_auto(NpCaller) caller = { 0 };
    NpSimProcess *process = NULL;
    NpSimWorld *world = world_with(&caller, &process);
    NpNotice notice = { 0 };

    np_outbox_notify(&caller.outbox, 1, 10);
    np_outbox_notify(&caller.outbox, 2, 20);
    CU_ASSERT(!np_sim_process_has_notice(process));
    CU_ASSERT(np_sim_world_run(world, np_sim_process_has_notice, process, NULL));
    CU_ASSERT(np_sim_process_take_notice(process, &notice) && notice.code == 1);
    CU_ASSERT(np_sim_process_take_notice(process, &notice) && notice.subject == 20);
    CU_ASSERT(!np_sim_process_take_notice(process, &notice));
    np_sim_world_free(world);
}

static void
nothing_arrives_for_a_socket_that_was_closed(void)
{
    g_auto(NpCaller) caller = { 0 };
    NpSimProcess *process = NULL;
    NpSimWorld *world = world_with(&caller, &process);

    np_caller_open(&caller, 1, "0.0.0.0:5");
    np_caller_send(&caller, 1, "192.0.2.1:5", "to myself");
    np_outbox_close(&caller.outbox, 1);
    CU_ASSERT(np_sim_world_run_until(world, NP_SECOND, NULL));
    NP_ASSERT_INT(caller.events->len, 0);
    NP_ASSERT_INT(caller.n_received, 0);
    np_sim_world_free(world);
}

static void
a_datagram_may_be_sent_before_the_open_is_reported(void)
{
    g_auto(NpCaller) caller = { 0 };
    NpSimProcess *process = NULL;
    NpSimWorld *world = world_with(&caller, &process);

    np_caller_open(&caller, 1, "0.0.0.0:5");
    np_caller_send(&caller, 1, "192.0.2.1:5", "to myself");
    CU_ASSERT(np_sim_world_run_until(world, NP_SECOND, NULL));
    NP_ASSERT_STR(caller.text, "to myself");
    np_sim_world_free(world);
}

static void
a_stopped_machine_hears_no_more(void)
{
    g_auto(NpCaller) caller = { 0 };
    NpSimProcess *process = NULL;
    NpSimWorld *world = world_with(&caller, &process);

    caller.deadline = 2 * NP_SECOND;
    np_caller_open(&caller, 1, "0.0.0.0:5");
    CU_ASSERT(np_sim_world_run_until(world, NP_SECOND, NULL));
    np_caller_send(&caller, 1, "192.0.2.1:5", "to myself");
    np_sim_process_pump(process);
    np_sim_process_stop(process);
    CU_ASSERT(np_sim_world_run_until(world, 5 * NP_SECOND, NULL));
    NP_ASSERT_INT(caller.n_received, 0);
    NP_ASSERT_INT(caller.n_expired, 0);
    np_sim_world_free(world);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(starts_and_expires_at_the_right_time),
        NP_TEST(keeps_notices_in_order),
        NP_TEST(nothing_arrives_for_a_socket_that_was_closed),
        NP_TEST(a_datagram_may_be_sent_before_the_open_is_reported),
        NP_TEST(a_stopped_machine_hears_no_more),
        { 0 },
    };

    return np_test_main("sim.process", tests);
}
