/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A counter seen through other people's traffic: between two mappings of ours lie our own whose
 * answers were lost, and a number of foreign ones that grows with the time between. New flows on a
 * shared line arrive in bunches, so that number is taken as negative binomial (Klinec and Matyas,
 * SIN 2014, reject Poisson on real traffic); its rate is unknown and integrated out.
 *
 * What a plain counter does not explain costs a fixed price instead of ruling the law out:
 * wrapping around at the end of the range, packets that overtook each other, a jump over ports in
 * use.
 */

#include "nat/law-sequence.h"

#include "nat/law-chain.h"

#define MAX_STEP 1024
/* Probability that a gap is something else than counting on. */
#define SHARE_ODD 0.03
/* Of those: a wrap-around, mappings that overtook each other, a jump to anywhere. */
#define SHARE_WRAPPED 0.3
#define SHARE_OVERTAKEN 0.3
#define SHARE_JUMPED 0.4
/* Farthest a mapping is taken to be overtaken, in steps; nearer is likelier. */
#define MAX_OVERTAKEN 4096
/* Probability that a mapping whose answers were all lost was made nevertheless. */
#define SHARE_MADE 0.8

/*
 * Foreign mappings per second: none at all, or any rate in this interval, log-uniform up to the
 * common and falling beyond. A campus network makes 48 by night and 265 by day.
 */
#define SHARE_ALONE 0.3
#define MIN_RATE 0.5
#define COMMON_RATE 200.0
#define MAX_RATE 5000.0
/* Nodes of the integral over the rate, on each side of the most likely one. */
#define N_NODES 3
/* Beyond this many foreign mappings a gap counts as odd. */
#define MAX_FOREIGN 4096
/* From this mean on a normal distribution has the same entropy to a hundredth of a bit. */
#define NORMAL_MEAN 30
/* ln of how much worse than the best a step may look at first sight to be weighed in full. */
#define WORSE 14

/* Variance over mean of the foreign mappings: 1.06 to 1.5 on campus lines, more behind a CGN. */
static const double dispersions[] = { 1.15, 2.5 };

/* Sizes of ranges at whose end a counter may start again. */
static const guint wraps[] = {
    64512, 65536, 65535, 15535, 16384, 28232, 32768, 64,   128,  252,  256,
    504,   512,   1000,  1008,  1024,  2000,  2016,  2048, 4032, 4096, 8192,
};

/* How often what has a counter of its own. */
static const double split_weights[NP_NAT_LAW_N_SPLITS] = {
    [NP_NAT_LAW_SPLIT_NONE] = 0.6,    [NP_NAT_LAW_SPLIT_NONE_PARITY] = 0.05,
    [NP_NAT_LAW_SPLIT_ADDRESS] = 0.1, [NP_NAT_LAW_SPLIT_DESTINATION] = 0.1,
    [NP_NAT_LAW_SPLIT_PARITY] = 0.1,  [NP_NAT_LAW_SPLIT_SOCKET] = 0.05,
};

/* ln P(count foreign mappings) where @mean are expected, negative binomial. */
static double
log_foreign(guint count, double mean, double dispersion)
{
    double r = mean / (dispersion - 1);
    int sign;

    return lgamma_r(count + r, &sign) - lgamma_r(count + 1.0, &sign) - lgamma_r(r, &sign) -
           r * log(dispersion) + count * log1p(-1 / dispersion);
}

typedef struct {
    double rate;
    double dispersion;
} Traffic;

/* P(the counter went on by @advance steps between two mappings of ours). */
static double
advance_probability(const NpNatLawGap *gap, gint advance, const Traffic *traffic)
{
    double mean = traffic->rate * gap->seconds;
    double probability = 0;
    double weight = pow(1 - SHARE_MADE, gap->lost); /* of @made of the lost ones made */

    for (guint made = 0; made <= gap->lost && (gint)made < advance; made++) {
        guint foreign = advance - 1 - made;

        if (traffic->rate == 0)
            probability += foreign == 0 ? weight : 0;
        else if (foreign < MAX_FOREIGN && foreign < 20 * mean + 100)
            probability += weight * exp(log_foreign(foreign, mean, traffic->dispersion));
        weight *= SHARE_MADE / (1 - SHARE_MADE) * (gap->lost - made) / (made + 1);
    }
    return probability;
}

