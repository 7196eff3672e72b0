/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>
#include <stdio.h>

#include "fixture-law.h"
#include "harness.h"
#include "nat/law.h"

#define ALLOCATION(profile) (&(profile)->verdicts[NP_NAT_AXIS_ALLOCATION])

/* Mappings made 60 us apart by sockets on @internal ports, which got the @external ones. */
static void
fill(NpNatSample *samples, const guint16 *internal, const guint16 *external, guint n)
{
    for (guint i = 0; i < n; i++)
        samples[i] = (NpNatSample){
            .internal_port = internal[i],
            .external = np_address_ipv4(0xc6336401, external[i]),
            .at = i * 60 * NP_USEC,
            .order = i,
        };
}

static void
says_what_it_saw(void)
{
    static const guint16 internal[] = { 40001, 51234, 33333, 60123, 47110, 38008, 55555, 42424 };
    static const struct {
        const char *verdict;
        const char *evidence;
        guint16 external[8];
    } rows[] = {
        { "preserving",
          "8 of 8 external ports equal the internal port",
          { 40001, 51234, 33333, 60123, 47110, 38008, 55555, 42424 } },
        { "preserving",
          "7 of 8 external ports equal the internal port",
          { 40001, 51234, 33333, 11111, 47110, 38008, 55555, 42424 } },
        { "preserving",
          "8 of 8 external ports are the internal port minus 20000",
          { 20001, 31234, 13333, 40123, 27110, 18008, 35555, 22424 } },
        { "sequential",
          "ports rise by 3 per mapping, with no foreign mapping between",
          { 2000, 2003, 2006, 2009, 2012, 2015, 2018, 2021 } },
        { "sequential",
          "ports fall by 1 per mapping, with 0 to 2 foreign mappings between",
          { 2000, 1999, 1998, 1995, 1994, 1993, 1991, 1990 } },
        { "random",
          "8 ports between 1500 and 63001, without order",
          { 41999, 1500, 9876, 63001, 30303, 55123, 21000, 48642 } },
        { "block",
          "8 ports between 20490 and 20981, without order: a block of about 512",
          { 20700, 20490, 20981, 20641, 20833, 20555, 20902, 20601 } },
        { "block",
          "8 ports have the bits 0x0340 of 0x0ff0 in common: a port set of 240 (RFC 7597)",
          { 0x1341, 0xf34c, 0x7347, 0x5340, 0xa34f, 0x234a, 0xc345, 0x9343 } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpProfile) profile = { 0 };
        g_autofree char *verdict = NULL;
        NpNatSample samples[8];

        np_profile_init(&profile);
        fill(samples, internal, rows[i].external, 8);
        np_nat_law_conclude(samples, 8, &profile, NULL);
        verdict = np_verdict_text(ALLOCATION(&profile));
        NP_ASSERT_STR(verdict, rows[i].verdict);
        NP_REQUIRE(ALLOCATION(&profile)->evidence->len == 1);
        NP_ASSERT_STR(ALLOCATION(&profile)->evidence->pdata[0], rows[i].evidence);
        NP_ASSERT_INT(profile.samples, 8);
        CU_ASSERT(ALLOCATION(&profile)->confidence >= 0.99 && ALLOCATION(&profile)->confidence < 1);
    }
}

/* Simulated probes in each row. The program must stay below two seconds; bench-law does more. */
#define N_RUNS 200

/* Sixteen sockets within a millisecond, as the probe opens them. */
static const FixtureProbe burst = { .n = 16, .spacing = 60 * NP_USEC };

typedef struct {
    guint right;  /* the truth was the most probable kind */
    guint sure;   /* one kind was left */
    guint denied; /* the truth was not left */
} Score;

static Score
score(const FixtureNat *nat,
      NpNatAllocation truth,
      const FixtureProbe *probe,
      guint n_runs,
      guint64 seed)
{
    NpRng rng = np_rng_from_number(seed);
    Score total = { 0 };

    for (guint run = 0; run < n_runs; run++) {
        g_auto(NpProfile) profile = { 0 };
        NpNatSample samples[NP_NAT_LAW_MAX_SAMPLES];
        guint n = fixture_law_probe(nat, probe, &rng, samples);
        NpVerdict *verdict;
        NpNatLawPosterior posterior;
        guint value;

        np_profile_init(&profile);
        verdict = ALLOCATION(&profile);
        np_nat_law_conclude(samples, n, &profile, &posterior);
        total.right += posterior.law.kind == truth;
        total.sure += np_verdict_decided(verdict, &value);
        total.denied += (verdict->possible >> truth & 1) == 0;
    }
    return total;
}

