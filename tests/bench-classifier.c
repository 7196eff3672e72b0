/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How often natprobe is wrong, over NATs drawn at random
 *
 * The plan runs as it is, in virtual time, against our own server. What a specimen is depends on
 * its number alone, and results are summed in the order of the numbers: the table is the same
 * whatever the number of threads. --case N shows a single one with all its evidence.
 */

#include <math.h>
#include <stdio.h>

#include "fixture-specimen.h"

#define DEFAULT_RUNS 100000
/* Each trouble gets this part of them. */
#define TROUBLE_PART 50
/* How many of what went wrong are shown by number. */
#define MAX_SHOWN 40
/* A goal for the time at zero loss: so long after two round trips. */
#define SETTLING (300 * NP_MSEC)
#define LAW_FLOWS 100.0

static const char legend[] =
    "false    the truth is ruled out, or a number given with the verdict is wrong;\n"
    "         below: the upper end of the 95 % interval (Clopper and Pearson)\n"
    "unknown  the truth is left among others, although a probe with those servers could tell more\n"
    "open     counted as right: the truth is left among values that no probe from one host, with\n"
    "         the servers it was given, can tell apart, and natprobe says why: addresses beyond\n"
    "         those of a server that has one; a pool that keeps each host on one address; a\n"
    "         hairpin that leaves the internal source; whose a second NAT behind private\n"
    "         addresses is\n";

/* Each way. */
static const double losses[] = { 0, 0.05, 0.10, 0.20 };
#define N_LOSSES G_N_ELEMENTS(losses)

/* Goals, as parts of all verdicts at one rate of loss. */
#define MOST_FALSE 0.001
#define MOST_UNKNOWN 0.01
#define LEAST_LAWS 0.99
static const gboolean is_bound[N_LOSSES] = { TRUE, TRUE, TRUE, FALSE };

typedef struct {
    guint64 seed;
    guint n;
    const NpSpecimenTrouble *trouble; /* or NULL */
    NpSpecimenResult *results;
} Job;

static void
draw(NpSpecimen *specimen, const Job *job, guint i)
{
    np_specimen_draw(specimen, job->seed + i, losses[i % N_LOSSES]);
    if (job->trouble != NULL)
        job->trouble->apply(specimen);
}

typedef struct {
    Job *job;
    gint next; /* atomic */
} Queue;

static gpointer
work(gpointer data)
{
    Queue *queue = data;

    for (;;) {
        guint i = (guint)g_atomic_int_add(&queue->next, 1);
        NpSpecimen specimen;

        if (i >= queue->job->n)
            return NULL;
        draw(&specimen, queue->job, i);
        np_specimen_probe(&specimen, &queue->job->results[i]);
    }
}

static void
run_all(Job *job, guint n_threads)
{
    Queue queue = { .job = job };
    g_autoptr(GPtrArray) threads = g_ptr_array_new();

    for (guint i = 0; i < n_threads; i++)
        g_ptr_array_add(threads, g_thread_new("classifier", work, &queue));
    for (guint i = 0; i < n_threads; i++)
        g_thread_join(threads->pdata[i]);
}

/* What is said of one rate of loss. */
typedef struct {
    NpTally axes[NP_NAT_N_AXES];
    guint n_open[NP_NAT_N_AXES]; /* right, but more than one value is left */
    NpTally pooled;
    NpTally laws; /* allocation, at LAW_FLOWS */
    GArray *milliseconds;
    GArray *packets;
    guint n_reachable, n_in_time;
    double brier; /* sum */
} Sum;

static NpTime
slowest_round_trip(const NpSpecimen *specimen)
{
    const NpSimLink *link = &specimen->scenario.link;

    return 2 * (link->delay + link->jitter);
}

static void
add(Sum *sum, const NpSpecimen *specimen, const NpSpecimenResult *result)
{
    double milliseconds = (double)result->duration / NP_MSEC, packets = result->n_sent;

    g_array_append_val(sum->milliseconds, milliseconds);
    g_array_append_val(sum->packets, packets);
    if (specimen->truth.reachable) {
        sum->n_reachable++;
        sum->n_in_time += result->duration <= 2 * slowest_round_trip(specimen) + SETTLING;
    }
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        const NpSpecimenVerdict *verdict = &result->verdicts[axis];
        double miss = verdict->confidence - (verdict->score == NP_SCORE_FALSE ? 0 : 1);

        if (!verdict->applies)
            continue;
        np_tally_add(&sum->axes[axis], verdict->score);
        np_tally_add(&sum->pooled, verdict->score);
        sum->n_open[axis] += verdict->score == NP_SCORE_RIGHT && !verdict->decided;
        sum->brier += verdict->measured ? miss * miss : 0;
        if (axis == NP_NAT_AXIS_ALLOCATION && specimen->scenario.flows == LAW_FLOWS)
            np_tally_add(&sum->laws, verdict->score);
    }
}

