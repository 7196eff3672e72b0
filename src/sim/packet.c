/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/packet.h"

/* RFC 791, RFC 8200, RFC 768, RFC 9293, RFC 792: header sizes without options. */
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define UDP_HEADER 8
#define TCP_HEADER 20
#define ECHO_HEADER 8
/* Of an ICMP error: its own header and the least it must quote. */
#define ICMP_ERROR_SIZE (8 + 28)

static gsize
ip_header_size(const NpSimPacket *self)
{
    return self->header.source.family == NP_FAMILY_IPV6 ? IPV6_HEADER : IPV4_HEADER;
}

static gsize
transport_header_size(NpNatProtocol protocol)
{
    switch (protocol) {
    case NP_NAT_UDP:
        return UDP_HEADER;
    case NP_NAT_TCP:
        return TCP_HEADER;
    case NP_NAT_ECHO:
        return ECHO_HEADER;
    case NP_NAT_N_PROTOCOLS:
        break;
    }
    g_return_val_if_reached(0);
}

NpSimPacket *
np_sim_packet_new(const NpNatPacket *header, GBytes *payload, gsize offset, gsize size)
{
    NpSimPacket *self = g_new(NpSimPacket, 1);

    *self = (NpSimPacket){
        .header = *header,
        .payload = payload == NULL ? NULL : g_bytes_ref(payload),
        .offset = offset,
        .size = size,
    };
    return self;
}

NpSimPacket *
np_sim_packet_copy(const NpSimPacket *self)
{
    NpSimPacket *copy = np_sim_packet_new(&self->header, self->payload, self->offset, self->size);

    copy->ecn = self->ecn;
    return copy;
}

void
np_sim_packet_free(NpSimPacket *self)
{
    g_clear_pointer(&self->payload, g_bytes_unref);
    g_free(self);
}

const guint8 *
np_sim_packet_data(const NpSimPacket *self)
{
    if (self->payload == NULL)
        return NULL;
    return (const guint8 *)g_bytes_get_data(self->payload, NULL) + self->offset;
}

gsize
np_sim_packet_wire_size(const NpSimPacket *self)
{
    switch (self->header.kind) {
    case NP_NAT_PACKET_DATA:
        return ip_header_size(self) + transport_header_size(self->header.protocol) + self->size;
    case NP_NAT_PACKET_ERROR:
        return ip_header_size(self) + ICMP_ERROR_SIZE;
    }
    g_return_val_if_reached(0);
}

guint8 *
np_sim_packet_own_data(NpSimPacket *self)
{
    guint8 *copy = g_memdup2(np_sim_packet_data(self), self->size);

    g_clear_pointer(&self->payload, g_bytes_unref);
    self->payload = g_bytes_new_take(copy, self->size);
    self->offset = 0;
    return copy;
}

void
np_sim_packet_drop_payload(NpSimPacket *self)
{
    g_clear_pointer(&self->payload, g_bytes_unref);
    self->size = 0;
    self->ecn = 0;
}

void
np_sim_packet_to_error(NpSimPacket *self, const NpAddress *from, NpNatError error)
{
    np_nat_packet_to_error(&self->header, from, error);
    np_sim_packet_drop_payload(self);
}
