/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/end.h"

static NpNatEnd
end_of(const char *text)
{
    NpAddress address = { 0 };

    g_assert_true(np_address_parse(&address, text, 0));
    return np_nat_end(&address);
}

static void
keeps_both_families_apart_and_gives_them_back(void)
{
    static const char *const rows[] = {
        "192.0.2.1:5", "0.0.0.0:0", "255.255.255.255:65535", "[2001:db8::1]:5", "[::1]:1", "[::]:0",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatEnd end = end_of(rows[i]);
        NpAddress address = np_nat_end_address(&end);
        char text[NP_ADDRESS_TEXT_SIZE];

        NP_ASSERT_STR(np_address_format(&address, text), rows[i]);
        for (gsize j = 0; j < G_N_ELEMENTS(rows); j++) {
            NpNatEnd other = end_of(rows[j]);

            NP_ASSERT_ROW(np_nat_end_equal(&end, &other) == (i == j), rows[i]);
        }
    }
}

static void
masks_what_a_dependence_does_not_see(void)
{
    NpNatEnd nothing = { 0 };
    NpNatEnd end = end_of("192.0.2.1:5");
    NpNatEnd host = end_of("192.0.2.1:0");
    NpNatEnd masked = np_nat_end_masked(&end, NP_NAT_ENDPOINT_INDEPENDENT);

    CU_ASSERT(np_nat_end_equal(&masked, &nothing));
    masked = np_nat_end_masked(&end, NP_NAT_ADDRESS_DEPENDENT);
    CU_ASSERT(np_nat_end_equal(&masked, &host));
    CU_ASSERT(np_nat_end_same_host(&masked, &end));
    masked = np_nat_end_masked(&end, NP_NAT_ADDRESS_AND_PORT_DEPENDENT);
    CU_ASSERT(np_nat_end_equal(&masked, &end));
}

static void
hashes_neighbours_far_apart(void)
{
    NpNatEnd remote = end_of("192.0.2.1:443");
    guint buckets[256] = { 0 };
    guint fullest = 0;

    for (guint port = 1024; port < 1024 + 25600; port++) {
        NpNatEnd end = end_of("10.0.0.2:0");

        end.port = (guint16)port;
        buckets[np_nat_end_hash(&end, &remote, 0, 12345) % 256]++;
    }
    for (guint i = 0; i < 256; i++)
        fullest = MAX(fullest, buckets[i]);
    /* 100 each; seven standard deviations above is never chance. */
    CU_ASSERT(fullest < 170);
    CU_ASSERT(np_nat_end_hash(&remote, &remote, 0, 1) != np_nat_end_hash(&remote, &remote, 0, 2));
    CU_ASSERT(np_nat_end_hash(&remote, &remote, 0, 1) != np_nat_end_hash(&remote, &remote, 1, 1));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(keeps_both_families_apart_and_gives_them_back),
        NP_TEST(masks_what_a_dependence_does_not_see),
        NP_TEST(hashes_neighbours_far_apart),
        { 0 },
    };

    return np_test_main("nat.end", tests);
}
