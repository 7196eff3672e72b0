/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "punch/odds.h"
#include "punch/outlook.h"

#define N_PEERS NP_PUNCH_N_PEERS

static NpPunchOutlook
between(NpPunchPeer a, NpPunchPeer b)
{
    g_auto(NpProfile) mine = { 0 };

    np_profile_from_behaviour(&mine, np_punch_peer_behaviour(a));
    return np_punch_outlook_peer(&mine, b);
}

static gboolean
same(const NpPunchForecast *a, const NpPunchForecast *b)
{
    return a->strategy == b->strategy && a->probability == b->probability &&
           a->seconds == b->seconds && a->packets == b->packets;
}

static void
every_pair_of_classes_gets_its_strategy(void)
{
    enum {
        S = NP_PUNCH_SIMULTANEOUS,
        R = NP_PUNCH_REVEAL,
        C = NP_PUNCH_COMB,
        B = NP_PUNCH_BIRTHDAY,
        F = NP_PUNCH_BURST,
        X = NP_PUNCH_INFEASIBLE,
    };
    static const guint expected[N_PEERS][N_PEERS] = {
        { S, S, S, S, R, R, R }, /* open */
        { S, S, S, S, R, R, R }, /* full cone */
        { S, S, S, S, R, R, R }, /* restricted cone */
        { S, S, S, S, C, B, B }, /* port-restricted cone */
        { R, R, R, C, F, F, X }, /* symmetric, sequential */
        { R, R, R, B, F, F, X }, /* symmetric, block */
        { R, R, R, B, X, X, X }, /* symmetric, random */
    };

    for (guint a = 0; a < N_PEERS; a++) {
        for (guint b = 0; b < N_PEERS; b++) {
            NpPunchOutlook outlook = between(a, b);
            g_autofree char *label =
                g_strdup_printf("%s against %s", np_punch_peer_text(a), np_punch_peer_text(b));

            NP_ASSERT_ROW(outlook.worst.strategy == expected[a][b], label);
            NP_ASSERT_ROW(same(&outlook.worst, &outlook.best), label);
            NP_ASSERT_ROW(outlook.depends == 0, label);
        }
    }
}

static void
both_sides_expect_the_same(void)
{
    for (guint a = 0; a < N_PEERS; a++) {
        for (guint b = 0; b < a; b++) {
            NpPunchOutlook one = between(a, b), other = between(b, a);

            NP_ASSERT_ROW(same(&one.worst, &other.worst), np_punch_peer_text(a));
            NP_ASSERT_ROW(same(&one.best, &other.best), np_punch_peer_text(b));
        }
    }
}