/* P(the counter started again at the end of a range of unknown size and went on to @gap). */
static double
wrap_probability(const NpNatLawGap *gap, gint step, const Traffic *traffic)
{
    double probability = 0;

    for (guint i = 0; i < G_N_ELEMENTS(wraps); i++) {
        gint delta = gap->delta + (step > 0 ? (gint)wraps[i] : -(gint)wraps[i]);

        if (delta % step == 0 && delta / step > 0)
            probability += advance_probability(gap, delta / step, traffic);
    }
    return probability / G_N_ELEMENTS(wraps);
}

/* P(two mappings of ours came to the NAT in another order). */
static double
overtaken_probability(gint advance)
{
    guint distance = ABS(advance);

    if (distance == 0 || distance > MAX_OVERTAKEN)
        return 0;
    return 1 / (2 * distance * (log(MAX_OVERTAKEN) + NP_NAT_LAW_EULER));
}

static double
gap_probability(const NpNatLawGap *gap, gint step, const Traffic *traffic)
{
    double odd = SHARE_JUMPED / NP_NAT_LAW_ALL_PORTS;
    double on_count = 0;

    if (gap->delta % step == 0) {
        gint advance = gap->delta / step - (gint)gap->parity;

        on_count = advance > 0 ? advance_probability(gap, advance, traffic) : 0;
        odd += SHARE_OVERTAKEN * overtaken_probability(advance);
    }
    if ((gap->delta > 0) != (step > 0))
        odd += SHARE_WRAPPED * wrap_probability(gap, step, traffic);
    return (1 - SHARE_ODD) * on_count + SHARE_ODD * odd;
}

static double
log_likelihood(const NpNatLawChains *chains, gint step, const Traffic *traffic)
{
    double sum = chains->log_late - log(NP_NAT_LAW_ALL_PORTS) * chains->n_starts;

    for (guint i = 0; i < chains->n_gaps; i++)
        sum += log(gap_probability(&chains->gaps[i], step, traffic));
    return sum;
}

/* What the counter did besides our own mappings, over the gaps in which it went on. */
typedef struct {
    guint n;
    guint count;
    guint low, high;
    guint largest_count;
    double seconds;
    double largest_seconds;
} Foreign;

static Foreign
count_foreign(const NpNatLawChains *chains, gint step)
{
    Foreign foreign = { .low = G_MAXUINT };

    for (guint i = 0; i < chains->n_gaps; i++) {
        const NpNatLawGap *gap = &chains->gaps[i];
        gint advance = gap->delta % step == 0 ? gap->delta / step : 0;
        guint between = MAX(advance - 1 - (gint)gap->lost - (gint)gap->parity, 0);

        if (advance <= 0 || between >= MAX_FOREIGN)
            continue;
        foreign.n++;
        foreign.count += between;
        foreign.seconds += gap->seconds;
        foreign.low = MIN(foreign.low, between);
        foreign.high = MAX(foreign.high, between);
        if (between >= foreign.largest_count) {
            foreign.largest_count = between;
            foreign.largest_seconds = gap->seconds;
        }
    }
    return foreign;
}

typedef struct {
    double log_evidence;
    NpNatLawSplit split; /* being weighed */
    double best;         /* and the best of all so far: */
    NpNatLawSplit best_split;
    gint step;
    Traffic traffic;
    Foreign foreign;
} Search;

