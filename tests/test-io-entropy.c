/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/entropy.h"

#include <string.h>

static void
fills_every_byte_and_not_one_more(void)
{
    guint8 bytes[600];
    guint8 seen[600] = { 0 };

    /* A byte that is never written stays zero; one that is, is zero 16 times with 2^-128. */
    for (guint round = 0; round < 16; round++) {
        memset(bytes, 0, sizeof bytes);
        np_io_entropy_fill(bytes, sizeof bytes - 1);
        for (gsize i = 0; i < sizeof bytes; i++)
            seen[i] |= bytes[i];
    }
    for (gsize i = 0; i < sizeof seen - 1; i++)
        CU_ASSERT(seen[i] != 0);
    NP_ASSERT_INT(seen[sizeof seen - 1], 0);
}

static void
gives_each_machine_a_stream_of_its_own(void)
{
    NpRng one = np_io_entropy_rng();
    NpRng two = np_io_entropy_rng();

    CU_ASSERT(np_rng_u64(&one) != np_rng_u64(&two));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(fills_every_byte_and_not_one_more),
        NP_TEST(gives_each_machine_a_stream_of_its_own),
        { 0 },
    };

    return np_test_main("io.entropy", tests);
}
