/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * natprobe behind the NATs of the lab: does it say what is true?
 *
 *   --demo   a few NATs, for people: each verdict next to the truth
 *   --check  every preset once without and once with loss, as TAP
 *   --bench  every preset many times at several rates of loss, with intervals and times
 */

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "trial.h"

/* Two labs a core: they mostly wait. */
#define JOBS_PER_CORE 2
#define DELAY_MS 40

static const char *const demo_specs[] = {
    "open",
    "full-cone",
    "restricted",
    "port-restricted",
    "port-restricted,hairpin=on,trap=on",
    "symmetric-random",
    "symmetric-sequential,step=3",
    "block,size=512",
    "double",
    "udp-blocked",
};

/* Beside the presets themselves: what can be switched on and off in them. */
static const char *const variants[] = {
    "port-restricted,hairpin=on",  "port-restricted,hairpin=both-send",
    "port-restricted,trap=on",     "full-cone,hairpin=on",
    "restricted,hairpin=on",       "restricted,trap=on",
    "symmetric-sequential,step=7", "symmetric-sequential,step=-2",
};

typedef struct {
    NpTrial trial;
    NpTrialResult result;
    gboolean done;
} Job;

typedef struct {
    char *programs;
    GMutex mutex;
    GCond finished;
} Pool;

static void
work(gpointer data, gpointer user)
{
    Job *job = data;
    Pool *pool = user;

    np_trial_run(&job->trial, pool->programs, &job->result);
    g_mutex_lock(&pool->mutex);
    job->done = TRUE;
    g_cond_broadcast(&pool->finished);
    g_mutex_unlock(&pool->mutex);
}

/* Results are handed over in the order of the jobs, each as soon as it is there. */
static void
run_all(GArray *jobs, char *programs, void (*each)(const Job *, gpointer), gpointer user)
{
    Pool pool = { .programs = programs };
    GThreadPool *threads =
        g_thread_pool_new(work, &pool, (gint)g_get_num_processors() * JOBS_PER_CORE, FALSE, NULL);

    g_mutex_init(&pool.mutex);
    g_cond_init(&pool.finished);
    for (guint i = 0; i < jobs->len; i++)
        g_thread_pool_push(threads, &g_array_index(jobs, Job, i), NULL);
    for (guint i = 0; i < jobs->len; i++) {
        Job *job = &g_array_index(jobs, Job, i);

        g_mutex_lock(&pool.mutex);
        while (!job->done)
            g_cond_wait(&pool.finished, &pool.mutex);
        g_mutex_unlock(&pool.mutex);
        each(job, user);
        np_trial_result_clear(&job->result);
    }
    g_thread_pool_free(threads, FALSE, TRUE);
}

static void
add_job(GArray *jobs, const char *spec, double loss, guint seed)
{
    Job job = {
        .trial = { .spec = spec, .delay_ms = DELAY_MS, .loss_percent = loss, .seed = seed },
    };

    g_array_append_val(jobs, job);
}

static void
add_every_spec(GArray *jobs, double loss, guint seed)
{
    guint n_presets = 0;
    const NpNatPreset *presets = np_nat_preset_all(&n_presets);

    for (guint i = 0; i < n_presets; i++)
        add_job(jobs, presets[i].name, loss, seed);
    for (guint i = 0; i < G_N_ELEMENTS(variants); i++)
        add_job(jobs, variants[i], loss, seed);
}

/* --demo */

static void
print_run(const Job *job, gpointer user)
{
    const NpTrialRun *run = &job->result.runs[0];
    gboolean *all_right = user;

    if (run->failure != NULL) {
        *all_right = FALSE;
        printf("\n%s: %s\n", job->trial.spec, run->failure);
        return;
    }
    printf("\n%s (%.0f ms)\n  %-13s %-32s %s\n", job->trial.spec, run->milliseconds, "axis",
           "natprobe says", "the truth");
    for (guint i = 0; i < np_trial_n_axes; i++) {
        const NpTrialAxis *axis = &run->axes[np_trial_axes[i]];

        if (!axis->applies)
            continue;
        printf("%s %-13s %-32s %s\n", axis->score == NP_SCORE_RIGHT ? " " : "!",
               np_nat_axis_key(np_trial_axes[i]), axis->verdict, axis->truth);
        if (axis->score != NP_SCORE_RIGHT)
            *all_right = FALSE;
    }
    fflush(stdout);
}

