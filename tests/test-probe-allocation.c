/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-probe.h"
#include "harness.h"

static NpProbeScenario
with_law(guint64 seed, NpNatLaw law)
{
    NpProbeScenario scenario = {
        .seed = seed,
        .behaviour = np_probe_behaviour(NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                                        NP_NAT_ADDRESS_AND_PORT_DEPENDENT),
    };

    scenario.behaviour.law = law;
    return scenario;
}

static void
recognises_every_law(void)
{
    static const struct {
        const char *label;
        NpNatLaw law;
    } rows[] = {
        { "preserving", { .kind = NP_NAT_PRESERVING } },
        { "sequential", { .kind = NP_NAT_SEQUENTIAL, .step = 1, .first = 1024, .last = 65535 } },
        { "sequential by 7",
          { .kind = NP_NAT_SEQUENTIAL, .step = 7, .first = 1024, .last = 65535 } },
        { "sequential down",
          { .kind = NP_NAT_SEQUENTIAL, .step = -2, .first = 1024, .last = 65535 } },
        { "random", { .kind = NP_NAT_RANDOM, .first = 1024, .last = 65535 } },
        { "block", { .kind = NP_NAT_BLOCK, .first = 16384, .last = 16895, .block_size = 512 } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpProbeScenario scenario = with_law(i + 1, rows[i].law);
        g_autoptr(NpProbePlan) plan = np_probe_scenario_run(&scenario);
        const NpProfile *profile = np_probe_plan_profile(plan);
        guint kind = G_MAXUINT;

        NP_ASSERT_ROW(np_verdict_decided(&profile->verdicts[NP_NAT_AXIS_ALLOCATION], &kind),
                      rows[i].label);
        NP_ASSERT_ROW(kind == rows[i].law.kind, rows[i].label);
        if (rows[i].law.kind == NP_NAT_SEQUENTIAL)
            NP_ASSERT_INT(profile->law.step, rows[i].law.step);
        if (rows[i].law.kind == NP_NAT_BLOCK)
            NP_ASSERT_ROW(profile->law.block_size >= 256 && profile->law.block_size <= 1024,
                          rows[i].label);
    }
}

static void
sees_the_step_through_the_traffic_of_others(void)
{
    NpProbeScenario scenario = with_law(
        9, (NpNatLaw){ .kind = NP_NAT_SEQUENTIAL, .step = 3, .first = 1024, .last = 65535 });
    g_autoptr(NpProbePlan) plan = NULL;

    scenario.flows = 100;
    plan = np_probe_scenario_run(&scenario);
    NP_ASSERT_INT(np_probe_plan_profile(plan)->law.kind, NP_NAT_SEQUENTIAL);
    NP_ASSERT_INT(np_probe_plan_profile(plan)->law.step, 3);
}

static void
leans_to_a_single_external_address(void)
{
    NpProbeScenario scenario =
        with_law(10, (NpNatLaw){ .kind = NP_NAT_RANDOM, .first = 1024, .last = 65535 });
    g_autoptr(NpProbePlan) plan = np_probe_scenario_run(&scenario);
    const NpVerdict *pooling = &np_probe_plan_profile(plan)->verdicts[NP_NAT_AXIS_POOLING];

    NP_ASSERT_INT(pooling->leading, NP_NAT_POOLING_SINGLE);
    NP_ASSERT_INT(pooling->possible, 1 << NP_NAT_POOLING_SINGLE | 1 << NP_NAT_POOLING_PAIRED);
    CU_ASSERT(pooling->confidence > 0.9999);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(recognises_every_law),
        NP_TEST(sees_the_step_through_the_traffic_of_others),
        NP_TEST(leans_to_a_single_external_address),
        { 0 },
    };

    return np_test_main("probe.allocation", tests);
}
