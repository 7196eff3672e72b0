/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-probe.h"
#include "harness.h"

static void
tells_the_three_dependences_apart_whatever_the_mapping(void)
{
    np_probe_assert_every_dependence(NP_NAT_AXIS_FILTERING);
}

static void
one_address_tells_port_dependence_only(void)
{
    np_probe_assert_one_address(NP_NAT_AXIS_FILTERING);
}

static void
never_takes_loss_for_a_filter(void)
{
    for (guint i = 0; i < 60; i++) {
        NpNatDependence filtering = (NpNatDependence)(i % 3);
        NpProbeScenario scenario = {
            .seed = 100 + i,
            .link.loss = 0.2,
            .behaviour = np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, filtering),
        };
        g_autoptr(NpProbePlan) plan = np_probe_scenario_run(&scenario);
        const NpVerdict *verdict = &np_probe_plan_profile(plan)->verdicts[NP_NAT_AXIS_FILTERING];

        CU_ASSERT(verdict->possible >> filtering & 1);
    }
}

static void
a_firewall_filters_without_a_nat(void)
{
    NpProbeScenario scenario = {
        .seed = 3,
        .behaviour =
            np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ADDRESS_AND_PORT_DEPENDENT),
    };
    g_autoptr(NpProbePlan) plan = NULL;

    scenario.behaviour.translated = FALSE;
    plan = np_probe_scenario_run(&scenario);
    NP_ASSERT_STR(np_profile_rfc3489(np_probe_plan_profile(plan)), "udp firewall");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(tells_the_three_dependences_apart_whatever_the_mapping),
        NP_TEST(one_address_tells_port_dependence_only),
        NP_TEST(never_takes_loss_for_a_filter),
        NP_TEST(a_firewall_filters_without_a_nat),
        { 0 },
    };

    return np_test_main("probe.filtering", tests);
}
