/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/limiter.h"
#include "harness.h"

static NpAddress
parsed(const char *text)
{
    NpAddress address = { 0 };

    g_assert(np_address_parse(&address, text, 1));
    return address;
}

static guint
take_all(NpLimiter *limiter, const NpAddress *source, NpTime now)
{
    guint taken = 0;

    while (np_limiter_take(limiter, source, now))
        taken++;
    return taken;
}

static void
neighbours_share_a_bucket_and_strangers_do_not(void)
{
    static const struct {
        const char *one;
        const char *other;
        gboolean shared;
    } rows[] = {
        { "192.0.2.1:5", "192.0.2.1:6", TRUE },
        { "192.0.2.1", "192.0.2.254", TRUE },
        { "192.0.2.1", "192.0.3.1", FALSE },
        { "2001:db8:0:aa00::1", "2001:db8:0:aaff::9", TRUE },
        { "2001:db8:0:aa00::1", "2001:db8:0:ab00::1", FALSE },
        { "0.0.0.1", "::1", FALSE },
    };
    NpBucketRate rate = np_bucket_rate(1, 3);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpLimiter) limiter = np_limiter_new(&rate, 64, i);
        NpAddress one = parsed(rows[i].one);
        NpAddress other = parsed(rows[i].other);

        NP_ASSERT_ROW(take_all(limiter, &one, 0) == 3, rows[i].one);
        NP_ASSERT_ROW(take_all(limiter, &other, 0) == (rows[i].shared ? 0 : 3), rows[i].other);
        NP_ASSERT_ROW((np_limiter_network(&one) == np_limiter_network(&other)) == rows[i].shared,
                      rows[i].one);
    }
}

static void
a_flood_of_networks_does_not_push_out_the_busiest(void)
{
    NpBucketRate rate = np_bucket_rate(1, 100);
    g_autoptr(NpLimiter) limiter = np_limiter_new(&rate, 64, 0x1234);
    NpAddress busy = parsed("192.0.2.1");

    take_all(limiter, &busy, 0);
    for (guint32 i = 0; i < 100000; i++) {
        NpAddress other = np_address_ipv4(0x0a000000 + (i << 8), 1);

        np_limiter_take(limiter, &other, 0);
    }
    CU_ASSERT(!np_limiter_take(limiter, &busy, 0));
}

static void
as_many_networks_as_asked_for_mostly_fit(void)
{
    enum { NETWORKS = 1024 };
    NpBucketRate rate = np_bucket_rate(1, 1);
    g_autoptr(NpLimiter) limiter = np_limiter_new(&rate, NETWORKS, 99);
    guint forgotten = 0;

    for (guint round = 0; round < 2; round++) {
        for (guint32 i = 0; i < NETWORKS / 2; i++) {
            NpAddress source = np_address_ipv4(0x0a000000 + (i << 8), 1);

            if (np_limiter_take(limiter, &source, 0) && round == 1)
                forgotten++;
        }
    }
    CU_ASSERT(forgotten < NETWORKS / 10);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(neighbours_share_a_bucket_and_strangers_do_not),
        NP_TEST(a_flood_of_networks_does_not_push_out_the_busiest),
        NP_TEST(as_many_networks_as_asked_for_mostly_fit),
        { 0 },
    };

    return np_test_main("core.limiter", tests);
}
