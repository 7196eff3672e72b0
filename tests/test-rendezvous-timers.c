/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "rendezvous/timers.h"

static const NpTime durations[NP_RENDEZVOUS_N_TIMERS] = { 10, 20, 30, 40, 50 };

static void
the_first_that_is_due_comes_first(void)
{
    NpRendezvousTimers timers;
    NpRendezvousTimer login = { 0 };
    NpRendezvousTimer idle = { 0 };
    NpRendezvousTimer late = { 0 };

    np_rendezvous_timers_init(&timers, durations);
    NP_ASSERT_INT(np_rendezvous_timers_deadline(&timers), NP_TIME_NEVER);
    np_rendezvous_timers_start(&timers, &idle, NP_RENDEZVOUS_TIMER_IDLE, 0);
    np_rendezvous_timers_start(&timers, &login, NP_RENDEZVOUS_TIMER_LOGIN, 5);
    np_rendezvous_timers_start(&timers, &late, NP_RENDEZVOUS_TIMER_LOGIN, 6);
    NP_ASSERT_INT(np_rendezvous_timers_deadline(&timers), 15);
    CU_ASSERT(np_rendezvous_timers_take(&timers, 14) == NULL);
    CU_ASSERT(np_rendezvous_timers_take(&timers, 15) == &login);
    CU_ASSERT(!login.running);
    CU_ASSERT(np_rendezvous_timers_take(&timers, 15) == NULL);
    NP_ASSERT_INT(np_rendezvous_timers_deadline(&timers), 16);
    CU_ASSERT(np_rendezvous_timers_take(&timers, 20) == &late);
    CU_ASSERT(np_rendezvous_timers_take(&timers, 20) == &idle);
}

static void
starting_again_moves_it_to_the_end(void)
{
    NpRendezvousTimers timers;
    NpRendezvousTimer a = { 0 };
    NpRendezvousTimer b = { 0 };

    np_rendezvous_timers_init(&timers, durations);
    np_rendezvous_timers_start(&timers, &a, NP_RENDEZVOUS_TIMER_LOGIN, 0);
    np_rendezvous_timers_start(&timers, &b, NP_RENDEZVOUS_TIMER_LOGIN, 1);
    np_rendezvous_timers_start(&timers, &a, NP_RENDEZVOUS_TIMER_LOGIN, 2);
    CU_ASSERT(np_rendezvous_timers_take(&timers, 100) == &b);
    CU_ASSERT(np_rendezvous_timers_take(&timers, 100) == &a);
}

static void
what_was_stopped_does_not_come(void)
{
    NpRendezvousTimers timers;
    NpRendezvousTimer a = { 0 };

    np_rendezvous_timers_init(&timers, durations);
    np_rendezvous_timers_stop(&timers, &a);
    np_rendezvous_timers_start(&timers, &a, NP_RENDEZVOUS_TIMER_SETUP, 0);
    np_rendezvous_timers_stop(&timers, &a);
    CU_ASSERT(np_rendezvous_timers_take(&timers, 1000) == NULL);
    NP_ASSERT_INT(np_rendezvous_timers_deadline(&timers), NP_TIME_NEVER);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(the_first_that_is_due_comes_first),
        NP_TEST(starting_again_moves_it_to_the_end),
        NP_TEST(what_was_stopped_does_not_come),
        { 0 },
    };

    return np_test_main("rendezvous.timers", tests);
}
