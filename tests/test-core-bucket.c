/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/bucket.h"
#include "harness.h"

static guint
take_all(NpBucket *bucket, const NpBucketRate *rate, NpTime now)
{
    guint taken = 0;

    while (np_bucket_take(bucket, rate, now))
        taken++;
    return taken;
}

static void
a_new_bucket_holds_one_burst(void)
{
    NpBucketRate rate = np_bucket_rate(10, 5);
    NpBucket bucket = { 0 };

    NP_ASSERT_INT(take_all(&bucket, &rate, 0), 5);
    CU_ASSERT(!np_bucket_take(&bucket, &rate, NP_SECOND / 10 - 1));
    CU_ASSERT(np_bucket_take(&bucket, &rate, NP_SECOND / 10));
    CU_ASSERT(!np_bucket_take(&bucket, &rate, NP_SECOND / 10));
}

static void
the_long_run_keeps_to_the_rate(void)
{
    NpBucketRate rate = np_bucket_rate(10, 5);
    NpBucket bucket = { 0 };
    guint taken = 0;

    for (NpTime now = 0; now < 100 * NP_SECOND; now += NP_MSEC)
        taken += np_bucket_take(&bucket, &rate, now) ? 1 : 0;
    NP_ASSERT_INT(taken, 5 + 100 * 10 - 1);
}

static void
rest_fills_it_up_but_not_beyond(void)
{
    NpBucketRate rate = np_bucket_rate(10, 5);
    NpBucket bucket = { 0 };

    take_all(&bucket, &rate, 0);
    NP_ASSERT_INT(take_all(&bucket, &rate, NP_SECOND / 5), 2);
    NP_ASSERT_INT(take_all(&bucket, &rate, 3600 * NP_SECOND), 5);
}

static void
a_refusal_costs_nothing(void)
{
    NpBucketRate rate = np_bucket_rate(1, 1);
    NpBucket bucket = { 0 };

    CU_ASSERT(np_bucket_take(&bucket, &rate, 0));
    for (guint i = 0; i < 1000; i++)
        CU_ASSERT(!np_bucket_take(&bucket, &rate, NP_SECOND - 1));
    CU_ASSERT(np_bucket_take(&bucket, &rate, NP_SECOND));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_new_bucket_holds_one_burst),
        NP_TEST(the_long_run_keeps_to_the_rate),
        NP_TEST(rest_fills_it_up_but_not_beyond),
        NP_TEST(a_refusal_costs_nothing),
        { 0 },
    };

    return np_test_main("core.bucket", tests);
}