static void
assert_all_known(const FixtureProbe *probe, guint n_runs, double least_sure)
{
    for (gsize i = 0; i < fixture_law_n_known; i++) {
        Score total =
            score(&fixture_law_known[i].nat, fixture_law_known[i].truth, probe, n_runs, i);

        NP_ASSERT_ROW(total.denied == 0, fixture_law_known[i].label);
        NP_ASSERT_ROW(total.sure >= least_sure * n_runs, fixture_law_known[i].label);
    }
}

static void
recognises_every_law_from_sixteen_sockets_at_once(void)
{
    assert_all_known(&burst, N_RUNS, 0.99);
}

static void
survives_lost_requests_and_answers(void)
{
    FixtureProbe probe = burst;

    probe.copies = 4;
    probe.interval = 40 * NP_MSEC;
    probe.loss = 0.05;
    assert_all_known(&probe, N_RUNS / 2, 0.98);
    probe.loss = 0.20;
    assert_all_known(&probe, N_RUNS / 2, 0.97);
}

/* The figures of the design, from few and slow samples. */
static void
needs_few_samples(void)
{
    static const struct {
        FixtureKnown known;
        guint n;
        double right;
        double sure;
    } rows[] = {
        { { "random, n=4", NP_NAT_RANDOM, { .kind = FIXTURE_RANDOM, FIXTURE_ALL_PORTS } },
          4,
          0.98,
          0.9 },
        { { "random, n=5", NP_NAT_RANDOM, { .kind = FIXTURE_RANDOM, FIXTURE_ALL_PORTS } },
          5,
          0.986,
          0.97 },
        { { "random, n=8", NP_NAT_RANDOM, { .kind = FIXTURE_RANDOM, FIXTURE_ALL_PORTS } },
          8,
          0.999,
          0.99 },
        { { "block, n=4", NP_NAT_BLOCK, { FIXTURE_BLOCK_OF(512) } }, 4, 0.975, 0.8 },
        { { "block, n=5", NP_NAT_BLOCK, { FIXTURE_BLOCK_OF(512) } }, 5, 0.99, 0.95 },
        { { "block, n=8", NP_NAT_BLOCK, { FIXTURE_BLOCK_OF(512) } }, 8, 1, 0.99 },
        { { "35/s, n=4", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(1, 35) } }, 4, 0.99, 0 },
        { { "35/s, n=8", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(1, 35) } }, 8, 1, 0.99 },
        { { "100/s, n=8", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(1, 100) } }, 8, 1, 0.99 },
        { { "200/s, n=5", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(1, 200) } }, 5, 1, 0.8 },
        { { "200/s, n=8", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(-2, 200) } }, 8, 1, 0.99 },
        { { "1000/s, n=4", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(1, 1000) } }, 4, 0.95, 0 },
        { { "1000/s, n=8", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(1, 1000) } }, 8, 1, 0.99 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FixtureProbe probe = { .n = rows[i].n, .spacing = 100 * NP_MSEC };
        Score total = score(&rows[i].known.nat, rows[i].known.truth, &probe, 2 * N_RUNS, 100 + i);

        NP_ASSERT_ROW(total.right >= rows[i].right * 2 * N_RUNS, rows[i].known.label);
        NP_ASSERT_ROW(total.sure >= rows[i].sure * 2 * N_RUNS, rows[i].known.label);
    }
}

static void
two_samples_are_not_enough_unless_ports_are_kept(void)
{
    static const FixtureProbe probe = { .n = 2, .spacing = 60 * NP_USEC };

    for (gsize i = 0; i < fixture_law_n_known; i++) {
        Score total =
            score(&fixture_law_known[i].nat, fixture_law_known[i].truth, &probe, N_RUNS, 200 + i);

        if (fixture_law_known[i].truth != NP_NAT_PRESERVING)
            NP_ASSERT_ROW(total.sure <= N_RUNS / 5, fixture_law_known[i].label);
        NP_ASSERT_ROW(total.denied <=
                          N_RUNS / 50 + (fixture_law_known[i].nat.taken > 0 ? N_RUNS / 5 : 0),
                      fixture_law_known[i].label);
    }
}

