/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which law gives a NAT's new mappings their external ports
 *
 * From a handful of mappings made for the purpose to a posterior over the allocation laws: each law
 * is a probability distribution over the ports that one could see, and what was seen is weighed
 * under all of them at once. No thresholds, hence no tripping over other people's mappings in
 * between, lost answers, a wrap-around or a port that was taken.
 *
 * "Preserving" may add a constant to every internal port; "block" means that at most
 * NP_NAT_BLOCK_MAX ports can occur, contiguous or picked by fixed bits (MAP-E, RFC 7597, 5.1); a
 * NAT that counts inside a block is "sequential".
 */

#include "core/time.h"
#include "nat/profile.h"
#include "util/address.h"

#define NP_NAT_BLOCK_MAX 8192
/* Samples beyond this many are not looked at: the posterior is sharp long before. */
#define NP_NAT_LAW_MAX_SAMPLES 64

/*
 * A mapping and the external endpoint that a server saw of it. A zeroed sample needs internal_port,
 * external, at and order.
 */
typedef struct {
    guint16 internal_port;
    NpAddress external;
    NpTime at;         /* when the first copy of the packet that made it was sent */
    guint order;       /* position among the mappings the caller made, unanswered ones counted */
    guint destination; /* which endpoint it was made towards; any numbering */
    gboolean retried;  /* the answer was to a later copy of the packet: the mapping may be younger
                          than @order says, because the first copy may not have reached the NAT */
} NpNatSample;

typedef struct {
    double probability[NP_NAT_N_ALLOCATIONS];
    NpNatLaw law;        /* the most probable kind, with its numbers */
    double confidence;   /* probability of that kind */
    double entropy_bits; /* of the next port under that law, given what was seen */
    guint samples;       /* mappings looked at, each counted once */
    double foreign_rate; /* sequential: mappings per second made by others */
    guint size_low;      /* random, block: the 90 % interval of the number of ports */
    guint size_high;
} NpNatLawPosterior;

/*
 * Samples may come in any order; one that repeats a mapping (same internal port, same external
 * endpoint: an endpoint-independent NAT asked twice) counts once. Without samples all kinds stay at
 * their prior.
 */
void np_nat_law_infer(NpNatLawPosterior *self, const NpNatSample *samples, gsize n);

/*
 * Infers, and says so in @profile: verdict, confidence and evidence of NP_NAT_AXIS_ALLOCATION, law,
 * entropy_bits and samples. Kinds that together hold 99 % stay possible: one of them is a verdict,
 * more are an honest "cannot tell". Without samples @profile stays as it is. @posterior may be
 * NULL.
 */
void np_nat_law_conclude(const NpNatSample *samples,
                         gsize n,
                         NpProfile *profile,
                         NpNatLawPosterior *posterior);
