/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Weighs the laws against each other, and fits the simplest itself: the internal port, kept
 *
 * That one is never pure. A port may be taken by another host behind the same NAT, so the share of
 * ports kept is unknown too (Beta-binomial), and those not kept are either near the internal port
 * (the next free one) or anywhere.
 */

#include "nat/law.h"

#include "nat/law-range.h"
#include "nat/law-sequence.h"

/* What one expects before looking. */
static const double priors[NP_NAT_N_ALLOCATIONS] = {
    [NP_NAT_PRESERVING] = 0.4,
    [NP_NAT_SEQUENTIAL] = 0.2,
    [NP_NAT_RANDOM] = 0.2,
    [NP_NAT_BLOCK] = 0.2,
};

/* Beta distribution of the share of ports kept: nine of ten on average. */
#define KEPT_ALPHA 8.0
#define KEPT_BETA 1.0
/* A constant added to every port: rare, and the constant may be any. */
#define SHARE_OFFSET 5e-4
#define N_OFFSETS 131071.0
/* Of the NATs that cannot keep a port: they take one just beside, and how far that may be. */
#define SHARE_BESIDE 0.5
#define MAX_BESIDE 1024
/* Of the ports such a NAT takes instead: not beside after all. */
#define SHARE_FAR 0.02

/* Verdicts keep the kinds that together have this probability. */
#define CREDIBLE 0.99
/* What is left for a NAT that obeys none of these laws. */
#define RESIDUAL_DOUBT 1e-4

typedef struct {
    const NpNatSample *samples[NP_NAT_LAW_MAX_SAMPLES]; /* in order, each mapping once */
    guint n;
} Sorted;

typedef struct {
    Sorted sorted;
    NpNatLawFit kept;
    guint n_kept;
    NpNatLawSequence sequence;
    NpNatLawRange random;
    NpNatLawRange block;
} Fits;

static gboolean
same_mapping(const NpNatSample *a, const NpNatSample *b)
{
    return a->internal_port == b->internal_port && np_address_equal(&a->external, &b->external);
}

static void
sorted_insert(Sorted *self, const NpNatSample *sample)
{
    guint at = self->n;

    while (at > 0 && self->samples[at - 1]->order > sample->order) {
        self->samples[at] = self->samples[at - 1];
        at--;
    }
    self->samples[at] = sample;
    self->n++;
}

static void
sort(Sorted *self, const NpNatSample *samples, gsize n)
{
    self->n = 0;
    for (gsize i = 0; i < n && self->n < NP_NAT_LAW_MAX_SAMPLES; i++) {
        gboolean known = FALSE;

        for (guint j = 0; j < self->n && !known; j++)
            known = self->samples[j]->order == samples[i].order ||
                    same_mapping(self->samples[j], &samples[i]);
        if (!known)
            sorted_insert(self, &samples[i]);
    }
}

static gint
offset_of(const NpNatSample *sample)
{
    return (gint)sample->external.port - sample->internal_port;
}

static double
log_beta(double a, double b)
{
    int sign;

    return lgamma_r(a, &sign) + lgamma_r(b, &sign) - lgamma_r(a + b, &sign);
}

/* ln P(ports | each is the internal one plus @offset, unless that was taken). */
static double
log_kept(const Sorted *sorted, gint offset, guint *n_kept)
{
    double log_beside = log(SHARE_BESIDE), log_anywhere = log1p(-SHARE_BESIDE);
    guint kept = 0;

    for (guint i = 0; i < sorted->n; i++) {
        guint distance = ABS(offset_of(sorted->samples[i]) - offset);
        double beside = SHARE_FAR / NP_NAT_LAW_ALL_PORTS;

        if (distance == 0) {
            kept++;
            continue;
        }
        if (distance <= MAX_BESIDE)
            beside += (1 - SHARE_FAR) / (2 * distance * (log(MAX_BESIDE) + NP_NAT_LAW_EULER));
        log_beside += log(beside);
        log_anywhere -= log(NP_NAT_LAW_ALL_PORTS);
    }
    *n_kept = kept;
    return np_nat_law_log_add(log_beside, log_anywhere) +
           log_beta(KEPT_ALPHA + kept, KEPT_BETA + sorted->n - kept) -
           log_beta(KEPT_ALPHA, KEPT_BETA);
}

static double
binary_entropy(double p)
{
    return p <= 0 || p >= 1 ? 0 : -p * log2(p) - (1 - p) * log2(1 - p);
}

