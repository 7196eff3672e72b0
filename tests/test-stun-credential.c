/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-stun.h"
#include "harness.h"
#include "stun/credential.h"

#include <string.h>

static void
md5_key_is_the_one_of_the_rfc(void)
{
    /* RFC 8489, 9.2.2: user "user", realm "realm", password "pass". */
    g_autoptr(GByteArray) expected = np_stun_fixture_bytes("8493fbc53ba582fb4c044c456bdc40eb");
    guint8 key[NP_STUN_CREDENTIAL_MD5_SIZE];

    np_stun_credential_key_md5(key, "user", "realm", "pass");
    CU_ASSERT(memcmp(key, expected->data, sizeof key) == 0);
}

static void
userhash_is_the_one_of_the_rfc(void)
{
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(np_stun_vector_sha256.hex);
    guint8 hash[NP_STUN_CREDENTIAL_SHA256_SIZE];
    NpStunMessage message;
    NpReader value = { 0 };

    np_stun_credential_userhash(hash, NP_STUN_VECTOR_USERNAME, NP_STUN_VECTOR_REALM);
    np_stun_fixture_parse(&message, bytes);
    NP_REQUIRE(np_stun_message_find(&message, NP_STUN_ATTR_USERHASH, &value));
    NP_REQUIRE(np_reader_left(&value) == sizeof hash);
    CU_ASSERT(memcmp(np_reader_bytes(&value, sizeof hash), hash, sizeof hash) == 0);
}

static void
the_colon_keeps_the_parts_apart(void)
{
    guint8 one[NP_STUN_CREDENTIAL_SHA256_SIZE];
    guint8 two[NP_STUN_CREDENTIAL_SHA256_SIZE];

    np_stun_credential_key_sha256(one, "ab", "c", "d");
    np_stun_credential_key_sha256(two, "a", "bc", "d");
    CU_ASSERT(memcmp(one, two, sizeof one) != 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(md5_key_is_the_one_of_the_rfc),
        NP_TEST(userhash_is_the_one_of_the_rfc),
        NP_TEST(the_colon_keeps_the_parts_apart),
        { 0 },
    };

    return np_test_main("stun.credential", tests);
}
