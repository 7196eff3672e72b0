/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Where things lie in a packet, for whoever reads it and whoever rewrites it
 */

#include "nat/raw.h"
#include "util/reader.h"

/* IANA's protocol numbers. */
#define NP_NAT_RAW_ICMP 1
#define NP_NAT_RAW_TCP 6
#define NP_NAT_RAW_UDP 17
#define NP_NAT_RAW_FRAGMENT 44
#define NP_NAT_RAW_ICMPV6 58

#define NP_NAT_RAW_IPV4_HEADER 20
#define NP_NAT_RAW_IPV6_HEADER 40
#define NP_NAT_RAW_UDP_HEADER 8
#define NP_NAT_RAW_TCP_HEADER 20
#define NP_NAT_RAW_ICMP_HEADER 8

/* Offsets in the IPv6 header of both addresses, which the pseudo-header takes from there. */
#define NP_NAT_RAW_IPV6_SOURCE 8

typedef struct {
    gboolean quoted; /* in an error: cut anywhere, and its IP checksum is no concern of ours */
    gboolean v6;
    guint8 protocol; /* IANA's number */
    gsize start;     /* of the IP header, from the start of the buffer as the others */
    gsize transport;
    gsize end; /* of the packet, which may be less than of the buffer */
} NpNatRawLayout;

/* As np_nat_raw_read(). */
NpNatRawStatus np_nat_raw_lay_out(const guint8 *bytes,
                                  gsize size,
                                  NpNatRawLayout *layout,
                                  NpNatPacket *packet,
                                  NpNatFragmentInfo *fragment);
/* Of the packet quoted in an ICMP error that was read before. */
NpNatRawLayout np_nat_raw_lay_out_quoted(const guint8 *bytes, const NpNatRawLayout *outer);
/* Over an ICMP message and, for ICMPv6, its pseudo-header (RFC 8200, 8.1); 0 if the checksum in
 * it is right. */
guint16 np_nat_raw_icmp_checksum(const guint8 *bytes, const NpNatRawLayout *layout);
