/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "util/secret.h"

static void
sees_a_difference_in_any_bit(void)
{
    const guint8 good[] = { 0x00, 0xff, 0x5a };

    CU_ASSERT(np_secret_equal(good, good, sizeof good));
    for (gsize i = 0; i < 8 * sizeof good; i++) {
        guint8 guess[] = { 0x00, 0xff, 0x5a };

        guess[i / 8] ^= (guint8)(1 << i % 8);
        CU_ASSERT(!np_secret_equal(good, guess, sizeof good));
        CU_ASSERT(np_secret_equal(good, guess, i / 8));
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(sees_a_difference_in_any_bit),
        { 0 },
    };

    return np_test_main("util.secret", tests);
}
