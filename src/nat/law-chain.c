/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which mapping follows which is only partly known: packets get lost on either side of the NAT, and
 * what a retried packet made is told from the ports alone. Where they allow it, the mapping has the
 * place its order says; that is all the order is trusted for.
 */

#include "nat/law-chain.h"

/* Of the retried mappings: made by their first copy all the same, hence in their place. */
#define SHARE_IN_PLACE 0.5
/* Foreign mappings for which a retried one at either end still counts as in its place. */
#define IN_PLACE_SLACK 2
/* Foreign mappings beyond which no distance is likelier than another. */
#define MAX_DISTANCE 4096
/* Of those made by a later copy: right behind the one before; on no account to be explained. */
#define SHARE_ADJACENT 0.5
#define SHARE_MISPLACED 0.02

/* Two packets never are at the NAT at once: scheduling and jitter put this much between them. */
#define LEAST_SECONDS 100e-6

/* One counter's mappings whose place is settled, in the order they were made. */
typedef struct {
    const NpNatSample *samples[NP_NAT_LAW_MAX_SAMPLES];
    guint n;
} Chain;

static gboolean
same_chain(NpNatLawSplit split, const NpNatSample *a, const NpNatSample *b)
{
    switch (split) {
    case NP_NAT_LAW_SPLIT_NONE:
    case NP_NAT_LAW_SPLIT_NONE_PARITY:
        return TRUE;
    case NP_NAT_LAW_SPLIT_ADDRESS:
        return np_address_same_host(&a->external, &b->external);
    case NP_NAT_LAW_SPLIT_DESTINATION:
        return a->destination == b->destination;
    case NP_NAT_LAW_SPLIT_PARITY:
        return ((a->internal_port ^ b->internal_port) & 1) == 0;
    case NP_NAT_LAW_N_SPLITS:
        break;
    }
    g_return_val_if_reached(FALSE);
}

static void
chain_insert(Chain *self, guint at, const NpNatSample *sample)
{
    for (guint i = self->n; i > at; i--)
        self->samples[i] = self->samples[i - 1];
    self->samples[at] = sample;
    self->n++;
}

/* How many steps @to is ahead of @from; 0 if it is not, or not a whole number of them. */
static guint
steps_between(const NpNatSample *from, const NpNatSample *to, gint step)
{
    gint delta = (gint)to->external.port - from->external.port;

    return delta % step == 0 && delta / step > 0 ? delta / step : 0;
}

/* Whether @to can be the next own mapping after @from but for a few foreign ones. */
static gboolean
follows_closely(const NpNatSample *from, const NpNatSample *to, gint step)
{
    guint steps = steps_between(from, to, step);

    return steps > 0 && steps <= to->order - from->order + IN_PLACE_SLACK;
}

/* Puts a retried mapping where its order says if the ports agree. */
static gboolean
chain_place(Chain *self, const NpNatSample *late, gint step)
{
    const NpNatSample *before, *after;
    guint at = self->n;

    while (at > 0 && self->samples[at - 1]->order > late->order)
        at--;
    before = at > 0 ? self->samples[at - 1] : NULL;
    after = at < self->n ? self->samples[at] : NULL;
    if (before != NULL && after != NULL) {
        if (steps_between(before, late, step) == 0 || steps_between(late, after, step) == 0)
            return FALSE;
    } else if (before != NULL ? !follows_closely(before, late, step)
                              : after != NULL && !follows_closely(late, after, step)) {
        return FALSE;
    }
    chain_insert(self, at, late);
    return TRUE;
}

/* P(a mapping made by a later copy is @distance steps behind the one made before it). */
static double
late_probability(guint distance)
{
    double probability = SHARE_MISPLACED / NP_NAT_LAW_ALL_PORTS;

    if (distance == 1)
        probability += SHARE_ADJACENT;
    if (distance > 0 && distance <= MAX_DISTANCE)
        probability += (1 - SHARE_ADJACENT - SHARE_MISPLACED) /
                       (distance * (log(MAX_DISTANCE) + NP_NAT_LAW_EULER));
    return probability;
}

