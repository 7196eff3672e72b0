/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * IP packets as bytes (RFC 791, 8200, 768, 9293, 792, 4443), read as the translator wants them
 */

#include "nat/packet.h"

typedef enum {
    NP_NAT_RAW_OK,
    NP_NAT_RAW_MALFORMED,   /* too short, lying about its length, or with a wrong checksum of the
                             * IP header or of an ICMP error */
    NP_NAT_RAW_UNSUPPORTED, /* a protocol that is not translated */
} NpNatRawStatus;

/* Of a packet that is part of a datagram; all zero for a whole one. */
typedef struct {
    gboolean is_fragment;
    gboolean more;
    guint offset; /* bytes; beyond 0 there are no ports in the packet */
    guint32 id;
} NpNatFragmentInfo;

NpNatRawStatus
np_nat_raw_read(const guint8 *bytes, gsize size, NpNatPacket *packet, NpNatFragmentInfo *fragment);
/* Where the data of a UDP datagram starts that np_nat_raw_read() read as a whole, and how much it
 * is; 0 for other packets. */
gsize np_nat_raw_payload(const guint8 *bytes, gsize size, gsize *offset);
