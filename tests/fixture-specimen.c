/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The axes are drawn independently of one another, however odd the NAT; what is left out is said at
 * the place. A policy may ask for what cannot show: a NAT that resents unsolicited packets, but has
 * another mapping for every sender anyway. The truth is then what shows.
 */

#include "fixture-specimen.h"

#include <math.h>

#include "nat/spec.h"

/* Round trips of a fibre next door and of a satellite. */
#define LEAST_RTT (5 * NP_MSEC)
#define MOST_RTT (300 * NP_MSEC)
#define MOST_JITTER (30 * NP_MSEC)
/* New flows of other hosts a second. A campus makes 48 by night and 265 by day (Klinec and Matyas,
 * SIN 2014). */
static const double flow_rates[] = { 0, 3, 10, 35, 100, 200, 300 };
/* pf's, Linux' own, and what RFC 4787 leaves. */
static const struct {
    guint16 first, last;
} ranges[] = { { 1024, 65535 }, { 32768, 60999 }, { 50001, 65535 } };
static const guint block_sizes[] = { 128, 256, 512, 1008, 2016 };
static const gint steps[] = { 1, 1, 1, 2, -1, -2, 3, 7, 16 };

static gboolean
chance(NpRng *rng, double probability)
{
    return np_rng_real(rng) < probability;
}

/* The element of an array that chance picks. */
#define PICK(rng, array) ((array)[np_rng_below(rng, G_N_ELEMENTS(array))])

static NpNatLaw
draw_law(NpRng *rng)
{
    guint range = np_rng_below(rng, G_N_ELEMENTS(ranges));
    NpNatLaw law = {
        .kind = (NpNatAllocation)np_rng_below(rng, NP_NAT_N_ALLOCATIONS),
        .first = ranges[range].first,
        .last = ranges[range].last,
    };

    if (law.kind == NP_NAT_SEQUENTIAL)
        law.step = PICK(rng, steps);
    if (law.kind == NP_NAT_BLOCK)
        law.block_size = PICK(rng, block_sizes);
    return law;
}

static NpNatBehaviour
draw_behaviour(NpRng *rng)
{
    NpNatBehaviour behaviour = {
        .reachable = TRUE,
        .translated = TRUE,
        .mapping = (NpNatDependence)np_rng_below(rng, 3),
        .filtering = (NpNatDependence)np_rng_below(rng, 3),
        .law = draw_law(rng),
        .hairpin = (NpNatHairpin)np_rng_below(rng, 3),
        .hairpin_needs = (NpNatHairpinNeeds)np_rng_below(rng, 2),
        .unsolicited = (NpNatUnsolicited)np_rng_below(rng, 3),
    };

    return behaviour;
}

/* What a behaviour does not say, and nobody should notice. */
static NpNatPolicy
draw_policy(NpRng *rng, const NpNatBehaviour *behaviour)
{
    NpNatPolicy policy = np_nat_policy_from_behaviour(behaviour);

    policy.answer = chance(rng, 0.25) ? NP_NAT_ANSWER_ICMP : NP_NAT_ANSWER_NONE;
    policy.refresh = chance(rng, 0.5) ? NP_NAT_REFRESH_BOTH : NP_NAT_REFRESH_OUTBOUND;
    policy.ports.keep_parity = policy.ports.block_size == 0 && ABS(policy.ports.step) % 2 == 0 &&
                               policy.ports.order == NP_NAT_ORDER_RANDOM && chance(rng, 0.1);
    if (policy.ports.block_size > 0)
        policy.ports.blocks_per_host = 1 + np_rng_below(rng, NP_NAT_MAX_BLOCKS_PER_HOST);
    if (behaviour->law.kind == NP_NAT_PRESERVING && chance(rng, 0.3))
        policy.ports.order = NP_NAT_ORDER_SEQUENTIAL;
    return policy;
}

/*
 * Ports kept and shared, a mapping for each remote: Linux' masquerading. It takes close looking to
 * tell it from endpoint-independent mapping, and until ports clash there is no difference.
 */
