/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/raw-private.h"

#include "nat/checksum.h"

/* What must be there of a quoted packet beyond its IP header: ports, or type and identifier. */
#define LEAST_QUOTED 8
/* Extension headers skipped before the transport's. */
#define MAX_EXTENSIONS 8

static NpAddress
read_host(NpReader *reader, NpFamily family)
{
    NpAddress address = { .family = family };

    np_reader_copy(reader, address.bytes, family == NP_FAMILY_IPV6 ? 16 : 4);
    return address;
}

static guint16
header_checksum(NpReader *reader, gsize size)
{
    return np_nat_checksum_finish(np_nat_checksum_add(0, np_reader_bytes(reader, size), size));
}

static NpNatRawStatus
read_ipv4(NpReader *reader,
          NpNatRawLayout *layout,
          NpNatPacket *packet,
          NpNatFragmentInfo *fragment)
{
    NpReader again = *reader;
    gsize header = (gsize)(np_reader_u8(reader) & 0x0f) * 4;
    guint16 flags = 0;

    np_reader_u8(reader); /* type of service */
    layout->end = np_reader_u16(reader);
    fragment->id = np_reader_u16(reader);
    flags = np_reader_u16(reader);
    fragment->more = (flags & 0x2000) != 0;
    fragment->offset = (flags & 0x1fff) * 8u;
    fragment->is_fragment = fragment->more || fragment->offset > 0;
    packet->ttl = np_reader_u8(reader);
    layout->protocol = np_reader_u8(reader);
    np_reader_u16(reader); /* checksum */
    packet->source = read_host(reader, NP_FAMILY_IPV4);
    packet->destination = read_host(reader, NP_FAMILY_IPV4);
    layout->transport = header;
    if (layout->quoted)
        layout->end = reader->size;
    if (reader->failed || header < NP_NAT_RAW_IPV4_HEADER || header > layout->end ||
        layout->end > reader->size)
        return NP_NAT_RAW_MALFORMED;
    if (!layout->quoted && header_checksum(&again, header) != 0)
        return NP_NAT_RAW_MALFORMED;
    np_reader_skip(reader, header - NP_NAT_RAW_IPV4_HEADER);
    return NP_NAT_RAW_OK;
}

static gboolean
is_extension(guint8 protocol)
{
    return protocol == 0 || protocol == 43 || protocol == 60; /* hop-by-hop, routing, destination */
}

static NpNatRawStatus
read_ipv6(NpReader *reader,
          NpNatRawLayout *layout,
          NpNatPacket *packet,
          NpNatFragmentInfo *fragment)
{
    layout->v6 = TRUE;
    np_reader_u32(reader); /* version, class, flow */
    layout->end = NP_NAT_RAW_IPV6_HEADER + (gsize)np_reader_u16(reader);
    layout->protocol = np_reader_u8(reader);
    packet->ttl = np_reader_u8(reader);
    packet->source = read_host(reader, NP_FAMILY_IPV6);
    packet->destination = read_host(reader, NP_FAMILY_IPV6);
    for (guint i = 0; i < MAX_EXTENSIONS; i++) {
        guint8 next = 0;
        guint8 length = 0;

        if (layout->protocol == NP_NAT_RAW_FRAGMENT && !fragment->is_fragment) {
            guint16 flags = 0;

            next = np_reader_u8(reader);
            np_reader_u8(reader);
            flags = np_reader_u16(reader);
            fragment->more = (flags & 1) != 0;
            fragment->offset = flags & 0xfff8;
            fragment->id = np_reader_u32(reader);
            fragment->is_fragment = TRUE;
        } else if (is_extension(layout->protocol)) {
            next = np_reader_u8(reader);
            length = np_reader_u8(reader);
            np_reader_skip(reader, 6 + 8 * (gsize)length);
        } else {
            break;
        }
        layout->protocol = next;
    }
    layout->transport = reader->offset;
    if (layout->quoted)
        layout->end = reader->size;
    if (reader->failed || layout->transport > layout->end || layout->end > reader->size)
        return NP_NAT_RAW_MALFORMED;
    return NP_NAT_RAW_OK;
}

static NpNatRawStatus
read_ip(NpReader *reader, NpNatRawLayout *layout, NpNatPacket *packet, NpNatFragmentInfo *fragment)
{
    NpReader peek = *reader;

    switch (np_reader_u8(&peek) >> 4) {
    case 4:
        return read_ipv4(reader, layout, packet, fragment);
    case 6:
        return read_ipv6(reader, layout, packet, fragment);
    }
    return NP_NAT_RAW_MALFORMED;
}

