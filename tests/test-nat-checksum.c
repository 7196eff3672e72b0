/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/checksum.h"
#include "util/rng.h"

static void
sums_the_example_of_rfc_1071(void)
{
    static const guint8 data[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

    NP_ASSERT_INT(np_nat_checksum_add(0, data, sizeof data), 0xddf2);
    NP_ASSERT_INT(np_nat_checksum_finish(0xddf2), 0x220d);
    NP_ASSERT_INT(np_nat_checksum_add(0, data, 7), np_nat_checksum_add(0xf600, data, 6));
}

static void
updates_the_example_of_rfc_1624(void)
{
    NpNatChecksumDelta delta = { 0 };

    np_nat_checksum_change(&delta, 0x5555, 0x3285);
    NP_ASSERT_INT(np_nat_checksum_update(0xdd2f, &delta), 0x0000);
}

static void
an_update_equals_a_computation_anew(void)
{
    NpRng rng = np_rng_from_number(1);

    for (guint i = 0; i < 2000; i++) {
        guint8 data[40];
        NpNatChecksumDelta one = { 0 };
        NpNatChecksumDelta two = { 0 };
        guint16 before = 0;

        np_rng_fill(&rng, data, sizeof data);
        before = np_nat_checksum_finish(np_nat_checksum_add(0, data, sizeof data));
        for (guint j = 0; j < 6; j++) {
            guint at = 2 * np_rng_below(&rng, 20);
            guint16 old = (guint16)(data[at] << 8 | data[at + 1]);

            np_rng_fill(&rng, data + at, 2);
            np_nat_checksum_change(j % 2 == 0 ? &one : &two, old,
                                   (guint16)(data[at] << 8 | data[at + 1]));
        }
        np_nat_checksum_merge(&one, &two);
        NP_ASSERT_INT(np_nat_checksum_update(before, &one),
                      np_nat_checksum_finish(np_nat_checksum_add(0, data, sizeof data)));
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(sums_the_example_of_rfc_1071),
        NP_TEST(updates_the_example_of_rfc_1624),
        NP_TEST(an_update_equals_a_computation_anew),
        { 0 },
    };

    return np_test_main("nat.checksum", tests);
}
