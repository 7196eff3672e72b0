/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An error is translated by the packet it quotes and neither makes, refreshes nor ends a mapping
 * (RFC 5508, REQ-3 to REQ-5; RFC 4787, REQ-12).
 */

#include "nat/translator-private.h"

/* Quoting an inbound packet that reached an internal host: the host's reply in kind. */
NpNatOutcome
np_nat_error_outbound(NpNatTranslator *self, NpNatPacket *packet, NpTime now)
{
    NpNatFlow flow = {
        .protocol = packet->protocol,
        .internal = np_nat_end(&packet->quote.destination),
        .remote = np_nat_end(&packet->quote.source),
    };
    NpNatEnd destination = np_nat_end(&packet->destination);
    guint32 number = np_nat_binding_find_outbound(self, &flow, now);
    const NpNatMapping *mapping = NULL;

    if (number == NP_NAT_NO_MAPPING)
        return NP_NAT_DROPPED_INVALID;
    mapping = np_nat_mappings_get(&self->mappings, number);
    if (!np_nat_filter_admits(self, mapping, &flow.remote, now))
        return NP_NAT_DROPPED_INVALID;
    packet->quote.destination = np_nat_end_address(&mapping->external);
    packet->source = np_address_with_port(&packet->quote.destination, 0);
    if (self->policy.translates && np_nat_pool_has_host(&self->pool, &destination))
        return np_nat_error_inbound(self, packet, now); /* REQ-7: hairpinned */
    return NP_NAT_TO_OUTSIDE;
}

/* Quoting an outbound packet, as it looked outside. */
NpNatOutcome
np_nat_error_inbound(NpNatTranslator *self, NpNatPacket *packet, NpTime now)
{
    NpNatFlow flow = {
        .protocol = packet->protocol,
        .external = np_nat_end(&packet->quote.source),
        .remote = np_nat_end(&packet->quote.destination),
    };
    guint32 number = np_nat_binding_find_inbound(self, &flow, now);

    if (number == NP_NAT_NO_MAPPING)
        return NP_NAT_DROPPED_INVALID;
    packet->quote.source =
        np_nat_end_address(&np_nat_mappings_get(&self->mappings, number)->internal);
    packet->destination = np_address_with_port(&packet->quote.source, 0);
    return NP_NAT_TO_INSIDE;
}
