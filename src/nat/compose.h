/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A decoded packet as bytes, from nothing: answers of a NAT, and captures of what a simulator did
 */

#include "nat/packet.h"

/* The largest ICMP errors we write: RFC 1812, 4.3.2.3, and RFC 4443, 2.4. */
#define NP_NAT_COMPOSE_MAX_ERROR_V4 576
#define NP_NAT_COMPOSE_MAX_ERROR_V6 1280

/*
 * Writes @packet with @size bytes of @payload, which for an error is the packet it quotes, as far
 * as there is room for it; without it the quotation is made from packet->quote. Checksums are
 * right; what a decoded packet does not know (window, options) is as plain as it can be. Returns
 * the size, 0 if it exceeds @capacity or what IP can carry.
 */
gsize np_nat_compose(
    guint8 *bytes, gsize capacity, const NpNatPacket *packet, const guint8 *payload, gsize size);