static double
share(const NpTally *tally, NpScore score)
{
    guint n = np_tally_total(tally);

    return n > 0 ? (double)tally->counts[score] / n : 0;
}

static void
print_tally(const char *label, const NpTally *tally, guint n_open)
{
    guint n = np_tally_total(tally);
    double low = 0, high = 0;

    np_tally_interval(tally->counts[NP_SCORE_FALSE], n, 0.95, &low, &high);
    printf("  %-12s %8u %7u %9.4f %9.4f %9.3f %8.2f\n", label, n, tally->counts[NP_SCORE_FALSE],
           100 * share(tally, NP_SCORE_FALSE), 100 * high, 100 * share(tally, NP_SCORE_UNKNOWN),
           n > 0 ? 100.0 * n_open / n : 0);
}

static gboolean
print_sum(Sum *sum, double loss, gboolean bound)
{
    guint n = sum->packets->len;
    guint n_open = 0;
    gboolean held = share(&sum->pooled, NP_SCORE_FALSE) < MOST_FALSE &&
                    share(&sum->pooled, NP_SCORE_UNKNOWN) < MOST_UNKNOWN &&
                    share(&sum->laws, NP_SCORE_RIGHT) >= LEAST_LAWS;

    printf("\n%u NATs, %g %% loss each way\n  %-12s %8s %7s %9s %9s %9s %8s\n", n, 100 * loss,
           "axis", "verdicts", "false", "%", "below %", "unknown %", "open %");
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        print_tally(np_nat_axis_key((NpNatAxis)axis), &sum->axes[axis], sum->n_open[axis]);
        n_open += sum->n_open[axis];
    }
    print_tally("all", &sum->pooled, n_open);
    printf("  allocator recognised at %g flows/s: %.3f %% of %u; Brier score of all: %.6f\n",
           LAW_FLOWS, 100 * share(&sum->laws, NP_SCORE_RIGHT), np_tally_total(&sum->laws),
           sum->brier / np_tally_total(&sum->pooled));
    printf("  time: median %.0f ms, 95 %% within %.0f ms, %.2f %% within two round trips and 300 "
           "ms\n",
           np_tally_quantile(sum->milliseconds, 0.5), np_tally_quantile(sum->milliseconds, 0.95),
           sum->n_reachable > 0 ? 100.0 * sum->n_in_time / sum->n_reachable : 0);
    printf("  packets sent: median %.0f, 95 %% below %.0f\n", np_tally_quantile(sum->packets, 0.5),
           np_tally_quantile(sum->packets, 0.95));
    if (bound && !held)
        printf("  NOT as good as required\n");
    return held || !bound;
}

/* Claims against what came of them. */
static void
print_reliability(const Job *job)
{
    static const double edges[] = { 0, 0.9, 0.99, 0.999, 0.9999, 0.99999, 1.1 };
    guint n[G_N_ELEMENTS(edges)] = { 0 }, n_true[G_N_ELEMENTS(edges)] = { 0 };
    double claimed[G_N_ELEMENTS(edges)] = { 0 };

    for (guint i = 0; i < job->n; i++) {
        for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
            const NpSpecimenVerdict *verdict = &job->results[i].verdicts[axis];
            guint bin = 0;

            if (!verdict->applies || !verdict->measured)
                continue;
            while (verdict->confidence >= edges[bin + 1])
                bin++;
            n[bin]++;
            n_true[bin] += verdict->score != NP_SCORE_FALSE;
            claimed[bin] += verdict->confidence;
        }
    }
    printf("\nconfidence of verdicts\n  %-18s %8s %10s %10s\n", "claimed", "verdicts", "mean %",
           "true %");
    for (guint bin = 0; bin + 1 < G_N_ELEMENTS(edges); bin++)
        if (n[bin] > 0)
            printf("  %.5f to %.5f %8u %10.4f %10.4f\n", edges[bin], MIN(edges[bin + 1], 1), n[bin],
                   100 * claimed[bin] / n[bin], 100.0 * n_true[bin] / n[bin]);
}

static void
show(const Job *job, NpScore score, const char *label)
{
    guint n_shown = 0;

    for (guint i = 0; i < job->n && n_shown < MAX_SHOWN; i++) {
        for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
            const NpSpecimenVerdict *verdict = &job->results[i].verdicts[axis];
            g_autofree char *text = NULL;
            NpSpecimen specimen;

            if (!verdict->applies || verdict->score != score)
                continue;
            draw(&specimen, job, i);
            text = np_specimen_text(&specimen);
            printf("  %s %s: --seed %" G_GUINT64_FORMAT " --case %u: %s\n", label,
                   np_nat_axis_key((NpNatAxis)axis), job->seed, i, text);
            n_shown++;
        }
    }
}