/* Ports, or what stands for them; at most the first eight bytes of the header are read, which is
 * all that an error must quote. */
static NpNatRawStatus
read_ends(NpReader *reader, const NpNatRawLayout *layout, NpNatPacket *packet)
{
    guint8 echo = layout->v6 ? 128 : 8;
    guint8 answer = layout->v6 ? 129 : 0;
    guint8 type = 0;

    switch (layout->protocol) {
    case NP_NAT_RAW_UDP:
    case NP_NAT_RAW_TCP:
        packet->protocol = layout->protocol == NP_NAT_RAW_UDP ? NP_NAT_UDP : NP_NAT_TCP;
        packet->source.port = np_reader_u16(reader);
        packet->destination.port = np_reader_u16(reader);
        break;
    case NP_NAT_RAW_ICMP:
    case NP_NAT_RAW_ICMPV6:
        if (layout->v6 != (layout->protocol == NP_NAT_RAW_ICMPV6))
            return NP_NAT_RAW_UNSUPPORTED;
        type = np_reader_u8(reader);
        if (type != echo && type != answer)
            return NP_NAT_RAW_UNSUPPORTED;
        packet->protocol = NP_NAT_ECHO;
        packet->reply = type == answer;
        np_reader_skip(reader, 3);
        if (packet->reply)
            packet->destination.port = np_reader_u16(reader);
        else
            packet->source.port = np_reader_u16(reader);
        break;
    default:
        return NP_NAT_RAW_UNSUPPORTED;
    }
    return reader->failed ? NP_NAT_RAW_MALFORMED : NP_NAT_RAW_OK;
}

static gboolean
is_error_type(const NpNatRawLayout *layout, guint8 type)
{
    if (layout->v6)
        return type >= 1 && type <= 4; /* RFC 4443, 2.1 */
    return type == 3 || type == 4 || type == 11 || type == 12;
}

static NpNatRawStatus
read_error(NpReader *reader, NpNatPacket *packet)
{
    NpNatPacket quoted = { 0 };
    NpNatFragmentInfo fragment = { 0 };
    NpNatRawLayout inner = { .quoted = TRUE };
    NpReader rest = { 0 };
    NpNatRawStatus status = NP_NAT_RAW_OK;
    guint8 type = np_reader_u8(reader);
    guint8 code = np_reader_u8(reader);

    np_reader_skip(reader, NP_NAT_RAW_ICMP_HEADER - 2);
    rest = np_reader_sub(reader, np_reader_left(reader));
    status = read_ip(&rest, &inner, &quoted, &fragment);
    if (status == NP_NAT_RAW_OK && np_reader_left(&rest) < LEAST_QUOTED)
        status = NP_NAT_RAW_MALFORMED;
    if (status == NP_NAT_RAW_OK && fragment.offset > 0)
        status = NP_NAT_RAW_UNSUPPORTED;
    if (status == NP_NAT_RAW_OK)
        status = read_ends(&rest, &inner, &quoted);
    packet->kind = NP_NAT_PACKET_ERROR;
    packet->protocol = quoted.protocol;
    packet->quote = (NpNatQuote){
        .type = type, .code = code, .source = quoted.source, .destination = quoted.destination
    };
    return status;
}

static void
read_segment(NpReader *reader, NpNatPacket *packet)
{
    packet->tcp.sequence = np_reader_u32(reader);
    packet->tcp.acknowledgment = np_reader_u32(reader);
    np_reader_u8(reader); /* data offset */
    packet->tcp.flags = np_reader_u8(reader);
}

static NpNatRawStatus
read_transport(NpReader *reader, const NpNatRawLayout *layout, NpNatPacket *packet)
{
    NpNatRawStatus status = NP_NAT_RAW_OK;
    gboolean icmp = layout->protocol == (layout->v6 ? NP_NAT_RAW_ICMPV6 : NP_NAT_RAW_ICMP);
    NpReader peek = *reader;

    if (icmp && is_error_type(layout, np_reader_u8(&peek)))
        return np_nat_raw_icmp_checksum(reader->data, layout) == 0 ? read_error(reader, packet)
                                                                   : NP_NAT_RAW_MALFORMED;
    if (np_reader_left(reader) < NP_NAT_RAW_ICMP_HEADER)
        return NP_NAT_RAW_MALFORMED;
    status = read_ends(reader, layout, packet);
    if (status == NP_NAT_RAW_OK && packet->protocol == NP_NAT_TCP)
        read_segment(reader, packet);
    return status == NP_NAT_RAW_OK && reader->failed ? NP_NAT_RAW_MALFORMED : status;
}

