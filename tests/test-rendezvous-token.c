/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "rendezvous/token.h"

#include <string.h>

static void
only_an_echoed_address_is_proven(void)
{
    NpRng rng = np_rng_from_number(1);
    NpRendezvousToken token = np_rendezvous_token(&rng);
    NpAddress mine = np_address_ipv4(0xc6336401, 5000);
    NpAddress forged = np_address_ipv4(0xc0000209, 80);
    guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE];
    guint8 again[NP_RENDEZVOUS_SECRET_SIZE];
    guint8 lost[NP_RENDEZVOUS_SECRET_SIZE];
    NpRendezvousAddresses proven;

    CU_ASSERT(np_rendezvous_token_see(&token, &rng, &mine, nonce));
    CU_ASSERT(np_rendezvous_token_see(&token, &rng, &forged, lost));
    CU_ASSERT(np_rendezvous_token_see(&token, &rng, &mine, again));
    CU_ASSERT(memcmp(nonce, again, sizeof nonce) == 0 && memcmp(nonce, lost, sizeof nonce) != 0);
    NP_ASSERT_INT(np_rendezvous_token_proven(&token).n, 0);
    again[0] ^= 1;
    CU_ASSERT(!np_rendezvous_token_echo(&token, again));
    CU_ASSERT(np_rendezvous_token_echo(&token, nonce));
    CU_ASSERT(np_rendezvous_token_echo(&token, nonce));
    proven = np_rendezvous_token_proven(&token);
    NP_REQUIRE(proven.n == 1);
    CU_ASSERT(np_address_equal(&proven.at[0], &mine));
}

static void
a_side_has_a_few_addresses_and_no_more(void)
{
    NpRng rng = np_rng_from_number(1);
    NpRendezvousToken token = np_rendezvous_token(&rng);
    guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE];

    for (guint i = 0; i <= NP_RENDEZVOUS_MAX_SIGHTINGS; i++) {
        NpAddress address = np_address_ipv4(0xc6336401, (guint16)(1000 + i));

        CU_ASSERT(np_rendezvous_token_see(&token, &rng, &address, nonce) ==
                  (i < NP_RENDEZVOUS_MAX_SIGHTINGS));
    }
}

static void
no_two_tokens_are_alike(void)
{
    NpRng rng = np_rng_from_number(1);
    NpRendezvousToken a = np_rendezvous_token(&rng);
    NpRendezvousToken b = np_rendezvous_token(&rng);

    CU_ASSERT(memcmp(a.name, b.name, sizeof a.name) != 0);
    CU_ASSERT(memcmp(a.secret, b.secret, sizeof a.secret) != 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(only_an_echoed_address_is_proven),
        NP_TEST(a_side_has_a_few_addresses_and_no_more),
        NP_TEST(no_two_tokens_are_alike),
        { 0 },
    };

    return np_test_main("rendezvous.token", tests);
}
