/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-stun.h"
#include "harness.h"
#include "stun/message.h"

#include <string.h>

#define HEADER_OF(type, length) type length " 2112a442 000102030405060708090a0b "

static void
reads_the_sample_request(void)
{
    static const guint8 id[NP_STUN_ID_SIZE] = { 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                                                0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae };
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(np_stun_vector_request.hex);
    NpStunMessage message;
    NpReader value = { 0 };
    guint32 priority = 0;
    g_autofree char *software = NULL;
    g_autofree char *username = NULL;

    NP_REQUIRE(np_stun_message_parse(&message, bytes->data, bytes->len) == NP_STUN_OK);
    NP_ASSERT_INT(message.class, NP_STUN_REQUEST);
    NP_ASSERT_INT(message.method, NP_STUN_BINDING);
    CU_ASSERT(message.has_cookie);
    CU_ASSERT(np_stun_message_has_id(&message, id));
    NP_ASSERT_INT(message.n_attributes, 6);
    software = np_stun_message_text(&message, NP_STUN_ATTR_SOFTWARE);
    NP_ASSERT_STR(software, "STUN test client");
    username = np_stun_message_text(&message, NP_STUN_ATTR_USERNAME);
    NP_ASSERT_STR(username, "evtj:h6vY");
    CU_ASSERT(np_stun_message_u32(&message, NP_STUN_ATTR_PRIORITY, &priority));
    NP_ASSERT_INT(priority, 0x6e0001ff);
    CU_ASSERT(np_stun_message_find(&message, NP_STUN_ATTR_ICE_CONTROLLED, &value));
    CU_ASSERT(np_reader_u64(&value) == 0x932ff9b151263b36);
    CU_ASSERT(!np_stun_message_has(&message, NP_STUN_ATTR_XOR_MAPPED_ADDRESS));
}

