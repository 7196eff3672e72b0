/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/policy.h"

#include "nat/law.h"

static NpNatPortPolicy
ports_of_law(const NpNatLaw *law)
{
    NpNatPortPolicy ports = {
        .order = NP_NAT_ORDER_RANDOM,
        .step = 1,
        .first = law->last > 0 ? law->first : NP_NAT_FIRST_PORT,
        .last = law->last > 0 ? law->last : NP_NAT_LAST_PORT,
    };

    switch (law->kind) {
    case NP_NAT_PRESERVING:
        ports.preserve = TRUE;
        break;
    case NP_NAT_SEQUENTIAL:
        ports.order = NP_NAT_ORDER_SEQUENTIAL;
        ports.step = law->step != 0 ? law->step : 1;
        break;
    case NP_NAT_RANDOM:
        break;
    case NP_NAT_BLOCK:
        ports.block_size = law->block_size > 0 ? law->block_size : NP_NAT_USUAL_BLOCK_SIZE;
        ports.blocks_per_host = 1;
        /* A law is one subscriber's: his block is the lowest of those that follow it. */
        if (ports.last - ports.first + 1u == ports.block_size)
            ports.last = NP_NAT_LAST_PORT;
        break;
    }
    return ports;
}

NpNatPolicy
np_nat_policy_from_behaviour(const NpNatBehaviour *behaviour)
{
    return (NpNatPolicy){
        .passes_udp = behaviour->reachable,
        .translates = behaviour->translated,
        .mapping = behaviour->mapping,
        .filtering = behaviour->filtering,
        .tcp_mapping = behaviour->mapping,
        .tcp_filtering = behaviour->filtering,
        .tcp_crossing = TRUE,
        .syn_answer = NP_NAT_SYN_DROPPED,
        .ports = ports_of_law(&behaviour->law),
        .paired = behaviour->pooling != NP_NAT_POOLING_ARBITRARY,
        .hairpin = behaviour->hairpin,
        .hairpin_filtered = behaviour->hairpin_needs == NP_NAT_HAIRPIN_NEEDS_BOTH_SEND,
        .replies_keep_mapping = TRUE,
        .unsolicited = behaviour->unsolicited,
        .answer = NP_NAT_ANSWER_NONE,
        .refresh = NP_NAT_REFRESH_OUTBOUND,
        .fragments = NP_NAT_FRAGMENTS_ANY_ORDER,
        .timers = { .udp = NP_NAT_UDP_TIMEOUT,
                    .udp_stream = NP_NAT_UDP_TIMEOUT,
                    .tcp_transitory = NP_NAT_TCP_TRANSITORY_TIMEOUT,
                    .tcp_established = NP_NAT_TCP_ESTABLISHED_TIMEOUT,
                    .tcp_reset = NP_NAT_TCP_TRANSITORY_TIMEOUT,
                    .echo = NP_NAT_ECHO_TIMEOUT,
                    .unsolicited = NP_NAT_UNSOLICITED_TIMEOUT },
        .limits = { .full = NP_NAT_FULL_DROP },
    };
}

/* Whether an internal endpoint has one external one towards everybody, mappings or not. */
static gboolean
seems_independent(const NpNatPolicy *self, guint n_external)
{
    if (self->mapping == NP_NAT_ENDPOINT_INDEPENDENT || !self->translates)
        return TRUE;
    return self->ports.share &&
           (self->ports.reuse || (self->ports.preserve && (self->paired || n_external <= 1)));
}

static NpNatLaw
law_of_ports(const NpNatPortPolicy *ports)
{
    NpNatLaw law = { .kind = NP_NAT_RANDOM, .first = ports->first, .last = ports->last };
    guint n_ports = ports->last - ports->first + 1u;

    /* A range of no more ports than a block has seems to be one. */
    if (n_ports <= NP_NAT_BLOCK_MAX)
        law = (NpNatLaw){
            .kind = NP_NAT_BLOCK, .first = ports->first, .last = ports->last, .block_size = n_ports
        };
    if (ports->block_size > 0)
        return (NpNatLaw){ .kind = NP_NAT_BLOCK,
                           .first = ports->first,
                           .last = (guint16)(ports->first + ports->block_size - 1),
                           .block_size = ports->block_size };
    if (ports->preserve)
        return (NpNatLaw){ .kind = NP_NAT_PRESERVING };
    switch (ports->order) {
    case NP_NAT_ORDER_SEQUENTIAL:
        return (NpNatLaw){ .kind = NP_NAT_SEQUENTIAL, .step = ports->step };
    case NP_NAT_ORDER_RANDOM:
    case NP_NAT_ORDER_DELTA: /* the first mapping of each internal endpoint is drawn */
        return law;
    }
    g_return_val_if_reached(law);
}

