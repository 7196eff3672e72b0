/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * IP packets as bytes, changed as the translator changed them
 *
 * Nothing else is touched, and checksums move by the difference (RFC 1624). The exception are ICMP
 * errors, whose own checksum is computed anew because it covers what they quote.
 */

#include "nat/compose.h"
#include "nat/raw.h"

/* The largest answer. */
#define NP_NAT_REWRITE_MAX_ANSWER NP_NAT_COMPOSE_MAX_ERROR_V6

/*
 * Makes of @bytes, which were read as @before, what the translator made of it: the same packet with
 * other addresses, ports and hop count, or an answer. Returns the size, 0 if @capacity is too small
 * (NP_NAT_REWRITE_MAX_ANSWER always suffices).
 */
gsize np_nat_rewrite(
    guint8 *bytes, gsize size, gsize capacity, const NpNatPacket *before, const NpNatPacket *after);
/* Lets an application gateway replace @from by @to in the payload of a UDP datagram. */
void np_nat_rewrite_payload(guint8 *bytes, gsize size, const NpAddress *from, const NpAddress *to);
