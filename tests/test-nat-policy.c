/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-nat.h"
#include "harness.h"
#include "nat/policy.h"

static void
shows_the_behaviour_it_was_made_from(void)
{
    NpNatBehaviour behaviour = { .reachable = TRUE,
                                 .translated = TRUE,
                                 .mapping = NP_NAT_ADDRESS_DEPENDENT,
                                 .filtering = NP_NAT_ENDPOINT_INDEPENDENT,
                                 .law = { .kind = NP_NAT_SEQUENTIAL, .step = -2 },
                                 .pooling = NP_NAT_POOLING_ARBITRARY,
                                 .hairpin = NP_NAT_HAIRPIN_SUPPORTED_INTERNAL,
                                 .hairpin_needs = NP_NAT_HAIRPIN_NEEDS_BOTH_SEND,
                                 .unsolicited = NP_NAT_UNSOLICITED_BLOCKED };
    NpNatPolicy policy = np_nat_policy_from_behaviour(&behaviour);

    CU_ASSERT(policy.passes_udp && policy.translates && !policy.paired);
    NP_ASSERT_INT(policy.mapping, behaviour.mapping);
    NP_ASSERT_INT(policy.filtering, behaviour.filtering);
    NP_ASSERT_INT(policy.ports.order, NP_NAT_ORDER_SEQUENTIAL);
    NP_ASSERT_INT(policy.ports.step, -2);
    NP_ASSERT_INT(policy.ports.first, 1024);
    NP_ASSERT_INT(policy.hairpin, behaviour.hairpin);
    CU_ASSERT(policy.hairpin_filtered);
    NP_ASSERT_INT(policy.unsolicited, behaviour.unsolicited);
    CU_ASSERT(np_nat_policy_flaw(&policy) == NULL);
}

static void
takes_ranges_and_blocks_from_the_law(void)
{
    NpNatBehaviour behaviour = { .law = { .kind = NP_NAT_BLOCK, .first = 2048, .last = 4095 } };
    NpNatPolicy policy = np_nat_policy_from_behaviour(&behaviour);

    NP_ASSERT_INT(policy.ports.block_size, NP_NAT_USUAL_BLOCK_SIZE);
    NP_ASSERT_INT(policy.ports.first, 2048);
    NP_ASSERT_INT(policy.ports.last, 4095);
    CU_ASSERT(np_nat_policy_flaw(&policy) == NULL);
    behaviour.law.kind = NP_NAT_PRESERVING;
    policy = np_nat_policy_from_behaviour(&behaviour);
    CU_ASSERT(policy.ports.preserve && policy.ports.block_size == 0);
}

/* What is asked for, and what a host behind it finds. */
static void
seems_what_it_can_show(void)
{
    NpNatPolicy policy = np_bench_policy();
    NpNatBehaviour seen;

    policy.mapping = policy.tcp_mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    policy.filtering = NP_NAT_ADDRESS_DEPENDENT;
    policy.ports.preserve = TRUE;
    seen = np_nat_policy_behaviour(&policy, 1);
    NP_ASSERT_INT(seen.mapping, NP_NAT_ADDRESS_AND_PORT_DEPENDENT);
    NP_ASSERT_INT(seen.filtering, NP_NAT_ADDRESS_DEPENDENT);

    policy.ports.share = TRUE;
    policy.paired = FALSE;
    seen = np_nat_policy_behaviour(&policy, 1);
    NP_ASSERT_INT(seen.mapping, NP_NAT_ENDPOINT_INDEPENDENT);
    NP_ASSERT_INT(seen.filtering, NP_NAT_ADDRESS_AND_PORT_DEPENDENT);
    seen = np_nat_policy_behaviour(&policy, 2);
    NP_ASSERT_INT(seen.mapping, NP_NAT_ADDRESS_AND_PORT_DEPENDENT);
    NP_ASSERT_INT(seen.pooling, NP_NAT_POOLING_ARBITRARY);
    policy.ports.reuse = TRUE;
    seen = np_nat_policy_behaviour(&policy, 2);
    NP_ASSERT_INT(seen.mapping, NP_NAT_ENDPOINT_INDEPENDENT);
}

