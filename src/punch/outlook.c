/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every question comes down to one: can packets of a prober hit a mapping of a target, whose filter
 * lets them pass? The filter does if it does not look at ports or if the prober's external port is
 * known beforehand (it is fixed); the mapping is hit for sure if the target's port is fixed, and
 * else by the law of the target's allocator. A pair is asked both ways round and the better answer
 * taken. Only where neither way is open, both NATs being hard and filtering by port, must both
 * sides guess at once.
 */

#include "punch/outlook.h"

#include "punch/odds.h"

/* A target worth paying for: beyond it each further nine costs another quarter of the packets. */
#define AIM 0.99
/* No more than this many probes go to one address in an hour, whatever it takes. */
#define PROBE_BUDGET 2048
/* RFC 6056's range, which NATs that allocate at random are seen to use. */
#define ALL_PORTS (65535 - 1024 + 1)
/* RFC 6888, REQ-4: a subscriber's ports are limited; half a block is left to everything else. */
#define BLOCK_SHARE 2
#define TYPICAL_BLOCK 512

/*
 * A busy household or a small office behind one NAT opens some 35 flows a second; a sample taken
 * inside the burst is at most 100 ms old.
 */
#define OTHERS_FLOWS 35.0
#define SAMPLE_AGE 0.1
/* The cheapest comb for the 3.5 ports those two skip: 4 openers, 6 probes, 98 % of attempts meet,
 * by simulation at 1 % loss. */
#define COMB_PROBES 6
#define COMB_PROBABILITY 0.98
/* Two sequential NATs: long enough for practically every skip; roles swap between attempts. */
#define BURST_PACKETS 24
#define BURST_ATTEMPTS 3

/* One way the NAT of one side may be, as far as guessing is concerned. */
typedef struct {
    gboolean reachable;
    gboolean independent; /* endpoint-independent mapping, or no translation */
    gboolean fixed;       /* the external port is known before a packet leaves */
    gboolean any_port;    /* the filter lets every port of a contacted address in */
    gboolean per_port;    /* address-and-port-dependent mapping */
    gboolean fragile;     /* a packet from outside that comes first spoils the mapping */
    NpNatAllocation allocation;
    guint range; /* ports a new mapping may get */
    guint pool;  /* external addresses a new mapping may get */
} Side;

static const char *const strategies[NP_PUNCH_N_STRATEGIES] = {
    [NP_PUNCH_SIMULTANEOUS] = "simultaneous",
    [NP_PUNCH_REVEAL] = "reveal",
    [NP_PUNCH_PRESERVE] = "preserve",
    [NP_PUNCH_COMB] = "sequential-comb",
    [NP_PUNCH_BIRTHDAY] = "balanced-birthday",
    [NP_PUNCH_ONE_SIDED_BIRTHDAY] = "one-sided-birthday",
    [NP_PUNCH_BURST] = "fixed-destination-burst",
    [NP_PUNCH_INFEASIBLE] = "infeasible",
};

#define CONE(the_filtering)                                                                        \
    {                                                                                              \
        .reachable = TRUE, .translated = TRUE, .filtering = the_filtering                          \
    }
