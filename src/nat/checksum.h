/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624)
 *
 * A NAT changes a few words of a packet it did not make. Updating the checksum by the difference
 * keeps an error that was in it visible to the receiver; computing it anew would hide it.
 */

#include <glib.h>

/* One's complement sum of big-endian words, unfolded; an odd last byte counts as high. Starts from
 * @sum, so that a pseudo-header can come first. */
guint32 np_nat_checksum_add(guint32 sum, const guint8 *data, gsize size);
/* The checksum field for a sum. */
guint16 np_nat_checksum_finish(guint32 sum);

/* What a change of words adds to a sum. */
typedef struct {
    guint32 sum;
} NpNatChecksumDelta;

void np_nat_checksum_change(NpNatChecksumDelta *delta, guint16 before, guint16 after);
void np_nat_checksum_merge(NpNatChecksumDelta *delta, const NpNatChecksumDelta *other);
/* RFC 1624, equation 3. */
guint16 np_nat_checksum_update(guint16 checksum, const NpNatChecksumDelta *delta);
