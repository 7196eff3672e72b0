/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stun/address.h"

/* RFC 8489, 14.1. */
enum {
    FAMILY_IPV4 = 0x01,
    FAMILY_IPV6 = 0x02,
};

/* Its own inverse. The port takes the upper half of the magic cookie. */
static void
apply_mask(NpAddress *address, const guint8 mask[NP_STUN_MASK_SIZE])
{
    if (mask == NULL)
        return;
    address->port ^= (guint16)(mask[0] << 8 | mask[1]);
    for (gsize i = 0; i < np_address_host_size(address->family); i++)
        address->bytes[i] ^= mask[i];
}

gsize
np_stun_address_size(const NpAddress *address)
{
    return 4 + np_address_host_size(address->family);
}

gboolean
np_stun_address_read(NpReader value, const guint8 mask[NP_STUN_MASK_SIZE], NpAddress *address)
{
    NpAddress read = { 0 };
    guint8 family = 0;

    np_reader_skip(&value, 1);
    family = np_reader_u8(&value);
    if (family == FAMILY_IPV4)
        read.family = NP_FAMILY_IPV4;
    else if (family == FAMILY_IPV6)
        read.family = NP_FAMILY_IPV6;
    else
        return FALSE;
    read.port = np_reader_u16(&value);
    np_reader_copy(&value, read.bytes, np_address_host_size(read.family));
    if (value.failed || np_reader_left(&value) != 0)
        return FALSE;
    apply_mask(&read, mask);
    *address = read;
    return TRUE;
}

void
np_stun_address_write(NpWriter *writer,
                      const guint8 mask[NP_STUN_MASK_SIZE],
                      const NpAddress *address)
{
    NpAddress masked = *address;

    g_assert(np_address_is_set(address));
    apply_mask(&masked, mask);
    np_writer_u8(writer, 0);
    np_writer_u8(writer, masked.family == NP_FAMILY_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6);
    np_writer_u16(writer, masked.port);
    np_writer_bytes(writer, masked.bytes, np_address_host_size(masked.family));
}
