/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The way of a packet through the NAT: limits, mapping, filter, rewriting.
 *
 * The hop count is checked where a kernel does: before anything outbound is remembered, so that a
 * packet that dies here opens nothing, but inbound only for what will be forwarded, so that a
 * low-TTL packet can spoil a mapping like any other.
 */

#include "nat/translator-private.h"

/* Mappings removed per packet at most; a packet makes at most one. */
#define SWEEP_PER_PACKET 4
/* The packet limit tolerates bursts of this part of a second. */
#define BURST_PARTS 10

static const char *const outcome_texts[NP_NAT_N_OUTCOMES] = {
    [NP_NAT_TO_INSIDE] = "to inside",
    [NP_NAT_TO_OUTSIDE] = "to outside",
    [NP_NAT_DROPPED_UNSOLICITED] = "dropped: unsolicited",
    [NP_NAT_DROPPED_SPOILT] = "dropped: spoilt by an unsolicited packet",
    [NP_NAT_DROPPED_HAIRPIN] = "dropped: no hairpinning",
    [NP_NAT_DROPPED_FULL] = "dropped: full",
    [NP_NAT_DROPPED_RATE] = "dropped: too many packets a second",
    [NP_NAT_DROPPED_PROTOCOL] = "dropped: UDP is blocked",
    [NP_NAT_DROPPED_TTL] = "dropped: hop limit",
    [NP_NAT_DROPPED_LOCAL] = "dropped: for the router itself",
    [NP_NAT_DROPPED_FRAGMENT] = "dropped: fragment",
    [NP_NAT_HELD] = "held: fragment before the first",
    [NP_NAT_DROPPED_INVALID] = "dropped: invalid",
};

static void
sweep(NpNatTranslator *self, NpTime now)
{
    guint32 number = 0;

    for (guint i = 0; i < SWEEP_PER_PACKET; i++) {
        if (!np_nat_mappings_expired(&self->mappings, now, &number))
            break;
        np_nat_binding_break(self, number);
    }
    np_nat_memory_sweep(&self->permissions, now);
    np_nat_memory_sweep(&self->connections, now);
    np_nat_memory_sweep(&self->spoilt, now);
    np_nat_memory_sweep(&self->arrivals, now);
}

/* A token bucket in the form of the time at which the next packet would be due (ITU-T I.371). */
static gboolean
within_rate(NpNatTranslator *self, NpTime now)
{
    guint rate = self->policy.limits.packets_per_second;
    NpTime due = MAX(self->rate_due, now);

    if (rate == 0)
        return TRUE;
    if (due - now > NP_SECOND / BURST_PARTS)
        return FALSE;
    self->rate_due = due + NP_SECOND / rate;
    return TRUE;
}

static NpTime
idle_timer(const NpNatTranslator *self, const NpNatMapping *mapping)
{
    if (mapping->protocol == NP_NAT_UDP && mapping->replied)
        return self->policy.timers.udp_stream;
    return np_nat_binding_first_timer(self, (NpNatProtocol)mapping->protocol);
}

/* FALSE if a TCP segment fits no connection. */
static gboolean
touch_outbound(NpNatTranslator *self,
               guint32 number,
               const NpNatPacket *packet,
               const NpNatEnd *remote,
               NpTime now)
{
    NpNatMapping *mapping = np_nat_mappings_get(&self->mappings, number);
    NpTime deadline = now + idle_timer(self, mapping);

    if (packet->protocol != NP_NAT_TCP)
        mapping->deadline = deadline;
    else if (!np_nat_connection_follow(self, number, remote, NP_NAT_INSIDE, packet->tcp.flags, now,
                                       &deadline))
        return FALSE;
    np_nat_filter_open(self, mapping, remote, now, deadline);
    return TRUE;
}

