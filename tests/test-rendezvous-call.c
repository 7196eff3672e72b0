/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "rendezvous/call.h"

#include <string.h>

typedef struct {
    NpRendezvousPeer alice;
    NpRendezvousPeer bob;
    NpRendezvousCall *call;
} Pair;

static Pair *
pair_new(void)
{
    Pair *self = g_new0(Pair, 1);

    strcpy(self->alice.id, "alice");
    strcpy(self->bob.id, "bob");
    self->bob.fingerprint[3] = 0xb0;
    self->call = np_rendezvous_call_new(42, &self->alice, &self->bob);
    return self;
}

static void
pair_free(Pair *self)
{
    np_rendezvous_call_free(self->call);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pair, pair_free)

static NpRendezvousMessage *
ready(NpTime rtt, const NpAddress *hosts, guint n)
{
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_READY, .rtt = rtt };

    for (guint i = 0; i < n; i++)
        np_rendezvous_message_add_address(&message.hosts, &hosts[i]);
    message.key[0] = 0x11;
    message.signature[0] = 0x22;
    return g_memdup2(&message, sizeof message);
}

static void
prove(NpRendezvousSide *side, guint32 host)
{
    NpRng rng = np_rng_from_number(host);
    NpAddress address = np_address_ipv4(host, 4000);
    guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE];

    np_rendezvous_token_see(&side->token, &rng, &address, nonce);
    np_rendezvous_token_echo(&side->token, nonce);
}

static void
is_filed_with_both_sides_while_it_lasts(void)
{
    Pair *pair = pair_new();

    CU_ASSERT(np_rendezvous_call_find(&pair->alice, "bob") == pair->call);
    CU_ASSERT(np_rendezvous_call_find(&pair->bob, "alice") == pair->call);
    CU_ASSERT(np_rendezvous_call_find(&pair->bob, "bob") == NULL);
    NP_ASSERT_INT(np_rendezvous_call_role(pair->call, &pair->bob), NP_RENDEZVOUS_CALLEE);
    np_rendezvous_call_free(pair->call);
    NP_ASSERT_INT(pair->alice.n_calls + pair->bob.n_calls, 0);
    g_free(pair);
}

static void
a_push_tells_each_side_of_the_other(void)
{
    g_autoptr(Pair) pair = pair_new();
    NpRendezvousSide *sides = pair->call->sides;
    g_auto(NpRendezvousMessage) push = { 0 };

    CU_ASSERT(!np_rendezvous_call_is_ready(pair->call));
    sides[NP_RENDEZVOUS_CALLER].ready = ready(NP_MSEC, NULL, 0);
    sides[NP_RENDEZVOUS_CALLEE].ready = ready(NP_MSEC, NULL, 0);
    CU_ASSERT(!np_rendezvous_call_is_ready(pair->call));
    pair->call->agreed = TRUE;
    CU_ASSERT(np_rendezvous_call_is_ready(pair->call));
    prove(&sides[NP_RENDEZVOUS_CALLER], 0xc6336401);
    prove(&sides[NP_RENDEZVOUS_CALLEE], 0xc6336402);
    push = np_rendezvous_call_push(pair->call, NP_RENDEZVOUS_CALLER, 100, 200);
    CU_ASSERT(np_rendezvous_message_is_complete(&push));
    NP_ASSERT_STR(push.peer, "bob");
    NP_ASSERT_INT(push.call, 42);
    NP_ASSERT_INT(push.role, NP_RENDEZVOUS_CALLER);
    NP_ASSERT_INT(push.start, 200);
    NP_ASSERT_INT(push.fingerprint[3], 0xb0);
    NP_ASSERT_INT(push.own.at[0].bytes[3], 1);
    NP_ASSERT_INT(push.reflexive.at[0].bytes[3], 2);
    CU_ASSERT(push.key[0] == 0x11 && push.signature[0] == 0x22);
}

static void
host_addresses_reach_neighbours_only_and_only_private_ones(void)
{
    const NpAddress hosts[] = { np_address_ipv4(0xc0a80105, 1), np_address_ipv4(0x08080808, 2) };

    for (guint same = 0; same < 2; same++) {
        g_autoptr(Pair) pair = pair_new();
        g_auto(NpRendezvousMessage) push = { 0 };
        NpRendezvousSide *sides = pair->call->sides;

        sides[NP_RENDEZVOUS_CALLER].ready = ready(0, NULL, 0);
        sides[NP_RENDEZVOUS_CALLEE].ready = ready(0, hosts, G_N_ELEMENTS(hosts));
        prove(&sides[NP_RENDEZVOUS_CALLER], 0xc6336401);
        prove(&sides[NP_RENDEZVOUS_CALLEE], same ? 0xc6336401 : 0xc6336402);
        push = np_rendezvous_call_push(pair->call, NP_RENDEZVOUS_CALLER, 0, 0);
        NP_ASSERT_INT(push.hosts.n, same);
        if (same)
            CU_ASSERT(np_address_equal(&push.hosts.at[0], &hosts[0]));
    }
}

static void
the_lead_is_the_slower_sides_and_bounded(void)
{
    static const struct {
        NpTime caller;
        NpTime callee;
        NpTime lead;
    } rows[] = {
        { 0, 0, 50 * NP_MSEC },
        { 20 * NP_MSEC, 300 * NP_MSEC, 350 * NP_MSEC },
        { NP_SECOND * 3600, 0, 1050 * NP_MSEC },
        { -NP_SECOND, -NP_SECOND, 50 * NP_MSEC },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Pair) pair = pair_new();

        pair->call->sides[NP_RENDEZVOUS_CALLER].ready = ready(rows[i].caller, NULL, 0);
        pair->call->sides[NP_RENDEZVOUS_CALLEE].ready = ready(rows[i].callee, NULL, 0);
        NP_ASSERT_INT(np_rendezvous_call_lead(pair->call), rows[i].lead);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(is_filed_with_both_sides_while_it_lasts),
        NP_TEST(a_push_tells_each_side_of_the_other),
        NP_TEST(host_addresses_reach_neighbours_only_and_only_private_ones),
        NP_TEST(the_lead_is_the_slower_sides_and_bounded),
        { 0 },
    };

    return np_test_main("rendezvous.call", tests);
}
