/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "util/writer.h"

#include <string.h>

static void
writes_integers_in_network_order(void)
{
    static const guint8 expected[] = {
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a,
        0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0xaa, 0xbb, 0x00, 0x00,
    };
    guint8 buffer[sizeof expected];
    NpWriter writer = np_writer(buffer, sizeof buffer);

    memset(buffer, 0xee, sizeof buffer);
    np_writer_u8(&writer, 0x01);
    np_writer_u16(&writer, 0x0203);
    np_writer_u32(&writer, 0x04050607);
    np_writer_u64(&writer, G_GUINT64_CONSTANT(0x08090a0b0c0d0e0f));
    np_writer_bytes(&writer, "\xaa\xbb", 2);
    np_writer_zeros(&writer, 2);
    NP_ASSERT_INT(np_writer_finish(&writer), sizeof expected);
    CU_ASSERT_EQUAL(memcmp(buffer, expected, sizeof expected), 0);
}

static void
never_writes_past_the_end(void)
{
    guint8 buffer[8];
    NpWriter writer = np_writer(buffer, 6);

    memset(buffer, 0xee, sizeof buffer);
    np_writer_u32(&writer, 0);
    np_writer_u32(&writer, 0);
    NP_ASSERT_INT(np_writer_finish(&writer), 0);
    for (gsize i = 4; i < sizeof buffer; i++)
        NP_ASSERT_INT(buffer[i], 0xee);
}

static void
an_overflow_stays(void)
{
    guint8 buffer[4];
    NpWriter writer = np_writer(buffer, sizeof buffer);

    np_writer_u8(&writer, 1);
    np_writer_bytes(&writer, buffer, G_MAXSIZE);
    CU_ASSERT_TRUE(writer.failed);
    /* These would fit, but a hole in the middle is no message. */
    np_writer_u8(&writer, 2);
    np_writer_patch_u16(&writer, 0, 3);
    NP_ASSERT_INT(np_writer_finish(&writer), 0);
}

static void
patches_a_length_known_afterwards(void)
{
    guint8 buffer[5];
    NpWriter writer = np_writer(buffer, sizeof buffer);

    np_writer_u8(&writer, 0x11);
    np_writer_u16(&writer, 0);
    np_writer_u16(&writer, 0x4455);
    np_writer_patch_u16(&writer, 1, 0x2233);
    NP_ASSERT_INT(np_writer_finish(&writer), 5);
    CU_ASSERT_EQUAL(memcmp(buffer, "\x11\x22\x33\x44\x55", 5), 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(writes_integers_in_network_order),
        NP_TEST(never_writes_past_the_end),
        NP_TEST(an_overflow_stays),
        NP_TEST(patches_a_length_known_afterwards),
        { 0 },
    };

    return np_test_main("util.writer", tests);
}