/* Confidence must be worth what it says: of verdicts held with probability p, p are right. */
static void
is_calibrated(void)
{
    static const guint counts[] = { 4, 5, 6, 8, 12, 16 };
    static const double edges[] = { 0.6, 0.8, 0.9, 0.95, 0.99, 1.01 };
    struct {
        double claimed;
        guint right, n;
    } bins[G_N_ELEMENTS(edges)] = { { 0 } };
    NpRng rng = np_rng_from_number(300);
    double brier = 0;
    guint n_runs = 30 * N_RUNS;

    for (guint run = 0; run < n_runs; run++) {
        const FixtureKnown *row = &fixture_law_known[np_rng_below(&rng, fixture_law_n_known)];
        FixtureProbe probe = { .n = counts[np_rng_below(&rng, G_N_ELEMENTS(counts))] };
        NpNatSample samples[NP_NAT_LAW_MAX_SAMPLES];
        NpNatLawPosterior posterior;
        guint bin = 0;

        probe.spacing = np_rng_below(&rng, 2) == 0 ? 60 * NP_USEC : 100 * NP_MSEC;
        np_nat_law_infer(&posterior, samples, fixture_law_probe(&row->nat, &probe, &rng, samples));
        for (guint kind = 0; kind < NP_NAT_N_ALLOCATIONS; kind++) {
            double miss = posterior.probability[kind] - (kind == row->truth ? 1 : 0);

            brier += miss * miss / n_runs;
        }
        while (posterior.confidence >= edges[bin])
            bin++;
        bins[bin].n++;
        bins[bin].claimed += posterior.confidence;
        bins[bin].right += posterior.law.kind == row->truth;
    }

    printf("# Brier score %.4f; confidence claimed and earned:\n", brier);
    CU_ASSERT(brier <= 0.02);
    for (gsize i = 0; i < G_N_ELEMENTS(bins); i++) {
        double claimed = bins[i].n > 0 ? bins[i].claimed / bins[i].n : 0;
        double earned = bins[i].n > 0 ? (double)bins[i].right / bins[i].n : 0;

        printf("#   below %.2f: %.3f %.3f (%u)\n", edges[i], claimed, earned, bins[i].n);
        /* Three standard errors, and a tenth for priors that the mix of the test does not share. */
        if (bins[i].n > 0)
            CU_ASSERT(earned > claimed - 3 * sqrt(claimed * (1 - claimed) / bins[i].n) - 0.1);
    }
    CU_ASSERT(bins[G_N_ELEMENTS(bins) - 1].right >= bins[G_N_ELEMENTS(bins) - 1].n * 0.99);
}

