/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "stun/cookie.h"

#include <string.h>

static const guint8 secret[NP_STUN_COOKIE_SECRET_SIZE] = "a secret of thirty-two bytes....";

static void
is_good_for_its_source_only(void)
{
    static const guint8 other_secret[NP_STUN_COOKIE_SECRET_SIZE] =
        "another one of thirty-two bytes.";
    NpAddress source = np_address_ipv4(0xc0000201, 5000);
    NpAddress other_port = np_address_with_port(&source, 5001);
    NpAddress other_host = np_address_ipv4(0xc0000202, 5000);
    guint8 v6[16] = { 0xc0, 0x00, 0x02, 0x01 };
    NpAddress other_family = np_address_ipv6(v6, 5000);
    guint8 cookie[NP_STUN_COOKIE_SIZE];

    np_stun_cookie_make(cookie, secret, &source, 0);
    CU_ASSERT(np_stun_cookie_check(cookie, secret, &source, 0));
    CU_ASSERT(!np_stun_cookie_check(cookie, secret, &other_port, 0));
    CU_ASSERT(!np_stun_cookie_check(cookie, secret, &other_host, 0));
    CU_ASSERT(!np_stun_cookie_check(cookie, secret, &other_family, 0));
    CU_ASSERT(!np_stun_cookie_check(cookie, other_secret, &source, 0));
    for (guint i = 0; i < NP_STUN_COOKIE_SIZE; i++) {
        cookie[i] ^= 0x80;
        CU_ASSERT(!np_stun_cookie_check(cookie, secret, &source, 0));
        cookie[i] ^= 0x80;
    }
}

static void
lives_one_to_two_epochs(void)
{
    NpAddress source = np_address_ipv4(0xc0000201, 5000);
    guint8 cookie[NP_STUN_COOKIE_SIZE];

    for (NpTime made = 0; made < 3 * NP_STUN_COOKIE_EPOCH; made += 7 * NP_SECOND) {
        NpTime end = (made / NP_STUN_COOKIE_EPOCH + 2) * NP_STUN_COOKIE_EPOCH;

        np_stun_cookie_make(cookie, secret, &source, made);
        CU_ASSERT(np_stun_cookie_check(cookie, secret, &source, made));
        CU_ASSERT(np_stun_cookie_check(cookie, secret, &source, made + NP_STUN_COOKIE_EPOCH));
        CU_ASSERT(np_stun_cookie_check(cookie, secret, &source, end - 1));
        CU_ASSERT(!np_stun_cookie_check(cookie, secret, &source, end));
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(is_good_for_its_source_only),
        NP_TEST(lives_one_to_two_epochs),
        { 0 },
    };

    return np_test_main("stun.cookie", tests);
}
