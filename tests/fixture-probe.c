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
/* Further addresses of a pool. */
#define POOL_FORMAT "203.0.113.10%u"

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
    const NpSimLink ideal = { 0 };
    NpStunServer *server = NULL;

    np_sim_host_set_links(host, &ideal, &ideal);
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

static NpSimLink
link_of(const NpProbeScenario *scenario)
{
    NpSimLink link = scenario->link;

    if (link.delay == 0)
        link.delay = DEFAULT_DELAY;
    return link;
}

static NpSimNat *
add_outermost(NpSimNetwork *internet,
              const char *name,
              const NpNatPolicy *policy,
              const char *external,
              const char *gateway,
              const NpProbeScenario *scenario)
{
    NpSimNat *nat = np_sim_nat_new(internet, name, policy, external, gateway);
    NpSimLink link = link_of(scenario);

    for (guint i = 1; i < scenario->n_external; i++) {
        g_autofree char *address = g_strdup_printf(POOL_FORMAT, i);

        np_sim_nat_add_external(nat, address);
    }
    np_sim_nat_set_links(nat, &link, &link);
    return nat;
}

static void
add_traffic(NpSimNat *nat, const NpProbeScenario *scenario)
{
    NpSimTraffic traffic = { .flows = scenario->flows, .dispersion = 2 };

    if (scenario->flows > 0)
        np_sim_nat_add_traffic(nat, &traffic);
}

static NpSimNat *
add_carrier(NpSimNetwork *internet, const NpProbeScenario *scenario)
{
    NpNatBehaviour open =
        np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ENDPOINT_INDEPENDENT);
    NpNatPolicy policy =
        scenario->outer != NULL ? *scenario->outer : np_nat_policy_from_behaviour(&open);

    NpSimNat *nat = add_outermost(internet, "carrier", &policy, CARRIER_EXTERNAL,
                                  scenario->outer_is_home ? "192.168.0.1" : "100.64.0.1", scenario);

    add_traffic(nat, scenario);
    return nat;
}

/* The network that the client is on. */
static NpSimNetwork *
build_nats(NpSimWorld *world, const NpProbeScenario *scenario)
{
    NpSimNetwork *internet = np_sim_world_internet(world);
    NpNatPolicy policy = scenario->policy != NULL
                             ? *scenario->policy
                             : np_nat_policy_from_behaviour(&scenario->behaviour);
    NpSimNat *nat = NULL;

    if (scenario->behind_carrier)
        nat = np_sim_nat_new(np_sim_nat_inside(add_carrier(internet, scenario)), "nat", &policy,
                             scenario->outer_is_home ? "192.168.0.2" : "100.64.0.2", "10.0.0.1");
    else
        nat = add_outermost(internet, "nat", &policy,
                            policy.translates ? NP_PROBE_FIXTURE_EXTERNAL : NULL,
                            policy.translates ? "10.0.0.1" : "198.51.100.254", scenario);
    add_traffic(nat, scenario);
    return np_sim_nat_inside(nat);
}

typedef struct {
    guint client; /* its id in the trace */
    guint n_sent;
} Count;

static void
count_sent(gpointer data, const NpSimRecord *record, const NpSimPacket *packet)
{
    Count *count = data;

    (void)packet;
    count->n_sent += record->kind == NP_SIM_SENT && record->node == count->client;
}

