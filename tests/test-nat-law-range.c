/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/law-range.h"

#define N 8

static NpNatLawRange
fit(NpNatAllocation kind, const guint16 *ports, const guint8 *hosts)
{
    NpNatSample samples[N] = { { 0 } };
    const NpNatSample *pointers[N];
    NpNatLawRange range;

    for (guint i = 0; i < N; i++) {
        samples[i].internal_port = 40000 + 977 * i;
        samples[i].external =
            np_address_ipv4(0xc6336400 | (hosts != NULL ? hosts[i] : 1), ports[i]);
        samples[i].order = i;
        pointers[i] = &samples[i];
    }
    np_nat_law_range_fit(&range, kind, pointers, N);
    return range;
}

static void
finds_the_set_of_ports(void)
{
    static const struct {
        const char *label;
        NpNatAllocation kind;
        guint16 first, last;
        guint block_size;
        guint16 mask;
        guint16 ports[N];
    } rows[] = {
        { "all user ports",
          NP_NAT_RANDOM,
          1024,
          65535,
          0,
          0,
          { 41999, 1500, 9876, 63001, 30303, 55123, 21000, 48642 } },
        { "pf's range",
          NP_NAT_RANDOM,
          50001,
          65535,
          0,
          0,
          { 50210, 64800, 58123, 61999, 53001, 55123, 60002, 51515 } },
        { "a block of 1024",
          NP_NAT_BLOCK,
          4096,
          5119,
          1024,
          0,
          { 4100, 5110, 4800, 4444, 4999, 4250, 4701, 5003 } },
        { "a block of 2016 of 64512",
          NP_NAT_BLOCK,
          1024 + 5 * 2016,
          1024 + 6 * 2016 - 1,
          2016,
          0,
          { 11110, 13110, 12800, 11444, 12999, 12250, 11701, 12003 } },
        { "a MAP-E port set",
          NP_NAT_BLOCK,
          0x1340,
          0xf34f,
          240,
          0x0ff0,
          { 0x1341, 0xf34c, 0x7347, 0x5340, 0xa34f, 0x234a, 0xc345, 0x9343 } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatLawRange range = fit(rows[i].kind, rows[i].ports, NULL);

        NP_ASSERT_ROW(range.fit.law.first == rows[i].first, rows[i].label);
        NP_ASSERT_ROW(range.fit.law.last == rows[i].last, rows[i].label);
        NP_ASSERT_ROW(range.fit.law.block_size == rows[i].block_size, rows[i].label);
        NP_ASSERT_ROW(range.fit.law.mask == rows[i].mask, rows[i].label);
        NP_ASSERT_ROW(range.size_low <= range.size_high, rows[i].label);
    }
}

static void
bounds_a_block_of_any_size_anywhere(void)
{
    /* 700 ports from 30333 on. */
    static const guint16 ports[] = { 30390, 30960, 30500, 30700, 30421, 30930, 30612, 30811 };
    NpNatLawRange range = fit(NP_NAT_BLOCK, ports, NULL);

    CU_ASSERT(range.size_low <= 700 && range.size_high >= 700);
    CU_ASSERT(range.size_high < 1400);
    CU_ASSERT(range.fit.entropy_bits > 9 && range.fit.entropy_bits < 10.5);
}

static void
places_a_range_where_ports_are(void)
{
    static const guint16 low[] = { 11000, 1102, 8300, 5020, 10412, 3333, 2950, 7007 };
    static const guint16 high[] = { 55000, 65500, 58300, 60020, 64412, 57333, 62950, 56007 };
    NpNatLawRange range = fit(NP_NAT_RANDOM, low, NULL);

    NP_ASSERT_INT(range.fit.law.first, 1024);
    CU_ASSERT(range.fit.law.last >= 11000 && range.fit.law.last < 20000);
    range = fit(NP_NAT_RANDOM, high, NULL);
    NP_ASSERT_INT(range.fit.law.last, 65535);
    CU_ASSERT(range.fit.law.first <= 55000 && range.fit.law.first > 45000);
}

static void
sees_the_next_block_begin(void)
{
    static const guint16 one[] = { 4100, 4127, 4101, 4120, 4111, 4099, 4125, 4118 };
    static const guint16 two[] = { 4100, 4127, 4101, 4120, 40007, 40053, 40029, 40041 };
    NpNatLawRange range = fit(NP_NAT_BLOCK, two, NULL);

    NP_ASSERT_INT(range.fit.law.block_size, 64);
    NP_ASSERT_INT(range.fit.law.first, 40000);
    CU_ASSERT(range.fit.log_evidence > fit(NP_NAT_RANDOM, two, NULL).fit.log_evidence + 10);
    CU_ASSERT(range.fit.log_evidence < fit(NP_NAT_BLOCK, one, NULL).fit.log_evidence);
}

static void
sees_a_block_on_each_address(void)
{
    static const guint16 ports[] = { 4100, 60027, 4301, 60120, 60211, 4299, 59930, 4590 };
    static const guint8 hosts[] = { 1, 2, 1, 2, 2, 1, 2, 1 };
    NpNatLawRange apart = fit(NP_NAT_BLOCK, ports, hosts);

    NP_ASSERT_INT(apart.fit.law.block_size, 512);
    CU_ASSERT(apart.fit.log_evidence > fit(NP_NAT_RANDOM, ports, hosts).fit.log_evidence + 10);
    CU_ASSERT(apart.fit.log_evidence > fit(NP_NAT_BLOCK, ports, NULL).fit.log_evidence);
}

static void
cannot_be_a_block_if_too_wide(void)
{
    static const guint16 ports[] = { 41999, 1500, 9876, 63001, 30303, 55123, 21000, 48642 };

    CU_ASSERT(isinf(fit(NP_NAT_BLOCK, ports, NULL).fit.log_evidence));
}

static void
notices_kept_parity(void)
{
    /* Internal ports are 40000, 40977, ...: even, odd, even, ... */
    static const guint16 kept[] = { 41998, 1501, 9876, 63001, 30302, 55123, 21000, 48643 };
    static const guint16 lost[] = { 41998, 1501, 9876, 63001, 30302, 55123, 21000, 48642 };

    CU_ASSERT(fit(NP_NAT_RANDOM, kept, NULL).parity_kept);
    CU_ASSERT(!fit(NP_NAT_RANDOM, lost, NULL).parity_kept);
    CU_ASSERT(fit(NP_NAT_RANDOM, kept, NULL).fit.entropy_bits <
              fit(NP_NAT_RANDOM, lost, NULL).fit.entropy_bits - 0.9);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(finds_the_set_of_ports),
        NP_TEST(bounds_a_block_of_any_size_anywhere),
        NP_TEST(places_a_range_where_ports_are),
        NP_TEST(sees_the_next_block_begin),
        NP_TEST(sees_a_block_on_each_address),
        NP_TEST(cannot_be_a_block_if_too_wide),
        NP_TEST(notices_kept_parity),
        { 0 },
    };

    return np_test_main("nat.law-range", tests);
}