static void
search_add(Search *self,
           const NpNatLawChains *chains,
           gint step,
           const Foreign *foreign,
           const Traffic *traffic,
           double log_prior)
{
    double log_weight = log_prior + log_likelihood(chains, step, traffic);

    self->log_evidence = np_nat_law_log_add(self->log_evidence, log_weight);
    if (log_weight <= self->best)
        return;
    self->best = log_weight;
    self->best_split = self->split;
    self->step = step;
    self->traffic = *traffic;
    self->foreign = *foreign;
}

/* Density over ln rate, of those with any foreign traffic. */
static double
rate_density(double rate)
{
    double low = MIN_RATE / (COMMON_RATE + MIN_RATE), high = MAX_RATE / (COMMON_RATE + MAX_RATE);

    return 1 / ((1 + rate / COMMON_RATE) * log(high / low));
}

/*
 * The integral over the rate, by the trapezoidal rule on a logarithmic scale around the rate that
 * @count mappings in @seconds suggest, in units of its standard error.
 */
static void
search_rates(Search *self,
             const NpNatLawChains *chains,
             gint step,
             const Foreign *foreign,
             guint count,
             double seconds,
             double log_prior)
{
    for (guint i = 0; i < G_N_ELEMENTS(dispersions); i++) {
        double width = CLAMP(sqrt(dispersions[i] / (count + 0.5)), 0.02, 1.2);
        double likeliest = log(CLAMP((count + 0.3) / seconds, MIN_RATE, MAX_RATE));

        for (gint node = -N_NODES; node <= N_NODES; node++) {
            double log_rate = likeliest + node * width;
            Traffic traffic = { exp(log_rate), dispersions[i] };
            double share = width * rate_density(traffic.rate) / G_N_ELEMENTS(dispersions);

            if (log_rate < log(MIN_RATE) || log_rate > log(MAX_RATE))
                continue;
            search_add(self, chains, step, foreign, &traffic,
                       log_prior + log((1 - SHARE_ALONE) * share));
        }
    }
}

/* Steps of one are the rule; of the others, the smaller the more likely. */
static double
log_step_prior(gint step)
{
    double size = ABS(step);

    return size == 1 ? log(0.35) : log(0.15 / (size * (size - 1)));
}

static void
search_step(Search *self, const NpNatLawChains *chains, gint step, double log_prior)
{
    static const Traffic alone = { 0, 1 };
    Foreign foreign = count_foreign(chains, step);
    Traffic likeliest = { 0, dispersions[0] };
    double rough;

    /* Where the count goes on in less than half of the gaps it is not this step. */
    if (foreign.n * 2 < chains->n_gaps)
        return;
    log_prior += log_step_prior(step);
    search_add(self, chains, step, &foreign, &alone, log_prior + log(SHARE_ALONE));
    if (foreign.n == 0)
        return;
    likeliest.rate = (foreign.count + 0.3) / foreign.seconds;
    rough = log_prior + log_likelihood(chains, step, &likeliest);
    if (foreign.largest_count > 0 && rough < self->best - WORSE)
        return;
    search_rates(self, chains, step, &foreign, foreign.count, foreign.seconds,
                 log_prior + log(0.5));
    /* One odd gap must not spoil the estimate of the rate. */
    if (foreign.n > 1)
        search_rates(self, chains, step, &foreign, foreign.count - foreign.largest_count,
                     foreign.seconds - foreign.largest_seconds, log_prior + log(0.5));
}

