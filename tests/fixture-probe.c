/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-probe.h"

#include "harness.h"
#include "sim/host.h"
#include "sim/nat.h"
#include "stun/server.h"

#define PORT_ONE 2222
#define PORT_TWO 3333
#define DEFAULT_DELAY (40 * NP_MSEC)
#define CARRIER_EXTERNAL "203.0.113.1"

NpNatBehaviour
np_probe_behaviour(NpNatDependence mapping, NpNatDependence filtering)
{
    return (NpNatBehaviour){
        .reachable = TRUE,
        .translated = TRUE,
        .mapping = mapping,
        .filtering = filtering,
        .law = { .kind = mapping == NP_NAT_ENDPOINT_INDEPENDENT ? NP_NAT_PRESERVING : NP_NAT_RANDOM,
                 .step = 1,
                 .first = 1024,
                 .last = 65535 },
    };
}

static NpStunServer *
start_server(NpSimWorld *world, const NpProbeScenario *scenario)
{
    NpSimHost *host =
        np_sim_host_new(np_sim_world_internet(world), "server", NP_PROBE_FIXTURE_SERVER);
    NpAddress listeners[4];
    NpStunEndpoint endpoints[4];
    guint n = scenario->one_address ? 2 : 4;
    NpStunServerConfig config = {
        .listeners = listeners,
        .n_listeners = n,
        .endpoints = endpoints,
        .n_endpoints = n,
        .software = "natprobe",
        .rate = np_bucket_rate(NP_STUN_SERVER_RATE, NP_STUN_SERVER_BURST),
        .max_connections = NP_STUN_SERVER_MAX_CONNECTIONS,
        .max_network_connections = NP_STUN_SERVER_MAX_NETWORK_CONNECTIONS,
        .idle_timeout = NP_STUN_SERVER_IDLE_TIMEOUT,
    };
    NpStunServer *server = NULL;

    if (!scenario->one_address)
        np_sim_host_add_address(host, NP_PROBE_FIXTURE_SERVER_ALT);
    for (guint i = 0; i < n; i++) {
        np_address_parse(&listeners[i],
                         i < 2 ? NP_PROBE_FIXTURE_SERVER : NP_PROBE_FIXTURE_SERVER_ALT,
                         i % 2 == 0 ? PORT_ONE : PORT_TWO);
        endpoints[i] = (NpStunEndpoint){ .local = listeners[i], .listener = i };
    }
    server = np_stun_server_new(&config);
    np_sim_host_start(host, &np_stun_server_ops, server);
    return server;
}

static NpSimNetwork *
build_nats(NpSimWorld *world, const NpProbeScenario *scenario, const NpSimLink *link)
{
    NpSimNetwork *outside = np_sim_world_internet(world);
    NpNatPolicy policy = scenario->policy != NULL
                             ? *scenario->policy
                             : np_nat_policy_from_behaviour(&scenario->behaviour);
    NpSimTraffic traffic = { .flows = scenario->flows, .dispersion = 2 };
    NpSimNat *nat = NULL;

    if (scenario->behind_carrier) {
        NpNatBehaviour open =
            np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ENDPOINT_INDEPENDENT);
        NpNatPolicy carrier = np_nat_policy_from_behaviour(&open);
        NpSimNat *outer =
            np_sim_nat_new(outside, "carrier", &carrier, CARRIER_EXTERNAL, "100.64.0.1");

        np_sim_nat_set_links(outer, link, link);
        outside = np_sim_nat_inside(outer);
        nat = np_sim_nat_new(outside, "nat", &policy, "100.64.0.2", "10.0.0.1");
    } else {
        nat = np_sim_nat_new(outside, "nat", &policy,
                             policy.translates ? NP_PROBE_FIXTURE_EXTERNAL : NULL,
                             policy.translates ? "10.0.0.1" : "198.51.100.254");
        np_sim_nat_set_links(nat, link, link);
    }
    if (scenario->flows > 0)
        np_sim_nat_add_traffic(nat, &traffic);
    return np_sim_nat_inside(nat);
}

NpProbePlan *
np_probe_scenario_run(const NpProbeScenario *scenario)
{
    g_autoptr(NpSimWorld) world = np_sim_world_new(scenario->seed);
    G_GNUC_UNUSED g_autoptr(NpStunServer) server = start_server(world, scenario); /* held */
    g_autoptr(GError) error = NULL;
    NpSimLink link = {
        .delay = scenario->delay != 0 ? scenario->delay : DEFAULT_DELAY,
        .loss = scenario->loss,
    };
    NpSimNetwork *lan = build_nats(world, scenario, &link);
    gboolean translated =
        scenario->policy != NULL ? scenario->policy->translates : scenario->behaviour.translated;
    NpSimHost *host = np_sim_host_new(lan, "client", translated ? "10.0.0.2" : "198.51.100.2");
    NpAddress servers[2];
    NpProbeConfig config = {
        .family = NP_FAMILY_IPV4,
        .servers = servers,
        .n_servers = scenario->one_port ? 1 : 2,
        .local = np_address_any(NP_FAMILY_IPV4, 0),
        .timeout = NP_PROBE_DEFAULT_TIMEOUT,
        .rng = np_rng_from_number(scenario->seed),
    };
    NpProbePlan *plan = NULL;
    NpSimProcess *process = NULL;

    np_address_parse(&servers[0], NP_PROBE_FIXTURE_SERVER, PORT_ONE);
    np_address_parse(&servers[1], NP_PROBE_FIXTURE_SERVER, PORT_TWO);
    plan = np_probe_plan_new(&config);
    process = np_sim_host_start(host, &np_probe_plan_ops, plan);
    if (!np_sim_world_run(world, np_sim_process_has_notice, process, &error))
        g_error("the scenario does not end: %s", error->message);
    np_sim_process_stop(process);
    return plan;
}

char *
np_probe_scenario_verdict(const NpProbeScenario *scenario, NpNatAxis axis)
{
    g_autoptr(NpProbePlan) plan = np_probe_scenario_run(scenario);
    const NpVerdict *verdict = &np_probe_plan_profile(plan)->verdicts[axis];
    guint value = 0;

    if (!verdict->measured)
        return g_strdup("not measured");
    if (np_verdict_value(verdict, &value))
        return g_strdup(np_nat_axis_value(axis, value));
    return np_verdict_text(verdict);
}