static void
draw_masquerading(NpRng *rng, NpNatBehaviour *behaviour, NpNatPolicy *policy)
{
    if (behaviour->law.kind != NP_NAT_PRESERVING ||
        behaviour->mapping != NP_NAT_ENDPOINT_INDEPENDENT || !chance(rng, 0.3))
        return;
    behaviour->filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    behaviour->hairpin = NP_NAT_HAIRPIN_UNSUPPORTED;
    policy->hairpin = NP_NAT_HAIRPIN_UNSUPPORTED;
    policy->filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    policy->mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    policy->tcp_mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    policy->ports.share = TRUE;
    policy->ports.reuse = TRUE;
}

/* No NAT, but perhaps a firewall: it has no ports to give out and nothing to turn around. */
static void
draw_router(NpRng *rng, NpNatBehaviour *behaviour)
{
    behaviour->translated = FALSE;
    behaviour->mapping = NP_NAT_ENDPOINT_INDEPENDENT;
    behaviour->law = (NpNatLaw){ .kind = NP_NAT_PRESERVING };
    behaviour->hairpin = NP_NAT_HAIRPIN_UNSUPPORTED;
    behaviour->unsolicited =
        chance(rng, 0.5) ? NP_NAT_UNSOLICITED_BLOCKED : NP_NAT_UNSOLICITED_HARMLESS;
}

static void
draw_pool(NpRng *rng, NpSpecimen *self, NpNatPolicy *outermost)
{
    self->truth.pooling = NP_NAT_POOLING_SINGLE;
    if (!outermost->translates || chance(rng, 0.6))
        return;
    self->scenario.n_external = 2 + np_rng_below(rng, 7);
    self->truth.pooling = chance(rng, 0.5) ? NP_NAT_POOLING_PAIRED : NP_NAT_POOLING_ARBITRARY;
    outermost->paired = self->truth.pooling == NP_NAT_POOLING_PAIRED;
    /* A host with one block is on one address, however that was chosen. */
    if (outermost->ports.block_size > 0 && outermost->ports.blocks_per_host == 1)
        self->truth.pooling = NP_NAT_POOLING_PAIRED;
}

/* A packet from elsewhere, as the mappings and filters on its way see it. */
typedef enum {
    OTHER_PORT,
    OTHER_ADDRESS,
    N_SENDERS,
} Sender;

/* Whether what depends on @dependence treats the sender like the endpoint that was spoken to. */
static gboolean
is_alike(Sender sender, NpNatDependence dependence)
{
    return dependence == NP_NAT_ENDPOINT_INDEPENDENT ||
           (sender == OTHER_PORT && dependence == NP_NAT_ADDRESS_DEPENDENT);
}

/*
 * A layer is spoilt by a sender that the layers outside it let in and its own filter does not, and
 * it shows if the layers up to it have one mapping for both; as another port, if all have.
 */
static NpNatUnsolicited
what_spoils(const NpNatBehaviour *layers, guint n_layers)
{
    NpNatUnsolicited worst = NP_NAT_UNSOLICITED_HARMLESS;

    for (guint sender = 0; sender < N_SENDERS; sender++) {
        for (guint i = 0; i < n_layers; i++) {
            gboolean shows = !is_alike((Sender)sender, layers[i].filtering);

            for (guint j = 0; j < n_layers; j++) {
                if (j > i)
                    shows = shows && is_alike((Sender)sender, layers[j].filtering);
                if (j <= i || layers[i].unsolicited == NP_NAT_UNSOLICITED_REMAPPED)
                    shows = shows && is_alike((Sender)sender, layers[j].mapping);
            }
            if (shows)
                worst = MAX(worst, layers[i].unsolicited);
        }
    }
    return worst;
}

static void
settle_truth(NpSpecimen *self, const NpNatBehaviour *layers, guint n_layers)
{
    NpNatSpec spec = { .n_layers = n_layers };
    NpNatBehaviour *truth = &self->truth;

    for (guint i = 0; i < n_layers; i++)
        spec.layers[i].behaviour = layers[i];
    *truth = np_nat_spec_truth(&spec);
    truth->unsolicited = what_spoils(layers, n_layers);
    truth->cgn = n_layers > 1 && !self->scenario.outer_is_home;
    if (truth->filtering == NP_NAT_ENDPOINT_INDEPENDENT)
        truth->hairpin_needs = NP_NAT_HAIRPIN_NEEDS_NOTHING;
    /* Each host sends to a mapping that the other does not use towards it. */
    if (truth->hairpin != NP_NAT_HAIRPIN_UNSUPPORTED &&
        truth->hairpin_needs == NP_NAT_HAIRPIN_NEEDS_BOTH_SEND &&
        truth->mapping != NP_NAT_ENDPOINT_INDEPENDENT)
        truth->hairpin = NP_NAT_HAIRPIN_UNSUPPORTED;
}