static void
measures_the_block(void)
{
    static const struct {
        const char *label;
        guint size;
        guint n;
        double error; /* relative, root mean square */
        double held;  /* share of the runs with the truth in the interval */
    } rows[] = {
        { "512, n=5", 512, 5, 0.27, 0.9 },
        { "512, n=8", 512, 8, 0.17, 0.9 },
        { "512, n=16", 512, 16, 0.09, 0.9 },
        { "2016, n=16", 2016, 16, 0.09, 0.9 },
        { "700, which nobody uses, n=8", 700, 8, 0.35, 0.65 },
        { "700, which nobody uses, n=16", 700, 16, 0.12, 0.65 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FixtureNat nat = { FIXTURE_BLOCK_OF(rows[i].size) };
        FixtureProbe probe = { .n = rows[i].n, .spacing = 60 * NP_USEC };
        NpRng rng = np_rng_from_number(400 + i);
        double sum = 0;
        guint held = 0;

        for (guint run = 0; run < N_RUNS; run++) {
            NpNatSample samples[NP_NAT_LAW_MAX_SAMPLES];
            NpNatLawPosterior posterior;
            double error;

            np_nat_law_infer(&posterior, samples, fixture_law_probe(&nat, &probe, &rng, samples));
            error = (double)posterior.law.block_size / rows[i].size - 1;
            sum += error * error;
            held += posterior.size_low <= rows[i].size && posterior.size_high >= rows[i].size;
        }
        NP_ASSERT_ROW(sqrt(sum / N_RUNS) <= rows[i].error, rows[i].label);
        NP_ASSERT_ROW(held >= rows[i].held * N_RUNS, rows[i].label);
    }
}

static void
recovers_the_step(void)
{
    static const gint steps[] = { 1, -1, 2, -2, 3, 5, -7, 8, 10, 13, -16, 31, 64, -64, 100, 1000 };

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        FixtureNat nat = { FIXTURE_COUNTER(steps[i], 100) };
        FixtureProbe slow = { .n = 8, .spacing = 100 * NP_MSEC };
        const FixtureProbe *probes[] = { &burst, &slow };
        NpRng rng = np_rng_from_number(500 + i);
        guint right[] = { 0, 0 };

        for (guint run = 0; run < N_RUNS / 3; run++) {
            for (guint speed = 0; speed < 2; speed++) {
                NpNatSample samples[NP_NAT_LAW_MAX_SAMPLES];
                NpNatLawPosterior posterior;
                guint n = fixture_law_probe(&nat, probes[speed], &rng, samples);

                np_nat_law_infer(&posterior, samples, n);
                right[speed] += posterior.law.step == steps[i];
            }
        }
        NP_ASSERT_INT(right[0], N_RUNS / 3);
        /* Ten mappings pass between two samples: common multiples happen by chance. */
        CU_ASSERT(right[1] >= N_RUNS / 3 * 95 / 100);
    }
}

static void
ports_counted_inside_do_not_mislead(void)
{
    FixtureProbe probe = burst;
    FixtureNat preserving = { .kind = FIXTURE_PRESERVING, FIXTURE_ALL_PORTS };
    FixtureNat sequential = { FIXTURE_COUNTER(1, 100) };
    Score total;

    probe.counted_internal_ports = TRUE;
    total = score(&preserving, NP_NAT_PRESERVING, &probe, N_RUNS, 600);
    NP_ASSERT_INT(total.sure - total.denied, N_RUNS);
    total = score(&sequential, NP_NAT_SEQUENTIAL, &probe, N_RUNS, 601);
    NP_ASSERT_INT(total.denied, 0);
    CU_ASSERT(total.sure >= N_RUNS * 97 / 100);
}

static void
estimates_traffic_and_entropy(void)
{
    static const struct {
        const char *label;
        FixtureNat nat;
        double low, high; /* bits */
    } rows[] = {
        { "preserving", { .kind = FIXTURE_PRESERVING, FIXTURE_ALL_PORTS }, 0, 1.5 },
        { "sequential", { FIXTURE_COUNTER(1, 0) }, 0, 0.5 },
        { "100/s", { FIXTURE_COUNTER(1, 100) }, 3, 4.5 },
        { "block of 512", { FIXTURE_BLOCK_OF(512) }, 8.7, 9.3 },
        { "random", { .kind = FIXTURE_RANDOM, FIXTURE_ALL_PORTS }, 15.5, 16 },
    };
    static const FixtureProbe probe = { .n = 16, .spacing = 100 * NP_MSEC };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpRng rng = np_rng_from_number(700 + i);
        NpNatSample samples[NP_NAT_LAW_MAX_SAMPLES];
        NpNatLawPosterior posterior;

        np_nat_law_infer(&posterior, samples,
                         fixture_law_probe(&rows[i].nat, &probe, &rng, samples));
        NP_ASSERT_ROW(posterior.entropy_bits >= rows[i].low, rows[i].label);
        NP_ASSERT_ROW(posterior.entropy_bits <= rows[i].high, rows[i].label);
        if (rows[i].nat.foreign_rate > 0)
            NP_ASSERT_ROW(fabs(posterior.foreign_rate / rows[i].nat.foreign_rate - 1) < 0.3,
                          rows[i].label);
    }
}

