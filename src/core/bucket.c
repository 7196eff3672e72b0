/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/bucket.h"

NpBucketRate
np_bucket_rate(guint per_second, guint burst)
{
    g_assert(per_second > 0 && burst > 0);
    return (NpBucketRate){ .interval = MAX(NP_SECOND / per_second, 1), .burst = burst };
}

gboolean
np_bucket_take(NpBucket *self, const NpBucketRate *rate, NpTime now)
{
    NpTime full_at = MAX(self->full_at, now) + rate->interval;

    if (full_at - now > rate->interval * (NpTime)rate->burst)
        return FALSE;
    self->full_at = full_at;
    return TRUE;
}
