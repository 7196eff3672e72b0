/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stun/fingerprint.h"

/* RFC 8489, 14.7: so that a payload which ends in its own CRC-32 does not pass. */
#define FINGERPRINT_XOR 0x5354554eu

/* The CRC-32 of ITU V.42, bits reflected, four at a time: the table is small enough to be read. */
static guint32
crc32_of(const guint8 *data, gsize size)
{
    static const guint32 table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    guint32 crc = 0xffffffff;

    for (gsize i = 0; i < size; i++) {
        crc = crc >> 4 ^ table[(crc ^ data[i]) & 0x0f];
        crc = crc >> 4 ^ table[(crc ^ data[i] >> 4) & 0x0f];
    }
    return ~crc;
}

NpStunFingerprint
np_stun_fingerprint_check(const NpStunMessage *message)
{
    NpReader reader = np_reader(message->data, message->size);
    const gsize attribute_size = NP_STUN_ATTRIBUTE_HEADER_SIZE + 4;
    guint32 value = 0;

    if (!np_stun_message_has(message, NP_STUN_ATTR_FINGERPRINT))
        return NP_STUN_FINGERPRINT_ABSENT;
    if (!np_stun_message_u32(message, NP_STUN_ATTR_FINGERPRINT, &value))
        return NP_STUN_FINGERPRINT_BAD;
    /* The parser has made sure that it is the last attribute. */
    return value == np_stun_fingerprint_compute(
                        np_reader_sub(&reader, message->size - attribute_size))
               ? NP_STUN_FINGERPRINT_GOOD
               : NP_STUN_FINGERPRINT_BAD;
}

guint32
np_stun_fingerprint_compute(NpReader prefix)
{
    gsize size = np_reader_left(&prefix);

    return crc32_of(np_reader_bytes(&prefix, size), size) ^ FINGERPRINT_XOR;
}
