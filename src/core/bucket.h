/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A token bucket that is one point in time
 *
 * Instead of counting tokens and refilling them, it keeps when the bucket will be full again: each
 * token taken moves that time on by one interval, and time itself brings it back. So an idle bucket
 * needs no care, and a zeroed one is full.
 */

#include "core/time.h"

typedef struct {
    NpTime interval; /* between tokens in the long run; more than 0 */
    guint burst;     /* tokens in a full bucket; at least 1 */
} NpBucketRate;

typedef struct {
    NpTime full_at;
} NpBucket;

/* @per_second and @burst must be at least 1. */
NpBucketRate np_bucket_rate(guint per_second, guint burst);
/* Takes one token. FALSE if there is none. */
gboolean np_bucket_take(NpBucket *self, const NpBucketRate *rate, NpTime now);