static gboolean
touch_inbound(NpNatTranslator *self,
              guint32 number,
              const NpNatPacket *packet,
              const NpNatEnd *remote,
              NpTime now)
{
    NpNatMapping *mapping = np_nat_mappings_get(&self->mappings, number);
    NpTime deadline = now;

    mapping->replied = TRUE;
    if (packet->protocol == NP_NAT_TCP) {
        if (!np_nat_connection_follow(self, number, remote, NP_NAT_OUTSIDE, packet->tcp.flags, now,
                                      &deadline))
            return FALSE;
        /* What both ends keep alive, the filter must not end. */
        np_nat_filter_open(self, mapping, remote, now, deadline);
    } else if (self->policy.refresh == NP_NAT_REFRESH_BOTH) {
        mapping->deadline = now + idle_timer(self, mapping);
        np_nat_filter_open(self, mapping, remote, now, mapping->deadline);
    }
    np_nat_binding_note_arrival(self, mapping, number, remote);
    return TRUE;
}

/* Answers a packet that came in on @side with an ICMP error, or drops it as @otherwise. */
static NpNatOutcome
answer(NpNatTranslator *self,
       NpNatSide side,
       NpNatPacket *packet,
       NpNatError error,
       NpNatOutcome otherwise)
{
    const NpAddress *from = &self->first_external;

    if (side == NP_NAT_INSIDE && np_address_is_set(&self->inside))
        from = &self->inside;
    if (packet->kind == NP_NAT_PACKET_ERROR || from->family != packet->source.family)
        return otherwise;
    np_nat_packet_to_error(packet, from, error);
    return side == NP_NAT_INSIDE ? NP_NAT_TO_INSIDE : NP_NAT_TO_OUTSIDE;
}

static NpNatOutcome
unsolicited_syn(NpNatTranslator *self, NpNatPacket *packet, NpNatError error)
{
    switch (self->policy.syn_answer) {
    case NP_NAT_SYN_DROPPED:
        return NP_NAT_DROPPED_UNSOLICITED;
    case NP_NAT_SYN_RESET:
        return np_nat_packet_to_reset(packet, 0) ? NP_NAT_TO_OUTSIDE : NP_NAT_DROPPED_UNSOLICITED;
    case NP_NAT_SYN_ICMP:
        return answer(self, NP_NAT_OUTSIDE, packet, error, NP_NAT_DROPPED_UNSOLICITED);
    }
    g_return_val_if_reached(NP_NAT_DROPPED_UNSOLICITED);
}

static NpNatOutcome
unsolicited(NpNatTranslator *self, NpNatPacket *packet, NpNatError error)
{
    if (packet->protocol == NP_NAT_TCP)
        return (packet->tcp.flags & NP_NAT_SYN) != 0 ? unsolicited_syn(self, packet, error)
                                                     : NP_NAT_DROPPED_UNSOLICITED;
    switch (self->policy.answer) {
    case NP_NAT_ANSWER_NONE:
        return NP_NAT_DROPPED_UNSOLICITED;
    case NP_NAT_ANSWER_ICMP:
        return answer(self, NP_NAT_OUTSIDE, packet, error, NP_NAT_DROPPED_UNSOLICITED);
    }
    g_return_val_if_reached(NP_NAT_DROPPED_UNSOLICITED);
}

/* From an internal host, whose mapping is @sender, to an external end of this very NAT. */
static NpNatOutcome
hairpin(NpNatTranslator *self, NpNatPacket *packet, guint32 sender, NpTime now)
{
    NpNatFlow flow = {
        .protocol = packet->protocol,
        .external = np_nat_end(&packet->destination),
        .remote = np_nat_mappings_get(&self->mappings, sender)->external,
    };
    guint32 target = np_nat_binding_find_inbound(self, &flow, now);
    const NpNatMapping *mapping = NULL;

    if (target == NP_NAT_NO_MAPPING)
        return NP_NAT_DROPPED_UNSOLICITED;
    mapping = np_nat_mappings_get(&self->mappings, target);
    if (self->policy.hairpin_filtered && !np_nat_filter_admits(self, mapping, &flow.remote, now))
        return NP_NAT_DROPPED_UNSOLICITED;
    if (!touch_inbound(self, target, packet, &flow.remote, now))
        return NP_NAT_DROPPED_UNSOLICITED;
    if (self->policy.hairpin == NP_NAT_HAIRPIN_SUPPORTED)
        packet->source = np_nat_end_address(&flow.remote);
    packet->destination = np_nat_end_address(&mapping->internal);
    return NP_NAT_TO_INSIDE;
}

