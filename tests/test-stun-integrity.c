/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-stun.h"
#include "harness.h"
#include "stun/builder.h"
#include "stun/credential.h"
#include "stun/integrity.h"

#include <string.h>

static gboolean
check_sha1(const NpStunMessage *message, const char *password)
{
    return np_stun_integrity_check(message, NP_STUN_INTEGRITY_SHA1, password, strlen(password), 0);
}

static void
the_short_term_vectors_verify(void)
{
    const NpStunVector *const rows[] = { &np_stun_vector_request, &np_stun_vector_ipv4,
                                         &np_stun_vector_ipv6 };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(rows[i]->hex);
        NpStunMessage message;

        np_stun_fixture_parse(&message, bytes);
        NP_ASSERT_ROW(check_sha1(&message, NP_STUN_VECTOR_PASSWORD), rows[i]->label);
        NP_ASSERT_ROW(!check_sha1(&message, "VOkJxbRl1RmTxUk/WvJxBT"), rows[i]->label);
        NP_ASSERT_ROW(!np_stun_integrity_check(&message, NP_STUN_INTEGRITY_SHA256,
                                               NP_STUN_VECTOR_PASSWORD, 22, 0),
                      rows[i]->label);
    }
}

static void
the_long_term_vectors_verify(void)
{
    g_autoptr(GByteArray) sha1 = np_stun_fixture_bytes(np_stun_vector_long_term.hex);
    g_autoptr(GByteArray) sha256 = np_stun_fixture_bytes(np_stun_vector_sha256.hex);
    guint8 md5_key[NP_STUN_CREDENTIAL_MD5_SIZE];
    guint8 sha256_key[NP_STUN_CREDENTIAL_SHA256_SIZE];
    NpStunMessage message;

    np_stun_credential_key_md5(md5_key, NP_STUN_VECTOR_USERNAME, NP_STUN_VECTOR_REALM,
                               NP_STUN_VECTOR_LONG_TERM_PASSWORD);
    np_stun_fixture_parse(&message, sha1);
    CU_ASSERT(
        np_stun_integrity_check(&message, NP_STUN_INTEGRITY_SHA1, md5_key, sizeof md5_key, 0));
    np_stun_credential_key_sha256(sha256_key, NP_STUN_VECTOR_USERNAME, NP_STUN_VECTOR_REALM,
                                  NP_STUN_VECTOR_LONG_TERM_PASSWORD);
    np_stun_fixture_parse(&message, sha256);
    CU_ASSERT(np_stun_integrity_check(&message, NP_STUN_INTEGRITY_SHA256, sha256_key,
                                      sizeof sha256_key, NP_STUN_SHA256_SIZE));
}

static void
any_changed_byte_is_noticed(void)
{
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(np_stun_vector_request.hex);
    /* The FINGERPRINT behind it is not protected. */
    guint covered = bytes->len - 8;

    for (guint i = 0; i < covered; i++) {
        NpStunMessage message;

        bytes->data[i] ^= 0x01;
        if (np_stun_message_parse(&message, bytes->data, bytes->len) == NP_STUN_OK)
            CU_ASSERT(!check_sha1(&message, NP_STUN_VECTOR_PASSWORD));
        bytes->data[i] ^= 0x01;
    }
}

static void
sha256_may_be_truncated_as_far_as_allowed(void)
{
    static const guint8 id[NP_STUN_ID_SIZE] = { 1 };
    static const struct {
        gsize size;
        gsize min_size;
        gboolean expected;
    } rows[] = {
        { 32, 32, TRUE }, { 28, 32, FALSE }, { 28, 28, TRUE },
        { 16, 16, TRUE }, { 16, 20, FALSE }, { 16, 0, TRUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint8 buffer[128];
        NpStunBuilder builder = np_stun_builder(buffer, sizeof buffer, NP_STUN_REQUEST, id);
        NpStunMessage message;
        g_autofree char *label = g_strdup_printf("%" G_GSIZE_FORMAT " bytes", rows[i].size);

        np_stun_builder_integrity(&builder, NP_STUN_INTEGRITY_SHA256, "key", 3, rows[i].size);
        NP_REQUIRE(np_stun_message_parse(&message, buffer, np_stun_builder_finish(&builder)) ==
                   NP_STUN_OK);
        NP_ASSERT_ROW(np_stun_integrity_check(&message, NP_STUN_INTEGRITY_SHA256, "key", 3,
                                              rows[i].min_size) == rows[i].expected,
                      label);
    }
}

static void
sizes_nobody_may_send_are_refused(void)
{
    static const char *const rows[] = {
        "00010010 2112a442 000102030405060708090a0b 001c000c 000000000000000000000000",
        "00010018 2112a442 000102030405060708090a0b "
        "001c0011 0000000000000000000000000000000000000000",
        "00010028 2112a442 000102030405060708090a0b "
        "001c0024 000000000000000000000000000000000000000000000000000000000000000000000000",
        "00010004 2112a442 000102030405060708090a0b 001c0000",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(rows[i]);
        NpStunMessage message;

        np_stun_fixture_parse(&message, bytes);
        NP_ASSERT_ROW(!np_stun_integrity_check(&message, NP_STUN_INTEGRITY_SHA256, "key", 3, 0),
                      rows[i]);
    }
}

static void
both_kinds_live_in_one_message(void)
{
    static const guint8 id[NP_STUN_ID_SIZE] = { 2 };
    guint8 buffer[128];
    NpStunBuilder builder = np_stun_builder(buffer, sizeof buffer, NP_STUN_REQUEST, id);
    NpStunMessage message;

    np_stun_builder_integrity(&builder, NP_STUN_INTEGRITY_SHA1, "key", 3, NP_STUN_SHA1_SIZE);
    np_stun_builder_integrity(&builder, NP_STUN_INTEGRITY_SHA256, "key", 3, NP_STUN_SHA256_SIZE);
    np_stun_builder_fingerprint(&builder);
    NP_REQUIRE(np_stun_message_parse(&message, buffer, np_stun_builder_finish(&builder)) ==
               NP_STUN_OK);
    CU_ASSERT(check_sha1(&message, "key"));
    CU_ASSERT(np_stun_integrity_check(&message, NP_STUN_INTEGRITY_SHA256, "key", 3, 32));
    CU_ASSERT(!check_sha1(&message, "kez"));
    CU_ASSERT(!np_stun_integrity_check(&message, NP_STUN_INTEGRITY_SHA256, "kez", 3, 32));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(the_short_term_vectors_verify),
        NP_TEST(the_long_term_vectors_verify),
        NP_TEST(any_changed_byte_is_noticed),
        NP_TEST(sha256_may_be_truncated_as_far_as_allowed),
        NP_TEST(sizes_nobody_may_send_are_refused),
        NP_TEST(both_kinds_live_in_one_message),
        { 0 },
    };

    return np_test_main("stun.integrity", tests);
}