/*
 * What becomes of a packet that turns at the outer layer and comes back through the inner one is a
 * subject of its own where mappings depend on its destination, where the inner NAT resents what
 * comes first, and where the source is left alone: it is then the inner NAT's, which routers drop
 * (RFC 1812, 5.3.7).
 */
static gboolean
turns_plainly(const NpNatBehaviour layers[2])
{
    return layers[0].mapping == NP_NAT_ENDPOINT_INDEPENDENT &&
           layers[1].mapping == NP_NAT_ENDPOINT_INDEPENDENT &&
           layers[0].unsolicited == NP_NAT_UNSOLICITED_HARMLESS &&
           layers[1].hairpin != NP_NAT_HAIRPIN_SUPPORTED_INTERNAL;
}

static void
draw_layers(NpRng *rng, NpSpecimen *self)
{
    NpNatBehaviour layers[2] = { draw_behaviour(rng), draw_behaviour(rng) };
    guint n_layers = 1;

    if (chance(rng, 0.08))
        draw_router(rng, &layers[0]);
    layers[0].reachable = chance(rng, 0.98);
    self->inner = draw_policy(rng, &layers[0]);
    if (layers[0].translated)
        draw_masquerading(rng, &layers[0], &self->inner);
    if (layers[0].translated && chance(rng, 0.2)) {
        n_layers = 2;
        self->scenario.behind_carrier = TRUE;
        self->scenario.outer_is_home = chance(rng, 0.3);
        if (!turns_plainly(layers))
            layers[1].hairpin = NP_NAT_HAIRPIN_UNSUPPORTED;
        self->outer = draw_policy(rng, &layers[1]);
        self->scenario.outer = &self->outer;
    }
    self->scenario.policy = &self->inner;
    settle_truth(self, layers, n_layers);
    draw_pool(rng, self, n_layers == 2 ? &self->outer : &self->inner);
}

static void
draw_path(NpRng *rng, NpProbeScenario *scenario, double loss)
{
    double rtt = exp(log(LEAST_RTT) + np_rng_real(rng) * log((double)MOST_RTT / LEAST_RTT));

    scenario->link.delay = (NpTime)(rtt / 2);
    scenario->link.jitter =
        chance(rng, 0.5) ? (NpTime)(np_rng_real(rng) * MIN(MOST_JITTER, rtt / 2)) : 0;
    scenario->link.loss = loss;
    scenario->flows = PICK(rng, flow_rates);
    scenario->one_address = chance(rng, 0.2);
    scenario->one_port = chance(rng, 0.2);
}

void
np_specimen_draw(NpSpecimen *self, guint64 number, double loss)
{
    NpRng base = np_rng_from_number(number);
    NpRng rng = np_rng_split(&base, "specimen");

    *self = (NpSpecimen){ .scenario = { .seed = number } };
    draw_layers(&rng, self);
    draw_path(&rng, &self->scenario, loss);
}

static void
duplicate(NpSpecimen *self)
{
    self->scenario.link.duplicate = 0.05;
}

static void
reorder(NpSpecimen *self)
{
    self->scenario.link.reorder = 0.1;
}

static void
jitter(NpSpecimen *self)
{
    self->scenario.link.jitter = 50 * NP_MSEC;
}

static void
narrow(NpSpecimen *self)
{
    self->scenario.link.rate = 1000000;
}

static void
grant_64_mappings(NpSpecimen *self)
{
    self->inner.limits.mappings_per_host = 64;
}

static void
grant_32_mappings(NpSpecimen *self)
{
    self->inner.limits.mappings_per_host = 32;
}

static void
grant_1000_packets(NpSpecimen *self)
{
    self->inner.limits.packets_per_second = 1000;
}

static void
grant_300_packets(NpSpecimen *self)
{
    self->inner.limits.packets_per_second = 300;
}

/* Others' flows push ours out, some time after. */
static void
evict(NpSpecimen *self)
{
    self->scenario.flows = 300;
    self->inner.limits.mappings = 150;
    self->inner.limits.full = NP_NAT_FULL_EVICT;
}

