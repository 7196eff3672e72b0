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

/* The port of the same address is what shares a mapping there, and shows what happens to it. */
static void
looks_for_the_sender_that_shares_a_mapping(void)
{
    for (guint value = 0; value < 3; value++) {
        NpProbeScenario scenario =
            spoilt(30 + value, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, (NpNatUnsolicited)value);
        g_autofree char *verdict = NULL;

        scenario.behaviour.mapping = NP_NAT_ADDRESS_DEPENDENT;
        scenario.behaviour.law.kind = NP_NAT_RANDOM;
        verdict = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_UNSOLICITED);
        NP_ASSERT_STR(verdict, np_nat_axis_value(NP_NAT_AXIS_UNSOLICITED, value));
    }
}

/* The outer NAT stops other addresses and does not mind; what it lets in spoils the inner one. */
static void
says_the_worst_that_any_sender_can_do(void)
{
    NpNatBehaviour outer =
        np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ADDRESS_DEPENDENT);
    NpNatPolicy policy = np_nat_policy_from_behaviour(&outer);

    for (guint value = 0; value < 3; value++) {
        NpProbeScenario scenario =
            spoilt(40 + value, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, (NpNatUnsolicited)value);
        g_autofree char *verdict = NULL;

        scenario.behind_carrier = TRUE;
        scenario.outer = &policy;
        verdict = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_UNSOLICITED);
        NP_ASSERT_STR(verdict, np_nat_axis_value(NP_NAT_AXIS_UNSOLICITED, value));
    }
}

static void
one_port_does_not_speak_for_addresses_behind_two_nats(void)
{
    NpProbeScenario scenario =
        spoilt(49, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, NP_NAT_UNSOLICITED_HARMLESS);
    NpNatBehaviour outer =
        np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ADDRESS_DEPENDENT);
    NpNatPolicy policy = { 0 };
    g_autoptr(NpProbePlan) plan = NULL;
    const NpVerdict *verdict = NULL;

    outer.unsolicited = NP_NAT_UNSOLICITED_BLOCKED;
    policy = np_nat_policy_from_behaviour(&outer);
    scenario.one_address = TRUE;
    scenario.behind_carrier = TRUE;
    scenario.outer = &policy;
    plan = np_probe_scenario_run(&scenario);
    verdict = &np_probe_plan_profile(plan)->verdicts[NP_NAT_AXIS_UNSOLICITED];
    NP_ASSERT_INT(verdict->leading, NP_NAT_UNSOLICITED_HARMLESS);
    CU_ASSERT(verdict->possible >> NP_NAT_UNSOLICITED_BLOCKED & 1);
    CU_ASSERT(verdict->why != NULL);
}

static void
does_not_take_a_nat_without_room_for_one_that_blocks(void)
{
    NpProbeScenario scenario = spoilt(60, NP_NAT_ADDRESS_DEPENDENT, NP_NAT_UNSOLICITED_HARMLESS);

    scenario.behaviour.mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    scenario.behaviour.law.kind = NP_NAT_RANDOM;
    np_probe_assert_survives_want_of_room(&scenario, NP_NAT_AXIS_UNSOLICITED,
                                          NP_NAT_UNSOLICITED_HARMLESS);
}

/* Some early packets are still on their way when the socket speaks, and are then let in. */
static void
is_not_misled_by_stragglers(void)
{
    for (guint i = 0; i < 10; i++) {
        NpProbeScenario scenario =
            spoilt(50 + i, NP_NAT_ADDRESS_DEPENDENT, NP_NAT_UNSOLICITED_HARMLESS);
        g_autofree char *verdict = NULL;

        scenario.link = (NpSimLink){ .delay = 110 * NP_MSEC, .jitter = 20 * NP_MSEC };
        verdict = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_UNSOLICITED);
        NP_ASSERT_STR(verdict, "harmless");
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(tells_harmless_remapped_and_blocked_apart),
        NP_TEST(an_open_filter_knows_no_unsolicited_packet),
        NP_TEST(one_address_can_tell_only_where_its_other_port_is_blocked),
        NP_TEST(looks_for_the_sender_that_shares_a_mapping),
        NP_TEST(says_the_worst_that_any_sender_can_do),
        NP_TEST(one_port_does_not_speak_for_addresses_behind_two_nats),
        NP_TEST(does_not_take_a_nat_without_room_for_one_that_blocks),
        NP_TEST(is_not_misled_by_stragglers),
        { 0 },
    };

    return np_test_main("probe.unsolicited", tests);
}
