/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>

#include "harness.h"
#include "punch/odds.h"

static void
balanced_probes_match_the_published_table(void)
{
    static const double aims[] = { 0.5, 0.9, 0.99, 0.999 };
    static const struct {
        const char *label;
        guint range;
        guint k[G_N_ELEMENTS(aims)];
    } rows[] = {
        { "1024-65535", 64512, { 212, 385, 543, 665 } },
        { "Linux ephemeral", 28232, { 140, 254, 359, 439 } },
        { "pf", 15535, { 104, 188, 266, 325 } },
        { "4032", 4032, { 53, 96, 134, 164 } },
        { "2048", 2048, { 38, 68, 95, 116 } },
        { "1024", 1024, { 27, 48, 67, 81 } },
        { "512", 512, { 19, 34, 47, 57 } },
        { "MAP-E, 15 blocks of 16", 240, { 13, 23, 32, 38 } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(aims); j++)
            NP_ASSERT_ROW(np_punch_odds_balanced(rows[i].range, aims[j]) == rows[i].k[j],
                          rows[i].label);
}

static void
balanced_is_the_least_that_reaches_the_aim(void)
{
    for (guint range = 1; range < 3000; range = range * 3 / 2 + 1) {
        guint k = np_punch_odds_balanced(range, 0.99);

        CU_ASSERT(np_punch_odds_birthday(range, k, k) >= 0.99);
        CU_ASSERT(k == 1 || np_punch_odds_birthday(range, k - 1, k - 1) < 0.99);
    }
}

static void
birthday_is_certain_exactly_when_misses_cannot_fit(void)
{
    CU_ASSERT(np_punch_odds_birthday(10, 4, 7) == 1.0);
    CU_ASSERT(np_punch_odds_birthday(10, 4, 6) < 1.0);
    CU_ASSERT(np_punch_odds_birthday(10, 0, 10) == 0.0);
    CU_ASSERT(np_punch_odds_birthday(0, 1, 1) == 0.0);
    /* One mapping, one probe; and two of four against one of four. */
    CU_ASSERT_DOUBLE_EQUAL(np_punch_odds_birthday(64512, 1, 1), 1.0 / 64512, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(np_punch_odds_birthday(4, 2, 1), 0.5, 1e-12);
    /* The plan of 256 sockets and 1024 probes that others publish as 98 %. */
    CU_ASSERT_DOUBLE_EQUAL(np_punch_odds_birthday(64512, 256, 1024), 0.983, 5e-4);
}

static void
birthday_does_not_care_who_holds_and_who_probes(void)
{
    for (guint held = 1; held < 60; held += 7)
        for (guint probed = 1; probed < 60; probed += 5)
            CU_ASSERT_DOUBLE_EQUAL(np_punch_odds_birthday(512, held, probed),
                                   np_punch_odds_birthday(512, probed, held), 1e-12);
}

static void
skipped_ports_are_a_distribution_with_the_given_mean_and_twice_the_variance(void)
{
    static const double means[] = { 0.5, 3.5, 10, 30 };

    for (gsize i = 0; i < G_N_ELEMENTS(means); i++) {
        double mean = 0.0;
        double square = 0.0;

        /* Mean and mean square of a count are sums over its tail probabilities. */
        for (guint n = 0; n < 400; n++) {
            double tail = 1.0 - np_punch_odds_skipped(n + 1, means[i]);

            mean += tail;
            square += (2 * n + 1) * tail;
        }
        CU_ASSERT_DOUBLE_EQUAL(mean, means[i], 1e-6);
        CU_ASSERT_DOUBLE_EQUAL(square - mean * mean, 2 * means[i], 1e-4);
        CU_ASSERT(np_punch_odds_skipped(0, means[i]) == 0.0);
    }
    CU_ASSERT(np_punch_odds_skipped(1, 0.0) == 1.0);
}

static void
crossed_bursts_match_the_published_table(void)
{
    static const struct {
        guint burst;
        double flows;
        double at_1000;
        double at_5000;
    } rows[] = {
        { 8, 0, 1, 1 },        { 16, 10, .98, .995 }, { 24, 35, .93, .98 },
        { 35, 100, .83, .96 }, { 54, 300, .60, .89 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *label = g_strdup_printf("%g flows/s", rows[i].flows);
        double slow = np_punch_odds_crossed_bursts(rows[i].burst, rows[i].flows, 0.1, 1000);
        double fast = np_punch_odds_crossed_bursts(rows[i].burst, rows[i].flows, 0.1, 5000);

        /* The table is a simulation of 20,000 runs, printed to two digits. */
        NP_ASSERT_ROW(fabs(slow - rows[i].at_1000) < 0.015, label);
        NP_ASSERT_ROW(fabs(fast - rows[i].at_5000) < 0.01, label);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(balanced_probes_match_the_published_table),
        NP_TEST(balanced_is_the_least_that_reaches_the_aim),
        NP_TEST(birthday_is_certain_exactly_when_misses_cannot_fit),
        NP_TEST(birthday_does_not_care_who_holds_and_who_probes),
        NP_TEST(skipped_ports_are_a_distribution_with_the_given_mean_and_twice_the_variance),
        NP_TEST(crossed_bursts_match_the_published_table),
        { 0 },
    };

    return np_test_main("punch.odds", tests);
}