static void
a_hairpin_with_a_filter_needs_a_mapping_to_filter_by(void)
{
    NpNatPolicy policy = np_bench_policy();
    NpNatBehaviour seen;

    policy.mapping = NP_NAT_ENDPOINT_INDEPENDENT;
    policy.filtering = NP_NAT_ENDPOINT_INDEPENDENT;
    policy.hairpin = NP_NAT_HAIRPIN_SUPPORTED;
    policy.hairpin_filtered = TRUE;
    seen = np_nat_policy_behaviour(&policy, 1);
    NP_ASSERT_INT(seen.hairpin_needs, NP_NAT_HAIRPIN_NEEDS_NOTHING);
    policy.filtering = NP_NAT_ADDRESS_DEPENDENT;
    seen = np_nat_policy_behaviour(&policy, 1);
    NP_ASSERT_INT(seen.hairpin_needs, NP_NAT_HAIRPIN_NEEDS_BOTH_SEND);
    policy.mapping = NP_NAT_ADDRESS_DEPENDENT;
    seen = np_nat_policy_behaviour(&policy, 1);
    NP_ASSERT_INT(seen.hairpin, NP_NAT_HAIRPIN_UNSUPPORTED);
}

static void
resentment_shows_only_where_a_filter_is_stricter_than_mapping(void)
{
    for (guint mapping = 0; mapping < 3; mapping++) {
        for (guint filtering = 0; filtering < 3; filtering++) {
            NpNatPolicy policy = np_bench_policy();

            policy.mapping = (NpNatDependence)mapping;
            policy.filtering = (NpNatDependence)filtering;
            policy.unsolicited = NP_NAT_UNSOLICITED_BLOCKED;
            NP_ASSERT_INT(np_nat_policy_behaviour(&policy, 1).unsolicited,
                          filtering > mapping ? NP_NAT_UNSOLICITED_BLOCKED
                                              : NP_NAT_UNSOLICITED_HARMLESS);
        }
    }
}

static void
names_the_flaw_of_what_cannot_be_obeyed(void)
{
    NpNatPolicy flawed[9];

    for (gsize i = 0; i < G_N_ELEMENTS(flawed); i++)
        flawed[i] = np_bench_policy();
    flawed[0].ports.first = 0;
    flawed[1].ports.first = 5000;
    flawed[1].ports.last = 4999;
    flawed[2].ports.order = NP_NAT_ORDER_SEQUENTIAL;
    flawed[2].ports.step = 0;
    flawed[3].ports.order = NP_NAT_ORDER_DELTA;
    flawed[3].ports.step = G_MININT;
    flawed[4].ports.block_size = 65000;
    flawed[5].ports.block_size = 64;
    flawed[6].ports.block_size = 64;
    flawed[6].ports.blocks_per_host = 9;
    flawed[7].ports.share = TRUE;
    flawed[8].timers.udp = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(flawed); i++) {
        g_autofree char *label = g_strdup_printf("row %" G_GSIZE_FORMAT, i);

        NP_ASSERT_ROW(np_nat_policy_flaw(&flawed[i]) != NULL, label);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(shows_the_behaviour_it_was_made_from),
        NP_TEST(takes_ranges_and_blocks_from_the_law),
        NP_TEST(seems_what_it_can_show),
        NP_TEST(a_hairpin_with_a_filter_needs_a_mapping_to_filter_by),
        NP_TEST(resentment_shows_only_where_a_filter_is_stricter_than_mapping),
        NP_TEST(names_the_flaw_of_what_cannot_be_obeyed),
        { 0 },
    };

    return np_test_main("nat.policy", tests);
}
