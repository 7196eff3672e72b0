/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "util/reader.h"

#include <string.h>

static const guint8 sixteen[16] = {
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
};

static void
reads_integers_in_network_order(void)
{
    NpReader reader = np_reader(sixteen, sizeof sixteen);

    NP_ASSERT_INT(np_reader_u8(&reader), 0x00);
    NP_ASSERT_INT(np_reader_u16(&reader), 0x1122);
    NP_ASSERT_INT(np_reader_u32(&reader), 0x33445566);
    CU_ASSERT_EQUAL(np_reader_u64(&reader), G_GUINT64_CONSTANT(0x778899aabbccddee));
    NP_ASSERT_INT(np_reader_left(&reader), 1);
    NP_ASSERT_INT(np_reader_u8(&reader), 0xff);
    NP_ASSERT_INT(np_reader_left(&reader), 0);
    CU_ASSERT_FALSE(reader.failed);
}

static void
fails_for_good_past_the_end(void)
{
    NpReader reader = np_reader(sixteen, 3);

    NP_ASSERT_INT(np_reader_u16(&reader), 0x0011);
    NP_ASSERT_INT(np_reader_u16(&reader), 0);
    CU_ASSERT_TRUE(reader.failed);
    /* One byte is left, but nobody may mistake it for what was asked. */
    NP_ASSERT_INT(np_reader_left(&reader), 0);
    NP_ASSERT_INT(np_reader_u8(&reader), 0);
    CU_ASSERT_PTR_NULL(np_reader_bytes(&reader, 0));
}

static void
refuses_sizes_that_would_wrap(void)
{
    NpReader reader = np_reader(sixteen, sizeof sixteen);

    np_reader_skip(&reader, 8);
    CU_ASSERT_PTR_NULL(np_reader_bytes(&reader, G_MAXSIZE - 4));
    CU_ASSERT_TRUE(reader.failed);
}

static void
copies_zeros_where_bytes_are_missing(void)
{
    NpReader reader = np_reader(sixteen + 8, 8);
    guint8 eight[8];

    np_reader_copy(&reader, eight, sizeof eight);
    CU_ASSERT_EQUAL(memcmp(eight, sixteen + 8, sizeof eight), 0);
    np_reader_copy(&reader, eight, sizeof eight);
    CU_ASSERT_TRUE(reader.failed);
    for (gsize i = 0; i < sizeof eight; i++)
        NP_ASSERT_INT(eight[i], 0);
}

static void
a_part_is_bounded_by_itself(void)
{
    NpReader whole = np_reader(sixteen, sizeof sixteen);
    NpReader part = np_reader_sub(&whole, 4);

    NP_ASSERT_INT(np_reader_u32(&part), 0x00112233);
    NP_ASSERT_INT(np_reader_u8(&part), 0);
    CU_ASSERT_TRUE(part.failed);
    CU_ASSERT_FALSE(whole.failed);
    NP_ASSERT_INT(np_reader_u8(&whole), 0x44);

    part = np_reader_sub(&whole, 12);
    CU_ASSERT_TRUE(part.failed);
    CU_ASSERT_TRUE(whole.failed);
}

static void
nothing_can_be_read_from_nothing(void)
{
    NpReader reader = np_reader(NULL, 0);

    CU_ASSERT_PTR_NOT_NULL(np_reader_bytes(&reader, 0));
    CU_ASSERT_FALSE(reader.failed);
    NP_ASSERT_INT(np_reader_u8(&reader), 0);
    CU_ASSERT_TRUE(reader.failed);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(reads_integers_in_network_order),
        NP_TEST(fails_for_good_past_the_end),
        NP_TEST(refuses_sizes_that_would_wrap),
        NP_TEST(copies_zeros_where_bytes_are_missing),
        NP_TEST(a_part_is_bounded_by_itself),
        NP_TEST(nothing_can_be_read_from_nothing),
        { 0 },
    };

    return np_test_main("util.reader", tests);
}