/* Whether an outbound packet may begin something. */
static gboolean
may_open(const NpNatTranslator *self, const NpNatPacket *packet)
{
    switch (packet->protocol) {
    case NP_NAT_UDP:
        return TRUE;
    case NP_NAT_TCP:
        return np_nat_connection_may_begin(self, packet->tcp.flags);
    case NP_NAT_ECHO:
        return !packet->reply;
    case NP_NAT_N_PROTOCOLS:
        break;
    }
    return FALSE;
}

static NpNatOutcome
outbound(NpNatTranslator *self, NpNatPacket *packet, NpTime now)
{
    NpNatFlow flow = {
        .protocol = packet->protocol,
        .internal = np_nat_end(&packet->source),
        .remote = np_nat_end(&packet->destination),
    };
    gboolean to_self = self->policy.translates && np_nat_pool_has_host(&self->pool, &flow.remote);
    NpNatOutcome why = NP_NAT_DROPPED_FULL;
    guint32 number = NP_NAT_NO_MAPPING;

    if (to_self && self->policy.hairpin == NP_NAT_HAIRPIN_UNSUPPORTED)
        return NP_NAT_DROPPED_HAIRPIN;
    if (!may_open(self, packet) &&
        np_nat_binding_find_outbound(self, &flow, now) == NP_NAT_NO_MAPPING)
        return NP_NAT_DROPPED_INVALID;
    number = np_nat_binding_make(self, &flow, now, &why);
    if (number == NP_NAT_NO_MAPPING)
        return why;
    if (!touch_outbound(self, number, packet, &flow.remote, now))
        return NP_NAT_DROPPED_INVALID;
    if (to_self)
        return hairpin(self, packet, number, now);
    packet->source = np_nat_end_address(&np_nat_mappings_get(&self->mappings, number)->external);
    return NP_NAT_TO_OUTSIDE;
}

static NpNatOutcome
inbound(NpNatTranslator *self, NpNatPacket *packet, NpTime now)
{
    NpNatFlow flow = {
        .protocol = packet->protocol,
        .external = np_nat_end(&packet->destination),
        .remote = np_nat_end(&packet->source),
    };
    guint32 number = np_nat_binding_find_inbound(self, &flow, now);
    const NpNatMapping *mapping = NULL;

    if (packet->protocol == NP_NAT_ECHO && !packet->reply)
        return NP_NAT_DROPPED_LOCAL;
    if (number == NP_NAT_NO_MAPPING) {
        np_nat_filter_spoil(self, &flow, now);
        return unsolicited(self, packet, NP_NAT_ERROR_PORT_UNREACHABLE);
    }
    mapping = np_nat_mappings_get(&self->mappings, number);
    if (!np_nat_filter_admits(self, mapping, &flow.remote, now)) {
        np_nat_filter_spoil(self, &flow, now);
        return unsolicited(self, packet, NP_NAT_ERROR_PROHIBITED);
    }
    if (packet->ttl <= 1)
        return answer(self, NP_NAT_OUTSIDE, packet, NP_NAT_ERROR_TIME_EXCEEDED, NP_NAT_DROPPED_TTL);
    if (!touch_inbound(self, number, packet, &flow.remote, now))
        return unsolicited(self, packet, NP_NAT_ERROR_PROHIBITED);
    packet->ttl--;
    packet->destination = np_nat_end_address(&mapping->internal);
    return NP_NAT_TO_INSIDE;
}

/* Neither translates nor filters. */
static gboolean
is_plain_router(const NpNatPolicy *policy)
{
    return !policy->translates && policy->filtering == NP_NAT_ENDPOINT_INDEPENDENT;
}

/* A packet's TTL is looked at when it is forwarded; one for the NAT itself has arrived. */
static gboolean
is_own(const NpNatTranslator *self, const NpAddress *address)
{
    NpNatEnd end = np_nat_end(address);

    return self->policy.translates && np_nat_pool_has_host(&self->pool, &end);
}