static int
demo(char *programs)
{
    g_autoptr(GArray) jobs = g_array_new(FALSE, TRUE, sizeof(Job));
    gboolean all_right = TRUE;

    for (guint i = 0; i < G_N_ELEMENTS(demo_specs); i++)
        add_job(jobs, demo_specs[i], 0, 1);
    run_all(jobs, programs, print_run, &all_right);
    printf("\n%s\n",
           all_right ? "Every verdict is the truth." : "Lines marked ! are not the truth.");
    return all_right ? 0 : 1;
}

/* --check */

typedef struct {
    guint n;
    guint n_failed;
} Tap;

static void
print_tap(const Job *job, gpointer user)
{
    Tap *tap = user;

    for (guint i = 0; i < NP_TRIAL_RUNS; i++) {
        const NpTrialRun *run = &job->result.runs[i];
        g_autoptr(GString) wrong = g_string_new(run->failure);

        for (guint j = 0; run->failure == NULL && j < np_trial_n_axes; j++) {
            const NpTrialAxis *axis = &run->axes[np_trial_axes[j]];

            /* Under loss "cannot tell" is honest; a falsehood never is. */
            if (axis->applies &&
                (axis->score == NP_SCORE_FALSE ||
                 (axis->score == NP_SCORE_UNKNOWN && job->trial.loss_percent == 0)))
                g_string_append_printf(
                    wrong, "%s%s is %s, natprobe says %s", wrong->len > 0 ? "; " : "",
                    np_nat_axis_key(np_trial_axes[j]), axis->truth, axis->verdict);
        }
        tap->n++;
        tap->n_failed += wrong->len > 0;
        g_strdelimit(wrong->str, "\n", ' ');
        printf("%s %u - %s, %g %% loss, from address %u of the server\n",
               wrong->len > 0 ? "not ok" : "ok", tap->n, job->trial.spec, job->trial.loss_percent,
               i + 1);
        if (wrong->len > 0)
            printf("# %s\n", wrong->str);
        fflush(stdout);
    }
}

static gboolean
lab_works(const char *programs)
{
    g_autofree char *natlab = g_build_filename(programs, "natlab", NULL);
    const char *const arguments[] = { natlab, "run", "--left", "open", "--", "true", NULL };
    g_autoptr(GSubprocess) process = g_subprocess_newv(
        arguments, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);

    return process != NULL && g_subprocess_wait_check(process, NULL, NULL);
}

static int
check(char *programs)
{
    g_autoptr(GArray) jobs = g_array_new(FALSE, TRUE, sizeof(Job));
    Tap tap = { 0 };

    if (!lab_works(programs)) {
        printf("1..0 # SKIP this system cannot make a lab\n");
        return 0;
    }
    add_every_spec(jobs, 0, 1);
    add_every_spec(jobs, 5, 2);
    printf("1..%u\n", jobs->len * NP_TRIAL_RUNS);
    run_all(jobs, programs, print_tap, &tap);
    return tap.n_failed == 0 ? 0 : 1;
}

/* --bench */

typedef struct {
    NpTally axes[NP_NAT_N_AXES];
    NpTally pooled;
    GArray *milliseconds;
    guint n_failed;
} Sum;