static guint
greatest_common_divisor(guint a, guint b)
{
    while (b != 0) {
        guint rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Marks what divides two neighbouring gaps. */
static void
mark_common_divisors(guint8 seen[static MAX_STEP + 1], guint gap, guint next)
{
    guint common = greatest_common_divisor(gap, next);

    for (guint step = 2; step <= MIN(common, MAX_STEP); step++)
        if (common % step == 0)
            seen[step] = 1;
}

static void
sort_ports(guint16 *ports, const NpNatSample *const *samples, guint n)
{
    for (guint i = 0; i < n; i++) {
        guint at = i;

        for (; at > 0 && ports[at - 1] > samples[i]->external.port; at--)
            ports[at] = ports[at - 1];
        ports[at] = samples[i]->external.port;
    }
}

/*
 * Steps worth weighing: divisors of what two neighbouring gaps have in common, between mappings in
 * the order of the chains, and between ports in their own. The latter needs no order, which is all
 * there is where hardly any first packet was answered.
 */
static guint
list_steps(const NpNatLawChains *chains,
           const NpNatSample *const *samples,
           guint n_samples,
           guint16 steps[static MAX_STEP])
{
    guint16 ports[NP_NAT_LAW_MAX_SAMPLES] = { 0 };
    guint8 seen[MAX_STEP + 1] = { 0 };
    guint n = 0;

    seen[1] = 1;
    for (guint i = 0; i < chains->n_gaps; i++) {
        guint next = i + 1 < chains->n_gaps ? i + 1 : 0;

        mark_common_divisors(seen, ABS(chains->gaps[i].delta), ABS(chains->gaps[next].delta));
    }
    sort_ports(ports, samples, n_samples);
    for (guint i = 2; i < n_samples; i++)
        mark_common_divisors(seen, ports[i - 1] - ports[i - 2], ports[i] - ports[i - 1]);
    for (guint step = 1; step <= MAX_STEP; step++)
        if (seen[step])
            steps[n++] = step;
    return n;
}

static void
search_split(Search *self, const NpNatSample *const *samples, guint n)
{
    guint16 steps[MAX_STEP];
    NpNatLawChains chains;
    guint n_steps;

    np_nat_law_chain_build(&chains, self->split, samples, n, 1);
    n_steps = list_steps(&chains, samples, n, steps);
    for (guint i = 0; i < 2 * n_steps; i++) {
        gint step = i % 2 == 0 ? steps[i / 2] : -(gint)steps[i / 2];

        np_nat_law_chain_build(&chains, self->split, samples, n, step);
        search_step(self, &chains, step, log(split_weights[self->split]));
    }
}

/* Bits needed to tell which port comes next, @seconds after the last mapping. */
static double
entropy(const Traffic *traffic, double seconds)
{
    double mean = traffic->rate * seconds;
    double bits = 0, sum = 0;

    if (traffic->rate == 0)
        return 0;
    if (mean > NORMAL_MEAN)
        return 0.5 * log2(2 * G_PI * G_E * mean * traffic->dispersion);
    for (guint count = 0; sum < 0.9999 && count < MAX_FOREIGN; count++) {
        double probability = exp(log_foreign(count, mean, traffic->dispersion));

        sum += probability;
        bits -= probability > 0 ? probability * log2(probability) : 0;
    }
    return bits;
}

void
np_nat_law_sequence_fit(NpNatLawSequence *self, const NpNatSample *const *samples, guint n)
{
    /* Jumps all the way: what is left of the law if no step fits. */
    Search search = {
        .log_evidence = (n - 1) * log(SHARE_ODD * SHARE_JUMPED) - n * log(NP_NAT_LAW_ALL_PORTS),
        .best = -INFINITY,
        .step = 1,
    };

    for (search.split = NP_NAT_LAW_SPLIT_NONE; search.split < NP_NAT_LAW_N_SPLITS; search.split++)
        if (np_nat_law_chain_matters(search.split, samples, n))
            search_split(&search, samples, n);
    *self = (NpNatLawSequence){
        .fit = { .log_evidence = search.log_evidence,
                 .law = { .kind = NP_NAT_SEQUENTIAL, .step = search.step } },
        .foreign_rate = search.traffic.rate,
        .foreign_low = search.foreign.n > 0 ? search.foreign.low : 0,
        .foreign_high = search.foreign.high,
        .per_socket = search.best_split == NP_NAT_LAW_SPLIT_SOCKET,
    };
    if (search.foreign.n > 0)
        self->fit.entropy_bits =
            entropy(&search.traffic, search.foreign.seconds / search.foreign.n);
}
