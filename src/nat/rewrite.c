/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Offsets are from the start of the buffer, so that a quoted packet is rewritten by the same code
 * as the one around it.
 */

#include "nat/rewrite.h"

#include "nat/alg.h"
#include "nat/checksum.h"
#include "nat/compose.h"
#include "nat/raw-private.h"
#include "util/writer.h"

#include <string.h>

/* Offsets in the IP headers, and in the transport headers. */
#define IPV4_TTL 8
#define IPV4_CHECKSUM 10
#define IPV4_SOURCE 12
#define IPV4_DESTINATION 16
#define IPV6_NEXT_AND_HOPS 6
#define IPV6_DESTINATION 24
#define DESTINATION_PORT 2
#define UDP_CHECKSUM 6
#define TCP_CHECKSUM 16
#define ICMP_CHECKSUM 2
#define ICMP_ID 4

static guint16
word_at(const guint8 *bytes, gsize size, gsize offset)
{
    NpReader reader = np_reader(bytes, size);

    np_reader_skip(&reader, offset);
    return np_reader_u16(&reader);
}

/* Overwrites a word and keeps account of the change. */
static void
put_word(guint8 *bytes, gsize size, gsize offset, guint16 value, NpNatChecksumDelta *delta)
{
    NpWriter writer = { .data = bytes, .capacity = size, .size = size };

    if (delta != NULL)
        np_nat_checksum_change(delta, word_at(bytes, size, offset), value);
    np_writer_patch_u16(&writer, offset, value);
}

static void
put_host(guint8 *bytes, gsize size, gsize offset, const NpAddress *host, NpNatChecksumDelta *delta)
{
    gsize length = host->family == NP_FAMILY_IPV6 ? 16 : 4;

    for (gsize i = 0; i < length; i += 2)
        put_word(bytes, size, offset + i, word_at(host->bytes, length, i), delta);
}

/* Hop count (if @after is given) and addresses, with the header's own checksum; what the
 * pseudo-header sees of it is added to @delta. */
static void
rewrite_ip(guint8 *bytes,
           const NpNatRawLayout *layout,
           const NpNatPacket *after,
           const NpAddress *source,
           const NpAddress *destination,
           NpNatChecksumDelta *delta)
{
    NpNatChecksumDelta header = { 0 };
    gsize ttl_at = layout->start + (layout->v6 ? IPV6_NEXT_AND_HOPS : IPV4_TTL);
    guint16 word = word_at(bytes, layout->end, ttl_at);
    gsize checksum_at = layout->start + IPV4_CHECKSUM;

    put_host(bytes, layout->end,
             layout->start + (layout->v6 ? NP_NAT_RAW_IPV6_SOURCE : IPV4_SOURCE), source, delta);
    put_host(bytes, layout->end, layout->start + (layout->v6 ? IPV6_DESTINATION : IPV4_DESTINATION),
             destination, delta);
    if (after != NULL) {
        word = layout->v6 ? (guint16)((word & 0xff00) | after->ttl)
                          : (guint16)(after->ttl << 8 | (word & 0x00ff));
        put_word(bytes, layout->end, ttl_at, word, &header);
    }
    if (layout->v6)
        return;
    np_nat_checksum_merge(&header, delta);
    word = np_nat_checksum_update(word_at(bytes, layout->end, checksum_at), &header);
    put_word(bytes, layout->end, checksum_at, word, NULL);
}

static void
update_checksum(guint8 *bytes, gsize end, gsize at, const NpNatChecksumDelta *delta, gboolean udp)
{
    guint16 checksum = word_at(bytes, end, at);

    if (at + 2 > end || (udp && checksum == 0))
        return; /* cut off, or not used (RFC 768) */
    checksum = np_nat_checksum_update(checksum, delta);
    put_word(bytes, end, at, udp && checksum == 0 ? 0xffff : checksum, NULL);
}

