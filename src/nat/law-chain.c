/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which mapping follows which is only partly known: packets get lost on either side of the NAT, and
 * what a retried packet made is told from the ports alone. Where they allow it, the mapping has the
 * place its order says; that is all the order is trusted for.
 */

#include "nat/law-chain.h"

/* Of the retried mappings: made by their first copy all the same, hence in their place. */
#define SHARE_IN_PLACE 0.5
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

typedef struct {
    const NpNatSample *const *samples;
    guint n;
    NpNatLawSplit split;
    gint step;
} Seen;

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
    case NP_NAT_LAW_SPLIT_SOCKET:
        return a->internal_port == b->internal_port;
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

/* Own mappings that may have been made on this counter between @from and @to. */
static guint
count_between(const Seen *seen, const NpNatSample *from, const NpNatSample *to, gboolean settled)
{
    guint between = to->order - from->order - 1;

    for (guint i = 0; i < seen->n; i++) {
        const NpNatSample *other = seen->samples[i];

        if (other->order > from->order && other->order < to->order &&
            (settled || !same_chain(seen->split, other, to)))
            between--;
    }
    return between;
}

/*
 * Whether a retried mapping can have its place in the order, where @from or @to or both are one.
 * Between mappings whose place is sure any number of foreign ones may have come; beyond them a
 * later copy explains a distance better.
 */
static gboolean
fits(const Seen *seen, const Chain *members, guint from, guint to)
{
    const NpNatSample *a = members->samples[from], *b = members->samples[to];
    guint steps = steps_between(a, b, seen->step);
    gboolean sure_before = FALSE, sure_after = FALSE;

    for (guint i = 0; i <= from; i++)
        sure_before = sure_before || !members->samples[i]->retried;
    for (guint i = to; i < members->n; i++)
        sure_after = sure_after || !members->samples[i]->retried;
    return steps > 0 &&
           ((sure_before && sure_after) || steps <= 1 + count_between(seen, a, b, FALSE));
}

/*
 * Splits @members into those that have their place in the order and the rest: all whose place is
 * sure, and as many of the retried ones as the ports allow.
 */
static void
settle(const Seen *seen, const Chain *members, Chain *settled, Chain *rest)
{
    guint length[NP_NAT_LAW_MAX_SAMPLES]; /* of the longest chain that ends here; 0: none */
    guint before[NP_NAT_LAW_MAX_SAMPLES]; /* in it; itself if it starts here */
    guint end = 0;

    for (guint to = 0; to < members->n; to++) {
        gboolean open = TRUE; /* nothing sure was passed over */

        length[to] = 0;
        before[to] = to;
        for (guint from = to; from-- > 0 && open;) {
            gboolean sure = !members->samples[from]->retried && !members->samples[to]->retried;

            open = members->samples[from]->retried;
            if (length[from] > 0 && length[from] >= length[to] &&
                (sure || fits(seen, members, from, to))) {
                length[to] = length[from] + 1;
                before[to] = from;
            }
        }
        if (open && length[to] == 0)
            length[to] = 1;
        if (!members->samples[to]->retried || length[to] > length[end])
            end = to;
    }
    for (guint i = members->n; i-- > 0;) {
        if (i == end) {
            chain_insert(settled, 0, members->samples[i]);
            end = before[i];
        } else {
            chain_insert(rest, 0, members->samples[i]);
        }
    }
}

/* P(n), n from 1 to MAX_DISTANCE, the smaller the likelier. */
static double
near_probability(guint n)
{
    return n > 0 && n <= MAX_DISTANCE ? 1 / (n * (log(MAX_DISTANCE) + NP_NAT_LAW_EULER)) : 0;
}

/* P(a mapping made by a later copy is @distance steps behind the one made before it). */
static double
behind_probability(guint distance)
{
    return (distance == 1 ? SHARE_ADJACENT : 0) +
           (1 - SHARE_ADJACENT - SHARE_MISPLACED) * near_probability(distance);
}

/* P(a mapping is where @late is although it should be behind @last). */
static double
misplaced_probability(const NpNatSample *last, const NpNatSample *late, gint step)
{
    double near = near_probability(steps_between(late, last, step));

    return SHARE_MISPLACED * (near + 1 / NP_NAT_LAW_ALL_PORTS) / 2;
}

