/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-probe.h"
#include "harness.h"

static NpProbeScenario
spoilt(guint64 seed, NpNatDependence filtering, NpNatUnsolicited unsolicited)
{
    NpProbeScenario scenario = {
        .seed = seed,
        .behaviour = np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, filtering),
    };

    scenario.behaviour.unsolicited = unsolicited;
    return scenario;
}

static void
tells_harmless_remapped_and_blocked_apart(void)
{
    for (guint filtering = NP_NAT_ADDRESS_DEPENDENT; filtering <= NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
         filtering++) {
        for (guint value = 0; value < 3; value++) {
            NpProbeScenario scenario = spoilt(1 + filtering * 3 + value, (NpNatDependence)filtering,
                                              (NpNatUnsolicited)value);
            g_autofree char *verdict =
                np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_UNSOLICITED);

            NP_ASSERT_STR(verdict, np_nat_axis_value(NP_NAT_AXIS_UNSOLICITED, value));
        }
    }
}

static void
an_open_filter_knows_no_unsolicited_packet(void)
{
    NpProbeScenario scenario = spoilt(20, NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_UNSOLICITED_HARMLESS);
    g_autofree char *verdict = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_UNSOLICITED);

    NP_ASSERT_STR(verdict, "harmless");
}

static void
one_address_can_tell_only_where_its_other_port_is_blocked(void)
{
    NpProbeScenario scenario =
        spoilt(21, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, NP_NAT_UNSOLICITED_REMAPPED);
    g_autofree char *blocked = NULL;
    g_autofree char *passed = NULL;

    scenario.one_address = TRUE;
    blocked = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_UNSOLICITED);
    /* Endpoint-independent and address-dependent mapping look alike here, and both keep the port.
     */
    NP_ASSERT_STR(blocked, "remapped");
    scenario.behaviour.filtering = NP_NAT_ADDRESS_DEPENDENT;
    passed = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_UNSOLICITED);
    NP_ASSERT_STR(passed, "unknown");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(tells_harmless_remapped_and_blocked_apart),
        NP_TEST(an_open_filter_knows_no_unsolicited_packet),
        NP_TEST(one_address_can_tell_only_where_its_other_port_is_blocked),
        { 0 },
    };

    return np_test_main("probe.unsolicited", tests);
}
