/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The address value of an attribute (RFC 8489, 14.1 and 14.2)
 *
 *    0                   1                   2                   3
 *   +---------------+---------------+-------------------------------+
 *   |   reserved    |    family     |             port              |
 *   +---------------+---------------+-------------------------------+
 *   |                  address, 4 or 16 bytes                       |
 *   +---------------------------------------------------------------+
 *
 * Some NATs rewrite every address they recognise in a payload; XORing port and address with the
 * sixteen header bytes after the length hides them.
 */

#include "util/address.h"
#include "util/reader.h"
#include "util/writer.h"

/* Magic cookie and transaction id, or the longer transaction id of RFC 3489. */
#define NP_STUN_MASK_SIZE 16

/* Value size by family: 8 for IPv4, 20 for IPv6. */
gsize np_stun_address_size(const NpAddress *address);
/*
 * Reads @value, which must be an address and nothing else; @mask is NULL for a plain one. FALSE,
 * with @address untouched, if it is not.
 */
gboolean
np_stun_address_read(NpReader value, const guint8 mask[NP_STUN_MASK_SIZE], NpAddress *address);
/* @address must be set. */
void np_stun_address_write(NpWriter *writer,
                           const guint8 mask[NP_STUN_MASK_SIZE],
                           const NpAddress *address);
