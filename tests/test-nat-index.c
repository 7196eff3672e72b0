/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/index.h"
#include "util/rng.h"

#define N 4000

static gboolean
holds(const NpNatIndex *index, guint32 hash, guint32 wanted)
{
    guint32 at = hash;
    guint32 number = 0;

    while (np_nat_index_next(index, hash, &at, &number))
        if (number == wanted)
            return TRUE;
    return FALSE;
}

static void
finds_exactly_what_is_filed_through_churn(void)
{
    NpRng rng = np_rng_from_number(3);
    NpNatIndex index;
    guint32 hashes[N];
    gboolean filed[N] = { FALSE };

    np_nat_index_init(&index);
    /* Few distinct hashes next to each other: long runs that overlap. */
    for (guint i = 0; i < N; i++)
        hashes[i] = np_rng_below(&rng, N / 4);
    for (guint step = 0; step < 20 * N; step++) {
        guint32 number = np_rng_below(&rng, N);

        if (filed[number])
            np_nat_index_remove(&index, hashes[number], number);
        else
            np_nat_index_insert(&index, hashes[number], number);
        filed[number] = !filed[number];
    }
    for (guint i = 0; i < N; i++)
        CU_ASSERT(holds(&index, hashes[i], i) == filed[i]);
    np_nat_index_clear(&index);
}

static void
yields_every_number_under_one_hash(void)
{
    NpNatIndex index;
    guint32 at = 7;
    guint32 number = 0;
    guint sum = 0;

    np_nat_index_init(&index);
    for (guint i = 0; i < 50; i++)
        np_nat_index_insert(&index, 7, i);
    np_nat_index_insert(&index, 8, 1000);
    while (np_nat_index_next(&index, 7, &at, &number))
        sum += number;
    NP_ASSERT_INT(sum, 49 * 50 / 2);
    np_nat_index_clear(&index);
}

static void
forgets_everything_on_reset(void)
{
    NpNatIndex index;

    np_nat_index_init(&index);
    for (guint i = 0; i < 100; i++)
        np_nat_index_insert(&index, i, i);
    np_nat_index_reset(&index);
    for (guint i = 0; i < 100; i++)
        CU_ASSERT(!holds(&index, i, i));
    np_nat_index_remove(&index, 5, 5);
    np_nat_index_insert(&index, 5, 5);
    CU_ASSERT(holds(&index, 5, 5));
    np_nat_index_clear(&index);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(finds_exactly_what_is_filed_through_churn),
        NP_TEST(yields_every_number_under_one_hash),
        NP_TEST(forgets_everything_on_reset),
        { 0 },
    };

    return np_test_main("nat.index", tests);
}
