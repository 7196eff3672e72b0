/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How right the classifier of nat/law is, and how fast
 *
 * Every NAT of the fixture under several ways to probe it. False: the truth was ruled out at 99 %.
 * Open: more than one kind was left. Bounds are Clopper and Pearson's, 95 %, one-sided.
 */

#include <math.h>
#include <stdio.h>

#include "fixture-law.h"

#define N_RUNS 4000
/* What is asked of sixteen sockets opened at once, and of eight samples 100 ms apart. */
#define MOST_FALSE 0.001
#define MOST_OPEN 0.01
#define MOST_BRIER 0.02

static const struct {
    const char *label;
    FixtureProbe probe;
    gboolean binding; /* the figures above must hold */
} probes[] = {
    { "4 samples, 100 ms apart", { .n = 4, .spacing = 100 * NP_MSEC }, FALSE },
    { "5 samples, 100 ms apart", { .n = 5, .spacing = 100 * NP_MSEC }, FALSE },
    { "8 samples, 100 ms apart", { .n = 8, .spacing = 100 * NP_MSEC }, FALSE },
    { "16 samples, 100 ms apart", { .n = 16, .spacing = 100 * NP_MSEC }, TRUE },
    { "16 sockets at once", { .n = 16, .spacing = 60 * NP_USEC }, TRUE },
    { "16 at once, 5 % loss",
      { .n = 16, .spacing = 60 * NP_USEC, .loss = 0.05, .copies = 4, .interval = 40 * NP_MSEC },
      TRUE },
    { "16 at once, 10 % loss",
      { .n = 16, .spacing = 60 * NP_USEC, .loss = 0.10, .copies = 4, .interval = 40 * NP_MSEC },
      TRUE },
    { "16 at once, 20 % loss",
      { .n = 16, .spacing = 60 * NP_USEC, .loss = 0.20, .copies = 4, .interval = 40 * NP_MSEC },
      FALSE },
};

typedef struct {
    guint n, wrong, open, denied;
    double brier;
} Tally;

/* The rate at which @k or fewer of @n would come up 5 % of the time. */
static double
upper_bound(guint k, guint n)
{
    double low = (double)k / n, high = 1;

    for (guint i = 0; i < 50; i++) {
        double rate = (low + high) / 2, term = n * log1p(-rate), sum = 0;

        for (guint j = 0; j <= k; j++) {
            sum += exp(term);
            term += log((double)(n - j) / (j + 1)) + log(rate) - log1p(-rate);
        }
        if (sum > 0.05)
            low = rate;
        else
            high = rate;
    }
    return high;
}

static void
tally_add(Tally *self, const NpNatLawPosterior *posterior, NpNatAllocation truth)
{
    self->n++;
    self->wrong += posterior->law.kind != truth;
    self->open += posterior->confidence < 0.99;
    self->denied += posterior->confidence >= 0.99 && posterior->law.kind != truth;
    for (guint kind = 0; kind < NP_NAT_N_ALLOCATIONS; kind++) {
        double miss = posterior->probability[kind] - (kind == truth ? 1 : 0);

        self->brier += miss * miss;
    }
}

static Tally
run(const FixtureKnown *known, const FixtureProbe *probe, guint64 seed, gint64 *spent)
{
    NpRng rng = np_rng_from_number(seed);
    Tally tally = { 0 };

    for (guint i = 0; i < N_RUNS; i++) {
        NpNatSample samples[NP_NAT_LAW_MAX_SAMPLES];
        NpNatLawPosterior posterior;
        guint n = fixture_law_probe(&known->nat, probe, &rng, samples);
        gint64 started = g_get_monotonic_time();

        np_nat_law_infer(&posterior, samples, n);
        *spent += g_get_monotonic_time() - started;
        tally_add(&tally, &posterior, known->truth);
    }
    return tally;
}

static void
print(const char *label, const Tally *tally)
{
    printf("  %-40s %8.3f %8.3f %8.3f %8.3f %8.4f\n", label, 100.0 * tally->wrong / tally->n,
           100.0 * tally->denied / tally->n, 100 * upper_bound(tally->denied, tally->n),
           100.0 * tally->open / tally->n, tally->brier / tally->n);
}

int
main(void)
{
    gboolean held = TRUE;

    for (gsize i = 0; i < G_N_ELEMENTS(probes); i++) {
        Tally total = { 0 };
        gint64 spent = 0;

        printf("%s\n  %-40s %8s %8s %8s %8s %8s\n", probes[i].label, "", "wrong %", "false %",
               "below %", "open %", "Brier");
        for (guint j = 0; j < fixture_law_n_known; j++) {
            Tally tally =
                run(&fixture_law_known[j], &probes[i].probe, i * fixture_law_n_known + j, &spent);

            print(fixture_law_known[j].label, &tally);
            total.n += tally.n;
            total.wrong += tally.wrong;
            total.open += tally.open;
            total.denied += tally.denied;
            total.brier += tally.brier;
        }
        print("all", &total);
        printf("  %.1f us each\n\n", (double)spent / total.n);
        if (probes[i].binding)
            held = held && total.denied <= MOST_FALSE * total.n &&
                   total.open <= MOST_OPEN * total.n && total.brier <= MOST_BRIER * total.n;
    }
    printf("%s\n", held ? "as good as required" : "NOT as good as required");
    return held ? 0 : 1;
}