static void
counts_a_mapping_once_and_in_any_order(void)
{
    static const guint16 internal[] = { 40001, 51234, 33333, 60123, 47110, 38008 };
    static const guint16 external[] = { 2000, 2003, 2006, 2009, 2012, 2015 };
    NpNatSample samples[12];
    NpNatLawPosterior once, again;

    fill(samples, internal, external, 6);
    np_nat_law_infer(&once, samples, 6);
    for (guint i = 0; i < 6; i++) {
        samples[6 + i] = samples[5 - i];
        samples[6 + i].destination = 1;
        samples[6 + i].order += 6;
    }
    np_nat_law_infer(&again, samples, 12);
    NP_ASSERT_INT(again.samples, 6);
    NP_ASSERT_INT(again.law.step, 3);
    CU_ASSERT(again.confidence == once.confidence);

    fill(samples, internal, external, 6);
    samples[11] = samples[0];
    samples[0] = samples[4];
    samples[4] = samples[11];
    np_nat_law_infer(&again, samples, 6);
    CU_ASSERT(again.confidence == once.confidence);
}

static void
follows_a_count_of_each_socket(void)
{
    g_auto(NpProfile) profile = { 0 };
    static const guint16 first[] = { 41999, 1500, 9876, 63001, 30303, 55123, 21000, 48642 };
    NpNatSample samples[16];

    np_profile_init(&profile);
    for (guint i = 0; i < 16; i++)
        samples[i] = (NpNatSample){
            .internal_port = 40000 + 977 * (i / 2),
            .external = np_address_ipv4(0xc6336401, first[i / 2] + 2 * (i % 2)),
            .at = i * 60 * NP_USEC,
            .order = i,
            .destination = i % 2,
        };
    np_nat_law_conclude(samples, 16, &profile, NULL);
    NP_ASSERT_INT(profile.law.kind, NP_NAT_SEQUENTIAL);
    NP_ASSERT_INT(profile.law.step, 2);
    NP_ASSERT_STR(ALLOCATION(&profile)->evidence->pdata[0],
                  "ports rise by 2 per mapping of the same socket, with no foreign mapping "
                  "between");
}

static void
concludes_nothing_from_nothing(void)
{
    g_auto(NpProfile) profile = { 0 };
    NpNatLawPosterior posterior;
    NpNatSample sample = {
        .internal_port = 40000,
        .external = np_address_ipv4(0xc6336401, 2000),
    };

    np_profile_init(&profile);
    np_nat_law_conclude(NULL, 0, &profile, &posterior);
    CU_ASSERT(!ALLOCATION(&profile)->measured);
    NP_ASSERT_INT(posterior.samples, 0);
    CU_ASSERT(posterior.confidence < 0.5);

    np_nat_law_conclude(&sample, 1, &profile, &posterior);
    CU_ASSERT(ALLOCATION(&profile)->measured);
    NP_ASSERT_STR(ALLOCATION(&profile)->why, "1 mapping could have come from more than one law");
    NP_ASSERT_INT(profile.samples, 1);
}

static void
bounds_what_it_looks_at(void)
{
    NpNatSample samples[4 * NP_NAT_LAW_MAX_SAMPLES] = { { 0 } };
    NpNatLawPosterior posterior;

    for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
        samples[i].internal_port = 1024 + 31 * i;
        samples[i].external = np_address_ipv4(0xc6336401, 1024 + i);
        samples[i].order = i < 8 ? i : G_MAXUINT - i;
        samples[i].retried = i % 3 == 0;
    }
    np_nat_law_infer(&posterior, samples, G_N_ELEMENTS(samples));
    NP_ASSERT_INT(posterior.samples, NP_NAT_LAW_MAX_SAMPLES);
    CU_ASSERT(posterior.confidence > 0 && posterior.confidence <= 1);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(says_what_it_saw),
        NP_TEST(recognises_every_law_from_sixteen_sockets_at_once),
        NP_TEST(survives_lost_requests_and_answers),
        NP_TEST(needs_few_samples),
        NP_TEST(two_samples_are_not_enough_unless_ports_are_kept),
        NP_TEST(is_calibrated),
        NP_TEST(measures_the_block),
        NP_TEST(recovers_the_step),
        NP_TEST(ports_counted_inside_do_not_mislead),
        NP_TEST(estimates_traffic_and_entropy),
        NP_TEST(counts_a_mapping_once_and_in_any_order),
        NP_TEST(follows_a_count_of_each_socket),
        NP_TEST(concludes_nothing_from_nothing),
        NP_TEST(bounds_what_it_looks_at),
        { 0 },
    };

    return np_test_main("nat.law", tests);
}
