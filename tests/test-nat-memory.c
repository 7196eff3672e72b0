/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/memory.h"

static NpNatEnd
end_number(guint i)
{
    NpAddress address = np_address_ipv4(0xc0000200 + i, (guint16)i);

    return np_nat_end(&address);
}

static void
knows_a_fact_until_its_deadline(void)
{
    NpNatMemory memory;
    NpNatEnd a = end_number(1);
    NpNatEnd b = end_number(2);

    np_nat_memory_init(&memory, 10, 1);
    CU_ASSERT(np_nat_memory_find(&memory, 1, &a, &b, 0) == NULL);
    CU_ASSERT(np_nat_memory_keep(&memory, 1, &a, &b, 100) != NULL);
    CU_ASSERT(np_nat_memory_find(&memory, 1, &a, &b, 99) != NULL);
    CU_ASSERT(np_nat_memory_find(&memory, 1, &a, &b, 100) == NULL);
    CU_ASSERT(np_nat_memory_find(&memory, 2, &a, &b, 99) == NULL);
    CU_ASSERT(np_nat_memory_find(&memory, 1, &b, &a, 99) == NULL);
    np_nat_memory_keep(&memory, 1, &a, &b, 200);
    CU_ASSERT(np_nat_memory_find(&memory, 1, &a, &b, 199) != NULL);
    NP_ASSERT_INT(np_nat_memory_size(&memory), 1);
    np_nat_memory_clear(&memory);
}

static void
refuses_more_than_its_limit_until_swept(void)
{
    NpNatMemory memory;
    NpNatEnd nothing = { 0 };
    NpNatEnd late = end_number(1000);

    np_nat_memory_init(&memory, 100, 1);
    for (guint i = 0; i < 100; i++) {
        NpNatEnd end = end_number(i);

        CU_ASSERT(np_nat_memory_keep(&memory, 0, &end, &nothing, (i + 1) * NP_SECOND) != NULL);
    }
    CU_ASSERT(np_nat_memory_keep(&memory, 0, &late, &nothing, NP_SECOND) == NULL);
    for (guint packet = 0; packet < 20; packet++)
        np_nat_memory_sweep(&memory, 51 * NP_SECOND);
    NP_ASSERT_INT(np_nat_memory_size(&memory), 50);
    CU_ASSERT(np_nat_memory_keep(&memory, 0, &late, &nothing, 200 * NP_SECOND) != NULL);
    for (guint i = 50; i < 100; i++) {
        NpNatEnd end = end_number(i);

        CU_ASSERT((np_nat_memory_find(&memory, 0, &end, &nothing, 51 * NP_SECOND) != NULL) ==
                  (i > 50));
    }
    np_nat_memory_clear(&memory);
}

static void
an_extended_fact_outlives_its_first_deadline(void)
{
    NpNatMemory memory;
    NpNatEnd end = end_number(1);

    np_nat_memory_init(&memory, 10, 1);
    np_nat_memory_keep(&memory, 0, &end, &end, NP_SECOND)->value = 42;
    np_nat_memory_keep(&memory, 0, &end, &end, 100 * NP_SECOND);
    np_nat_memory_sweep(&memory, 50 * NP_SECOND);
    NP_REQUIRE(np_nat_memory_find(&memory, 0, &end, &end, 50 * NP_SECOND) != NULL);
    NP_ASSERT_INT(np_nat_memory_find(&memory, 0, &end, &end, 50 * NP_SECOND)->value, 42);
    np_nat_memory_reset(&memory);
    CU_ASSERT(np_nat_memory_find(&memory, 0, &end, &end, 50 * NP_SECOND) == NULL);
    NP_ASSERT_INT(np_nat_memory_size(&memory), 0);
    np_nat_memory_clear(&memory);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(knows_a_fact_until_its_deadline),
        NP_TEST(refuses_more_than_its_limit_until_swept),
        NP_TEST(an_extended_fact_outlives_its_first_deadline),
        { 0 },
    };

    return np_test_main("nat.memory", tests);
}