static void
fit_kept(Fits *self)
{
    double best = log1p(-SHARE_OFFSET) + log_kept(&self->sorted, 0, &self->n_kept);
    double share;

    self->kept = (NpNatLawFit){ .log_evidence = best, .law = { .kind = NP_NAT_PRESERVING } };
    for (guint i = 1; i < self->sorted.n; i++) {
        gint offset = offset_of(self->sorted.samples[i]);
        double log_evidence;
        guint n_kept;

        if (offset == 0 || offset != offset_of(self->sorted.samples[i - 1]) ||
            offset == self->kept.law.offset)
            continue;
        log_evidence = log(SHARE_OFFSET / N_OFFSETS) + log_kept(&self->sorted, offset, &n_kept);
        if (log_evidence > best) {
            best = log_evidence;
            self->n_kept = n_kept;
            self->kept.law.offset = offset;
        }
        self->kept.log_evidence = np_nat_law_log_add(self->kept.log_evidence, log_evidence);
    }
    share = (KEPT_ALPHA + self->n_kept) / (KEPT_ALPHA + KEPT_BETA + self->sorted.n);
    self->kept.entropy_bits = binary_entropy(share) + (1 - share) * log2(NP_NAT_LAW_ALL_PORTS);
}

static void
fit_all(Fits *self, const NpNatSample *samples, gsize n)
{
    sort(&self->sorted, samples, n);
    if (self->sorted.n == 0)
        return;
    fit_kept(self);
    np_nat_law_sequence_fit(&self->sequence, self->sorted.samples, self->sorted.n);
    np_nat_law_range_fit(&self->random, NP_NAT_RANDOM, self->sorted.samples, self->sorted.n);
    np_nat_law_range_fit(&self->block, NP_NAT_BLOCK, self->sorted.samples, self->sorted.n);
}

static const NpNatLawFit *
fit_of(const Fits *self, NpNatAllocation kind)
{
    switch (kind) {
    case NP_NAT_PRESERVING:
        return &self->kept;
    case NP_NAT_SEQUENTIAL:
        return &self->sequence.fit;
    case NP_NAT_RANDOM:
        return &self->random.fit;
    case NP_NAT_BLOCK:
        return &self->block.fit;
    }
    g_return_val_if_reached(&self->kept);
}

static void
weigh(NpNatLawPosterior *self, const Fits *fits)
{
    double total = -INFINITY;
    const NpNatLawRange *range = NULL;

    *self = (NpNatLawPosterior){ .samples = fits->sorted.n };
    for (guint kind = 0; kind < NP_NAT_N_ALLOCATIONS; kind++) {
        double log_evidence =
            fits->sorted.n > 0 ? fit_of(fits, (NpNatAllocation)kind)->log_evidence : 0;

        self->probability[kind] = log(priors[kind]) + log_evidence;
        total = np_nat_law_log_add(total, self->probability[kind]);
    }
    for (guint kind = 0; kind < NP_NAT_N_ALLOCATIONS; kind++) {
        self->probability[kind] = exp(self->probability[kind] - total);
        if (self->probability[kind] > self->confidence) {
            self->confidence = self->probability[kind];
            self->law.kind = (NpNatAllocation)kind;
        }
    }
    if (fits->sorted.n == 0)
        return;
    self->entropy_bits = fit_of(fits, self->law.kind)->entropy_bits;
    self->law = fit_of(fits, self->law.kind)->law;
    if (self->law.kind == NP_NAT_SEQUENTIAL)
        self->foreign_rate = fits->sequence.foreign_rate;
    if (self->law.kind == NP_NAT_RANDOM)
        range = &fits->random;
    if (self->law.kind == NP_NAT_BLOCK)
        range = &fits->block;
    if (range != NULL) {
        self->size_low = range->size_low;
        self->size_high = range->size_high;
    }
}

static void
say_kept(const Fits *fits, NpVerdict *verdict)
{
    gint offset = fits->kept.law.offset;

    if (offset == 0)
        np_verdict_add_evidence(verdict, "%u of %u external ports equal the internal port",
                                fits->n_kept, fits->sorted.n);
    else
        np_verdict_add_evidence(verdict, "%u of %u external ports are the internal port %s %d",
                                fits->n_kept, fits->sorted.n, offset > 0 ? "plus" : "minus",
                                ABS(offset));
}

