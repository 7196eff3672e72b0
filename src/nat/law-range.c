/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * n ports from a set of N: each such set that holds all of them explains them with N^-n, so that
 * the smallest one wins unless its place had to be guessed (an arbitrary start costs log2(65536)
 * bits, a start at a multiple of N costs only log2(65536 / N)). That balance is all there is to it;
 * what remains is a list of the sets that exist in the field.
 *
 * Ports are taken as drawn with replacement: the difference is below one bit where it could matter.
 */

#include "nat/law-range.h"

#define N_PORTS 65536.0
#define FIRST_USER_PORT 1024

/* Ranges that are somebody's default, and how often one meets them. */
static const struct {
    guint16 first;
    guint16 last;
    double weight;
} ranges[] = {
    { 1024, 65535, 0.40 },  /* netfilter's class, most CPE and cloud gateways */
    { 1, 65535, 0.03 },     /* everything */
    { 10000, 65535, 0.03 }, /* usual round figures of carriers */
    { 16384, 65535, 0.03 }, /* */
    { 20000, 65535, 0.03 }, /* */
    { 32768, 65535, 0.06 }, /* the upper half */
    { 32768, 60999, 0.06 }, /* a Linux host's ephemeral ports: NATs made of sockets */
    { 49152, 65535, 0.08 }, /* IANA's dynamic ports, RFC 6335, section 6 */
    { 50001, 65535, 0.08 }, /* pf */
};

/* Ports per subscriber that carriers configure: powers of two, and 64512 shared by 16 to 1024. */
static const guint16 block_sizes[] = {
    64,   126,  128,  250,  252,  256,  500,  504,  512,  1000, 1008,
    1024, 2000, 2016, 2048, 4000, 4032, 4096, 5000, 8000, 8064, 8192,
};

/* Shares of the prior within a kind; what a list above leaves goes to sizes nobody listed. */
#define SHARE_ALIGNED 0.35      /* listed size at a multiple of it, counted from 0 or 1024 */
#define SHARE_PLACED 0.20       /* listed size, anywhere */
#define SHARE_PORT_SET 0.10     /* MAP-E */
#define SHARE_ANY_BLOCK 0.35    /* any size, anywhere */
#define SHARE_ANY_RANGE 0.20    /* any size, anywhere */
#define SHARE_PARITY_KEPT 0.05  /* RFC 4787, 4.2.2 */
#define SHARE_BLOCK_CHANGE 0.05 /* the block ran out and the NAT assigned the next one */
#define SHARE_PER_ADDRESS 0.5   /* of a pool: a block on each address, not one for all */

/* Sizes nobody listed: a geometric scale with eight steps to the octave. */
#define SMALLEST_BLOCK 16
#define SIZES_PER_OCTAVE 8
/* Blocks beyond this do not run out while a host is being probed. */
#define LARGEST_EXHAUSTED 512

/* RFC 7597, 5.1: a bits above the PSID, not all zero; k bits of PSID. */
#define PORT_SET_MIN_OFFSET 4
#define PORT_SET_MAX_OFFSET 6
#define PORT_SET_MIN_PSID 3
#define PORT_SET_MAX_PSID 10
#define N_PORT_SETS                                                                                \
    ((PORT_SET_MAX_OFFSET - PORT_SET_MIN_OFFSET + 1) * (PORT_SET_MAX_PSID - PORT_SET_MIN_PSID + 1))

/* Samples that share one contiguous block. */
typedef struct {
    guint16 low;
    guint16 high;
} Span;

/* One way to cut the samples into spans, each with a block of its own. */
typedef struct {
    Span spans[NP_NAT_LAW_MAX_SAMPLES];
    guint n;
    double log_prior;
    guint largest; /* block size for which this cut can come about */
} Cut;

/* More than there are: listed sets, port sets, and the sizes of the geometric scale. */
#define MAX_HYPOTHESES 320

typedef struct {
    NpNatLaw law;
    guint size;
    double log_weight;
} Hypothesis;

typedef struct {
    const NpNatSample *const *samples;
    guint n;
    NpNatAllocation kind;
    Cut whole;
    Hypothesis hypotheses[MAX_HYPOTHESES];
    guint n_hypotheses;
} Search;

static void
span_extend(Span *span, guint16 port)
{
    span->low = MIN(span->low, port);
    span->high = MAX(span->high, port);
}

static Span
span_of(const NpNatSample *const *samples, guint from, guint to)
{
    Span span = { G_MAXUINT16, 0 };

    for (guint i = from; i < to; i++)
        span_extend(&span, samples[i]->external.port);
    return span;
}

static void
search_add(Search *self, const NpNatLaw *law, guint size, double log_weight)
{
    if (log_weight == -INFINITY)
        return;
    g_assert(self->n_hypotheses < MAX_HYPOTHESES);
    self->hypotheses[self->n_hypotheses++] = (Hypothesis){ *law, size, log_weight };
}

/* ln of the share of blocks of @size, at multiples of it from @base on, that hold the whole span.
 */
