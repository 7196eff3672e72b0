/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-stun.h"
#include "harness.h"
#include "stun/fingerprint.h"

static void
the_vectors_verify(void)
{
    const NpStunVector *const rows[] = { &np_stun_vector_request, &np_stun_vector_ipv4,
                                         &np_stun_vector_ipv6 };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(rows[i]->hex);
        NpStunMessage message;

        np_stun_fixture_parse(&message, bytes);
        NP_ASSERT_ROW(np_stun_fingerprint_check(&message) == NP_STUN_FINGERPRINT_GOOD,
                      rows[i]->label);
    }
}

static void
any_changed_byte_is_noticed(void)
{
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(np_stun_vector_ipv4.hex);

    for (guint i = 0; i < bytes->len; i++) {
        NpStunMessage message;

        bytes->data[i] ^= 0x10;
        if (np_stun_message_parse(&message, bytes->data, bytes->len) == NP_STUN_OK)
            CU_ASSERT(np_stun_fingerprint_check(&message) != NP_STUN_FINGERPRINT_GOOD);
        bytes->data[i] ^= 0x10;
    }
}

static void
absent_is_neither_good_nor_bad(void)
{
    g_autoptr(GByteArray) without = np_stun_fixture_bytes(np_stun_vector_long_term.hex);
    g_autoptr(GByteArray) too_long = np_stun_fixture_bytes(
        "0001000c 2112a442 000102030405060708090a0b 80280008 0000000000000000");
    NpStunMessage message;

    np_stun_fixture_parse(&message, without);
    NP_ASSERT_INT(np_stun_fingerprint_check(&message), NP_STUN_FINGERPRINT_ABSENT);
    np_stun_fixture_parse(&message, too_long);
    NP_ASSERT_INT(np_stun_fingerprint_check(&message), NP_STUN_FINGERPRINT_BAD);
}

static void
the_checksum_is_crc_32(void)
{
    /* The check value of CRC-32/ISO-HDLC, which is ITU V.42's. */
    NP_ASSERT_INT(np_stun_fingerprint_compute(np_reader("123456789", 9)),
                  0xcbf43926u ^ 0x5354554eu);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(the_vectors_verify),
        NP_TEST(any_changed_byte_is_noticed),
        NP_TEST(absent_is_neither_good_nor_bad),
        NP_TEST(the_checksum_is_crc_32),
        { 0 },
    };

    return np_test_main("stun.fingerprint", tests);
}