/* ln P(where @n mappings behind @last are, all made by later copies, in whatever order). */
static double
log_behind(const NpNatSample *last, const NpNatSample *const *lates, guint n, gint step)
{
    guint ahead[NP_NAT_LAW_MAX_SAMPLES];
    double sum = 0;

    for (guint i = 0; i < n; i++) {
        guint steps = steps_between(last, lates[i], step);
        guint at = i;

        for (; at > 0 && ahead[at - 1] > steps; at--)
            ahead[at] = ahead[at - 1];
        ahead[at] = steps;
    }
    for (guint i = 0; i < n; i++) {
        guint distance = ahead[i] - (i > 0 ? ahead[i - 1] : 0);

        sum += log((1 - SHARE_IN_PLACE) * late_probability(distance) / (i + 1));
    }
    return sum;
}

/* Own mappings seen that were not made on this counter between @from and @to. */
static guint
count_elsewhere(const NpNatSample *const *samples,
                guint n,
                const NpNatSample *from,
                const NpNatSample *to)
{
    guint elsewhere = 0;

    for (guint i = 0; i < n; i++)
        if (samples[i]->order > from->order && samples[i]->order < to->order)
            elsewhere++;
    return elsewhere;
}

static void
chains_add(NpNatLawChains *self,
           NpNatLawSplit split,
           const NpNatSample *const *samples,
           guint n,
           const Chain *chain)
{
    self->n_starts++;
    for (guint i = 1; i < chain->n; i++) {
        const NpNatSample *from = chain->samples[i - 1], *to = chain->samples[i];
        gboolean same_parity = ((from->internal_port ^ to->internal_port) & 1) == 0;
        guint lost = to->order - from->order - 1 - count_elsewhere(samples, n, from, to);

        self->gaps[self->n_gaps++] = (NpNatLawGap){
            .delta = (gint)to->external.port - from->external.port,
            .seconds = (double)MAX(to->at - from->at, 0) / NP_SECOND + LEAST_SECONDS,
            .lost = MIN(lost, NP_NAT_LAW_MAX_SAMPLES),
            .parity = split == NP_NAT_LAW_SPLIT_NONE_PARITY && same_parity ? 1 : 0,
        };
    }
}

/* The counter that @like is on. */
static void
chains_add_counter(NpNatLawChains *self,
                   NpNatLawSplit split,
                   const NpNatSample *const *samples,
                   guint n,
                   const NpNatSample *like,
                   gint step)
{
    const NpNatSample *behind[NP_NAT_LAW_MAX_SAMPLES];
    guint n_behind = 0;
    Chain chain = { .n = 0 };

    for (guint i = 0; i < n; i++)
        if (!samples[i]->retried && same_chain(split, samples[i], like))
            chain_insert(&chain, chain.n, samples[i]);
    for (guint i = 0; i < n; i++) {
        if (!samples[i]->retried || !same_chain(split, samples[i], like))
            continue;
        if (chain_place(&chain, samples[i], step))
            self->log_late += log(SHARE_IN_PLACE);
        else
            behind[n_behind++] = samples[i];
    }
    chains_add(self, split, samples, n, &chain);
    self->log_late += log_behind(chain.samples[chain.n - 1], behind, n_behind, step);
}

static gboolean
keeps_parity(const NpNatSample *const *samples, guint n)
{
    for (guint i = 0; i < n; i++)
        if (((samples[i]->external.port ^ samples[i]->internal_port) & 1) != 0)
            return FALSE;
    return TRUE;
}

gboolean
np_nat_law_chain_matters(NpNatLawSplit split, const NpNatSample *const *samples, guint n)
{
    if ((split == NP_NAT_LAW_SPLIT_PARITY || split == NP_NAT_LAW_SPLIT_NONE_PARITY) &&
        !keeps_parity(samples, n))
        return FALSE;
    for (guint i = 1; i < n; i++)
        if (!same_chain(split, samples[0], samples[i]))
            return TRUE;
    return split == NP_NAT_LAW_SPLIT_NONE || split == NP_NAT_LAW_SPLIT_NONE_PARITY;
}

void
np_nat_law_chain_build(NpNatLawChains *self,
                       NpNatLawSplit split,
                       const NpNatSample *const *samples,
                       guint n,
                       gint step)
{
    self->n_gaps = self->n_starts = 0;
    self->log_late = 0;
    for (guint i = 0; i < n; i++) {
        gboolean first = TRUE;

        for (guint j = 0; j < i && first; j++)
            first = !same_chain(split, samples[i], samples[j]);
        if (first)
            chains_add_counter(self, split, samples, n, samples[i], step);
    }
}