static double
log_share_aligned(const Span *span, guint size, guint base)
{
    if (span->low < base || (span->low - base) / size != (span->high - base) / size)
        return -INFINITY;
    return log(size / (N_PORTS - base));
}

/* The same for blocks that start anywhere. */
static double
log_share_placed(const Span *span, guint size)
{
    gint slack = (gint)size - (span->high - span->low);

    return slack > 0 ? log(slack / (N_PORTS - size + 1)) : -INFINITY;
}

static void
add_aligned(Search *self, const Cut *cut, guint size, guint base, double log_prior)
{
    const Span *last = &cut->spans[cut->n - 1];
    double log_weight = log_prior + cut->log_prior - self->n * log(size);
    NpNatLaw law = { .kind = NP_NAT_BLOCK, .block_size = size };

    if (size > cut->largest)
        return;
    for (guint i = 0; i < cut->n; i++)
        log_weight += log_share_aligned(&cut->spans[i], size, base);
    law.first = base + (last->low - base) / size * size;
    law.last = MIN(law.first + size - 1, G_MAXUINT16);
    search_add(self, &law, size, log_weight);
}

/* The middle of where a set of @size ports that holds @span can lie. */
static void
centre(NpNatLaw *law, const Span *span, guint size)
{
    gint around = (gint)size - 1 - (span->high - span->low);
    gint least = span->low < FIRST_USER_PORT ? 1 : FIRST_USER_PORT;
    gint most = (gint)N_PORTS - (gint)size;

    law->first = CLAMP(span->low - around / 2, least, MAX(least, most));
    law->last = MIN(law->first + size - 1, G_MAXUINT16);
}

static void
add_placed(Search *self, const Cut *cut, guint size, double log_prior)
{
    const Span *last = &cut->spans[cut->n - 1];
    double log_weight = log_prior + cut->log_prior - self->n * log(size);
    NpNatLaw law = { .kind = self->kind, .block_size = self->kind == NP_NAT_BLOCK ? size : 0 };

    if (size > cut->largest)
        return;
    for (guint i = 0; i < cut->n; i++)
        log_weight += log_share_placed(&cut->spans[i], size);
    if (log_weight > -INFINITY)
        centre(&law, last, size);
    search_add(self, &law, size, log_weight);
}

/* Every size from @smallest to @largest, on the geometric scale. */
static void
add_any_size(Search *self, const Cut *cut, guint smallest, guint largest, double share)
{
    double n_sizes = floor(SIZES_PER_OCTAVE * log2((double)largest / smallest)) + 1;

    for (guint i = 0; i < n_sizes; i++) {
        guint size = (guint)(smallest * exp2((double)i / SIZES_PER_OCTAVE));

        add_placed(self, cut, size, log(share / n_sizes));
    }
}

static void
add_port_sets(Search *self)
{
    const NpNatSample *const *samples = self->samples;
    guint16 varying = 0;

    for (guint i = 1; i < self->n; i++)
        varying |= samples[i]->external.port ^ samples[0]->external.port;
    for (guint a = PORT_SET_MIN_OFFSET; a <= PORT_SET_MAX_OFFSET; a++) {
        if (self->whole.spans[0].low >> (16 - a) == 0)
            continue;
        for (guint k = PORT_SET_MIN_PSID; k <= PORT_SET_MAX_PSID; k++) {
            guint m = 16 - a - k;
            guint size = ((1u << a) - 1) << m;
            guint16 mask = ((1u << k) - 1) << m;
            NpNatLaw law = { .kind = NP_NAT_BLOCK, .block_size = size, .mask = mask };

            if ((varying & mask) != 0 || size > NP_NAT_BLOCK_MAX)
                continue;
            law.bits = samples[0]->external.port & mask;
            law.first = (1u << (16 - a)) | law.bits;
            law.last = ((1u << a) - 1) << (16 - a) | law.bits | ((1u << m) - 1);
            search_add(self, &law, size,
                       log(SHARE_PORT_SET / N_PORT_SETS / (1u << k)) - self->n * log(size));
        }
    }
}

static void
add_blocks(Search *self, const Cut *cut)
{
    for (guint i = 0; i < G_N_ELEMENTS(block_sizes); i++) {
        double share = 1.0 / G_N_ELEMENTS(block_sizes);

        add_aligned(self, cut, block_sizes[i], 0, log(share * SHARE_ALIGNED / 2));
        add_aligned(self, cut, block_sizes[i], FIRST_USER_PORT, log(share * SHARE_ALIGNED / 2));
        add_placed(self, cut, block_sizes[i], log(share * SHARE_PLACED));
    }
}

/* The block ran out between two of our mappings: the cut with the tightest spans stands for all. */
static gboolean
find_change(const Search *self, Cut *cut)
{
    gint best = G_MAXINT;

    for (guint at = 1; at < self->n; at++) {
        Span before = span_of(self->samples, 0, at);
        Span after = span_of(self->samples, at, self->n);
        gint wider = MAX(before.high - before.low, after.high - after.low);

        if (wider < best) {
            best = wider;
            cut->spans[0] = before;
            cut->spans[1] = after;
        }
    }
    cut->n = 2;
    cut->largest = LARGEST_EXHAUSTED;
    cut->log_prior = log(SHARE_BLOCK_CHANGE / self->n);
    return best < LARGEST_EXHAUSTED;
}

