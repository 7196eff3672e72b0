/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/checksum.h"

#include "util/reader.h"

static guint32
fold(guint32 sum)
{
    while (sum > 0xffff)
        sum = (sum >> 16) + (sum & 0xffff);
    return sum;
}

guint32
np_nat_checksum_add(guint32 sum, const guint8 *data, gsize size)
{
    NpReader reader = np_reader(data, size);

    sum = fold(sum);
    while (np_reader_left(&reader) >= 2)
        sum = fold(sum + np_reader_u16(&reader));
    if (np_reader_left(&reader) > 0)
        sum = fold(sum + ((guint32)np_reader_u8(&reader) << 8));
    return sum;
}

guint16
np_nat_checksum_finish(guint32 sum)
{
    return (guint16)~fold(sum);
}

void
np_nat_checksum_change(NpNatChecksumDelta *delta, guint16 before, guint16 after)
{
    delta->sum = fold(delta->sum + (guint16)~before + after);
}

void
np_nat_checksum_merge(NpNatChecksumDelta *delta, const NpNatChecksumDelta *other)
{
    delta->sum = fold(delta->sum + other->sum);
}

guint16
np_nat_checksum_update(guint16 checksum, const NpNatChecksumDelta *delta)
{
    return (guint16)~fold((guint16)~checksum + delta->sum);
}