static NpNatOutcome
from_inside(NpNatTranslator *self, NpNatPacket *packet, NpTime now)
{
    if (packet->kind == NP_NAT_PACKET_DATA &&
        np_address_same_host(&packet->destination, &self->inside))
        return NP_NAT_DROPPED_LOCAL;
    if (packet->ttl <= 1 && is_own(self, &packet->destination))
        return NP_NAT_DROPPED_LOCAL;
    if (packet->ttl <= 1)
        return answer(self, NP_NAT_INSIDE, packet, NP_NAT_ERROR_TIME_EXCEEDED, NP_NAT_DROPPED_TTL);
    packet->ttl--;
    if (is_plain_router(&self->policy))
        return NP_NAT_TO_OUTSIDE;
    if (packet->kind == NP_NAT_PACKET_ERROR)
        return np_nat_error_outbound(self, packet, now);
    return outbound(self, packet, now);
}

static NpNatOutcome
from_outside(NpNatTranslator *self, NpNatPacket *packet, NpTime now)
{
    gboolean plain = is_plain_router(&self->policy);

    if (packet->kind == NP_NAT_PACKET_DATA && !plain)
        return inbound(self, packet, now);
    if (packet->ttl <= 1)
        return answer(self, NP_NAT_OUTSIDE, packet, NP_NAT_ERROR_TIME_EXCEEDED, NP_NAT_DROPPED_TTL);
    packet->ttl--;
    return plain ? NP_NAT_TO_INSIDE : np_nat_error_inbound(self, packet, now);
}

/* An IPv4 address in IPv6's clothes has no business on a wire (RFC 4291, 2.5.5.2), and would be
 * taken for the IPv4 address. */
static gboolean
is_mapped(const NpAddress *address)
{
    static const NpAddress mapped = { .family = NP_FAMILY_IPV6,
                                      .bytes = { [10] = 0xff, [11] = 0xff } };

    return np_address_in_prefix(address, &mapped, 96);
}

static gboolean
is_host(const NpAddress *address, NpFamily family)
{
    return address->family == family && np_address_is_set(address) && !np_address_is_any(address) &&
           !np_address_is_multicast(address) && !is_mapped(address);
}

static gboolean
is_sane(const NpNatPacket *packet)
{
    NpFamily family = packet->source.family;

    if (!is_host(&packet->source, family) || !is_host(&packet->destination, family))
        return FALSE;
    if (packet->kind == NP_NAT_PACKET_ERROR)
        return is_host(&packet->quote.source, family) &&
               is_host(&packet->quote.destination, family);
    return packet->protocol == NP_NAT_ECHO ||
           (packet->source.port != 0 && packet->destination.port != 0);
}

NpNatTranslator *
np_nat_translator_new(const NpNatPolicy *policy, NpRng rng)
{
    NpNatTranslator *self = g_new0(NpNatTranslator, 1);
    guint limit = policy->limits.mappings > 0 ? policy->limits.mappings : NP_NAT_MAX_MAPPINGS;
    gboolean chained = policy->ports.reuse || policy->ports.order == NP_NAT_ORDER_DELTA;
    guint64 seed = np_rng_u64(&rng);

    self->policy = *policy;
    np_nat_mappings_init(&self->mappings, MIN(limit, NP_NAT_MAX_MAPPINGS), policy->ports.share,
                         chained, seed);
    np_nat_subscribers_init(&self->subscribers, seed);
    np_nat_memory_init(&self->permissions, NP_NAT_MAX_FACTS, seed);
    np_nat_memory_init(&self->connections, NP_NAT_MAX_FACTS, seed);
    np_nat_memory_init(&self->spoilt, NP_NAT_MAX_FACTS, seed);
    np_nat_memory_init(&self->arrivals, NP_NAT_MAX_FACTS, seed);
    np_nat_pool_init(&self->pool, policy, rng);
    return self;
}

void
np_nat_translator_free(NpNatTranslator *self)
{
    np_nat_pool_clear(&self->pool);
    np_nat_memory_clear(&self->arrivals);
    np_nat_memory_clear(&self->spoilt);
    np_nat_memory_clear(&self->connections);
    np_nat_memory_clear(&self->permissions);
    np_nat_subscribers_clear(&self->subscribers);
    np_nat_mappings_clear(&self->mappings);
    g_free(self);
}