static void
add_to_sum(const Job *job, gpointer user)
{
    Sum *sum = user;

    for (guint i = 0; i < NP_TRIAL_RUNS; i++) {
        const NpTrialRun *run = &job->result.runs[i];

        if (run->failure != NULL) {
            sum->n_failed++;
            printf("# %s: %s\n", job->trial.spec, run->failure);
            continue;
        }
        g_array_append_val(sum->milliseconds, run->milliseconds);
        for (guint j = 0; j < np_trial_n_axes; j++) {
            const NpTrialAxis *axis = &run->axes[np_trial_axes[j]];

            if (!axis->applies)
                continue;
            np_tally_add(&sum->axes[np_trial_axes[j]], axis->score);
            np_tally_add(&sum->pooled, axis->score);
            if (axis->score == NP_SCORE_FALSE)
                printf("# %s seed %u run %u: %s is %s, natprobe says %s\n", job->trial.spec,
                       job->trial.seed, i + 1, np_nat_axis_key(np_trial_axes[j]), axis->truth,
                       axis->verdict);
        }
    }
}

static void
print_sum(Sum *sum, double loss, guint runs)
{
    printf("\nloss %g %% each way, %u labs of each NAT, each probed from both server addresses\n",
           loss, runs);
    printf("  %-13s %-36s %s\n", "axis", "false", "cannot tell");
    for (guint i = 0; i < np_trial_n_axes; i++) {
        const NpTally *tally = &sum->axes[np_trial_axes[i]];
        g_autofree char *wrong = np_tally_text(tally, NP_SCORE_FALSE);
        g_autofree char *unknown = np_tally_text(tally, NP_SCORE_UNKNOWN);

        printf("  %-13s %-36s %s\n", np_nat_axis_key(np_trial_axes[i]), wrong, unknown);
    }
    {
        g_autofree char *wrong = np_tally_text(&sum->pooled, NP_SCORE_FALSE);
        g_autofree char *unknown = np_tally_text(&sum->pooled, NP_SCORE_UNKNOWN);

        printf("  %-13s %-36s %s\n", "all", wrong, unknown);
    }
    printf("  time at %d ms one way: median %.0f ms, 95 %% within %.0f ms, %u without a result\n",
           DELAY_MS, np_tally_quantile(sum->milliseconds, 0.5),
           np_tally_quantile(sum->milliseconds, 0.95), sum->n_failed);
    fflush(stdout);
}

static int
bench(char *programs, guint runs)
{
    static const double losses[] = { 0, 5, 20 };
    gboolean any_false = FALSE;

    for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
        g_autoptr(GArray) jobs = g_array_new(FALSE, TRUE, sizeof(Job));
        Sum sum = { .milliseconds = g_array_new(FALSE, FALSE, sizeof(double)) };

        for (guint run = 0; run < runs; run++)
            add_every_spec(jobs, losses[i], 1 + i * runs + run);
        run_all(jobs, programs, add_to_sum, &sum);
        print_sum(&sum, losses[i], runs);
        any_false = any_false || sum.pooled.counts[NP_SCORE_FALSE] > 0 || sum.n_failed > 0;
        g_array_unref(sum.milliseconds);
    }
    return any_false ? 1 : 0;
}

int
main(int argc, char **argv)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *here = g_path_get_dirname(self != NULL ? self : argv[0]);
    g_autofree char *programs = g_build_filename(here, "..", "..", "tools", NULL);
    gboolean want_demo = FALSE, want_check = FALSE, want_bench = FALSE;
    gint runs = 20;
    const GOptionEntry entries[] = {
        { "demo", 0, 0, G_OPTION_ARG_NONE, &want_demo, "a few NATs, for people", NULL },
        { "check", 0, 0, G_OPTION_ARG_NONE, &want_check, "every preset, as TAP", NULL },
        { "bench", 0, 0, G_OPTION_ARG_NONE, &want_bench, "every preset, many times", NULL },
        { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "labs of each NAT in --bench", "N" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "classify: %s\n", error->message);
        return 2;
    }
    if (want_bench)
        return bench(programs, (guint)MAX(runs, 1));
    return want_demo ? demo(programs) : check(programs);
}