static void
reads_the_sample_responses(void)
{
    static const struct {
        const NpStunVector *vector;
        const char *mapped;
    } rows[] = {
        { &np_stun_vector_ipv4, "192.0.2.1:32853" },
        { &np_stun_vector_ipv6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(rows[i].vector->hex);
        NpStunMessage message;
        NpAddress mapped = { 0 };
        g_autofree char *software = NULL;
        char text[NP_ADDRESS_TEXT_SIZE];

        NP_REQUIRE(np_stun_message_parse(&message, bytes->data, bytes->len) == NP_STUN_OK);
        NP_ASSERT_INT(message.class, NP_STUN_SUCCESS);
        NP_REQUIRE(np_stun_message_address(&message, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, &mapped));
        NP_ASSERT_STR(np_address_format(&mapped, text), rows[i].mapped);
        software = np_stun_message_text(&message, NP_STUN_ATTR_SOFTWARE);
        NP_ASSERT_STR(software, "test vector");
    }
}

static void
reads_the_long_term_request(void)
{
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(np_stun_vector_long_term.hex);
    NpStunMessage message;
    g_autofree char *username = NULL;
    g_autofree char *nonce = NULL;

    NP_REQUIRE(np_stun_message_parse(&message, bytes->data, bytes->len) == NP_STUN_OK);
    username = np_stun_message_text(&message, NP_STUN_ATTR_USERNAME);
    NP_ASSERT_STR(username, NP_STUN_VECTOR_USERNAME);
    nonce = np_stun_message_text(&message, NP_STUN_ATTR_NONCE);
    NP_ASSERT_STR(nonce, "f//499k954d6OL34oL9FSTvy64sA");
}

static void
tells_stun_from_the_broken_and_the_foreign(void)
{
    static const struct {
        const char *label;
        const char *hex;
        NpStunResult expected;
    } rows[] = {
        { "no attributes", HEADER_OF("0001", "0000"), NP_STUN_OK },
        { "nothing", "", NP_STUN_NOT_STUN },
        { "a header cut short", "00010000 2112a442 000102030405060708090a", NP_STUN_NOT_STUN },
        { "first bits set", HEADER_OF("4001", "0000"), NP_STUN_NOT_STUN },
        { "text", "48656c6c6f2c20686f6c65207075 6e63686572210a", NP_STUN_NOT_STUN },
        { "length past the end", HEADER_OF("0001", "0008") "80220000", NP_STUN_MALFORMED },
        { "bytes behind the end", HEADER_OF("0001", "0000") "80220000", NP_STUN_MALFORMED },
        { "odd length", HEADER_OF("0001", "0005") "8022000161", NP_STUN_MALFORMED },
        { "half an attribute header", HEADER_OF("0001", "0002") "8022", NP_STUN_MALFORMED },
        { "attribute past the end", HEADER_OF("0001", "0008") "80220005 61626364",
          NP_STUN_MALFORMED },
        { "huge attribute", HEADER_OF("0001", "0004") "8022ffff", NP_STUN_MALFORMED },
        { "something behind FINGERPRINT", HEADER_OF("0001", "000c") "80280004 00000000 80220000",
          NP_STUN_MALFORMED },
        { "empty attribute at the end", HEADER_OF("0001", "0004") "80220000", NP_STUN_OK },
        { "padding that is not zero", HEADER_OF("0001", "0008") "80220001 61fffefd", NP_STUN_OK },
        { "indication", HEADER_OF("0011", "0000"), NP_STUN_OK },
        { "Allocate", HEADER_OF("0003", "0000"), NP_STUN_UNSUPPORTED },
        { "the highest method", HEADER_OF("3eef", "0000"), NP_STUN_UNSUPPORTED },
        { "RFC 3489 request", "00010008 00112233445566778899aabbccddeeff 00030004 00000006",
          NP_STUN_OK },
        { "RFC 3489 with broken length", "00010008 00112233445566778899aabbccddeeff 00030004",
          NP_STUN_NOT_STUN },
        { "RFC 3489 shared secret request", "00020000 00112233445566778899aabbccddeeff",
          NP_STUN_NOT_STUN },
        { "an indication without cookie", "00110000 00112233445566778899aabbccddeeff",
          NP_STUN_NOT_STUN },
        { "zeros", "00000000 00000000000000000000000000000000", NP_STUN_NOT_STUN },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(rows[i].hex);
        NpStunMessage message;

        NP_ASSERT_ROW(np_stun_message_parse(&message, bytes->data, bytes->len) == rows[i].expected,
                      rows[i].label);
    }
}

static void
every_truncation_is_refused(void)
{
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(np_stun_vector_request.hex);

    for (guint size = 0; size < bytes->len; size++) {
        /* Exactly sized, so that a sanitizer sees any step past the end. */
        g_autofree guint8 *copy = g_memdup2(bytes->data, size);
        NpStunMessage message;

        CU_ASSERT(np_stun_message_parse(&message, copy, size) != NP_STUN_OK);
    }
}

static void
splits_class_and_method(void)
{
    static const struct {
        const char *type;
        NpStunClass class;
        guint16 method;
    } rows[] = {
        { "0001", NP_STUN_REQUEST, 0x001 }, { "0011", NP_STUN_INDICATION, 0x001 },
        { "0101", NP_STUN_SUCCESS, 0x001 }, { "0111", NP_STUN_ERROR, 0x001 },
        { "0003", NP_STUN_REQUEST, 0x003 }, { "3fff", NP_STUN_ERROR, 0xfff },
        { "00e0", NP_STUN_REQUEST, 0x070 }, { "3e00", NP_STUN_REQUEST, 0xf80 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *hex = g_strconcat(rows[i].type, HEADER_OF("", "0000"), NULL);
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(hex);
        NpStunMessage message = { 0 };

        np_stun_message_parse(&message, bytes->data, bytes->len);
        NP_ASSERT_ROW(message.class == rows[i].class, rows[i].type);
        NP_ASSERT_ROW(message.method == rows[i].method, rows[i].type);
    }
}

static void
the_table_of_attributes_is_bounded(void)
{
    for (guint n = NP_STUN_MAX_ATTRIBUTES; n <= NP_STUN_MAX_ATTRIBUTES + 1; n++) {
        g_autofree char *header = g_strdup_printf(HEADER_OF("0001", "%04x"), n * 4);
        g_autoptr(GString) hex = g_string_new(header);
        g_autoptr(GByteArray) bytes = NULL;
        NpStunMessage message;

        for (guint i = 0; i < n; i++)
            g_string_append(hex, "80220000");
        bytes = np_stun_fixture_bytes(hex->str);
        NP_ASSERT_INT(np_stun_message_parse(&message, bytes->data, bytes->len),
                      n <= NP_STUN_MAX_ATTRIBUTES ? NP_STUN_OK : NP_STUN_MALFORMED);
    }
}

static void
the_first_of_several_counts(void)
{
    g_autoptr(GByteArray) bytes =
        np_stun_fixture_bytes(HEADER_OF("0001", "0010") "00240004 00000001 00240004 00000002");
    NpStunMessage message;
    guint32 priority = 0;

    np_stun_fixture_parse(&message, bytes);
    CU_ASSERT(np_stun_message_u32(&message, NP_STUN_ATTR_PRIORITY, &priority));
    NP_ASSERT_INT(priority, 1);
}

static void
what_follows_integrity_is_ignored(void)
{
#define SHA1 "00080014 0000000000000000000000000000000000000000 "
#define SHA256 "001c0010 00000000000000000000000000000000 "
    static const struct {
        const char *label;
        const char *hex;
        guint kept;
    } rows[] = {
        { "SOFTWARE behind SHA-1", HEADER_OF("0001", "001c") SHA1 "80220000", 1 },
        { "SHA-256 and FINGERPRINT behind SHA-1",
          HEADER_OF("0001", "0034") SHA1 SHA256 "80280004 00000000", 3 },
        { "SHA-1 and SOFTWARE behind SHA-256", HEADER_OF("0001", "0030") SHA256 SHA1 "80220000",
          1 },
        { "FINGERPRINT behind SHA-256", HEADER_OF("0001", "001c") SHA256 "80280004 00000000", 2 },
        { "SOFTWARE between the two", HEADER_OF("0001", "0030") SHA1 "80220000" SHA256, 2 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(rows[i].hex);
        NpStunMessage message;

        NP_ASSERT_ROW(np_stun_message_parse(&message, bytes->data, bytes->len) == NP_STUN_OK,
                      rows[i].label);
        NP_ASSERT_ROW(message.n_attributes == rows[i].kept, rows[i].label);
        NP_ASSERT_ROW(!np_stun_message_has(&message, NP_STUN_ATTR_SOFTWARE), rows[i].label);
    }
}

static void
values_of_the_wrong_size_are_not_read(void)
{
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(
        HEADER_OF("0001", "0018") "00240003 00000000 00270008 0102030405060708 80220000");
    NpStunMessage message;
    NpAddress address = { 0 };
    guint32 word = 0;
    guint16 port = 0;
    guint code = 0;
    g_autofree char *software = NULL;

    np_stun_fixture_parse(&message, bytes);
    CU_ASSERT(!np_stun_message_u32(&message, NP_STUN_ATTR_PRIORITY, &word));
    CU_ASSERT(!np_stun_message_u16(&message, NP_STUN_ATTR_RESPONSE_PORT, &port));
    CU_ASSERT(!np_stun_message_address(&message, NP_STUN_ATTR_PRIORITY, &address));
    CU_ASSERT(!np_stun_message_error(&message, &code));
    software = np_stun_message_text(&message, NP_STUN_ATTR_SOFTWARE);
    NP_ASSERT_STR(software, "");
}

static void
texts_come_out_printable(void)
{
    /* An escape sequence, a NUL, half a UTF-8 character and a line end. */
    g_autoptr(GByteArray) bytes =
        np_stun_fixture_bytes(HEADER_OF("0101", "0010") "8022000a 611b5b31006d62c30a63 0000");
    NpStunMessage message;
    g_autofree char *software = NULL;

    np_stun_fixture_parse(&message, bytes);
    software = np_stun_message_text(&message, NP_STUN_ATTR_SOFTWARE);
    CU_ASSERT(g_utf8_validate(software, -1, NULL));
    for (const char *at = software; *at != '\0'; at++)
        CU_ASSERT(!g_ascii_iscntrl(*at));
    CU_ASSERT(g_str_has_prefix(software, "a[1"));
    CU_ASSERT(g_str_has_suffix(software, "c"));
}

static void
reads_error_responses(void)
{
    static const struct {
        const char *label;
        const char *value; /* of ERROR-CODE, eight bytes */
        guint code;        /* 0: not to be read */
        const char *reason;
    } rows[] = {
        { "420", "00000414 4f6f7073", 420, "Oops" },
        { "reserved bits set", "fffffc14 4f6f7073", 420, "Oops" },
        { "699", "00000663 61626364", 699, "abcd" },
        { "class too low", "00000200 61626364", 0, NULL },
        { "class too high", "00000700 61626364", 0, NULL },
        { "number too high", "00000464 61626364", 0, NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *hex = g_strconcat(HEADER_OF("0111", "0014") "00090008", rows[i].value,
                                           "000a0004 0026 0003", NULL);
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(hex);
        NpStunMessage message;
        g_autofree char *reason = NULL;
        guint code = 0;

        np_stun_fixture_parse(&message, bytes);
        NP_ASSERT_ROW(np_stun_message_error(&message, &code) == (rows[i].code != 0), rows[i].label);
        NP_ASSERT_ROW(code == rows[i].code, rows[i].label);
        reason = np_stun_message_error_reason(&message);
        NP_ASSERT_STR(reason, rows[i].reason);
        CU_ASSERT(np_stun_message_refuses(&message, NP_STUN_ATTR_PADDING));
        CU_ASSERT(np_stun_message_refuses(&message, NP_STUN_ATTR_CHANGE_REQUEST));
        CU_ASSERT(!np_stun_message_refuses(&message, NP_STUN_ATTR_RESPONSE_PORT));
    }
}

static void
lists_what_must_be_understood_and_is_not(void)
{
    static const guint16 known[] = { NP_STUN_ATTR_CHANGE_REQUEST };
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(
        HEADER_OF("0001", "001c") "7ffe0000 00030004 00000000 80aa0000 7fff0000 7ffe0000 7ffd0000");
    NpStunMessage message;
    guint16 unknown[4] = { 0 };

    np_stun_fixture_parse(&message, bytes);
    NP_ASSERT_INT(np_stun_message_unknown(&message, known, 1, unknown, G_N_ELEMENTS(unknown)), 3);
    NP_ASSERT_INT(unknown[0], 0x7ffe);
    NP_ASSERT_INT(unknown[1], 0x7fff);
    NP_ASSERT_INT(unknown[2], 0x7ffd);
    NP_ASSERT_INT(np_stun_message_unknown(&message, known, 1, unknown, 1), 1);
    NP_ASSERT_INT(np_stun_message_unknown(&message, NULL, 0, unknown, 4), 4);
    NP_ASSERT_INT(unknown[1], NP_STUN_ATTR_CHANGE_REQUEST);
}

static void
without_the_cookie_there_is_no_96_bit_id(void)
{
    g_autoptr(GByteArray) bytes =
        np_stun_fixture_bytes("00010000 00112233445566778899aabbccddeeff");
    NpStunMessage message;

    np_stun_fixture_parse(&message, bytes);
    CU_ASSERT(!message.has_cookie);
    CU_ASSERT(!np_stun_message_has_id(&message, message.id));
    CU_ASSERT(memcmp(message.mask, bytes->data + 4, NP_STUN_MASK_SIZE) == 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(reads_the_sample_request),
        NP_TEST(reads_the_sample_responses),
        NP_TEST(reads_the_long_term_request),
        NP_TEST(tells_stun_from_the_broken_and_the_foreign),
        NP_TEST(every_truncation_is_refused),
        NP_TEST(splits_class_and_method),
        NP_TEST(the_table_of_attributes_is_bounded),
        NP_TEST(the_first_of_several_counts),
        NP_TEST(what_follows_integrity_is_ignored),
        NP_TEST(values_of_the_wrong_size_are_not_read),
        NP_TEST(texts_come_out_printable),
        NP_TEST(reads_error_responses),
        NP_TEST(lists_what_must_be_understood_and_is_not),
        NP_TEST(without_the_cookie_there_is_no_96_bit_id),
        { 0 },
    };

    return np_test_main("stun.message", tests);
}
