/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Mappings as a counter would have made them: in chains, with the gaps between
 *
 * The counter may be one, or one for each external address, destination, socket, or parity of the
 * internal port (RFC 4787, 4.2.2). A mapping whose first packet may have been lost before the NAT
 * either has its place in the order all the same (only the answer was lost) or came after all those
 * whose place is sure.
 */

#include "nat/law-private.h"

/* What has a counter of its own. */
typedef enum {
    NP_NAT_LAW_SPLIT_NONE,
    NP_NAT_LAW_SPLIT_NONE_PARITY, /* one counter, which passes over ports of the wrong parity */
    NP_NAT_LAW_SPLIT_ADDRESS,
    NP_NAT_LAW_SPLIT_DESTINATION,
    NP_NAT_LAW_SPLIT_SOCKET,
    NP_NAT_LAW_SPLIT_PARITY,
    NP_NAT_LAW_N_SPLITS,
} NpNatLawSplit;

typedef struct {
    gint delta;     /* of the external ports */
    double seconds; /* between the two mappings */
    guint lost;     /* own mappings between that may or may not have been made */
    guint parity;   /* steps that a NAT takes to keep the parity of the internal port */
} NpNatLawGap;

typedef struct {
    NpNatLawGap gaps[NP_NAT_LAW_MAX_SAMPLES];
    guint n_gaps;
    guint n_starts;  /* counters, hence ports that follow from no other */
    double log_late; /* ln P(where the retried mappings are) */
} NpNatLawChains;

/* Whether @split is to be weighed: it tells some samples apart but not all, and parity is kept if
 * it is about that. */
gboolean np_nat_law_chain_matters(NpNatLawSplit split, const NpNatSample *const *samples, guint n);

/* Fills @self from samples in order, as far as they agree with a counter in steps of @step. */
void np_nat_law_chain_build(NpNatLawChains *self,
                            NpNatLawSplit split,
                            const NpNatSample *const *samples,
                            guint n,
                            gint step);
