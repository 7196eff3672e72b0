/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A hash index: from a hash to the numbers filed under it
 *
 * Knows neither keys nor entries: it yields every number with the same 32-bit hash and the caller
 * compares. Open addressing with linear probing in eight-byte slots, so that a hit costs one cache
 * line here; deletion closes the gap, so that no tombstones pile up under churn.
 */

#include <glib.h>

typedef struct {
    guint64 *slots; /* hash << 32 | number + 1; 0 is empty */
    guint32 mask;
    guint32 n_used;
} NpNatIndex;

void np_nat_index_init(NpNatIndex *self);
void np_nat_index_clear(NpNatIndex *self);
/* Forgets everything and keeps the memory. */
void np_nat_index_reset(NpNatIndex *self);

/* @number must be below G_MAXUINT32; the same one is not filed twice under one hash. */
void np_nat_index_insert(NpNatIndex *self, guint32 hash, guint32 number);
void np_nat_index_remove(NpNatIndex *self, guint32 hash, guint32 number);

/* Has the processor fetch the place where @hash is filed, for a look-up that will come. */
void np_nat_index_prefetch(const NpNatIndex *self, guint32 hash);
/* guint32 at = hash; while (np_nat_index_next(index, hash, &at, &number)) ... */
gboolean np_nat_index_next(const NpNatIndex *self, guint32 hash, guint32 *at, guint32 *number);
