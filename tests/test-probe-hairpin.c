/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-probe.h"
#include "harness.h"

static NpProbeScenario
with_hairpin(guint64 seed, NpNatDependence filtering, NpNatHairpin hairpin, NpNatHairpinNeeds needs)
{
    NpProbeScenario scenario = {
        .seed = seed,
        .behaviour = np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, filtering),
    };

    scenario.behaviour.hairpin = hairpin;
    scenario.behaviour.hairpin_needs = needs;
    return scenario;
}

static void
tells_what_a_hairpin_needs(void)
{
    static const NpNatHairpinNeeds needs[] = { NP_NAT_HAIRPIN_NEEDS_NOTHING,
                                               NP_NAT_HAIRPIN_NEEDS_BOTH_SEND };

    for (gsize i = 0; i < G_N_ELEMENTS(needs); i++) {
        NpProbeScenario scenario = with_hairpin(i + 1, NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                                                NP_NAT_HAIRPIN_SUPPORTED, needs[i]);
        g_autoptr(NpProbePlan) plan = np_probe_scenario_run(&scenario);
        const NpProfile *profile = np_probe_plan_profile(plan);
        guint value = G_MAXUINT;

        NP_REQUIRE(np_verdict_decided(&profile->verdicts[NP_NAT_AXIS_HAIRPIN], &value));
        NP_ASSERT_INT(value, NP_NAT_HAIRPIN_SUPPORTED);
        NP_ASSERT_INT(profile->hairpin_needs, needs[i]);
    }
}

static void
silence_leans_to_unsupported_and_says_what_else_it_may_be(void)
{
    NpProbeScenario scenario = with_hairpin(3, NP_NAT_ADDRESS_DEPENDENT, NP_NAT_HAIRPIN_UNSUPPORTED,
                                            NP_NAT_HAIRPIN_NEEDS_NOTHING);
    g_autoptr(NpProbePlan) plan = np_probe_scenario_run(&scenario);
    const NpVerdict *verdict = &np_probe_plan_profile(plan)->verdicts[NP_NAT_AXIS_HAIRPIN];

    NP_ASSERT_INT(verdict->leading, NP_NAT_HAIRPIN_UNSUPPORTED);
    CU_ASSERT(verdict->possible >> NP_NAT_HAIRPIN_SUPPORTED_INTERNAL & 1);
    CU_ASSERT(!(verdict->possible >> NP_NAT_HAIRPIN_SUPPORTED & 1));
    CU_ASSERT(verdict->why != NULL);
}

/* The host that sent it drops it as spoofed. */
static void
does_not_see_a_hairpin_that_leaves_the_internal_source(void)
{
    NpProbeScenario scenario =
        with_hairpin(6, NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_HAIRPIN_SUPPORTED_INTERNAL,
                     NP_NAT_HAIRPIN_NEEDS_NOTHING);
    g_autoptr(NpProbePlan) plan = np_probe_scenario_run(&scenario);
    const NpVerdict *verdict = &np_probe_plan_profile(plan)->verdicts[NP_NAT_AXIS_HAIRPIN];

    NP_ASSERT_INT(verdict->possible,
                  1 << NP_NAT_HAIRPIN_UNSUPPORTED | 1 << NP_NAT_HAIRPIN_SUPPORTED_INTERNAL);
    CU_ASSERT(verdict->why != NULL);
}

static void
has_nothing_to_say_without_a_nat(void)
{
    NpProbeScenario scenario = with_hairpin(
        4, NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_HAIRPIN_UNSUPPORTED, NP_NAT_HAIRPIN_NEEDS_NOTHING);
    g_autofree char *verdict = NULL;

    scenario.behaviour.translated = FALSE;
    verdict = np_probe_scenario_verdict(&scenario, NP_NAT_AXIS_HAIRPIN);
    NP_ASSERT_STR(verdict, "not measured");
}

static void
does_not_take_a_nat_without_room_for_one_without_hairpin(void)
{
    NpProbeScenario scenario = with_hairpin(5, NP_NAT_ENDPOINT_INDEPENDENT,
                                            NP_NAT_HAIRPIN_SUPPORTED, NP_NAT_HAIRPIN_NEEDS_NOTHING);

    scenario.behaviour.mapping = NP_NAT_ADDRESS_DEPENDENT;
    scenario.behaviour.law.kind = NP_NAT_RANDOM;
    np_probe_assert_survives_want_of_room(&scenario, NP_NAT_AXIS_HAIRPIN, NP_NAT_HAIRPIN_SUPPORTED);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(tells_what_a_hairpin_needs),
        NP_TEST(silence_leans_to_unsupported_and_says_what_else_it_may_be),
        NP_TEST(does_not_take_a_nat_without_room_for_one_without_hairpin),
        NP_TEST(does_not_see_a_hairpin_that_leaves_the_internal_source),
        NP_TEST(has_nothing_to_say_without_a_nat),
        { 0 },
    };

    return np_test_main("probe.hairpin", tests);
}
