/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-probe.h"
#include "harness.h"

static void
finds_the_carriers_nat_beyond_the_first(void)
{
    NpProbeScenario scenario = {
        .seed = 1,
        .behind_carrier = TRUE,
        .behaviour =
            np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ADDRESS_AND_PORT_DEPENDENT),
    };
    g_autofree char *verdict = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_CGN);

    NP_ASSERT_STR(verdict, "yes");
}

static void
finds_none_where_the_first_router_holds_the_address(void)
{
    NpProbeScenario scenario = {
        .seed = 2,
        .behaviour =
            np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ADDRESS_AND_PORT_DEPENDENT),
    };
    g_autofree char *verdict = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_CGN);

    NP_ASSERT_STR(verdict, "no");
}

static void
loss_makes_it_unsure_but_never_wrong(void)
{
    for (guint i = 0; i < 20; i++) {
        NpProbeScenario scenario = {
            .seed = 10 + i,
            .link.loss = 0.2,
            .behind_carrier = i % 2 == 0,
            .behaviour =
                np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ADDRESS_AND_PORT_DEPENDENT),
        };
        g_autoptr(NpProbePlan) plan = np_probe_scenario_run(&scenario);
        const NpVerdict *verdict = &np_probe_plan_profile(plan)->verdicts[NP_NAT_AXIS_CGN];

        CU_ASSERT(verdict->possible >> (scenario.behind_carrier ? 1 : 0) & 1);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(finds_the_carriers_nat_beyond_the_first),
        NP_TEST(finds_none_where_the_first_router_holds_the_address),
        NP_TEST(loss_makes_it_unsure_but_never_wrong),
        { 0 },
    };

    return np_test_main("probe.carrier", tests);
}
