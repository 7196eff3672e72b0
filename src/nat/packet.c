/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/packet.h"

/* The common default of hosts and routers for what they send themselves. */
#define OWN_TTL 64

static const struct {
    guint8 type_v4, code_v4;
    guint8 type_v6, code_v6;
} errors[] = {
    [NP_NAT_ERROR_TIME_EXCEEDED] = { 11, 0, 3, 0 },
    [NP_NAT_ERROR_PORT_UNREACHABLE] = { 3, 3, 1, 4 },
    [NP_NAT_ERROR_PROHIBITED] = { 3, 13, 1, 1 },
};

void
np_nat_packet_to_error(NpNatPacket *self, const NpAddress *from, NpNatError error)
{
    gboolean v6 = self->source.family == NP_FAMILY_IPV6;
    NpAddress to = np_address_with_port(&self->source, 0);

    *self = (NpNatPacket){
        .kind = NP_NAT_PACKET_ERROR,
        .protocol = self->protocol,
        .ttl = OWN_TTL,
        .source = np_address_with_port(from, 0),
        .destination = to,
        .quote = { .type = v6 ? errors[error].type_v6 : errors[error].type_v4,
                   .code = v6 ? errors[error].code_v6 : errors[error].code_v4,
                   .source = self->source,
                   .destination = self->destination },
    };
}

gboolean
np_nat_packet_to_reset(NpNatPacket *self, gsize size)
{
    NpNatSegment in = self->tcp;
    guint32 end = in.sequence + np_nat_packet_sequence_size(self, size);
    NpAddress source = self->source;

    if ((in.flags & NP_NAT_RST) != 0)
        return FALSE;
    if ((in.flags & NP_NAT_ACK) != 0)
        self->tcp = (NpNatSegment){ .flags = NP_NAT_RST, .sequence = in.acknowledgment };
    else
        self->tcp = (NpNatSegment){ .flags = NP_NAT_RST | NP_NAT_ACK, .acknowledgment = end };
    self->source = self->destination;
    self->destination = source;
    self->ttl = OWN_TTL;
    return TRUE;
}

guint32
np_nat_packet_sequence_size(const NpNatPacket *self, gsize size)
{
    return (guint32)size + ((self->tcp.flags & NP_NAT_SYN) != 0) +
           ((self->tcp.flags & NP_NAT_FIN) != 0);
}
