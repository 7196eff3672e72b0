/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What bench-classifier shows at length, in the time a test may take: no verdict about a NAT drawn
 * at random is false, hardly any is missing, and the same number makes the same run
 */

#include "fixture-specimen.h"
#include "harness.h"

#define N_SPECIMENS 150
#define N_TROUBLED 20
/* Of all verdicts. */
#define MOST_UNKNOWN 0.01
/* The specimens have numbers of their own at each rate of loss. */
#define NUMBER(percent, i) (1000000 * (1 + (guint64)(percent)) + (i))

static void
hold(guint loss_percent)
{
    NpTally pooled = { 0 };

    for (guint i = 0; i < N_SPECIMENS; i++) {
        NpSpecimen specimen;
        NpSpecimenResult result;
        g_autofree char *text = NULL;

        np_specimen_draw(&specimen, NUMBER(loss_percent, i), loss_percent / 100.0);
        np_specimen_probe(&specimen, &result);
        text = np_specimen_text(&specimen);
        for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
            if (!result.verdicts[axis].applies)
                continue;
            np_tally_add(&pooled, result.verdicts[axis].score);
            NP_ASSERT_ROW(result.verdicts[axis].score != NP_SCORE_FALSE, text);
        }
    }
    CU_ASSERT(np_tally_total(&pooled) > 8 * N_SPECIMENS);
    CU_ASSERT(pooled.counts[NP_SCORE_UNKNOWN] <= MOST_UNKNOWN * np_tally_total(&pooled));
}

static void
nothing_said_is_false_on_a_clean_path(void)
{
    hold(0);
}

static void
nothing_said_is_false_at_5_percent_loss(void)
{
    hold(5);
}

static void
nothing_said_is_false_at_10_percent_loss(void)
{
    hold(10);
}

static void
nothing_said_is_false_at_20_percent_loss(void)
{
    hold(20);
}

/* Much may stay unknown there. */
static void
nothing_said_is_false_in_trouble(void)
{
    for (guint i = 0; i < np_specimen_n_troubles * N_TROUBLED; i++) {
        const NpSpecimenTrouble *trouble = &np_specimen_troubles[i % np_specimen_n_troubles];
        NpSpecimen specimen;
        NpSpecimenResult result;

        np_specimen_draw(&specimen, NUMBER(50, i), i % 2 == 0 ? 0 : 0.05);
        trouble->apply(&specimen);
        np_specimen_probe(&specimen, &result);
        for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
            NP_ASSERT_ROW(!result.verdicts[axis].applies ||
                              result.verdicts[axis].score != NP_SCORE_FALSE,
                          trouble->label);
    }
}

static void
the_same_number_makes_the_same_run(void)
{
    for (guint i = 0; i < 20; i++) {
        NpSpecimen specimen;
        NpSpecimenResult one, two;

        np_specimen_draw(&specimen, NUMBER(30, i), 0.1);
        np_specimen_probe(&specimen, &one);
        np_specimen_probe(&specimen, &two);
        CU_ASSERT(one.digest == two.digest);
        NP_ASSERT_INT(one.duration, two.duration);
        NP_ASSERT_INT(one.n_sent, two.n_sent);
        for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
            CU_ASSERT(one.verdicts[axis].confidence == two.verdicts[axis].confidence);
    }
}

static void
another_number_makes_another_run(void)
{
    NpSpecimen specimen;
    NpSpecimenResult one, two;

    np_specimen_draw(&specimen, NUMBER(40, 0), 0.1);
    np_specimen_probe(&specimen, &one);
    np_specimen_draw(&specimen, NUMBER(40, 1), 0.1);
    np_specimen_probe(&specimen, &two);
    CU_ASSERT(one.digest != two.digest);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(nothing_said_is_false_on_a_clean_path),
        NP_TEST(nothing_said_is_false_at_5_percent_loss),
        NP_TEST(nothing_said_is_false_at_10_percent_loss),
        NP_TEST(nothing_said_is_false_at_20_percent_loss),
        NP_TEST(nothing_said_is_false_in_trouble),
        NP_TEST(the_same_number_makes_the_same_run),
        NP_TEST(another_number_makes_another_run),
        { 0 },
    };

    return np_test_main("scenario.classifier", tests);
}