static NpNatPooling
pooling_of(const NpNatPolicy *self, guint n_external)
{
    if (n_external <= 1)
        return NP_NAT_POOLING_SINGLE;
    /* A host with one block is on one address, however that was chosen. */
    if (self->paired || (self->ports.block_size > 0 && self->ports.blocks_per_host == 1))
        return NP_NAT_POOLING_PAIRED;
    return NP_NAT_POOLING_ARBITRARY;
}

static void
settle_hairpin(const NpNatPolicy *self, NpNatBehaviour *behaviour)
{
    if (self->hairpin == NP_NAT_HAIRPIN_UNSUPPORTED || !self->hairpin_filtered ||
        behaviour->filtering == NP_NAT_ENDPOINT_INDEPENDENT)
        return;
    if (behaviour->mapping == NP_NAT_ENDPOINT_INDEPENDENT)
        behaviour->hairpin_needs = NP_NAT_HAIRPIN_NEEDS_BOTH_SEND;
    else /* each host sends to a mapping that the other does not use towards it */
        behaviour->hairpin = NP_NAT_HAIRPIN_UNSUPPORTED;
}

NpNatBehaviour
np_nat_policy_behaviour(const NpNatPolicy *self, guint n_external)
{
    NpNatBehaviour behaviour = {
        .reachable = self->passes_udp,
        .translated = self->translates,
        .mapping = self->mapping,
        .filtering = self->filtering,
        .law = law_of_ports(&self->ports),
        .pooling = pooling_of(self, n_external),
        .hairpin = self->hairpin,
        .unsolicited = self->unsolicited,
    };

    if (seems_independent(self, n_external))
        behaviour.mapping = NP_NAT_ENDPOINT_INDEPENDENT;
    if (self->ports.share) /* a shared port belongs to whom its remote says */
        behaviour.filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    settle_hairpin(self, &behaviour);
    /* There must be a sender who is kept out, and whom the same mapping would have served. */
    if (behaviour.filtering <= behaviour.mapping)
        behaviour.unsolicited = NP_NAT_UNSOLICITED_HARMLESS;
    return behaviour;
}

static gboolean
timers_are_positive(const NpNatTimers *timers)
{
    return timers->udp > 0 && timers->udp_stream > 0 && timers->tcp_transitory > 0 &&
           timers->tcp_established > 0 && timers->tcp_reset > 0 && timers->echo > 0 &&
           timers->unsolicited > 0;
}

const char *
np_nat_policy_flaw(const NpNatPolicy *self)
{
    const NpNatPortPolicy *ports = &self->ports;
    guint n_ports = ports->last >= ports->first ? ports->last - ports->first + 1u : 0;

    if (ports->first == 0 || n_ports == 0)
        return "the port range is empty or contains port 0";
    if (ports->order != NP_NAT_ORDER_RANDOM && ports->step == 0)
        return "the step between ports is 0";
    if (ABS((gint64)ports->step) >= n_ports && ports->order != NP_NAT_ORDER_RANDOM)
        return "the step between ports exceeds their range";
    if (ports->block_size > n_ports)
        return "a port block is larger than the port range";
    if (ports->block_size > 0 && ports->blocks_per_host == 0)
        return "ports come in blocks, but no host may have one";
    if (ports->blocks_per_host > NP_NAT_MAX_BLOCKS_PER_HOST)
        return "a host may have at most 8 port blocks";
    if (ports->block_size > 0 && ports->order != NP_NAT_ORDER_RANDOM)
        return "ports in a block are random, no other order is known";
    if (ports->share && ports->block_size > 0)
        return "ports that are reserved for one host cannot be shared";
    if (ports->share && (self->mapping != NP_NAT_ADDRESS_AND_PORT_DEPENDENT ||
                         self->tcp_mapping != NP_NAT_ADDRESS_AND_PORT_DEPENDENT))
        return "ports can be shared only if mappings depend on address and port";
    if (ports->reuse && !ports->share)
        return "a port can be used again only if ports are shared";
    if (!timers_are_positive(&self->timers))
        return "a timer is not positive";
    return NULL;
}
