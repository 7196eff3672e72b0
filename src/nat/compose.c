/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/compose.h"

#include "nat/checksum.h"
#include "nat/raw-private.h"
#include "util/writer.h"

#define IPV4_CHECKSUM 10
#define UDP_CHECKSUM 6
#define TCP_CHECKSUM 16
#define ICMP_CHECKSUM 2
#define TCP_WINDOW 65535
/* What an error must quote behind the IP header, and room for it with any of our headers. */
#define LEAST_QUOTED 8
#define QUOTE_CAPACITY (NP_NAT_RAW_IPV6_HEADER + NP_NAT_RAW_TCP_HEADER)

/* Where the transport's checksum goes, and what is written before the payload. */
typedef struct {
    guint8 protocol; /* IANA's number */
    gsize header;
    gsize checksum;
} Transport;

static Transport
transport_of(const NpNatPacket *packet, gboolean v6)
{
    Transport icmp = { .protocol = v6 ? NP_NAT_RAW_ICMPV6 : NP_NAT_RAW_ICMP,
                       .header = NP_NAT_RAW_ICMP_HEADER,
                       .checksum = ICMP_CHECKSUM };

    if (packet->kind == NP_NAT_PACKET_ERROR)
        return icmp;
    switch (packet->protocol) {
    case NP_NAT_UDP:
        return (Transport){ NP_NAT_RAW_UDP, NP_NAT_RAW_UDP_HEADER, UDP_CHECKSUM };
    case NP_NAT_TCP:
        return (Transport){ NP_NAT_RAW_TCP, NP_NAT_RAW_TCP_HEADER, TCP_CHECKSUM };
    case NP_NAT_ECHO:
        return icmp;
    case NP_NAT_N_PROTOCOLS:
        break;
    }
    g_return_val_if_reached(icmp);
}

static void
write_ip(NpWriter *writer, const NpNatPacket *packet, guint8 protocol, gsize size)
{
    gboolean v6 = packet->source.family == NP_FAMILY_IPV6;
    gsize length = v6 ? 16 : 4;

    if (v6) {
        np_writer_u32(writer, 6u << 28);
        np_writer_u16(writer, (guint16)(size - NP_NAT_RAW_IPV6_HEADER));
        np_writer_u8(writer, protocol);
        np_writer_u8(writer, packet->ttl);
    } else {
        np_writer_u16(writer, 0x4500);
        np_writer_u16(writer, (guint16)size);
        np_writer_u32(writer, 0x00004000); /* whole, and not to be cut */
        np_writer_u8(writer, packet->ttl);
        np_writer_u8(writer, protocol);
        np_writer_u16(writer, 0);
    }
    np_writer_bytes(writer, packet->source.bytes, length);
    np_writer_bytes(writer, packet->destination.bytes, length);
    if (!v6 && !writer->failed)
        np_writer_patch_u16(
            writer, IPV4_CHECKSUM,
            np_nat_checksum_finish(np_nat_checksum_add(0, writer->data, NP_NAT_RAW_IPV4_HEADER)));
}

static void
write_icmp(NpWriter *writer, const NpNatPacket *packet, gboolean v6)
{
    guint8 request = v6 ? 128 : 8;
    guint8 reply = v6 ? 129 : 0;

    if (packet->kind == NP_NAT_PACKET_ERROR) {
        np_writer_u8(writer, packet->quote.type);
        np_writer_u8(writer, packet->quote.code);
        np_writer_zeros(writer, NP_NAT_RAW_ICMP_HEADER - 2);
        return;
    }
    np_writer_u8(writer, packet->reply ? reply : request);
    np_writer_zeros(writer, 3);
    np_writer_u16(writer, packet->reply ? packet->destination.port : packet->source.port);
    np_writer_u16(writer, 0);
}