static void
say_sequence(const Fits *fits, NpVerdict *verdict)
{
    const NpNatLawSequence *sequence = &fits->sequence;
    gint step = sequence->fit.law.step;
    g_autofree char *foreign = NULL;

    if (sequence->foreign_high == 0)
        foreign = g_strdup("no foreign mapping");
    else if (sequence->foreign_high == sequence->foreign_low)
        foreign = g_strdup_printf("%u foreign mapping%s", sequence->foreign_high,
                                  sequence->foreign_high == 1 ? "" : "s");
    else
        foreign = g_strdup_printf("%u to %u foreign mappings", sequence->foreign_low,
                                  sequence->foreign_high);
    np_verdict_add_evidence(verdict, "ports %s by %d per mapping%s, with %s between",
                            step > 0 ? "rise" : "fall", ABS(step),
                            sequence->per_socket ? " of the same socket" : "", foreign);
}

static void
say_range(const Fits *fits, const NpNatLawRange *range, NpVerdict *verdict)
{
    const NpNatLaw *law = &range->fit.law;
    guint16 low = G_MAXUINT16, high = 0;

    for (guint i = 0; i < fits->sorted.n; i++) {
        low = MIN(low, fits->sorted.samples[i]->external.port);
        high = MAX(high, fits->sorted.samples[i]->external.port);
    }
    if (law->kind == NP_NAT_RANDOM)
        np_verdict_add_evidence(verdict, "%u ports between %u and %u, without order",
                                fits->sorted.n, low, high);
    else if (law->mask != 0)
        np_verdict_add_evidence(verdict,
                                "%u ports have the bits 0x%04x of 0x%04x in common: a port set "
                                "of %u (RFC 7597)",
                                fits->sorted.n, law->bits, law->mask, law->block_size);
    else
        np_verdict_add_evidence(verdict,
                                "%u ports between %u and %u, without order: a block of about %u",
                                fits->sorted.n, low, high, law->block_size);
    if (range->parity_kept)
        np_verdict_add_evidence(verdict,
                                "%u of %u external ports have the parity of the internal port",
                                fits->sorted.n, fits->sorted.n);
}

static void
say_why(const Fits *fits, NpNatAllocation kind, NpVerdict *verdict)
{
    switch (kind) {
    case NP_NAT_PRESERVING:
        say_kept(fits, verdict);
        return;
    case NP_NAT_SEQUENTIAL:
        say_sequence(fits, verdict);
        return;
    case NP_NAT_RANDOM:
        say_range(fits, &fits->random, verdict);
        return;
    case NP_NAT_BLOCK:
        say_range(fits, &fits->block, verdict);
        return;
    }
}

/* The fewest kinds that together are credible, as bits; their probability in @together. */
static guint
credible_kinds(const NpNatLawPosterior *posterior, double *together)
{
    guint kinds = 0;

    *together = 0;
    while (*together < CREDIBLE && kinds != np_verdict_anything(NP_NAT_AXIS_ALLOCATION)) {
        guint best = 0;
        double most = -1;

        for (guint kind = 0; kind < NP_NAT_N_ALLOCATIONS; kind++) {
            if ((kinds >> kind & 1) == 0 && posterior->probability[kind] > most) {
                most = posterior->probability[kind];
                best = kind;
            }
        }
        kinds |= 1u << best;
        *together += most;
    }
    return kinds;
}

void
np_nat_law_infer(NpNatLawPosterior *self, const NpNatSample *samples, gsize n)
{
    Fits fits;

    fit_all(&fits, samples, n);
    weigh(self, &fits);
}

void
np_nat_law_conclude(const NpNatSample *samples,
                    gsize n,
                    NpProfile *profile,
                    NpNatLawPosterior *posterior)
{
    NpVerdict *verdict = &profile->verdicts[NP_NAT_AXIS_ALLOCATION];
    NpNatLawPosterior found;
    double together;
    guint possible;
    Fits fits;

    fit_all(&fits, samples, n);
    weigh(&found, &fits);
    if (posterior != NULL)
        *posterior = found;
    if (found.samples == 0)
        return;

    possible = credible_kinds(&found, &together);
    together = MIN(together, 1 - RESIDUAL_DOUBT);
    if ((possible & (possible - 1)) == 0) {
        np_verdict_conclude(verdict, found.law.kind, together);
    } else {
        g_autofree char *why =
            g_strdup_printf("%u mapping%s could have come from more than one law", found.samples,
                            found.samples == 1 ? "" : "s");

        np_verdict_leave_open(verdict, possible, together, why);
    }
    say_why(&fits, found.law.kind, verdict);
    profile->law = found.law;
    profile->entropy_bits = found.entropy_bits;
    profile->samples = found.samples;
}