/* Ports or identifier, and the checksum that covers them. */
static void
rewrite_ends(guint8 *bytes,
             const NpNatRawLayout *layout,
             guint16 source,
             guint16 destination,
             NpNatChecksumDelta delta)
{
    gsize at = layout->transport;
    gsize end = layout->end;
    guint16 id = source != 0 ? source : destination;
    NpNatChecksumDelta without_addresses = { 0 };

    switch (layout->protocol) {
    case NP_NAT_RAW_UDP:
        put_word(bytes, end, at, source, &delta);
        put_word(bytes, end, at + DESTINATION_PORT, destination, &delta);
        update_checksum(bytes, end, at + UDP_CHECKSUM, &delta, TRUE);
        break;
    case NP_NAT_RAW_TCP:
        put_word(bytes, end, at, source, &delta);
        put_word(bytes, end, at + DESTINATION_PORT, destination, &delta);
        update_checksum(bytes, end, at + TCP_CHECKSUM, &delta, FALSE);
        break;
    case NP_NAT_RAW_ICMP: /* has no pseudo-header */
        put_word(bytes, end, at + ICMP_ID, id, &without_addresses);
        update_checksum(bytes, end, at + ICMP_CHECKSUM, &without_addresses, FALSE);
        break;
    case NP_NAT_RAW_ICMPV6:
        put_word(bytes, end, at + ICMP_ID, id, &delta);
        update_checksum(bytes, end, at + ICMP_CHECKSUM, &delta, FALSE);
        break;
    default:
        break;
    }
}

static void
rewrite_quote(guint8 *bytes, const NpNatRawLayout *outer, const NpNatPacket *after)
{
    NpNatRawLayout inner = np_nat_raw_lay_out_quoted(bytes, outer);
    gsize checksum_at = outer->transport + ICMP_CHECKSUM;
    NpNatChecksumDelta delta = { 0 };

    rewrite_ip(bytes, &inner, NULL, &after->quote.source, &after->quote.destination, &delta);
    rewrite_ends(bytes, &inner, after->quote.source.port, after->quote.destination.port, delta);
    put_word(bytes, outer->end, checksum_at, 0, NULL);
    put_word(bytes, outer->end, checksum_at, np_nat_raw_icmp_checksum(bytes, outer), NULL);
}

/* What the translator answers with takes the place of the packet it answers. */
static gsize
replace(guint8 *bytes, gsize size, gsize capacity, const NpNatPacket *answer)
{
    guint8 original[NP_NAT_REWRITE_MAX_ANSWER];
    gsize n = answer->kind == NP_NAT_PACKET_ERROR ? MIN(size, sizeof original) : 0;

    memcpy(original, bytes, n);
    return np_nat_compose(bytes, capacity, answer, original, n);
}

gsize
np_nat_rewrite(
    guint8 *bytes, gsize size, gsize capacity, const NpNatPacket *before, const NpNatPacket *after)
{
    NpNatPacket ignored = { 0 };
    NpNatFragmentInfo fragment = { 0 };
    NpNatChecksumDelta delta = { 0 };
    NpNatRawLayout layout = { 0 };

    if (before->kind != after->kind || before->tcp.flags != after->tcp.flags)
        return replace(bytes, size, capacity, after);
    if (np_nat_raw_lay_out(bytes, size, &layout, &ignored, &fragment) != NP_NAT_RAW_OK)
        return 0;
    rewrite_ip(bytes, &layout, after, &after->source, &after->destination, &delta);
    if (after->kind == NP_NAT_PACKET_ERROR)
        rewrite_quote(bytes, &layout, after);
    else if (fragment.offset == 0)
        rewrite_ends(bytes, &layout, after->source.port, after->destination.port, delta);
    return layout.end;
}

static guint16
sum_of(const guint8 *bytes, gsize offset, gsize size)
{
    NpReader reader = np_reader(bytes, offset + size);

    np_reader_skip(&reader, offset);
    return (guint16)~np_nat_checksum_finish(
        np_nat_checksum_add(0, np_reader_bytes(&reader, size), size));
}

void
np_nat_rewrite_payload(guint8 *bytes, gsize size, const NpAddress *from, const NpAddress *to)
{
    gsize offset = 0;
    gsize length = np_nat_raw_payload(bytes, size, &offset);
    NpNatChecksumDelta delta = { 0 };
    guint16 before = 0;

    if (length == 0)
        return;
    before = sum_of(bytes, offset, length);
    if (!np_nat_alg_apply(bytes, offset, offset + length, from, to))
        return;
    np_nat_checksum_change(&delta, before, sum_of(bytes, offset, length));
    update_checksum(bytes, size, offset - NP_NAT_RAW_UDP_HEADER + UDP_CHECKSUM, &delta, TRUE);
}