gboolean
np_nat_translator_add_external(NpNatTranslator *self, const NpAddress *address)
{
    if (!np_address_is_set(&self->first_external))
        self->first_external = np_address_with_port(address, 0);
    return np_nat_pool_add(&self->pool, address);
}

void
np_nat_translator_set_inside(NpNatTranslator *self, const NpAddress *address)
{
    self->inside = *address;
}

NpNatOutcome
np_nat_translator_translate(NpNatTranslator *self, NpNatSide side, NpNatPacket *packet, NpTime now)
{
    NpNatOutcome outcome = NP_NAT_DROPPED_INVALID;

    sweep(self, now);
    if (!is_sane(packet))
        outcome = NP_NAT_DROPPED_INVALID;
    else if (packet->protocol == NP_NAT_UDP && !self->policy.passes_udp)
        outcome = NP_NAT_DROPPED_PROTOCOL;
    else if (!within_rate(self, now))
        outcome = NP_NAT_DROPPED_RATE;
    else if (side == NP_NAT_INSIDE)
        outcome = from_inside(self, packet, now);
    else
        outcome = from_outside(self, packet, now);
    self->counts[outcome]++;
    return outcome;
}

static guint32
expect_one(const NpNatTranslator *self, NpNatSide side, const NpNatPacket *packet)
{
    NpNatEnd source = np_nat_end(&packet->source);
    NpNatEnd destination = np_nat_end(&packet->destination);
    NpNatEnd remote =
        np_nat_end_masked(&destination, np_nat_binding_dependence(self, packet->protocol));

    if (side == NP_NAT_INSIDE)
        return np_nat_mappings_prefetch_outbound(&self->mappings, packet->protocol, &source,
                                                 &remote);
    return np_nat_mappings_prefetch_inbound(&self->mappings, packet->protocol, &destination,
                                            &source);
}

void
np_nat_translator_expect(const NpNatTranslator *self,
                         NpNatSide side,
                         const NpNatPacket *packets,
                         guint n_packets)
{
    guint32 hashes[NP_NAT_MAX_EXPECTED];
    guint n = MIN(n_packets, NP_NAT_MAX_EXPECTED);

    for (guint i = 0; i < n; i++)
        hashes[i] = expect_one(self, side, &packets[i]);
    for (guint i = 0; i < n; i++)
        np_nat_mappings_prefetch_found(&self->mappings, side == NP_NAT_INSIDE, hashes[i]);
}

gboolean
np_nat_translator_alg(const NpNatTranslator *self,
                      const NpNatPacket *before,
                      const NpNatPacket *after,
                      NpAddress *from,
                      NpAddress *to)
{
    gboolean outbound = !np_address_equal(&before->source, &after->source);

    if (!self->policy.alg || after->kind != NP_NAT_PACKET_DATA || after->protocol != NP_NAT_UDP)
        return FALSE;
    *from = outbound ? before->source : before->destination;
    *to = outbound ? after->source : after->destination;
    return !np_address_equal(from, to);
}

void
np_nat_translator_reboot(NpNatTranslator *self)
{
    np_nat_mappings_reset(&self->mappings);
    np_nat_subscribers_reset(&self->subscribers);
    np_nat_memory_reset(&self->permissions);
    np_nat_memory_reset(&self->connections);
    np_nat_memory_reset(&self->spoilt);
    np_nat_memory_reset(&self->arrivals);
    np_nat_pool_reset(&self->pool);
    self->rate_due = 0;
}

guint64
np_nat_translator_count(const NpNatTranslator *self, NpNatOutcome outcome)
{
    return self->counts[outcome];
}

guint
np_nat_translator_n_mappings(const NpNatTranslator *self)
{
    return self->mappings.n_live;
}

const char *
np_nat_translator_outcome_text(NpNatOutcome outcome)
{
    g_return_val_if_fail(outcome < NP_NAT_N_OUTCOMES, "unknown");
    return outcome_texts[outcome];
}
