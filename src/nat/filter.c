/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/translator-private.h"

static const NpNatEnd nothing;

NpNatDependence
np_nat_filter_dependence(const NpNatTranslator *self, NpNatProtocol protocol)
{
    return protocol == NP_NAT_TCP ? self->policy.tcp_filtering : self->policy.filtering;
}

gboolean
np_nat_filter_admits(const NpNatTranslator *self,
                     const NpNatMapping *mapping,
                     const NpNatEnd *remote,
                     NpTime now)
{
    NpNatDependence filtering = np_nat_filter_dependence(self, (NpNatProtocol)mapping->protocol);
    NpNatEnd masked = np_nat_end_masked(remote, filtering);

    if (filtering == NP_NAT_ENDPOINT_INDEPENDENT)
        return TRUE;
    if (np_nat_end_equal(&mapping->peer, &masked))
        return mapping->peer_deadline > now;
    return np_nat_memory_find(&self->permissions, mapping->serial, &masked, &nothing, now) != NULL;
}

void
np_nat_filter_open(NpNatTranslator *self,
                   NpNatMapping *mapping,
                   const NpNatEnd *remote,
                   NpTime now,
                   NpTime deadline)
{
    NpNatDependence filtering = np_nat_filter_dependence(self, (NpNatProtocol)mapping->protocol);
    NpNatEnd masked = np_nat_end_masked(remote, filtering);

    if (filtering == NP_NAT_ENDPOINT_INDEPENDENT)
        return;
    if (mapping->peer_deadline <= now)
        mapping->peer = masked;
    if (np_nat_end_equal(&mapping->peer, &masked))
        mapping->peer_deadline = deadline;
    else /* a full memory refuses the remote, as a full NAT should */
        np_nat_memory_keep(&self->permissions, mapping->serial, &masked, &nothing, deadline);
}

gboolean
np_nat_filter_is_spoilt(const NpNatTranslator *self,
                        NpNatProtocol protocol,
                        const NpNatEnd *external,
                        const NpNatEnd *remote,
                        NpTime now)
{
    switch (self->policy.unsolicited) {
    case NP_NAT_UNSOLICITED_HARMLESS:
        return FALSE;
    case NP_NAT_UNSOLICITED_REMAPPED:
    case NP_NAT_UNSOLICITED_BLOCKED:
        return np_nat_memory_find(&self->spoilt, protocol, external, remote, now) != NULL;
    }
    g_return_val_if_reached(FALSE);
}

void
np_nat_filter_spoil(NpNatTranslator *self, const NpNatFlow *flow, NpTime now)
{
    if (self->policy.unsolicited != NP_NAT_UNSOLICITED_HARMLESS)
        np_nat_memory_keep(&self->spoilt, flow->protocol, &flow->external, &flow->remote,
                           now + self->policy.timers.unsolicited);
}
