/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "rendezvous/clock.h"

static void
the_quickest_answer_counts(void)
{
    NpRendezvousClock clock = { 0 };

    CU_ASSERT(np_rendezvous_clock_best(&clock) == NULL);
    /* The true offset is 5 s. The way there takes 10 ms; the way back 90, then 10, then 50. */
    np_rendezvous_clock_add(&clock, 0, 100 * NP_MSEC, 5010 * NP_MSEC);
    NP_ASSERT_INT(np_rendezvous_clock_best(&clock)->offset, 4960 * NP_MSEC);
    np_rendezvous_clock_add(&clock, NP_SECOND, 1020 * NP_MSEC, 6010 * NP_MSEC);
    np_rendezvous_clock_add(&clock, 2 * NP_SECOND, 2060 * NP_MSEC, 7010 * NP_MSEC);
    NP_ASSERT_INT(np_rendezvous_clock_best(&clock)->offset, 5 * NP_SECOND);
    NP_ASSERT_INT(np_rendezvous_clock_best(&clock)->rtt, 20 * NP_MSEC);
}

static void
old_answers_are_forgotten(void)
{
    NpRendezvousClock clock = { 0 };

    np_rendezvous_clock_add(&clock, 0, NP_MSEC, NP_SECOND);
    for (guint i = 0; i < NP_RENDEZVOUS_CLOCK_SAMPLES; i++)
        np_rendezvous_clock_add(&clock, 0, 40 * NP_MSEC, NP_SECOND + 20 * NP_MSEC);
    NP_ASSERT_INT(np_rendezvous_clock_best(&clock)->rtt, 40 * NP_MSEC);
}

static void
a_jump_of_either_clock_starts_anew(void)
{
    NpRendezvousClock clock = { 0 };

    np_rendezvous_clock_add(&clock, 0, 20 * NP_MSEC, 5010 * NP_MSEC);
    np_rendezvous_clock_add(&clock, NP_SECOND, NP_SECOND + 200 * NP_MSEC, 66100 * NP_MSEC);
    NP_ASSERT_INT(np_rendezvous_clock_best(&clock)->offset, 65 * NP_SECOND);
}

static void
an_answer_before_its_question_is_none(void)
{
    NpRendezvousClock clock = { 0 };

    np_rendezvous_clock_add(&clock, NP_SECOND, 0, 0);
    CU_ASSERT(np_rendezvous_clock_best(&clock) == NULL);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(the_quickest_answer_counts),
        NP_TEST(old_answers_are_forgotten),
        NP_TEST(a_jump_of_either_clock_starts_anew),
        NP_TEST(an_answer_before_its_question_is_none),
        { 0 },
    };

    return np_test_main("rendezvous.clock", tests);
}
