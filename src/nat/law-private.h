/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the parts of nat/law tell each other. */

#include <math.h>

#include "nat/law.h"

/* Ports a NAT could give out if nothing else is known of it: 1024-65535. */
#define NP_NAT_LAW_ALL_PORTS 64512.0
/* 1 + 1/2 + ... + 1/n is about ln n plus this: what a distance of weight 1/n must be divided by. */
#define NP_NAT_LAW_EULER 0.5772

/* How well one kind of law explains the samples, and its best numbers. */
typedef struct {
    double log_evidence; /* ln P(external ports | kind), over all its parameters */
    NpNatLaw law;
    double entropy_bits;
} NpNatLawFit;

/* ln(exp(a) + exp(b)), for sums of probabilities too small for a double. */
static inline double
np_nat_law_log_add(double a, double b)
{
    double high = MAX(a, b);

    return high == -INFINITY ? high : high + log1p(exp(MIN(a, b) - high));
}