/* ln P(where those behind @last are, all made by later copies, in whatever order). */
static double
log_behind(const NpNatSample *last, const Chain *lates, gint step)
{
    guint ahead[NP_NAT_LAW_MAX_SAMPLES];
    guint n = 0;
    double sum = lates->n * log(1 - SHARE_IN_PLACE);

    for (guint i = 0; i < lates->n; i++) {
        guint steps = steps_between(last, lates->samples[i], step);
        guint at = n;

        if (steps == 0) {
            sum += log(misplaced_probability(last, lates->samples[i], step));
            continue;
        }
        for (; at > 0 && ahead[at - 1] > steps; at--)
            ahead[at] = ahead[at - 1];
        ahead[at] = steps;
        n++;
    }
    for (guint i = 0; i < n; i++) {
        guint distance = ahead[i] - (i > 0 ? ahead[i - 1] : 0);

        sum +=
            log((behind_probability(distance) + SHARE_MISPLACED / NP_NAT_LAW_ALL_PORTS) / (i + 1));
    }
    return sum;
}

static void
chains_add(NpNatLawChains *self, const Seen *seen, const Chain *chain)
{
    self->n_starts++;
    for (guint i = 1; i < chain->n; i++) {
        const NpNatSample *from = chain->samples[i - 1], *to = chain->samples[i];
        gboolean same_parity = ((from->internal_port ^ to->internal_port) & 1) == 0;

        self->gaps[self->n_gaps++] = (NpNatLawGap){
            .delta = (gint)to->external.port - from->external.port,
            .seconds = (double)MAX(to->at - from->at, 0) / NP_SECOND + LEAST_SECONDS,
            .lost = MIN(count_between(seen, from, to, TRUE), NP_NAT_LAW_MAX_SAMPLES),
            .parity = seen->split == NP_NAT_LAW_SPLIT_NONE_PARITY && same_parity ? 1 : 0,
        };
    }
}

/* The counter that @like is on. */
static void
chains_add_counter(NpNatLawChains *self, const Seen *seen, const NpNatSample *like)
{
    Chain members = { .n = 0 }, settled = { .n = 0 }, rest = { .n = 0 };

    for (guint i = 0; i < seen->n; i++)
        if (same_chain(seen->split, seen->samples[i], like))
            chain_insert(&members, members.n, seen->samples[i]);
    settle(seen, &members, &settled, &rest);
    for (guint i = 0; i < settled.n; i++)
        self->log_late += settled.samples[i]->retried ? log(SHARE_IN_PLACE) : 0;
    chains_add(self, seen, &settled);
    self->log_late += log_behind(settled.samples[settled.n - 1], &rest, seen->step);
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
    gboolean together = FALSE, apart = FALSE;

    if ((split == NP_NAT_LAW_SPLIT_PARITY || split == NP_NAT_LAW_SPLIT_NONE_PARITY) &&
        !keeps_parity(samples, n))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        for (guint j = 0; j < i; j++) {
            together = together || same_chain(split, samples[i], samples[j]);
            apart = apart || !same_chain(split, samples[i], samples[j]);
        }
    }
    switch (split) {
    case NP_NAT_LAW_SPLIT_NONE:
    case NP_NAT_LAW_SPLIT_NONE_PARITY:
        return TRUE;
    case NP_NAT_LAW_SPLIT_ADDRESS:
    case NP_NAT_LAW_SPLIT_PARITY:
        return apart;
    case NP_NAT_LAW_SPLIT_DESTINATION:
    case NP_NAT_LAW_SPLIT_SOCKET:
        return apart && together;
    case NP_NAT_LAW_N_SPLITS:
        break;
    }
    g_return_val_if_reached(FALSE);
}

void
np_nat_law_chain_build(NpNatLawChains *self,
                       NpNatLawSplit split,
                       const NpNatSample *const *samples,
                       guint n,
                       gint step)
{
    Seen seen = { samples, n, split, step };

    self->n_gaps = self->n_starts = 0;
    self->log_late = 0;
    for (guint i = 0; i < n; i++) {
        gboolean first = TRUE;

        for (guint j = 0; j < i && first; j++)
            first = !same_chain(split, samples[i], samples[j]);
        if (first)
            chains_add_counter(self, &seen, samples[i]);
    }
}