/* A block on each external address of a pool. FALSE if there is only one address. */
static gboolean
cut_by_address(const Search *self, Cut *cut)
{
    const NpAddress *addresses[NP_NAT_LAW_MAX_SAMPLES];

    cut->n = 0;
    for (guint i = 0; i < self->n; i++) {
        const NpAddress *external = &self->samples[i]->external;
        guint at = 0;

        while (at < cut->n && !np_address_same_host(addresses[at], external))
            at++;
        if (at == cut->n) {
            cut->spans[cut->n] = (Span){ external->port, external->port };
            addresses[cut->n++] = external;
        }
        span_extend(&cut->spans[at], external->port);
    }
    cut->largest = NP_NAT_BLOCK_MAX;
    cut->log_prior = log(SHARE_PER_ADDRESS);
    return cut->n > 1;
}

static void
search_blocks(Search *self)
{
    Cut cut;

    if (cut_by_address(self, &cut)) {
        add_blocks(self, &cut);
        self->whole.log_prior = log1p(-SHARE_PER_ADDRESS);
    }
    add_blocks(self, &self->whole);
    add_any_size(self, &self->whole, SMALLEST_BLOCK, NP_NAT_BLOCK_MAX, SHARE_ANY_BLOCK);
    add_port_sets(self);
    if (self->n > 2 && find_change(self, &cut))
        add_blocks(self, &cut);
}

static void
search_ranges(Search *self)
{
    const Span *span = &self->whole.spans[0];

    for (guint i = 0; i < G_N_ELEMENTS(ranges); i++) {
        guint size = ranges[i].last - ranges[i].first + 1;
        NpNatLaw law = { .kind = NP_NAT_RANDOM, .first = ranges[i].first, .last = ranges[i].last };

        if (span->low >= law.first && span->high <= law.last)
            search_add(self, &law, size, log(ranges[i].weight) - self->n * log(size));
    }
    add_any_size(self, &self->whole, NP_NAT_BLOCK_MAX + 1, G_MAXUINT16, SHARE_ANY_RANGE);
}

static double
share_of_parity_kept(const Search *self)
{
    for (guint i = 0; i < self->n; i++)
        if (((self->samples[i]->external.port ^ self->samples[i]->internal_port) & 1) != 0)
            return 0;
    return SHARE_PARITY_KEPT * exp2(self->n);
}

static int
compare_sizes(gconstpointer a, gconstpointer b)
{
    guint x = ((const Hypothesis *)a)->size, y = ((const Hypothesis *)b)->size;

    return (x > y) - (x < y);
}

/* The 90 % interval of the size, and the mean entropy of a draw. */
static void
summarize(Search *search, NpNatLawRange *self)
{
    double below = 0;

    qsort(search->hypotheses, search->n_hypotheses, sizeof(Hypothesis), compare_sizes);
    self->size_low = 0;
    self->fit.entropy_bits = 0;
    for (guint i = 0; i < search->n_hypotheses; i++) {
        const Hypothesis *hypothesis = &search->hypotheses[i];
        double share = exp(hypothesis->log_weight - self->fit.log_evidence);

        if (below + share >= 0.05 && self->size_low == 0)
            self->size_low = hypothesis->size;
        if (below < 0.95)
            self->size_high = hypothesis->size;
        below += share;
        self->fit.entropy_bits += share * log2(hypothesis->size);
    }
}

void
np_nat_law_range_fit(NpNatLawRange *self,
                     NpNatAllocation kind,
                     const NpNatSample *const *samples,
                     guint n)
{
    Search search = { .samples = samples, .n = n, .kind = kind };
    double best = -INFINITY;
    double parity_kept;

    search.whole = (Cut){ .n = 1, .largest = G_MAXUINT16 };
    search.whole.spans[0] = span_of(samples, 0, n);
    if (kind == NP_NAT_BLOCK)
        search_blocks(&search);
    else
        search_ranges(&search);

    *self = (NpNatLawRange){ .fit = { .log_evidence = -INFINITY, .law = { .kind = kind } } };
    for (guint i = 0; i < search.n_hypotheses; i++) {
        const Hypothesis *hypothesis = &search.hypotheses[i];

        self->fit.log_evidence = np_nat_law_log_add(self->fit.log_evidence, hypothesis->log_weight);
        if (hypothesis->log_weight > best) {
            best = hypothesis->log_weight;
            self->fit.law = hypothesis->law;
        }
    }
    if (search.n_hypotheses == 0)
        return;
    summarize(&search, self);

    parity_kept = share_of_parity_kept(&search);
    self->fit.log_evidence += log(parity_kept + 1 - SHARE_PARITY_KEPT);
    self->parity_kept = parity_kept > 1;
    self->fit.entropy_bits -= self->parity_kept ? 1 : 0;
}
