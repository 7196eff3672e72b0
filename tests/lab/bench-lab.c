/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * natprobe behind every NAT of the lab, many times, at several rates of loss
 *
 * Prints how often each verdict is false or left open, with Clopper-Pearson intervals, and how long
 * a run takes; then the other tools in the same labs. Fails on a single false verdict.
 */

#include <gio/gio.h>
#include <stdio.h>

#include "contest.h"
#include "pool.h"

#define MAX_UNKNOWN 0.02

typedef struct {
    NpTally axes[NP_NAT_N_AXES];
    NpTally pooled;
    GArray *milliseconds;
    guint n_failed;
} Sum;

static void
add_to_sum(const NpTrial *trial, const NpTrialResult *result, gpointer user)
{
    Sum *sum = user;

    for (guint i = 0; i < NP_TRIAL_RUNS; i++) {
        const NpTrialRun *run = &result->runs[i];

        if (run->failure != NULL) {
            sum->n_failed++;
            printf("# %s seed %u: %s\n", trial->spec, trial->seed, run->failure);
            continue;
        }
        g_array_append_val(sum->milliseconds, run->milliseconds);
        for (guint j = 0; j < np_trial_n_axes; j++) {
            const NpTrialAxis *axis = &run->axes[np_trial_axes[j]];

            if (!axis->applies)
                continue;
            np_tally_add(&sum->axes[np_trial_axes[j]], axis->score);
            np_tally_add(&sum->pooled, axis->score);
            if (axis->score != NP_SCORE_RIGHT)
                printf("# %s seed %u run %u: %s is %s, natprobe says %s\n", trial->spec,
                       trial->seed, i + 1, np_nat_axis_key(np_trial_axes[j]), axis->truth,
                       axis->verdict);
        }
    }
}

static void
print_tally(const char *label, const NpTally *tally)
{
    g_autofree char *wrong = np_tally_text(tally, NP_SCORE_FALSE);
    g_autofree char *unknown = np_tally_text(tally, NP_SCORE_UNKNOWN);

    printf("  %-13s %-38s %s\n", label, wrong, unknown);
}

static gboolean
measure_accuracy(const char *programs, double loss, guint runs)
{
    NpPool pool;
    Sum sum = { .milliseconds = g_array_new(FALSE, FALSE, sizeof(double)) };
    gboolean good = FALSE;

    np_pool_init(&pool);
    for (guint run = 0; run < runs; run++)
        np_pool_add_every_nat(&pool, loss, 1000 * (guint)loss + run + 1);
    np_pool_run(&pool, programs, add_to_sum, &sum);
    printf("\n%g %% loss each way: %u labs of each NAT, each probed from both server addresses\n",
           loss, runs);
    printf("  %-13s %-38s %s\n", "axis", "false", "cannot tell");
    for (guint i = 0; i < np_trial_n_axes; i++)
        print_tally(np_nat_axis_key(np_trial_axes[i]), &sum.axes[np_trial_axes[i]]);
    print_tally("all", &sum.pooled);
    printf("  RTT %d ms: median %.0f ms, 95 %% within %.0f ms; %u without a result\n",
           2 * NP_POOL_DELAY_MS, np_tally_quantile(sum.milliseconds, 0.5),
           np_tally_quantile(sum.milliseconds, 0.95), sum.n_failed);
    fflush(stdout);
    good = sum.pooled.counts[NP_SCORE_FALSE] == 0 && sum.n_failed == 0 &&
           sum.pooled.counts[NP_SCORE_UNKNOWN] <= MAX_UNKNOWN * np_tally_total(&sum.pooled);
    g_array_unref(sum.milliseconds);
    np_pool_clear(&pool);
    return good;
}

static void
print_duration(const NpTrial *trial, const NpTrialResult *result, gpointer user)
{
    (void)user;
    if (result->runs[0].failure == NULL)
        printf("  %-30s RTT %3u ms: %4.0f ms (2 RTT + 300 ms is %u ms)\n", trial->spec,
               2 * trial->delay_ms, result->runs[0].milliseconds, 4 * trial->delay_ms + 300);
}

static void
measure_durations(const char *programs)
{
    static const char *const nats[] = { "full-cone", "port-restricted", "port-restricted,trap=on",
                                        "symmetric-random", "udp-blocked" };
    static const guint delays[] = { 10, 40, 150 };

    printf("\nduration without loss, one lab at a time\n");
    for (guint i = 0; i < G_N_ELEMENTS(delays); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(nats); j++) {
            NpPool pool;

            np_pool_init(&pool);
            np_pool_add(&pool, nats[j], delays[i], 0, 1);
            np_pool_run(&pool, programs, print_duration, NULL);
            np_pool_clear(&pool);
        }
    }
}

int
main(int argc, char **argv)
{
    static const double losses[] = { 0, 5, 20 };
    g_autofree char *programs = np_pool_programs();
    gint runs = 20, contest_runs = 3;
    gboolean good = TRUE;
    const GOptionEntry entries[] = {
        { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "Labs of each NAT at each rate of loss", "N" },
        { "contest", 0, 0, G_OPTION_ARG_INT, &contest_runs, "Runs of each other tool", "N" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "bench-lab: %s\n", error->message);
        return 2;
    }
    for (guint i = 0; runs > 0 && i < G_N_ELEMENTS(losses); i++)
        good = measure_accuracy(programs, losses[i], (guint)runs) && good;
    measure_durations(programs);
    for (guint i = 0; contest_runs > 0 && i < 2; i++)
        np_contest_run(programs, losses[i], (guint)contest_runs);
    return good ? 0 : 1;
}
