/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "sim/link.h"

#define N 20000

static NpSimLinkState
link_of(const NpSimLink *link)
{
    NpSimLinkState state;

    np_sim_link_init(&state, link, np_rng_from_number(1));
    return state;
}

static void
an_ideal_link_is_not_there(void)
{
    static const NpSimLink ideal = { 0 };
    NpSimLinkState state = link_of(&ideal);
    NpTime arrival = 0;

    CU_ASSERT(np_sim_link_is_ideal(&state));
    NP_ASSERT_INT(np_sim_link_transmit(&state, 100, 7, &arrival), NP_SIM_LINK_PASSED);
    NP_ASSERT_INT(arrival, 7);
}

static void
jitter_delays_within_its_bound_and_keeps_the_order(void)
{
    static const NpSimLink link = { .delay = 10 * NP_MSEC, .jitter = 20 * NP_MSEC };
    NpSimLinkState state = link_of(&link);
    NpTime last = 0;

    for (NpTime now = 0; now < N * NP_USEC; now += NP_USEC) {
        NpTime arrival = 0;

        CU_ASSERT(np_sim_link_transmit(&state, 100, now, &arrival) == NP_SIM_LINK_PASSED);
        CU_ASSERT(arrival >= now + 10 * NP_MSEC && arrival >= last);
        CU_ASSERT(arrival <= MAX(last, now + 30 * NP_MSEC));
        last = arrival;
    }
}

static void
loses_reorders_and_duplicates_at_their_rates(void)
{
    static const NpSimLink link = {
        .delay = 10 * NP_MSEC, .loss = 0.1, .duplicate = 0.05, .reorder = 0.2
    };
    NpSimLinkState state = link_of(&link);
    NpTime last = 0;
    guint n_lost = 0;
    guint n_late = 0;
    guint n_twice = 0;

    for (guint i = 0; i < N; i++) {
        NpTime arrival = 0;

        n_twice += np_sim_link_duplicates(&state);
        if (np_sim_link_transmit(&state, 100, i * NP_MSEC / 10, &arrival) == NP_SIM_LINK_LOST) {
            n_lost++;
            continue;
        }
        n_late += arrival > i * NP_MSEC / 10 + 10 * NP_MSEC;
        last = MAX(last, arrival);
    }
    /* Four standard deviations each. */
    CU_ASSERT(n_lost > 1830 && n_lost < 2170);
    CU_ASSERT(n_twice > 877 && n_twice < 1123);
    CU_ASSERT(n_late > 3380 && n_late < 3820);
}

static void
a_rate_spaces_packets_and_fills_its_queue(void)
{
    /* A megabit a second: 1250 bytes take 10 ms, and 12500 wait at most. */
    static const NpSimLink link = { .rate = 1000000, .queue = 12500 };
    NpSimLinkState state = link_of(&link);
    NpTime arrival = 0;

    for (guint i = 1; i <= 11; i++) {
        NP_ASSERT_INT(np_sim_link_transmit(&state, 1250, 0, &arrival), NP_SIM_LINK_PASSED);
        NP_ASSERT_INT(arrival, i * 10 * NP_MSEC);
    }
    NP_ASSERT_INT(np_sim_link_transmit(&state, 1250, 0, &arrival), NP_SIM_LINK_QUEUE_FULL);
    NP_ASSERT_INT(np_sim_link_transmit(&state, 1250, 15 * NP_MSEC, &arrival), NP_SIM_LINK_PASSED);
    NP_ASSERT_INT(arrival, 120 * NP_MSEC);
    NP_ASSERT_INT(np_sim_link_transmit(&state, 1250, NP_SECOND, &arrival), NP_SIM_LINK_PASSED);
    NP_ASSERT_INT(arrival, NP_SECOND + 10 * NP_MSEC);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(an_ideal_link_is_not_there),
        NP_TEST(jitter_delays_within_its_bound_and_keeps_the_order),
        NP_TEST(loses_reorders_and_duplicates_at_their_rates),
        NP_TEST(a_rate_spaces_packets_and_fills_its_queue),
        { 0 },
    };

    return np_test_main("sim.link", tests);
}
