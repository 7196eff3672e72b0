/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The law that counts: each mapping gets the port of the one before, whoever made it, plus a step
 */

#include "nat/law-private.h"

typedef struct {
    NpNatLawFit fit;
    double foreign_rate; /* mappings per second made by others */
    guint foreign_low;   /* fewest and most of them between two of ours, where the count went on */
    guint foreign_high;
    gboolean per_socket; /* every socket has a count of its own */
} NpNatLawSequence;

/* @n is 1 to NP_NAT_LAW_MAX_SAMPLES; order of creation. */
void np_nat_law_sequence_fit(NpNatLawSequence *self, const NpNatSample *const *samples, guint n);