/* Others' flows leave nothing, after a while. */
static void
fill(NpSpecimen *self)
{
    self->scenario.flows = 300;
    self->inner.limits.mappings = 150;
}

const NpSpecimenTrouble np_specimen_troubles[] = {
    { "5 % duplicated", duplicate },
    { "10 % reordered", reorder },
    { "50 ms of jitter", jitter },
    { "1 Mbit/s", narrow },
    { "64 mappings a host", grant_64_mappings },
    { "32 mappings a host", grant_32_mappings },
    { "1000 packets/s", grant_1000_packets },
    { "300 packets/s", grant_300_packets },
    { "table full, evicting", evict },
    { "table full, dropping", fill },
};
const guint np_specimen_n_troubles = G_N_ELEMENTS(np_specimen_troubles);

gboolean
np_specimen_has(const NpSpecimen *self, NpNatAxis axis)
{
    switch (axis) {
    case NP_NAT_AXIS_REACHABLE:
        return TRUE;
    case NP_NAT_AXIS_NAT:
    case NP_NAT_AXIS_MAPPING:
    case NP_NAT_AXIS_FILTERING:
    case NP_NAT_AXIS_UNSOLICITED:
    case NP_NAT_AXIS_CGN:
        return self->truth.reachable;
    case NP_NAT_AXIS_ALLOCATION:
    case NP_NAT_AXIS_POOLING:
    case NP_NAT_AXIS_HAIRPIN:
        return self->truth.reachable && self->truth.translated;
    case NP_NAT_N_AXES:
        break;
    }
    g_return_val_if_reached(FALSE);
}

/* One address: its ports are alike or they are not. One endpoint: there is nothing to compare. */
static guint
mapping_horizon(const NpSpecimen *self)
{
    if (!self->scenario.one_address)
        return 1u << self->truth.mapping;
    if (self->scenario.one_port)
        return np_verdict_anything(NP_NAT_AXIS_MAPPING);
    return self->truth.mapping == NP_NAT_ADDRESS_AND_PORT_DEPENDENT
               ? 1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT
               : 1u << NP_NAT_ENDPOINT_INDEPENDENT | 1u << NP_NAT_ADDRESS_DEPENDENT;
}

/*
 * A server with one address can answer from another port. That an answer was filtered, and not
 * never sent, shows only where another such answer came through: to a mapping that both ports
 * share.
 */
static guint
filtering_horizon(const NpSpecimen *self)
{
    if (!self->scenario.one_address)
        return 1u << self->truth.filtering;
    if (self->truth.filtering != NP_NAT_ADDRESS_AND_PORT_DEPENDENT)
        return 1u << NP_NAT_ENDPOINT_INDEPENDENT | 1u << NP_NAT_ADDRESS_DEPENDENT;
    if (self->scenario.one_port || self->truth.mapping == NP_NAT_ADDRESS_AND_PORT_DEPENDENT)
        return np_verdict_anything(NP_NAT_AXIS_FILTERING);
    return 1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
}

/* Needs a sender that the filter is known to stop; of several layers, each may have its own. */
static guint
unsolicited_horizon(const NpSpecimen *self)
{
    guint filtering = filtering_horizon(self);
    gboolean is_known = (filtering & (filtering - 1)) == 0;

    if (self->scenario.one_address && self->scenario.behind_carrier)
        is_known = FALSE;
    return is_known ? 1u << self->truth.unsolicited : np_verdict_anything(NP_NAT_AXIS_UNSOLICITED);
}

guint
np_specimen_horizon(const NpSpecimen *self, NpNatAxis axis)
{
    switch (axis) {
    case NP_NAT_AXIS_REACHABLE:
    case NP_NAT_AXIS_NAT:
    case NP_NAT_AXIS_ALLOCATION:
        break;
    case NP_NAT_AXIS_MAPPING:
        return mapping_horizon(self);
    case NP_NAT_AXIS_FILTERING:
        return filtering_horizon(self);
    case NP_NAT_AXIS_UNSOLICITED:
        return unsolicited_horizon(self);
    case NP_NAT_AXIS_POOLING: /* one host does not see the addresses of others */
        if (self->truth.pooling != NP_NAT_POOLING_ARBITRARY)
            return 1u << NP_NAT_POOLING_SINGLE | 1u << NP_NAT_POOLING_PAIRED;
        break;
    case NP_NAT_AXIS_HAIRPIN: /* a packet with the host's own source is dropped by the host */
        if (self->truth.hairpin != NP_NAT_HAIRPIN_SUPPORTED)
            return 1u << NP_NAT_HAIRPIN_UNSUPPORTED | 1u << NP_NAT_HAIRPIN_SUPPORTED_INTERNAL;
        break;
    case NP_NAT_AXIS_CGN: /* a private network between two NATs may be a carrier's or not */
        if (self->scenario.outer_is_home)
            return np_verdict_anything(axis);
        break;
    case NP_NAT_N_AXES:
        g_return_val_if_reached(0);
    }
    return 1u << np_nat_behaviour_value(&self->truth, axis);
}

