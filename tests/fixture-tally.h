/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Counting what a classifier said against what is true
 */

#include <glib.h>

typedef enum {
    NP_SCORE_RIGHT,
    NP_SCORE_UNKNOWN, /* it said that it cannot tell */
    NP_SCORE_FALSE,
    NP_SCORE_N,
} NpScore;

typedef struct {
    guint counts[NP_SCORE_N];
} NpTally;

void np_tally_add(NpTally *self, NpScore score);
guint np_tally_total(const NpTally *self);

/* The Clopper-Pearson interval of a proportion at confidence @level, for @k of @n. */
void np_tally_interval(guint k, guint n, double level, double *low, double *high);
/* "0 of 320 (95 %: 0 to 1.1 %)"; to be freed. */
char *np_tally_text(const NpTally *self, NpScore score);

/* The @q quantile of @values (of double), which it sorts; 0 of none. */
double np_tally_quantile(GArray *values, double q);