NpProbeRun
np_probe_scenario_play(const NpProbeScenario *scenario)
{
    g_autoptr(NpSimWorld) world = np_sim_world_new(scenario->seed);
    G_GNUC_UNUSED g_autoptr(NpStunServer) server = start_server(world, scenario); /* held */
    g_autoptr(GError) error = NULL;
    gboolean translated =
        scenario->policy != NULL ? scenario->policy->translates : scenario->behaviour.translated;
    NpSimHost *host = np_sim_host_new(build_nats(world, scenario), "client",
                                      translated ? "10.0.0.2" : "198.51.100.2");
    NpAddress servers[2];
    NpProbeConfig config = {
        .family = NP_FAMILY_IPV4,
        .servers = servers,
        .n_servers = scenario->one_port ? 1 : 2,
        .local = np_address_any(NP_FAMILY_IPV4, 0),
        .timeout = NP_PROBE_DEFAULT_TIMEOUT,
        .rng = np_rng_from_number(scenario->seed),
    };
    Count count = { .client = np_sim_host_id(host) };
    NpProbeRun run = { 0 };
    NpSimProcess *process = NULL;

    np_address_parse(&servers[0], NP_PROBE_FIXTURE_SERVER, PORT_ONE);
    np_address_parse(&servers[1], NP_PROBE_FIXTURE_SERVER, PORT_TWO);
    np_sim_world_watch(world, count_sent, &count);
    run.plan = np_probe_plan_new(&config);
    process = np_sim_host_start(host, &np_probe_plan_ops, run.plan);
    if (!np_sim_world_run(world, np_sim_process_has_notice, process, &error))
        g_error("the scenario does not end: %s", error->message);
    np_sim_process_stop(process);
    run.digest = np_sim_world_digest(world);
    run.n_sent = count.n_sent;
    return run;
}

NpProbePlan *
np_probe_scenario_run(const NpProbeScenario *scenario)
{
    return np_probe_scenario_play(scenario).plan;
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

void
np_probe_assert_every_dependence(NpNatAxis axis)
{
    for (guint mapping = 0; mapping < 3; mapping++) {
        for (guint filtering = 0; filtering < 3; filtering++) {
            NpProbeScenario scenario = {
                .seed = 1 + mapping * 3 + filtering,
                .behaviour =
                    np_probe_behaviour((NpNatDependence)mapping, (NpNatDependence)filtering),
            };
            guint truth = np_nat_behaviour_value(&scenario.behaviour, axis);
            g_autofree char *verdict = np_probe_scenario_verdict(&scenario, axis);

            NP_ASSERT_STR(verdict, np_nat_axis_value(axis, truth));
        }
    }
}

void
np_probe_assert_one_address(NpNatAxis axis)
{
    static const char *const expected[] = {
        "endpoint-independent or address-dependent",
        "endpoint-independent or address-dependent",
        "address-and-port-dependent",
    };

    for (guint value = 0; value < 3; value++) {
        NpNatDependence dependence = (NpNatDependence)value;
        NpProbeScenario scenario = {
            .seed = value + 1,
            .one_address = TRUE,
            .behaviour = axis == NP_NAT_AXIS_MAPPING
                             ? np_probe_behaviour(dependence, NP_NAT_ADDRESS_AND_PORT_DEPENDENT)
                             : np_probe_behaviour(NP_NAT_ENDPOINT_INDEPENDENT, dependence),
        };
        g_autofree char *verdict = np_probe_scenario_verdict(&scenario, axis);

        NP_ASSERT_STR(verdict, expected[value]);
    }
}

void
np_probe_assert_survives_want_of_room(const NpProbeScenario *scenario, NpNatAxis axis, guint truth)
{
    guint n_undecided = 0;

    for (guint room = 24; room < 96; room += 2) {
        NpNatPolicy policy = np_nat_policy_from_behaviour(&scenario->behaviour);
        NpProbeScenario starved = *scenario;
        g_autoptr(NpProbePlan) plan = NULL;
        const NpVerdict *verdict = NULL;
        guint value = 0;

        policy.limits.mappings_per_host = room;
        starved.policy = &policy;
        plan = np_probe_scenario_run(&starved);
        verdict = &np_probe_plan_profile(plan)->verdicts[axis];
        CU_ASSERT(!verdict->measured || verdict->possible >> truth & 1);
        n_undecided += !np_verdict_decided(verdict, &value);
    }
    CU_ASSERT(n_undecided > 0);
}
