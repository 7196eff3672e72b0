/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-stun.h"
#include "harness.h"
#include "stun/address.h"

static const guint8 mask[NP_STUN_MASK_SIZE] = { 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01,
                                                0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae };

static void
writes_and_reads_back_plain_and_xored(void)
{
    static const struct {
        const char *address;
        gboolean xored;
        const char *hex;
    } rows[] = {
        { "192.0.2.1:32853", FALSE, "00018055c0000201" },
        { "192.0.2.1:32853", TRUE, "0001a147e112a643" },
        { "[2001:db8:1234:5678:11:2233:4455:6677]:32853", FALSE,
          "0002805520010db8123456780011223344556677" },
        { "[2001:db8:1234:5678:11:2233:4455:6677]:32853", TRUE,
          "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9" },
        { "0.0.0.0:0", TRUE, "000121122112a442" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) expected = np_stun_fixture_bytes(rows[i].hex);
        NpAddress address = { 0 };
        NpAddress read = { 0 };
        guint8 buffer[32];
        NpWriter writer = np_writer(buffer, sizeof buffer);

        NP_ASSERT_ROW(np_address_parse(&address, rows[i].address, 0), rows[i].hex);
        np_stun_address_write(&writer, rows[i].xored ? mask : NULL, &address);
        NP_ASSERT_INT(np_writer_finish(&writer), expected->len);
        NP_ASSERT_INT(np_stun_address_size(&address), expected->len);
        NP_ASSERT_ROW(memcmp(buffer, expected->data, expected->len) == 0, rows[i].hex);
        NP_ASSERT_ROW(np_stun_address_read(np_reader(buffer, expected->len),
                                           rows[i].xored ? mask : NULL, &read),
                      rows[i].hex);
        NP_ASSERT_ROW(np_address_equal(&read, &address), rows[i].hex);
    }
}

static void
refuses_wrong_families_and_sizes(void)
{
    static const char *const rows[] = {
        "",
        "0001",
        "0001805500",
        "00018055c00002",
        "00018055c000020100",
        "00008055c0000201",
        "00038055c0000201",
        "00028055c0000201",
        "0002805520010db81234567800112233445566",
        "0002805520010db812345678001122334455667700",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(rows[i]);
        NpAddress address = { 0 };

        NP_ASSERT_ROW(!np_stun_address_read(np_reader(bytes->data, bytes->len), NULL, &address),
                      rows[i]);
        NP_ASSERT_ROW(!np_address_is_set(&address), rows[i]);
    }
}

static void
ignores_the_reserved_first_byte(void)
{
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes("ff018055c0000201");
    NpAddress address = { 0 };
    char text[NP_ADDRESS_TEXT_SIZE];

    CU_ASSERT(np_stun_address_read(np_reader(bytes->data, bytes->len), NULL, &address));
    NP_ASSERT_STR(np_address_format(&address, text), "192.0.2.1:32853");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(writes_and_reads_back_plain_and_xored),
        NP_TEST(refuses_wrong_families_and_sizes),
        NP_TEST(ignores_the_reserved_first_byte),
        { 0 },
    };

    return np_test_main("stun.address", tests);
}