static void
write_transport(NpWriter *writer, const NpNatPacket *packet, const Transport *transport, gsize size)
{
    switch (transport->protocol) {
    case NP_NAT_RAW_UDP:
        np_writer_u16(writer, packet->source.port);
        np_writer_u16(writer, packet->destination.port);
        np_writer_u16(writer, (guint16)(NP_NAT_RAW_UDP_HEADER + size));
        np_writer_u16(writer, 0);
        break;
    case NP_NAT_RAW_TCP:
        np_writer_u16(writer, packet->source.port);
        np_writer_u16(writer, packet->destination.port);
        np_writer_u32(writer, packet->tcp.sequence);
        np_writer_u32(writer, packet->tcp.acknowledgment);
        np_writer_u8(writer, NP_NAT_RAW_TCP_HEADER / 4 << 4);
        np_writer_u8(writer, packet->tcp.flags);
        np_writer_u16(writer, TCP_WINDOW);
        np_writer_u32(writer, 0); /* checksum, urgent pointer */
        break;
    default:
        write_icmp(writer, packet, packet->source.family == NP_FAMILY_IPV6);
        break;
    }
}

/* Over what follows the IP header and, but for ICMPv4, the pseudo-header. */
static guint16
transport_checksum(const NpWriter *writer, gsize start, const NpNatPacket *packet, guint8 protocol)
{
    NpReader reader = np_reader(writer->data, writer->size);
    gsize length = packet->source.family == NP_FAMILY_IPV6 ? 16 : 4;
    gsize size = writer->size - start;
    guint32 sum = 0;
    guint16 checksum = 0;

    if (protocol != NP_NAT_RAW_ICMP) {
        sum = (guint32)size + protocol;
        sum = np_nat_checksum_add(sum, packet->source.bytes, length);
        sum = np_nat_checksum_add(sum, packet->destination.bytes, length);
    }
    np_reader_skip(&reader, start);
    checksum =
        np_nat_checksum_finish(np_nat_checksum_add(sum, np_reader_bytes(&reader, size), size));
    return protocol == NP_NAT_RAW_UDP && checksum == 0 ? 0xffff : checksum;
}

static gsize
compose(guint8 *bytes, gsize capacity, const NpNatPacket *packet, const guint8 *payload, gsize size)
{
    gboolean v6 = packet->source.family == NP_FAMILY_IPV6;
    gsize start = v6 ? NP_NAT_RAW_IPV6_HEADER : NP_NAT_RAW_IPV4_HEADER;
    Transport transport = transport_of(packet, v6);
    gsize whole = start + transport.header + size;
    NpWriter writer = np_writer(bytes, capacity);

    if (whole > capacity || whole > G_MAXUINT16)
        return 0;
    write_ip(&writer, packet, transport.protocol, whole);
    write_transport(&writer, packet, &transport, size);
    if (size > 0)
        np_writer_bytes(&writer, payload, size);
    np_writer_patch_u16(&writer, start + transport.checksum,
                        transport_checksum(&writer, start, packet, transport.protocol));
    return np_writer_finish(&writer);
}

/* The start of the packet that an error is about. */
static gsize
compose_quote(guint8 *bytes, gsize capacity, const NpNatPacket *error)
{
    NpNatPacket quoted = { .protocol = error->protocol,
                           .ttl = 1,
                           .source = error->quote.source,
                           .destination = error->quote.destination };
    gsize header =
        quoted.source.family == NP_FAMILY_IPV6 ? NP_NAT_RAW_IPV6_HEADER : NP_NAT_RAW_IPV4_HEADER;

    return compose(bytes, capacity, &quoted, NULL, 0) > 0 ? header + LEAST_QUOTED : 0;
}

gsize
np_nat_compose(
    guint8 *bytes, gsize capacity, const NpNatPacket *packet, const guint8 *payload, gsize size)
{
    gboolean v6 = packet->source.family == NP_FAMILY_IPV6;
    gsize header = v6 ? NP_NAT_RAW_IPV6_HEADER : NP_NAT_RAW_IPV4_HEADER;
    gsize most = v6 ? NP_NAT_COMPOSE_MAX_ERROR_V6 : NP_NAT_COMPOSE_MAX_ERROR_V4;
    guint8 quote[QUOTE_CAPACITY];

    if (packet->kind == NP_NAT_PACKET_DATA)
        return compose(bytes, capacity, packet, payload, size);
    if (size == 0)
        return compose(bytes, capacity, packet, quote, compose_quote(quote, sizeof quote, packet));
    return compose(bytes, capacity, packet, payload,
                   MIN(size, most - header - NP_NAT_RAW_ICMP_HEADER));
}
