/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-stun.h"
#include "harness.h"
#include "stun/builder.h"
#include "stun/credential.h"

#include <string.h>

static const guint8 short_term_id[NP_STUN_ID_SIZE] = { 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                                                       0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae };
static const guint8 long_term_id[NP_STUN_ID_SIZE] = { 0x78, 0xad, 0x34, 0x33, 0xc6, 0xad,
                                                      0x72, 0xc0, 0x29, 0xda, 0x41, 0x2e };

static void
assert_is(NpStunBuilder *builder, const char *hex, const char *label)
{
    g_autoptr(GByteArray) expected = np_stun_fixture_bytes(hex);
    gsize size = np_stun_builder_finish(builder);

    NP_ASSERT_INT(size, expected->len);
    NP_ASSERT_ROW(size == expected->len && memcmp(builder->writer.data, expected->data, size) == 0,
                  label);
}

/* The vectors of RFC 5769 pad with blanks, on purpose; the builder itself always pads with zeros.
 */
static void
text_padded_with_blanks(NpStunBuilder *builder, guint16 type, const char *text)
{
    np_writer_u16(&builder->writer, type);
    np_writer_u16(&builder->writer, (guint16)strlen(text));
    np_writer_bytes(&builder->writer, text, strlen(text));
    np_writer_bytes(&builder->writer, "   ", (4 - strlen(text) % 4) % 4);
}

static void
seal_short_term(NpStunBuilder *builder)
{
    np_stun_builder_integrity(builder, NP_STUN_INTEGRITY_SHA1, NP_STUN_VECTOR_PASSWORD,
                              strlen(NP_STUN_VECTOR_PASSWORD), NP_STUN_SHA1_SIZE);
    np_stun_builder_fingerprint(builder);
}

static void
builds_the_sample_request(void)
{
    guint8 buffer[256];
    NpStunBuilder builder = np_stun_builder(buffer, sizeof buffer, NP_STUN_REQUEST, short_term_id);

    np_stun_builder_text(&builder, NP_STUN_ATTR_SOFTWARE, "STUN test client");
    np_stun_builder_u32(&builder, NP_STUN_ATTR_PRIORITY, 0x6e0001ff);
    np_stun_builder_bytes(&builder, NP_STUN_ATTR_ICE_CONTROLLED, "\x93\x2f\xf9\xb1\x51\x26\x3b\x36",
                          8);
    text_padded_with_blanks(&builder, NP_STUN_ATTR_USERNAME, "evtj:h6vY");
    seal_short_term(&builder);
    assert_is(&builder, np_stun_vector_request.hex, np_stun_vector_request.label);
}