static gboolean
numbers_are_right(const NpSpecimen *self, NpNatAxis axis, const NpProfile *profile)
{
    if (axis == NP_NAT_AXIS_ALLOCATION && self->truth.law.kind == NP_NAT_SEQUENTIAL)
        return profile->law.step == self->truth.law.step;
    if (axis == NP_NAT_AXIS_HAIRPIN && self->truth.hairpin == NP_NAT_HAIRPIN_SUPPORTED)
        return profile->hairpin_needs == self->truth.hairpin_needs;
    return TRUE;
}

NpScore
np_specimen_score(const NpSpecimen *self, NpNatAxis axis, const NpProfile *profile)
{
    const NpVerdict *verdict = &profile->verdicts[axis];
    guint truth = np_nat_behaviour_value(&self->truth, axis);
    guint said = 0;

    if (!verdict->measured)
        return NP_SCORE_UNKNOWN;
    if ((verdict->possible >> truth & 1) == 0)
        return NP_SCORE_FALSE;
    if (np_verdict_decided(verdict, &said))
        return numbers_are_right(self, axis, profile) ? NP_SCORE_RIGHT : NP_SCORE_FALSE;
    if ((verdict->possible & ~np_specimen_horizon(self, axis)) != 0 || verdict->why == NULL)
        return NP_SCORE_UNKNOWN;
    return NP_SCORE_RIGHT;
}

void
np_specimen_probe(const NpSpecimen *self, NpSpecimenResult *result)
{
    NpProbeRun run = np_probe_scenario_play(&self->scenario);
    const NpProfile *profile = np_probe_plan_profile(run.plan);

    *result = (NpSpecimenResult){
        .duration = np_probe_plan_duration(run.plan),
        .n_sent = run.n_sent,
        .digest = run.digest,
    };
    for (guint i = 0; i < NP_NAT_N_AXES; i++) {
        NpSpecimenVerdict *verdict = &result->verdicts[i];
        guint value = 0;

        verdict->applies = np_specimen_has(self, (NpNatAxis)i);
        verdict->measured = profile->verdicts[i].measured;
        verdict->decided = np_verdict_decided(&profile->verdicts[i], &value);
        verdict->confidence = profile->verdicts[i].confidence;
        if (verdict->applies)
            verdict->score = np_specimen_score(self, (NpNatAxis)i, profile);
    }
    np_probe_plan_free(run.plan);
}

char *
np_specimen_text(const NpSpecimen *self)
{
    const NpProbeScenario *scenario = &self->scenario;
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
        if (np_specimen_has(self, (NpNatAxis)axis))
            g_string_append_printf(
                text, "%s=%s ", np_nat_axis_key((NpNatAxis)axis),
                np_nat_axis_value((NpNatAxis)axis,
                                  np_nat_behaviour_value(&self->truth, (NpNatAxis)axis)));
    g_string_append_printf(
        text, "step=%d block=%u layers=%d%s addresses=%u servers=%ux%u", self->truth.law.step,
        self->truth.law.block_size, scenario->behind_carrier ? 2 : 1,
        self->inner.ports.share ? " masquerading" : "", MAX(scenario->n_external, 1),
        scenario->one_address ? 1 : 2, scenario->one_port ? 1 : 2);
    g_string_append_printf(
        text, " delay=%.1f jitter=%.1f loss=%g flows=%g", (double)scenario->link.delay / NP_MSEC,
        (double)scenario->link.jitter / NP_MSEC, scenario->link.loss, scenario->flows);
    return g_string_free(g_steal_pointer(&text), FALSE);
}
