/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The laws that draw ports at random from a set: a range of thousands, or a block
 */

#include "nat/law-private.h"

typedef struct {
    NpNatLawFit fit;
    guint size_low; /* the 90 % interval of the number of ports in the set */
    guint size_high;
    gboolean parity_kept; /* ports most likely keep the parity of the internal ones */
} NpNatLawRange;

/* @n is 1 to NP_NAT_LAW_MAX_SAMPLES; order of creation. @kind is random or block. */
void np_nat_law_range_fit(NpNatLawRange *self,
                          NpNatAllocation kind,
                          const NpNatSample *const *samples,
                          guint n);