static void
show_case(const Job *job, guint i)
{
    NpSpecimen specimen;
    NpProbeRun run;
    g_autofree char *text = NULL;

    draw(&specimen, job, i);
    text = np_specimen_text(&specimen);
    run = np_probe_scenario_play(&specimen.scenario);
    printf("%s\n%.1f ms, %u packets\n", text, (double)np_probe_plan_duration(run.plan) / NP_MSEC,
           run.n_sent);
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        const NpVerdict *verdict = &np_probe_plan_profile(run.plan)->verdicts[axis];
        g_autofree char *said = np_verdict_text(verdict);

        printf("%s: %s (%.6f)%s%s\n", np_nat_axis_key((NpNatAxis)axis),
               verdict->measured ? said : "not measured", verdict->confidence,
               verdict->why != NULL ? ", because " : "", verdict->why != NULL ? verdict->why : "");
        for (guint j = 0; j < verdict->evidence->len; j++)
            printf("    %s\n", (const char *)verdict->evidence->pdata[j]);
    }
    np_probe_plan_free(run.plan);
}

static void
sum_init(Sum *self)
{
    *self = (Sum){ .milliseconds = g_array_new(FALSE, FALSE, sizeof(double)),
                   .packets = g_array_new(FALSE, FALSE, sizeof(double)) };
}

static void
sum_clear(Sum *self)
{
    g_array_unref(self->milliseconds);
    g_array_unref(self->packets);
}

/* Every @stride-th result from @first on. */
static void
add_all(Sum *sum, const Job *job, guint first, guint stride)
{
    for (guint i = first; i < job->n; i += stride) {
        NpSpecimen specimen;

        draw(&specimen, job, i);
        add(sum, &specimen, &job->results[i]);
    }
}

static gboolean
bench(Job *job, guint n_threads)
{
    g_autoptr(GTimer) timer = g_timer_new();
    gboolean held = TRUE;

    run_all(job, n_threads);
    g_timer_stop(timer);
    for (guint loss = 0; loss < N_LOSSES; loss++) {
        Sum sum;

        sum_init(&sum);
        add_all(&sum, job, loss, N_LOSSES);
        held = print_sum(&sum, losses[loss], is_bound[loss]) && held;
        sum_clear(&sum);
    }
    print_reliability(job);
    printf("\n%u NATs in %.1f s on %u threads\n", job->n, g_timer_elapsed(timer, NULL), n_threads);
    return held;
}

/* The same under each trouble, over all rates of loss; too few to bind anybody. */
static void
bench_troubles(Job *job, guint n_threads)
{
    job->n = MAX(job->n / TROUBLE_PART, (guint)N_LOSSES);
    printf("\nin trouble: %u NATs each, every rate of loss alike\n  %-24s %8s %9s %9s %9s\n",
           job->n, "", "false %", "unknown %", "median ms", "packets");
    for (guint i = 0; i < np_specimen_n_troubles; i++) {
        Sum sum;

        job->trouble = &np_specimen_troubles[i];
        run_all(job, n_threads);
        sum_init(&sum);
        add_all(&sum, job, 0, 1);
        printf("  %-24s %8.4f %9.3f %9.0f %9.0f\n", job->trouble->label,
               100 * share(&sum.pooled, NP_SCORE_FALSE), 100 * share(&sum.pooled, NP_SCORE_UNKNOWN),
               np_tally_quantile(sum.milliseconds, 0.5), np_tally_quantile(sum.packets, 0.5));
        sum_clear(&sum);
    }
    job->trouble = NULL;
}

int
main(int argc, char **argv)
{
    gint n_runs = DEFAULT_RUNS, n_threads = (gint)g_get_num_processors();
    gint single = -1, trouble = -1;
    gint64 seed = 1;
    gboolean verbose = FALSE, held = TRUE;
    const GOptionEntry entries[] = {
        { "runs", 0, 0, G_OPTION_ARG_INT, &n_runs, "NATs to draw", "N" },
        { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "at a time", "N" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "number of the first NAT", "N" },
        { "trouble", 0, 0, G_OPTION_ARG_INT, &trouble, "only under the Nth trouble", "N" },
        { "case", 0, 0, G_OPTION_ARG_INT, &single, "show the Nth alone", "N" },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "show what went wrong", NULL },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    Job job = { 0 };

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "bench-classifier: %s\n", error->message);
        return 2;
    }
    job = (Job){ .seed = (guint64)seed, .n = (guint)MAX(n_runs, (gint)N_LOSSES) };
    if (trouble >= 0 && trouble < (gint)np_specimen_n_troubles)
        job.trouble = &np_specimen_troubles[trouble];
    if (single >= 0) {
        show_case(&job, (guint)single);
        return 0;
    }
    printf("%s", legend);
    job.results = g_new0(NpSpecimenResult, job.n);
    held = bench(&job, (guint)MAX(n_threads, 1));
    if (verbose) {
        show(&job, NP_SCORE_FALSE, "false");
        show(&job, NP_SCORE_UNKNOWN, "unknown");
    }
    if (job.trouble == NULL)
        bench_troubles(&job, (guint)MAX(n_threads, 1));
    printf("\n%s\n", held ? "as good as required" : "NOT as good as required");
    g_free(job.results);
    return held ? 0 : 1;
}
