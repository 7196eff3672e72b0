/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "util/heap.h"
#include "util/rng.h"

static void
yields_items_by_ascending_key(void)
{
    NpRng rng = np_rng_from_number(1);
    NpHeap heap;
    gint64 last = G_MININT64;
    gint64 key = 0;
    guint n = 0;

    np_heap_init(&heap, 5000);
    for (guint i = 0; i < 5000; i++)
        CU_ASSERT(np_heap_push(&heap, (gint64)np_rng_u64(&rng), NULL));
    for (; np_heap_pop(&heap, &key, NULL); n++) {
        CU_ASSERT(key >= last);
        last = key;
    }
    NP_ASSERT_INT(n, 5000);
    np_heap_clear(&heap);
}

static void
keeps_the_order_of_pushes_among_equal_keys(void)
{
    NpHeap heap;
    gpointer item = NULL;

    np_heap_init(&heap, 300);
    for (guint i = 0; i < 300; i++)
        np_heap_push(&heap, i % 3, GUINT_TO_POINTER(i));
    for (guint i = 0; i < 300; i++) {
        NP_REQUIRE(np_heap_pop(&heap, NULL, &item));
        NP_ASSERT_INT(GPOINTER_TO_UINT(item), i % 100 * 3 + i / 100);
    }
    np_heap_clear(&heap);
}

static void
mixes_pushes_and_pops(void)
{
    NpHeap heap;
    gint64 key = 0;

    np_heap_init(&heap, G_MAXUINT);
    for (gint64 i = 0; i < 1000; i++) {
        np_heap_push(&heap, i + 500, NULL);
        np_heap_push(&heap, i, NULL);
        CU_ASSERT(np_heap_pop(&heap, &key, NULL));
        NP_ASSERT_INT(key, i < 500 ? i : 500 + (i - 500) / 2);
    }
    NP_ASSERT_INT(np_heap_size(&heap), 1000);
    np_heap_clear(&heap);
}

static void
refuses_more_than_its_limit(void)
{
    NpHeap heap;
    gint64 key = 0;

    np_heap_init(&heap, 2);
    CU_ASSERT(!np_heap_peek(&heap, NULL, NULL));
    CU_ASSERT(!np_heap_pop(&heap, NULL, NULL));
    CU_ASSERT(np_heap_push(&heap, 2, NULL));
    CU_ASSERT(np_heap_push(&heap, 1, NULL));
    CU_ASSERT(!np_heap_push(&heap, 0, NULL));
    NP_ASSERT_INT(np_heap_size(&heap), 2);
    CU_ASSERT(np_heap_peek(&heap, &key, NULL));
    NP_ASSERT_INT(key, 1);
    CU_ASSERT(np_heap_pop(&heap, NULL, NULL));
    CU_ASSERT(np_heap_push(&heap, 0, NULL));
    np_heap_clear(&heap);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(yields_items_by_ascending_key),
        NP_TEST(keeps_the_order_of_pushes_among_equal_keys),
        NP_TEST(mixes_pushes_and_pops),
        NP_TEST(refuses_more_than_its_limit),
        { 0 },
    };

    return np_test_main("util.heap", tests);
}
