/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A mapping is keyed by the internal end and by as much of the remote as the policy's dependence
 * says. The exception is a spoilt endpoint: towards the remote that spoilt it, even an
 * endpoint-independent NAT makes a mapping of its own, keyed by the whole remote.
 */

#include "nat/translator-private.h"

/* How many mappings of one internal end are looked at for a port to use again. */
#define REUSE_TRIES 8

/* What the pool asks refuses() about. */
typedef struct {
    NpNatTranslator *translator;
    const NpNatFlow *flow;
    NpTime now;
} Attempt;

NpNatDependence
np_nat_binding_dependence(const NpNatTranslator *self, NpNatProtocol protocol)
{
    return protocol == NP_NAT_TCP ? self->policy.tcp_mapping : self->policy.mapping;
}

NpTime
np_nat_binding_first_timer(const NpNatTranslator *self, NpNatProtocol protocol)
{
    switch (protocol) {
    case NP_NAT_UDP:
        return self->policy.timers.udp;
    case NP_NAT_TCP:
        return self->policy.timers.tcp_transitory;
    case NP_NAT_ECHO:
        return self->policy.timers.echo;
    case NP_NAT_N_PROTOCOLS:
        break;
    }
    g_return_val_if_reached(self->policy.timers.udp);
}

static gboolean
is_dead(const NpNatTranslator *self, guint32 number, NpTime now)
{
    return np_nat_mappings_get(&self->mappings, number)->deadline <= now;
}

/* Nobody finds a dead mapping: what has expired is removed by the first who comes across. */
static guint32
alive(NpNatTranslator *self, guint32 number, NpTime now)
{
    if (number == NP_NAT_NO_MAPPING || !is_dead(self, number, now))
        return number;
    np_nat_binding_break(self, number);
    return NP_NAT_NO_MAPPING;
}

static guint32
find_keyed(NpNatTranslator *self, const NpNatFlow *flow, NpNatDependence dependence, NpTime now)
{
    NpNatEnd remote = np_nat_end_masked(&flow->remote, dependence);

    return alive(
        self,
        np_nat_mappings_find_outbound(&self->mappings, flow->protocol, &flow->internal, &remote),
        now);
}

/* Whether the mapping cannot serve the flow because the remote came first. */
static gboolean
is_spoilt_for(const NpNatTranslator *self, guint32 number, const NpNatFlow *flow, NpTime now)
{
    const NpNatMapping *mapping = np_nat_mappings_get(&self->mappings, number);

    return np_nat_filter_is_spoilt(self, flow->protocol, &mapping->external, &flow->remote, now) &&
           !np_nat_filter_admits(self, mapping, &flow->remote, now);
}

static guint32
find_arrival(NpNatTranslator *self, const NpNatFlow *flow, NpTime now)
{
    NpNatEnd remote =
        np_nat_end_masked(&flow->remote, np_nat_binding_dependence(self, flow->protocol));
    const NpNatFact *fact =
        np_nat_memory_find(&self->arrivals, flow->protocol, &flow->internal, &remote, now);
    guint32 number = 0;

    if (fact == NULL)
        return NP_NAT_NO_MAPPING;
    number = (guint32)fact->value;
    if (np_nat_mappings_get(&self->mappings, number)->serial != fact->value >> 32)
        return NP_NAT_NO_MAPPING;
    return alive(self, number, now);
}

static gboolean
refuses(gpointer context, const NpNatEnd *candidate)
{
    const Attempt *attempt = context;
    NpNatTranslator *self = attempt->translator;
    const NpNatFlow *flow = attempt->flow;

    if (self->mappings.shared && alive(self,
                                       np_nat_mappings_find_inbound(&self->mappings, flow->protocol,
                                                                    candidate, &flow->remote),
                                       attempt->now) != NP_NAT_NO_MAPPING)
        return TRUE;
    return self->policy.unsolicited == NP_NAT_UNSOLICITED_REMAPPED &&
           np_nat_filter_is_spoilt(self, flow->protocol, candidate, &flow->remote, attempt->now);
}

static guint16
last_port(const NpNatTranslator *self, const NpNatFlow *flow)
{
    guint32 number = np_nat_mappings_find_newest(&self->mappings, flow->protocol, &flow->internal);

    if (number == NP_NAT_NO_MAPPING)
        return 0;
    return np_nat_mappings_get(&self->mappings, number)->external.port;
}

/* A port that the internal end holds towards others and that is free towards this remote. */
static gboolean
reuse_port(NpNatTranslator *self, const NpNatPoolRequest *request, NpNatEnd *external)
{
    guint32 number =
        np_nat_mappings_find_newest(&self->mappings, request->protocol, request->internal);

    for (guint i = 0; number != NP_NAT_NO_MAPPING && i < REUSE_TRIES; i++) {
        const NpNatMapping *mapping = np_nat_mappings_get(&self->mappings, number);

        *external = mapping->external;
        number = mapping->older;
        if (np_nat_pool_is_free(&self->pool, request, external))
            return TRUE;
    }
    return FALSE;
}

static gboolean
choose_external(NpNatTranslator *self,
                const NpNatFlow *flow,
                guint32 subscriber,
                NpTime now,
                NpNatEnd *external)
{
    Attempt attempt = { .translator = self, .flow = flow, .now = now };
    NpNatPoolRequest request = {
        .protocol = flow->protocol,
        .internal = &flow->internal,
        .subscriber = np_nat_subscribers_get(&self->subscribers, subscriber),
        .refuses = refuses,
        .context = &attempt,
    };

    if (!self->policy.translates) {
        *external = flow->internal;
        return TRUE;
    }
    if (self->policy.ports.order == NP_NAT_ORDER_DELTA)
        request.previous = last_port(self, flow);
    if (self->policy.ports.reuse && reuse_port(self, &request, external))
        return TRUE;
    return np_nat_pool_allocate(&self->pool, &request, external);
}

