/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What application gateways do to payloads (RFC 4787, section 7; REQ-10 wants them off)
 *
 * Boxes that mean well replace the address they translate wherever they find it in a datagram, and
 * the port in front of it with it. It is why STUN hides addresses by XOR.
 */

#include "util/address.h"

/* In @bytes from @start to @end, replaces every occurrence of @from's host by @to's, and @from's
 * port by @to's where it stands right before. TRUE if anything changed. Both are of one family. */
gboolean
np_nat_alg_apply(guint8 *bytes, gsize start, gsize end, const NpAddress *from, const NpAddress *to);