static void
builds_the_sample_responses(void)
{
    static const struct {
        const NpStunVector *vector;
        const char *mapped;
    } rows[] = {
        { &np_stun_vector_ipv4, "192.0.2.1:32853" },
        { &np_stun_vector_ipv6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint8 buffer[256];
        NpStunBuilder builder =
            np_stun_builder(buffer, sizeof buffer, NP_STUN_SUCCESS, short_term_id);
        NpAddress mapped = { 0 };

        NP_REQUIRE(np_address_parse(&mapped, rows[i].mapped, 0));
        text_padded_with_blanks(&builder, NP_STUN_ATTR_SOFTWARE, "test vector");
        np_stun_builder_address(&builder, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, &mapped);
        seal_short_term(&builder);
        assert_is(&builder, rows[i].vector->hex, rows[i].vector->label);
    }
}

static void
builds_the_long_term_requests(void)
{
    guint8 buffer[256];
    guint8 md5_key[NP_STUN_CREDENTIAL_MD5_SIZE];
    guint8 sha256_key[NP_STUN_CREDENTIAL_SHA256_SIZE];
    guint8 userhash[NP_STUN_CREDENTIAL_SHA256_SIZE];
    NpStunBuilder builder = np_stun_builder(buffer, sizeof buffer, NP_STUN_REQUEST, long_term_id);

    np_stun_credential_key_md5(md5_key, NP_STUN_VECTOR_USERNAME, NP_STUN_VECTOR_REALM,
                               NP_STUN_VECTOR_LONG_TERM_PASSWORD);
    np_stun_builder_text(&builder, NP_STUN_ATTR_USERNAME, NP_STUN_VECTOR_USERNAME);
    np_stun_builder_text(&builder, NP_STUN_ATTR_NONCE, "f//499k954d6OL34oL9FSTvy64sA");
    np_stun_builder_text(&builder, NP_STUN_ATTR_REALM, NP_STUN_VECTOR_REALM);
    np_stun_builder_integrity(&builder, NP_STUN_INTEGRITY_SHA1, md5_key, sizeof md5_key,
                              NP_STUN_SHA1_SIZE);
    assert_is(&builder, np_stun_vector_long_term.hex, np_stun_vector_long_term.label);

    builder = np_stun_builder(buffer, sizeof buffer, NP_STUN_REQUEST, long_term_id);
    np_stun_credential_userhash(userhash, NP_STUN_VECTOR_USERNAME, NP_STUN_VECTOR_REALM);
    np_stun_credential_key_sha256(sha256_key, NP_STUN_VECTOR_USERNAME, NP_STUN_VECTOR_REALM,
                                  NP_STUN_VECTOR_LONG_TERM_PASSWORD);
    np_stun_builder_bytes(&builder, NP_STUN_ATTR_USERHASH, userhash, sizeof userhash);
    np_stun_builder_text(&builder, NP_STUN_ATTR_NONCE, "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA");
    np_stun_builder_text(&builder, NP_STUN_ATTR_REALM, NP_STUN_VECTOR_REALM);
    np_stun_builder_u16(&builder, NP_STUN_ATTR_PASSWORD_ALGORITHM, 2);
    np_stun_builder_integrity(&builder, NP_STUN_INTEGRITY_SHA256, sha256_key, sizeof sha256_key,
                              NP_STUN_SHA256_SIZE);
    assert_is(&builder, np_stun_vector_sha256.hex, np_stun_vector_sha256.label);
}

static void
builds_discovery_requests(void)
{
    guint8 buffer[64];
    NpStunBuilder builder = np_stun_builder(buffer, sizeof buffer, NP_STUN_REQUEST, long_term_id);

    np_stun_builder_change(&builder, NP_STUN_CHANGE_ADDRESS | NP_STUN_CHANGE_PORT);
    np_stun_builder_u16(&builder, NP_STUN_ATTR_RESPONSE_PORT, 0x1234);
    np_stun_builder_zeros(&builder, NP_STUN_ATTR_NATPROBE_FILL, 5);
    assert_is(&builder,
              "0001001c 2112a442 78ad3433c6ad72c029da412e "
              "00030004 00000006 00270004 12340000 c0e10005 0000000000000000",
              "discovery");
}

static void
builds_errors_for_new_and_old_clients(void)
{
    static const guint16 unknown[] = { 0x7ffe, 0x7fff, 0x0026 };
    static const struct {
        const char *request;
        const char *reply;
    } rows[] = {
        { "00010000 2112a442 000102030405060708090a0b",
          "01110018 2112a442 000102030405060708090a0b "
          "00090005 00000414 21000000 000a0006 7ffe7fff00260000" },
        { "00010000 00112233445566778899aabbccddeeff",
          "01110018 00112233445566778899aabbccddeeff "
          "00090008 00000414 21202020 000a0008 7ffe7fff00260026" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(rows[i].request);
        guint8 buffer[128];
        NpStunMessage request;
        NpStunBuilder builder;

        np_stun_fixture_parse(&request, bytes);
        builder = np_stun_builder_reply(buffer, sizeof buffer, NP_STUN_ERROR, &request);
        np_stun_builder_error(&builder, NP_STUN_UNKNOWN_ATTRIBUTE, "!");
        np_stun_builder_unknown(&builder, unknown, G_N_ELEMENTS(unknown));
        assert_is(&builder, rows[i].reply, rows[i].request);
    }
}

static void
a_buffer_too_small_yields_nothing(void)
{
    NpAddress address = np_address_ipv4(0xc0000201, 1);

    /* 20 + 12 + 24 + 8 bytes are needed. */
    for (gsize capacity = 0; capacity <= 64; capacity++) {
        g_autofree guint8 *buffer = g_malloc(capacity);
        NpStunBuilder builder = np_stun_builder(buffer, capacity, NP_STUN_SUCCESS, short_term_id);

        np_stun_builder_address(&builder, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, &address);
        seal_short_term(&builder);
        NP_ASSERT_INT(np_stun_builder_finish(&builder), capacity == 64 ? 64 : 0);
    }
}

static void
no_message_is_longer_than_its_length_field(void)
{
    gsize capacity = NP_STUN_MAX_SIZE + 1024;
    g_autofree guint8 *buffer = g_malloc(capacity);
    NpStunBuilder builder = np_stun_builder(buffer, capacity, NP_STUN_REQUEST, short_term_id);

    np_stun_builder_zeros(&builder, NP_STUN_ATTR_NATPROBE_FILL, 65528);
    NP_ASSERT_INT(np_stun_builder_finish(&builder), NP_STUN_MAX_SIZE);
    np_stun_builder_u32(&builder, NP_STUN_ATTR_PRIORITY, 0);
    NP_ASSERT_INT(np_stun_builder_finish(&builder), 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(builds_the_sample_request),
        NP_TEST(builds_the_sample_responses),
        NP_TEST(builds_the_long_term_requests),
        NP_TEST(builds_discovery_requests),
        NP_TEST(builds_errors_for_new_and_old_clients),
        NP_TEST(a_buffer_too_small_yields_nothing),
        NP_TEST(no_message_is_longer_than_its_length_field),
        { 0 },
    };

    return np_test_main("stun.builder", tests);
}