static guint
mapping_limit(const NpNatPolicy *policy)
{
    guint limit = policy->limits.mappings;

    return limit > 0 ? MIN(limit, NP_NAT_MAX_MAPPINGS) : NP_NAT_MAX_MAPPINGS;
}

/* Whether the table has room for one more, after an eviction if the policy is of that kind. */
static gboolean
make_room(NpNatTranslator *self)
{
    guint32 oldest = NP_NAT_NO_MAPPING;

    if (self->mappings.n_live < mapping_limit(&self->policy))
        return TRUE;
    switch (self->policy.limits.full) {
    case NP_NAT_FULL_DROP:
        return FALSE;
    case NP_NAT_FULL_EVICT:
        oldest = np_nat_mappings_oldest(&self->mappings);
        if (oldest == NP_NAT_NO_MAPPING)
            return FALSE;
        np_nat_binding_break(self, oldest);
        return TRUE;
    }
    g_return_val_if_reached(FALSE);
}

static guint32
create(NpNatTranslator *self, const NpNatFlow *flow, NpNatDependence dependence, NpTime now)
{
    guint per_host = self->policy.limits.mappings_per_host;
    NpNatMapping mapping = {
        .internal = flow->internal,
        .remote = np_nat_end_masked(&flow->remote, dependence),
        .protocol = (guint8)flow->protocol,
        .deadline = now + np_nat_binding_first_timer(self, flow->protocol),
    };
    guint32 number = NP_NAT_NO_MAPPING;

    if (!make_room(self))
        return NP_NAT_NO_MAPPING;
    mapping.subscriber = np_nat_subscribers_admit(&self->subscribers, &flow->internal);
    if ((per_host == 0 ||
         np_nat_subscribers_get(&self->subscribers, mapping.subscriber)->n_mappings < per_host) &&
        choose_external(self, flow, mapping.subscriber, now, &mapping.external))
        number = np_nat_mappings_add(&self->mappings, &mapping);
    if (number == NP_NAT_NO_MAPPING)
        np_nat_subscribers_dismiss_idle(&self->subscribers, mapping.subscriber);
    else
        np_nat_subscribers_get(&self->subscribers, mapping.subscriber)->n_mappings++;
    return number;
}

guint32
np_nat_binding_find_outbound(NpNatTranslator *self, const NpNatFlow *flow, NpTime now)
{
    guint32 number = NP_NAT_NO_MAPPING;

    if (self->policy.unsolicited == NP_NAT_UNSOLICITED_REMAPPED)
        number = find_keyed(self, flow, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, now);
    if (number == NP_NAT_NO_MAPPING)
        number = find_keyed(self, flow, np_nat_binding_dependence(self, flow->protocol), now);
    if (number == NP_NAT_NO_MAPPING)
        number = find_arrival(self, flow, now);
    return number;
}

guint32
np_nat_binding_make(NpNatTranslator *self, const NpNatFlow *flow, NpTime now, NpNatOutcome *why)
{
    guint32 number = np_nat_binding_find_outbound(self, flow, now);

    if (number == NP_NAT_NO_MAPPING)
        number = create(self, flow, np_nat_binding_dependence(self, flow->protocol), now);
    else if (self->policy.unsolicited == NP_NAT_UNSOLICITED_REMAPPED &&
             is_spoilt_for(self, number, flow, now))
        number = create(self, flow, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, now);
    if (number == NP_NAT_NO_MAPPING) {
        *why = NP_NAT_DROPPED_FULL;
        return number;
    }
    if (self->policy.unsolicited == NP_NAT_UNSOLICITED_BLOCKED &&
        is_spoilt_for(self, number, flow, now)) {
        *why = NP_NAT_DROPPED_SPOILT;
        return NP_NAT_NO_MAPPING;
    }
    return number;
}

guint32
np_nat_binding_find_inbound(NpNatTranslator *self, const NpNatFlow *flow, NpTime now)
{
    return alive(self,
                 np_nat_mappings_find_inbound(&self->mappings, flow->protocol, &flow->external,
                                              &flow->remote),
                 now);
}

void
np_nat_binding_note_arrival(NpNatTranslator *self,
                            const NpNatMapping *mapping,
                            guint32 number,
                            const NpNatEnd *remote)
{
    NpNatEnd masked = np_nat_end_masked(
        remote, np_nat_binding_dependence(self, (NpNatProtocol)mapping->protocol));
    NpNatFact *fact = NULL;

    if (!self->policy.replies_keep_mapping || np_nat_end_equal(&masked, &mapping->remote))
        return;
    fact = np_nat_memory_keep(&self->arrivals, mapping->protocol, &mapping->internal, &masked,
                              mapping->deadline);
    if (fact != NULL)
        fact->value = (guint64)mapping->serial << 32 | number;
}

void
np_nat_binding_break(NpNatTranslator *self, guint32 number)
{
    const NpNatMapping *mapping = np_nat_mappings_get(&self->mappings, number);
    guint32 subscriber = mapping->subscriber;

    np_nat_subscribers_get(&self->subscribers, subscriber)->n_mappings--;
    np_nat_pool_release(&self->pool, (NpNatProtocol)mapping->protocol,
                        np_nat_subscribers_get(&self->subscribers, subscriber), &mapping->external);
    np_nat_subscribers_dismiss_idle(&self->subscribers, subscriber);
    np_nat_mappings_remove(&self->mappings, number);
}
