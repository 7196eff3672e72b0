/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-probe.h"
#include "harness.h"

static void
tells_the_three_dependences_apart_whatever_the_filter(void)
{
    np_probe_assert_every_dependence(NP_NAT_AXIS_MAPPING);
}

static void
says_what_one_address_cannot_tell(void)
{
    np_probe_assert_one_address(NP_NAT_AXIS_MAPPING);
}

static void
learns_the_whole_grid_from_one_endpoint(void)
{
    NpProbeScenario scenario = {
        .seed = 5,
        .one_port = TRUE,
        .behaviour = np_probe_behaviour(NP_NAT_ADDRESS_DEPENDENT, NP_NAT_ADDRESS_DEPENDENT),
    };
    g_autofree char *verdict = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_MAPPING);

    NP_ASSERT_STR(verdict, "address-dependent");
}

static void
cannot_tell_from_a_single_answering_endpoint(void)
{
    NpProbeScenario scenario = {
        .seed = 6,
        .one_port = TRUE,
        .one_address = TRUE,
        .behaviour = np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ADDRESS_DEPENDENT),
    };
    g_autofree char *verdict = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_MAPPING);

    NP_ASSERT_STR(verdict, "unknown");
}

static void
recognises_a_host_without_nat(void)
{
    NpProbeScenario scenario = {
        .seed = 7,
        .behaviour = np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ENDPOINT_INDEPENDENT),
    };
    g_autofree char *nat = NULL;
    g_autofree char *mapping = NULL;

    scenario.behaviour.translated = FALSE;
    nat = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_NAT);
    mapping = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_MAPPING);
    NP_ASSERT_STR(nat, "none");
    NP_ASSERT_STR(mapping, "endpoint-independent");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(tells_the_three_dependences_apart_whatever_the_filter),
        NP_TEST(says_what_one_address_cannot_tell),
        NP_TEST(learns_the_whole_grid_from_one_endpoint),
        NP_TEST(cannot_tell_from_a_single_answering_endpoint),
        NP_TEST(recognises_a_host_without_nat),
        { 0 },
    };

    return np_test_main("probe.mapping", tests);
}
