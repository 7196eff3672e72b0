/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-probe.h"
#include "harness.h"

static NpProbeScenario
port_restricted(guint64 seed)
{
    return (NpProbeScenario){
        .seed = seed,
        .behaviour =
            np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ADDRESS_AND_PORT_DEPENDENT),
    };
}

static void
ends_within_two_round_trips_and_300_ms(void)
{
    static const NpTime delays[] = { 1 * NP_MSEC, 10 * NP_MSEC, 40 * NP_MSEC, 150 * NP_MSEC };

    for (gsize i = 0; i < G_N_ELEMENTS(delays); i++) {
        for (guint mapping = 0; mapping < 3; mapping++) {
            for (guint unsolicited = 0; unsolicited < 3; unsolicited++) {
                NpProbeScenario scenario = port_restricted(1 + i);
                g_autoptr(NpProbePlan) plan = NULL;

                scenario.behaviour.mapping = (NpNatDependence)mapping;
                scenario.behaviour.unsolicited = (NpNatUnsolicited)unsolicited;
                scenario.link.delay = delays[i];
                plan = np_probe_scenario_run(&scenario);
                NP_ASSERT_ROW(np_probe_plan_duration(plan) <= 4 * delays[i] + 300 * NP_MSEC,
                              np_nat_axis_value(NP_NAT_AXIS_UNSOLICITED, unsolicited));
            }
        }
    }
}

static void
takes_longer_under_loss_but_never_past_its_timeout(void)
{
    for (guint i = 0; i < 20; i++) {
        NpProbeScenario scenario = port_restricted(50 + i);
        g_autoptr(NpProbePlan) plan = NULL;

        scenario.link.loss = 0.4;
        plan = np_probe_scenario_run(&scenario);
        CU_ASSERT(np_probe_plan_duration(plan) > 460 * NP_MSEC);
        CU_ASSERT(np_probe_plan_duration(plan) <= NP_PROBE_DEFAULT_TIMEOUT);
    }
}

static void
the_same_seed_gives_the_same_run(void)
{
    NpProbeScenario scenario = port_restricted(9);
    g_autoptr(NpProbePlan) one = NULL;
    g_autoptr(NpProbePlan) two = NULL;

    scenario.link.loss = 0.1;
    one = np_probe_scenario_run(&scenario);
    two = np_probe_scenario_run(&scenario);
    NP_ASSERT_INT(np_probe_plan_duration(one), np_probe_plan_duration(two));
    NP_ASSERT_INT(np_probe_plan_counters(one)->received, np_probe_plan_counters(two)->received);
}

static void
can_be_finished_early_with_what_is_known(void)
{
    NpRng rng = np_rng_from_number(1);
    NpAddress server = np_address_ipv4(0xc0000201, 3478);
    NpProbeConfig config = {
        .family = NP_FAMILY_IPV4,
        .servers = &server,
        .n_servers = 1,
        .local = np_address_any(NP_FAMILY_IPV4, 0),
        .timeout = NP_PROBE_DEFAULT_TIMEOUT,
        .rng = rng,
    };
    g_autoptr(NpProbePlan) plan = np_probe_plan_new(&config);
    NpHostLimits limits = { .max_sockets = 1000 };
    gboolean notified = FALSE;
    NpAction action;

    np_probe_plan_ops.start(plan, 0, &limits);
    np_probe_plan_finish(plan, 10 * NP_MSEC);
    np_probe_plan_finish(plan, 20 * NP_MSEC);
    while (np_probe_plan_ops.take(plan, &action)) {
        notified = action.kind == NP_DO_NOTIFY;
        np_action_clear(&action);
    }
    CU_ASSERT(notified);
    CU_ASSERT(!np_probe_plan_answered(plan));
    NP_ASSERT_INT(np_probe_plan_duration(plan), 10 * NP_MSEC);
    NP_ASSERT_INT(np_probe_plan_ops.deadline(plan), NP_TIME_NEVER);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(ends_within_two_round_trips_and_300_ms),
        NP_TEST(takes_longer_under_loss_but_never_past_its_timeout),
        NP_TEST(the_same_seed_gives_the_same_run),
        NP_TEST(can_be_finished_early_with_what_is_known),
        { 0 },
    };

    return np_test_main("probe.plan", tests);
}
