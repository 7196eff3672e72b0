/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "probe/path.h"

static NpProbePath
measured(guint n_sent, guint n_answered)
{
    NpProbePath path;

    np_probe_path_init(&path);
    np_probe_path_add_rtt(&path, 80 * NP_MSEC);
    np_probe_path_count(&path, n_sent, n_answered);
    return path;
}

static void
waits_an_rto_as_long_as_nothing_is_known(void)
{
    NpProbePath path;

    np_probe_path_init(&path);
    CU_ASSERT(!np_probe_path_is_known(&path));
    NP_ASSERT_INT(np_probe_path_patience(&path), 500 * NP_MSEC);
    NP_ASSERT_INT(np_probe_path_copies(&path), 7);
}

static void
waits_for_the_slowest_and_half_the_spread(void)
{
    NpProbePath path;

    np_probe_path_init(&path);
    np_probe_path_add_rtt(&path, 100 * NP_MSEC);
    np_probe_path_add_rtt(&path, 80 * NP_MSEC);
    np_probe_path_add_rtt(&path, 120 * NP_MSEC);
    NP_ASSERT_INT(np_probe_path_patience(&path), (120 + 20 + 30) * NP_MSEC);
}

static void
needs_more_copies_the_more_is_lost(void)
{
    static const struct {
        const char *label;
        guint n_sent, n_answered;
        guint least, most; /* copies */
    } rows[] = {
        { "clean", 60, 60, 4, 4 },
        { "clean, and all that one server address can be asked", 33, 33, 4, 4 },
        { "clean but hardly measured", 5, 5, 6, 12 },
        { "10 % of round trips", 100, 90, 5, 7 },
        { "36 % of round trips", 100, 64, 11, 14 },
        { "nine of ten", 100, 10, 23, 23 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpProbePath path = measured(rows[i].n_sent, rows[i].n_answered);
        guint copies = np_probe_path_copies(&path);

        NP_ASSERT_ROW(copies >= rows[i].least && copies <= rows[i].most, rows[i].label);
    }
}

static void
estimates_loss_from_above(void)
{
    NpProbePath clean = measured(60, 60);
    NpProbePath lossy = measured(100, 64);

    CU_ASSERT(np_probe_path_loss(&clean) > 0 && np_probe_path_loss(&clean) < 0.05);
    CU_ASSERT(np_probe_path_loss(&lossy) > 0.36 && np_probe_path_loss(&lossy) < 0.45);
}

static void
trusts_silence_as_far_as_the_copies_go(void)
{
    NpProbePath path = measured(100, 64);
    guint enough = np_probe_path_copies(&path);

    CU_ASSERT(np_probe_path_silence_confidence(&path, 0) == 0);
    CU_ASSERT(np_probe_path_silence_confidence(&path, 1) < 0.7);
    CU_ASSERT(np_probe_path_silence_confidence(&path, enough) >= 1 - 1e-5);
}

static void
calls_nothing_silence_on_a_path_that_is_too_bad(void)
{
    NpProbePath fair = measured(100, 64), bad = measured(100, 20);

    CU_ASSERT(np_probe_path_is_silence(&fair, np_probe_path_copies(&fair)));
    CU_ASSERT(!np_probe_path_is_silence(&fair, np_probe_path_copies(&fair) - 1));
    CU_ASSERT(!np_probe_path_is_silence(&bad, np_probe_path_copies(&bad)));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(waits_an_rto_as_long_as_nothing_is_known),
        NP_TEST(waits_for_the_slowest_and_half_the_spread),
        NP_TEST(needs_more_copies_the_more_is_lost),
        NP_TEST(estimates_loss_from_above),
        NP_TEST(trusts_silence_as_far_as_the_copies_go),
        NP_TEST(calls_nothing_silence_on_a_path_that_is_too_bad),
        { 0 },
    };

    return np_test_main("probe.path", tests);
}