/* Which of ours; only for fragments without a transport header. */
static NpNatRawStatus
name_protocol(const NpNatRawLayout *layout, NpNatPacket *packet)
{
    switch (layout->protocol) {
    case NP_NAT_RAW_UDP:
        packet->protocol = NP_NAT_UDP;
        return NP_NAT_RAW_OK;
    case NP_NAT_RAW_TCP:
        packet->protocol = NP_NAT_TCP;
        return NP_NAT_RAW_OK;
    case NP_NAT_RAW_ICMP:
    case NP_NAT_RAW_ICMPV6:
        packet->protocol = NP_NAT_ECHO;
        return NP_NAT_RAW_OK;
    default:
        return NP_NAT_RAW_UNSUPPORTED;
    }
}

NpNatRawStatus
np_nat_raw_read(const guint8 *bytes, gsize size, NpNatPacket *packet, NpNatFragmentInfo *fragment)
{
    NpNatRawLayout layout = { 0 };

    *packet = (NpNatPacket){ 0 };
    *fragment = (NpNatFragmentInfo){ 0 };
    return np_nat_raw_lay_out(bytes, size, &layout, packet, fragment);
}

gsize
np_nat_raw_payload(const guint8 *bytes, gsize size, gsize *offset)
{
    NpNatPacket packet = { 0 };
    NpNatFragmentInfo fragment = { 0 };
    NpNatRawLayout layout = { 0 };

    if (np_nat_raw_lay_out(bytes, size, &layout, &packet, &fragment) != NP_NAT_RAW_OK ||
        layout.protocol != NP_NAT_RAW_UDP || fragment.is_fragment)
        return 0;
    *offset = layout.transport + NP_NAT_RAW_UDP_HEADER;
    return layout.end - *offset;
}

NpNatRawStatus
np_nat_raw_lay_out(const guint8 *bytes,
                   gsize size,
                   NpNatRawLayout *layout,
                   NpNatPacket *packet,
                   NpNatFragmentInfo *fragment)
{
    NpReader reader = np_reader(bytes, size);
    NpNatRawStatus status = read_ip(&reader, layout, packet, fragment);

    if (status != NP_NAT_RAW_OK)
        return status;
    if (fragment->offset > 0)
        return name_protocol(layout, packet);
    reader.size = layout->end;
    return read_transport(&reader, layout, packet);
}

NpNatRawLayout
np_nat_raw_lay_out_quoted(const guint8 *bytes, const NpNatRawLayout *outer)
{
    NpReader whole = np_reader(bytes, outer->end);
    NpReader reader = { 0 };
    NpNatRawLayout inner = { .quoted = TRUE };
    NpNatPacket packet = { 0 };
    NpNatFragmentInfo fragment = { 0 };

    np_reader_skip(&whole, outer->transport + NP_NAT_RAW_ICMP_HEADER);
    reader = np_reader_sub(&whole, np_reader_left(&whole));
    read_ip(&reader, &inner, &packet, &fragment);
    inner.start = outer->transport + NP_NAT_RAW_ICMP_HEADER;
    inner.transport += inner.start;
    inner.end += inner.start;
    return inner;
}

guint16
np_nat_raw_icmp_checksum(const guint8 *bytes, const NpNatRawLayout *layout)
{
    NpReader addresses = np_reader(bytes, layout->end);
    NpReader message = np_reader(bytes, layout->end);
    gsize size = layout->end - layout->transport;
    guint32 sum = 0;

    if (layout->v6) {
        np_reader_skip(&addresses, NP_NAT_RAW_IPV6_SOURCE);
        sum = np_nat_checksum_add((guint32)size + NP_NAT_RAW_ICMPV6,
                                  np_reader_bytes(&addresses, 32), 32);
    }
    np_reader_skip(&message, layout->transport);
    return np_nat_checksum_finish(np_nat_checksum_add(sum, np_reader_bytes(&message, size), size));
}