static void
numbers_are_those_of_the_laws(void)
{
    NpPunchOutlook random =
        between(NP_PUNCH_PEER_PORT_RESTRICTED_CONE, NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    NpPunchOutlook block =
        between(NP_PUNCH_PEER_PORT_RESTRICTED_CONE, NP_PUNCH_PEER_SYMMETRIC_BLOCK);
    NpPunchOutlook easy = between(NP_PUNCH_PEER_RESTRICTED_CONE, NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    NpPunchOutlook blocks = between(NP_PUNCH_PEER_SYMMETRIC_BLOCK, NP_PUNCH_PEER_SYMMETRIC_BLOCK);
    NpPunchOutlook sequential =
        between(NP_PUNCH_PEER_SYMMETRIC_SEQUENTIAL, NP_PUNCH_PEER_SYMMETRIC_SEQUENTIAL);
    NpPunchOutlook mixed =
        between(NP_PUNCH_PEER_SYMMETRIC_SEQUENTIAL, NP_PUNCH_PEER_SYMMETRIC_BLOCK);

    NP_ASSERT_INT(random.worst.packets, 543);
    CU_ASSERT_DOUBLE_EQUAL(random.worst.seconds, 543 / 200.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(random.worst.probability, 0.99, 5e-4);
    NP_ASSERT_INT(block.worst.packets, 47);
    CU_ASSERT(block.worst.probability >= 0.99);
    CU_ASSERT(easy.worst.probability == 1.0 && easy.worst.seconds == 0.0);
    /* Half of either block: a quarter. */
    CU_ASSERT_DOUBLE_EQUAL(blocks.worst.probability, 0.25, 1e-9);
    NP_ASSERT_INT(blocks.worst.packets, 256);
    /* Three attempts of 0.72 each. */
    CU_ASSERT_DOUBLE_EQUAL(sequential.worst.probability, 0.979, 1e-3);
    /* 256 packets at 1 in 512: 1 - exp(-1/2). */
    CU_ASSERT_DOUBLE_EQUAL(mixed.worst.probability, 0.3935, 1e-3);
}

static void
a_known_range_makes_guessing_cheaper(void)
{
    g_auto(NpProfile) pf = { 0 };
    NpNatBehaviour behaviour = *np_punch_peer_behaviour(NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    NpPunchOutlook outlook;

    behaviour.law.first = 50001;
    np_profile_from_behaviour(&pf, &behaviour);
    outlook = np_punch_outlook_peer(&pf, NP_PUNCH_PEER_PORT_RESTRICTED_CONE);
    NP_ASSERT_INT(outlook.worst.packets, 266);
}

static void
a_port_preserving_nat_is_as_good_as_a_cone(void)
{
    g_auto(NpProfile) mine = { 0 };
    NpNatBehaviour behaviour = *np_punch_peer_behaviour(NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    NpPunchOutlook cone, random;

    behaviour.law = (NpNatLaw){ .kind = NP_NAT_PRESERVING };
    np_profile_from_behaviour(&mine, &behaviour);
    cone = np_punch_outlook_peer(&mine, NP_PUNCH_PEER_PORT_RESTRICTED_CONE);
    random = np_punch_outlook_peer(&mine, NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    NP_ASSERT_INT(cone.worst.strategy, NP_PUNCH_PRESERVE);
    CU_ASSERT(cone.worst.probability == 1.0);
    NP_ASSERT_INT(random.worst.strategy, NP_PUNCH_BIRTHDAY);
}

static void
a_symmetric_nat_that_ignores_ports_can_be_met_by_another(void)
{
    g_auto(NpProfile) mine = { 0 };
    NpNatBehaviour behaviour = *np_punch_peer_behaviour(NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    NpPunchOutlook outlook;

    behaviour.filtering = NP_NAT_ADDRESS_DEPENDENT;
    behaviour.mapping = NP_NAT_ADDRESS_DEPENDENT;
    np_profile_from_behaviour(&mine, &behaviour);
    outlook = np_punch_outlook_peer(&mine, NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    NP_ASSERT_INT(outlook.worst.strategy, NP_PUNCH_ONE_SIDED_BIRTHDAY);
    NP_ASSERT_INT(outlook.worst.packets, 543);

    /* If the mapping depends on the port, the way back is not certain. */
    behaviour.mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    np_profile_clear(&mine);
    np_profile_from_behaviour(&mine, &behaviour);
    outlook = np_punch_outlook_peer(&mine, NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    NP_ASSERT_INT(outlook.worst.strategy, NP_PUNCH_INFEASIBLE);
    NP_ASSERT_INT(outlook.best.strategy, NP_PUNCH_ONE_SIDED_BIRTHDAY);
}

static void
spoilt_mappings_and_pools_cost_probes(void)
{
    g_auto(NpProfile) mine = { 0 };
    NpNatBehaviour behaviour = *np_punch_peer_behaviour(NP_PUNCH_PEER_PORT_RESTRICTED_CONE);
    NpPunchOutlook outlook;

    behaviour.unsolicited = NP_NAT_UNSOLICITED_REMAPPED;
    np_profile_from_behaviour(&mine, &behaviour);
    outlook = np_punch_outlook_peer(&mine, NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    /* A factor of the square root of two. */
    CU_ASSERT_DOUBLE_EQUAL(outlook.worst.packets / 543.0, 1.414, 0.01);

    behaviour = *np_punch_peer_behaviour(NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    behaviour.pooling = NP_NAT_POOLING_ARBITRARY;
    np_profile_clear(&mine);
    np_profile_from_behaviour(&mine, &behaviour);
    for (guint32 host = 0; host < 4; host++) {
        NpAddress address = np_address_ipv4(0xcb007101 + host, 0);

        np_profile_add_external(&mine, &address);
    }
    outlook = np_punch_outlook_peer(&mine, NP_PUNCH_PEER_PORT_RESTRICTED_CONE);
    NP_ASSERT_INT(outlook.worst.packets, np_punch_odds_balanced(4 * 64512, 0.99));
}

static void
what_is_undecided_becomes_a_range_that_names_its_axis(void)
{
    g_auto(NpProfile) mine = { 0 };
    NpPunchOutlook cone, random;

    np_profile_from_behaviour(&mine, np_punch_peer_behaviour(NP_PUNCH_PEER_RESTRICTED_CONE));
    np_verdict_leave_open(&mine.verdicts[NP_NAT_AXIS_FILTERING],
                          1u << NP_NAT_ADDRESS_DEPENDENT | 1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                          0.99, "a second server address would tell");
    cone = np_punch_outlook_peer(&mine, NP_PUNCH_PEER_PORT_RESTRICTED_CONE);
    random = np_punch_outlook_peer(&mine, NP_PUNCH_PEER_SYMMETRIC_RANDOM);

    CU_ASSERT(same(&cone.worst, &cone.best));
    NP_ASSERT_INT(cone.depends, 0);
    NP_ASSERT_INT(random.worst.strategy, NP_PUNCH_BIRTHDAY);
    NP_ASSERT_INT(random.best.strategy, NP_PUNCH_REVEAL);
    NP_ASSERT_INT(random.depends, 1u << NP_NAT_AXIS_FILTERING);
}

static void
a_verdict_that_leans_is_followed(void)
{
    g_auto(NpProfile) mine = { 0 };
    NpPunchOutlook outlook;

    np_profile_from_behaviour(&mine, np_punch_peer_behaviour(NP_PUNCH_PEER_RESTRICTED_CONE));
    np_verdict_lean(&mine.verdicts[NP_NAT_AXIS_FILTERING], NP_NAT_ADDRESS_DEPENDENT, 7, 0.99, "");
    outlook = np_punch_outlook_peer(&mine, NP_PUNCH_PEER_SYMMETRIC_RANDOM);
    NP_ASSERT_INT(outlook.worst.strategy, NP_PUNCH_REVEAL);
}

static void
nothing_known_is_anything_possible(void)
{
    g_auto(NpProfile) mine = { 0 };

    np_profile_init(&mine);
    for (guint peer = 0; peer < N_PEERS; peer++) {
        NpPunchOutlook outlook = np_punch_outlook_peer(&mine, peer);

        NP_ASSERT_ROW(outlook.worst.strategy == NP_PUNCH_INFEASIBLE, np_punch_peer_text(peer));
        NP_ASSERT_ROW(outlook.best.probability > 0.0, np_punch_peer_text(peer));
        NP_ASSERT_ROW(outlook.depends & 1u << NP_NAT_AXIS_REACHABLE, np_punch_peer_text(peer));
    }
}

static void
no_udp_is_no_path(void)
{
    g_auto(NpProfile) mine = { 0 };
    NpNatBehaviour blocked = { 0 };

    np_profile_from_behaviour(&mine, &blocked);
    for (guint peer = 0; peer < N_PEERS; peer++) {
        NpPunchOutlook outlook = np_punch_outlook_peer(&mine, peer);

        NP_ASSERT_ROW(outlook.best.strategy == NP_PUNCH_INFEASIBLE, np_punch_peer_text(peer));
        NP_ASSERT_ROW(outlook.best.probability == 0.0, np_punch_peer_text(peer));
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_pair_of_classes_gets_its_strategy),
        NP_TEST(both_sides_expect_the_same),
        NP_TEST(numbers_are_those_of_the_laws),
        NP_TEST(a_known_range_makes_guessing_cheaper),
        NP_TEST(a_port_preserving_nat_is_as_good_as_a_cone),
        NP_TEST(a_symmetric_nat_that_ignores_ports_can_be_met_by_another),
        NP_TEST(spoilt_mappings_and_pools_cost_probes),
        NP_TEST(what_is_undecided_becomes_a_range_that_names_its_axis),
        NP_TEST(a_verdict_that_leans_is_followed),
        NP_TEST(nothing_known_is_anything_possible),
        NP_TEST(no_udp_is_no_path),
        { 0 },
    };

    return np_test_main("punch.outlook", tests);
}