#define SYMMETRIC(...)                                                                             \
    {                                                                                              \
        .reachable = TRUE, .translated = TRUE, .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,       \
        .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT, .law = {                                   \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

static const struct {
    const char *text;
    NpNatBehaviour behaviour;
} peers[NP_PUNCH_N_PEERS] = {
    [NP_PUNCH_PEER_OPEN] = { "open", { .reachable = TRUE } },
    [NP_PUNCH_PEER_FULL_CONE] = { "full-cone", CONE(NP_NAT_ENDPOINT_INDEPENDENT) },
    [NP_PUNCH_PEER_RESTRICTED_CONE] = { "restricted-cone", CONE(NP_NAT_ADDRESS_DEPENDENT) },
    [NP_PUNCH_PEER_PORT_RESTRICTED_CONE] = { "port-restricted-cone",
                                             CONE(NP_NAT_ADDRESS_AND_PORT_DEPENDENT) },
    [NP_PUNCH_PEER_SYMMETRIC_SEQUENTIAL] = { "symmetric-sequential",
                                             SYMMETRIC(.kind = NP_NAT_SEQUENTIAL, .step = 1) },
    [NP_PUNCH_PEER_SYMMETRIC_BLOCK] = { "symmetric-block", SYMMETRIC(.kind = NP_NAT_BLOCK,
                                                                     .block_size = TYPICAL_BLOCK) },
    [NP_PUNCH_PEER_SYMMETRIC_RANDOM] = { "symmetric-random", SYMMETRIC(.kind = NP_NAT_RANDOM,
                                                                       .first = 1024,
                                                                       .last = 65535) },
};

static const NpPunchForecast infeasible = { .strategy = NP_PUNCH_INFEASIBLE };

static NpPunchForecast
certain(NpPunchStrategy strategy)
{
    return (NpPunchForecast){ .strategy = strategy, .probability = 1.0, .packets = 1 };
}

/* Negative if @a is the better prospect; a total order, so that both sides agree. */
static int
compare(const NpPunchForecast *a, const NpPunchForecast *b)
{
    if (a->probability != b->probability)
        return a->probability > b->probability ? -1 : 1;
    if (a->seconds != b->seconds)
        return a->seconds < b->seconds ? -1 : 1;
    return (int)a->strategy - (int)b->strategy;
}

static NpPunchForecast
birthday(const Side *target, const Side *prober)
{
    /*
     * A prober whose NAT is spoilt by early packets needs openers that die on the way; then only
     * probes sent after the mapping count, half of all pairs.
     */
    guint range = target->range * target->pool * (prober->fragile ? 2 : 1);
    guint budget =
        target->allocation == NP_NAT_BLOCK ? target->range / BLOCK_SHARE : (guint)PROBE_BUDGET;
    guint k = MIN(np_punch_odds_balanced(range, AIM), MAX(budget, 1));

    return (NpPunchForecast){
        .strategy = prober->fixed ? NP_PUNCH_BIRTHDAY : NP_PUNCH_ONE_SIDED_BIRTHDAY,
        .probability = np_punch_odds_birthday(range, k, k),
        .seconds = k / NP_PUNCH_OUTLOOK_RATE,
        .packets = k,
    };
}

static NpPunchForecast
hit(const Side *target, const Side *prober)
{
    guint probes = COMB_PROBES * target->pool;

    if (target->independent && prober->independent)
        return certain(NP_PUNCH_SIMULTANEOUS);
    if (target->independent && target->any_port)
        return certain(NP_PUNCH_REVEAL);
    if (target->fixed)
        return certain(NP_PUNCH_PRESERVE);
    if (target->allocation == NP_NAT_SEQUENTIAL)
        return (NpPunchForecast){
            .strategy = NP_PUNCH_COMB,
            .probability = COMB_PROBABILITY,
            .seconds = probes / NP_PUNCH_OUTLOOK_RATE,
            .packets = probes,
        };
    return birthday(target, prober);
}

static NpPunchForecast
towards(const Side *target, const Side *prober, gboolean inbound_opens)
{
    if (!target->any_port && !prober->fixed)
        return infeasible;
    /*
     * The target answers a port that it never sent to. Where its mapping depends on the port, the
     * answer keeps the mapping only if the NAT took the packet from outside for the start of a
     * session.
     */
    if (target->per_port && !prober->fixed && !inbound_opens)
        return infeasible;
    return hit(target, prober);
}

/* Neither port is known and both filters look at ports: both must guess right at once. */
static NpPunchForecast
burst(const Side *a, const Side *b)
{
    const Side *wide = a->allocation == NP_NAT_SEQUENTIAL ? b : a;
    guint packets = BURST_PACKETS;
    double attempt = 0.0, miss = 1.0;

    if (a->allocation == NP_NAT_RANDOM || b->allocation == NP_NAT_RANDOM)
        return infeasible;
    if (a->allocation == NP_NAT_SEQUENTIAL && b->allocation == NP_NAT_SEQUENTIAL) {
        attempt = np_punch_odds_crossed_bursts(BURST_PACKETS, OTHERS_FLOWS, SAMPLE_AGE,
                                               NP_PUNCH_OUTLOOK_RATE) /
                  (a->pool * b->pool);
        for (guint i = 0; i < BURST_ATTEMPTS; i++)
            miss *= 1.0 - attempt;
        packets *= BURST_ATTEMPTS;
    } else if (a->allocation == NP_NAT_SEQUENTIAL || b->allocation == NP_NAT_SEQUENTIAL) {
        packets = wide->range / BLOCK_SHARE;
        for (guint i = 0; i < packets; i++)
            miss *= 1.0 - 1.0 / (wide->range * a->pool * b->pool);
    } else {
        packets = MAX(a->range, b->range) / BLOCK_SHARE;
        miss = 1.0 - 1.0 / (BLOCK_SHARE * BLOCK_SHARE * a->pool * b->pool);
    }
    return (NpPunchForecast){
        .strategy = NP_PUNCH_BURST,
        .probability = 1.0 - miss,
        .seconds = packets / NP_PUNCH_OUTLOOK_RATE,
        .packets = packets,
    };
}

static NpPunchForecast
forecast(const Side *a, const Side *b, gboolean inbound_opens)
{
    NpPunchForecast one = towards(a, b, inbound_opens);
    NpPunchForecast other = towards(b, a, inbound_opens);

    if (!a->reachable || !b->reachable)
        return infeasible;
    if (one.strategy == NP_PUNCH_INFEASIBLE && other.strategy == NP_PUNCH_INFEASIBLE)
        return burst(a, b);
    return compare(&one, &other) <= 0 ? one : other;
}

static gboolean
may_be(const NpProfile *profile, NpNatAxis axis, guint value)
{
    const NpVerdict *verdict = &profile->verdicts[axis];

    return verdict->leading >= 0 ? (guint)verdict->leading == value
                                 : verdict->possible >> value & 1;
}

/* How many ports a new mapping may get, by what is known of the law. */
static guint
range_of(const NpNatLaw *law, NpNatAllocation allocation)
{
    guint span = law->last > law->first ? law->last - law->first + 1u : 0;

    if (law->kind != allocation)
        span = 0;
    if (allocation == NP_NAT_BLOCK) {
        if (law->kind == allocation && law->block_size > 0)
            return law->block_size;
        return span > 0 ? span : TYPICAL_BLOCK;
    }
    return span > 0 ? span : ALL_PORTS;
}

static Side
side_of(const NpProfile *profile,
        NpNatDependence mapping,
        NpNatDependence filtering,
        NpNatAllocation allocation)
{
    const NpVerdict *unsolicited = &profile->verdicts[NP_NAT_AXIS_UNSOLICITED];
    const NpVerdict *pooling = &profile->verdicts[NP_NAT_AXIS_POOLING];
    gboolean independent = mapping == NP_NAT_ENDPOINT_INDEPENDENT;

    /* Fragility and pool cost time rather than the path: the worst not ruled out is taken. */
    return (Side){
        .reachable = TRUE,
        .independent = independent,
        .fixed = independent || allocation == NP_NAT_PRESERVING,
        .any_port = filtering != NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
        .per_port = mapping == NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
        .fragile =
            unsolicited->measured && unsolicited->possible != 1u << NP_NAT_UNSOLICITED_HARMLESS,
        .allocation = allocation,
        .range = range_of(&profile->law, allocation),
        .pool = pooling->measured && may_be(profile, NP_NAT_AXIS_POOLING, NP_NAT_POOLING_ARBITRARY)
                    ? MAX(profile->external->len, 1)
                    : 1,
    };
}

/* Every way that NAT may be, as an array of Side. */
static GArray *
sides_of(const NpProfile *profile)
{
    GArray *sides = g_array_new(FALSE, FALSE, sizeof(Side));
    Side side = { 0 };

    if (may_be(profile, NP_NAT_AXIS_REACHABLE, 0)) {
        side.pool = 1;
        side.range = ALL_PORTS;
        g_array_append_val(sides, side);
    }
    if (!may_be(profile, NP_NAT_AXIS_REACHABLE, 1))
        return sides;
    for (guint filtering = 0; filtering <= NP_NAT_ADDRESS_AND_PORT_DEPENDENT; filtering++) {
        if (!may_be(profile, NP_NAT_AXIS_FILTERING, filtering))
            continue;
        if (may_be(profile, NP_NAT_AXIS_NAT, 0)) {
            side = side_of(profile, NP_NAT_ENDPOINT_INDEPENDENT, filtering, NP_NAT_PRESERVING);
            g_array_append_val(sides, side);
        }
        if (!may_be(profile, NP_NAT_AXIS_NAT, 1))
            continue;
        for (guint mapping = 0; mapping <= NP_NAT_ADDRESS_AND_PORT_DEPENDENT; mapping++) {
            for (guint law = 0; law < NP_NAT_N_ALLOCATIONS; law++) {
                if (!may_be(profile, NP_NAT_AXIS_MAPPING, mapping) ||
                    !may_be(profile, NP_NAT_AXIS_ALLOCATION, law))
                    continue;
                side = side_of(profile, mapping, filtering, law);
                g_array_append_val(sides, side);
            }
        }
    }
    return sides;
}

static NpPunchOutlook
weigh(const NpProfile *mine, const NpProfile *theirs)
{
    g_autoptr(GArray) left = sides_of(mine);
    g_autoptr(GArray) right = sides_of(theirs);
    NpPunchOutlook outlook = { 0 };
    gboolean any = FALSE;

    for (guint i = 0; i < left->len * right->len * 2; i++) {
        const Side *a = &g_array_index(left, Side, i / 2 / right->len);
        const Side *b = &g_array_index(right, Side, i / 2 % right->len);
        NpPunchForecast one = forecast(a, b, i % 2 == 1);

        if (!any || compare(&one, &outlook.worst) > 0)
            outlook.worst = one;
        if (!any || compare(&one, &outlook.best) < 0)
            outlook.best = one;
        any = TRUE;
    }
    return outlook;
}

const char *
np_punch_strategy_text(NpPunchStrategy strategy)
{
    g_return_val_if_fail(strategy < NP_PUNCH_N_STRATEGIES, "unknown");
    return strategies[strategy];
}

const char *
np_punch_peer_text(NpPunchPeer peer)
{
    g_return_val_if_fail(peer < NP_PUNCH_N_PEERS, "unknown");
    return peers[peer].text;
}

const NpNatBehaviour *
np_punch_peer_behaviour(NpPunchPeer peer)
{
    g_return_val_if_fail(peer < NP_PUNCH_N_PEERS, NULL);
    return &peers[peer].behaviour;
}

NpPunchOutlook
np_punch_outlook(const NpProfile *mine, const NpProfile *theirs)
{
    NpPunchOutlook outlook = weigh(mine, theirs);
    NpProfile known = *mine; /* borrows what @mine owns; only masks are changed */

    if (np_punch_outlook_is_certain(&outlook))
        return outlook;
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        for (guint value = 0; value < np_nat_axis_n_values(axis); value++) {
            NpPunchOutlook narrowed;

            if (!may_be(mine, axis, value) || mine->verdicts[axis].possible == 1u << value)
                continue;
            known.verdicts[axis].possible = 1u << value;
            narrowed = weigh(&known, theirs);
            narrowed.depends = outlook.depends;
            if (!np_punch_outlook_equal(&narrowed, &outlook))
                outlook.depends |= 1u << axis;
        }
        known.verdicts[axis].possible = mine->verdicts[axis].possible;
    }
    return outlook;
}

NpPunchOutlook
np_punch_outlook_peer(const NpProfile *mine, NpPunchPeer peer)
{
    g_auto(NpProfile) theirs = { 0 };

    np_profile_from_behaviour(&theirs, np_punch_peer_behaviour(peer));
    return np_punch_outlook(mine, &theirs);
}

gboolean
np_punch_outlook_is_certain(const NpPunchOutlook *outlook)
{
    return compare(&outlook->worst, &outlook->best) == 0;
}

gboolean
np_punch_outlook_equal(const NpPunchOutlook *a, const NpPunchOutlook *b)
{
    return compare(&a->worst, &b->worst) == 0 && compare(&a->best, &b->best) == 0 &&
           a->depends == b->depends;
}
