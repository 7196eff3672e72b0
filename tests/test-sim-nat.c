/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-machine.h"
#include "fixture-nat.h"
#include "harness.h"
#include "sim/host.h"
#include "sim/nat.h"

#define SERVER "192.0.2.1:3478"

/* A mirror on a public host, callers behind whatever the test builds. */
typedef struct {
    NpSimWorld *world;
    NpMirror mirror;
    NpCaller one;
    NpCaller two;
    NpSimProcess *first;
    NpSimProcess *second;
} Scene;

static Scene *
scene_new(void)
{
    Scene *self = g_new0(Scene, 1);
    NpSimHost *server = NULL;

    self->world = np_sim_world_new(1);
    np_mirror_init(&self->mirror);
    np_caller_init(&self->one);
    np_caller_init(&self->two);
    np_mirror_listen(&self->mirror, SERVER);
    np_mirror_listen(&self->mirror, "192.0.2.2:3478");
    server = np_sim_host_new(np_sim_world_internet(self->world), "server", "192.0.2.1");
    np_sim_host_add_address(server, "192.0.2.2");
    np_sim_host_start(server, &np_mirror_ops, &self->mirror);
    np_caller_open(&self->one, 1, "0.0.0.0:5000");
    np_caller_open(&self->two, 1, "0.0.0.0:5000");
    return self;
}

static void
scene_free(Scene *self)
{
    np_sim_world_free(self->world);
    np_mirror_clear(&self->mirror);
    np_caller_clear(&self->one);
    np_caller_clear(&self->two);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

/* Asks the mirror from a caller; what it says one's address is, or "nothing". */
static const char *
ask(Scene *self, NpSimProcess *process, NpCaller *caller, const char *to)
{
    np_caller_send(caller, 1, to, "who am I");
    g_clear_pointer(&caller->text, g_free);
    np_sim_process_pump(process);
    np_sim_world_run_until(self->world, np_sim_world_now(self->world) + NP_SECOND, NULL);
    return caller->text != NULL ? caller->text : "nothing";
}

static NpNatPolicy
preserving(void)
{
    NpNatPolicy policy = np_bench_policy();

    policy.ports.preserve = TRUE;
    return policy;
}

static void
translates_between_its_networks(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpNatPolicy policy = preserving();
    NpSimNat *nat = np_sim_nat_new(np_sim_world_internet(scene->world), "nat", &policy,
                                   "203.0.113.1", "10.0.0.1");
    NpSimHost *client = np_sim_host_new(np_sim_nat_inside(nat), "client", "10.0.0.2");

    scene->first = np_sim_host_start(client, &np_caller_ops, &scene->one);
    NP_ASSERT_STR(ask(scene, scene->first, &scene->one, SERVER), "203.0.113.1:5000");
    NP_ASSERT_INT(scene->one.last.ttl, 64 - 4 - 1);
    CU_ASSERT(scene->one.last.to.port == 5000);
}

static void
two_hosts_behind_one_nat_get_two_ports(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpNatPolicy policy = preserving();
    NpSimNat *nat = np_sim_nat_new(np_sim_world_internet(scene->world), "nat", &policy,
                                   "203.0.113.1", "10.0.0.1");
    NpSimHost *one = np_sim_host_new(np_sim_nat_inside(nat), "one", "10.0.0.2");
    NpSimHost *two = np_sim_host_new(np_sim_nat_inside(nat), "two", "10.0.0.3");

    policy.ports.order = NP_NAT_ORDER_SEQUENTIAL;
    scene->first = np_sim_host_start(one, &np_caller_ops, &scene->one);
    scene->second = np_sim_host_start(two, &np_caller_ops, &scene->two);
    NP_ASSERT_STR(ask(scene, scene->first, &scene->one, SERVER), "203.0.113.1:5000");
    CU_ASSERT(g_str_has_prefix(ask(scene, scene->second, &scene->two, SERVER), "203.0.113.1:"));
    CU_ASSERT(g_strcmp0(scene->two.text, "203.0.113.1:5000") != 0);
    /* On the LAN they see each other as they are. */
    np_caller_send(&scene->one, 1, "10.0.0.3:5000", "hello");
    np_sim_process_pump(scene->first);
    np_sim_world_run_until(scene->world, np_sim_world_now(scene->world) + NP_SECOND, NULL);
    NP_ASSERT_STR(scene->two.text, "hello");
}

/* As Linux does it: a packet from one's own address that comes from outside is dropped. */
static void
a_hairpin_with_the_internal_source_does_not_come_home(void)
{
    static const NpNatHairpin hairpins[] = { NP_NAT_HAIRPIN_SUPPORTED,
                                             NP_NAT_HAIRPIN_SUPPORTED_INTERNAL };

    for (gsize i = 0; i < G_N_ELEMENTS(hairpins); i++) {
        g_autoptr(Scene) scene = scene_new();
        NpNatPolicy policy = preserving();
        NpSimNat *nat = NULL;

        policy.hairpin = hairpins[i];
        policy.filtering = NP_NAT_ENDPOINT_INDEPENDENT;
        nat = np_sim_nat_new(np_sim_world_internet(scene->world), "nat", &policy, "203.0.113.1",
                             "10.0.0.1");
        scene->first =
            np_sim_host_start(np_sim_host_new(np_sim_nat_inside(nat), "client", "10.0.0.2"),
                              &np_caller_ops, &scene->one);
        ask(scene, scene->first, &scene->one, SERVER);
        NP_ASSERT_STR(ask(scene, scene->first, &scene->one, "203.0.113.1:5000"),
                      i == 0 ? "who am I" : "nothing");
    }
}

static void
nats_come_in_layers(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpNatPolicy policy = preserving();
    NpSimNat *carrier = np_sim_nat_new(np_sim_world_internet(scene->world), "carrier", &policy,
                                       "203.0.113.1", "100.64.0.1");
    NpSimNat *home =
        np_sim_nat_new(np_sim_nat_inside(carrier), "home", &policy, "100.64.0.2", "10.0.0.1");
    NpSimHost *client = np_sim_host_new(np_sim_nat_inside(home), "client", "10.0.0.2");
    NpSimHost *neighbour = np_sim_host_new(np_sim_nat_inside(carrier), "neighbour", "100.64.0.3");

    scene->first = np_sim_host_start(client, &np_caller_ops, &scene->one);
    scene->second = np_sim_host_start(neighbour, &np_caller_ops, &scene->two);
    NP_ASSERT_STR(ask(scene, scene->first, &scene->one, SERVER), "203.0.113.1:5000");
    NP_ASSERT_INT(scene->one.last.ttl, 64 - 4 - 2);
    NP_ASSERT_INT(np_nat_translator_n_mappings(np_sim_nat_translator(carrier)), 1);
    ask(scene, scene->first, &scene->one, "100.64.0.3:5000");
    CU_ASSERT(g_str_equal(scene->two.text, "who am I"));
    NP_ASSERT_INT(np_nat_translator_n_mappings(np_sim_nat_translator(carrier)), 1);
}

static void
peers_behind_different_nats_meet_by_both_sending(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpNatPolicy policy = preserving();
    NpSimNetwork *internet = np_sim_world_internet(scene->world);
    NpSimNat *left = np_sim_nat_new(internet, "left", &policy, "203.0.113.1", "10.0.0.1");
    NpSimNat *right = np_sim_nat_new(internet, "right", &policy, "203.0.113.2", "10.0.0.1");
    NpSimHost *one = np_sim_host_new(np_sim_nat_inside(left), "one", "10.0.0.2");
    NpSimHost *two = np_sim_host_new(np_sim_nat_inside(right), "two", "10.0.0.2");

    scene->first = np_sim_host_start(one, &np_caller_ops, &scene->one);
    scene->second = np_sim_host_start(two, &np_caller_ops, &scene->two);
    ask(scene, scene->first, &scene->one, "203.0.113.2:5000");
    NP_ASSERT_INT(scene->two.n_received, 0);
    ask(scene, scene->second, &scene->two, "203.0.113.1:5000");
    NP_ASSERT_INT(scene->one.n_received, 1);
    ask(scene, scene->first, &scene->one, "203.0.113.2:5000");
    NP_ASSERT_INT(scene->two.n_received, 1);
}

static void
a_firewall_s_inside_is_reachable_once_it_has_sent(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpNatPolicy policy = np_bench_policy();
    NpSimNat *firewall = NULL;
    NpSimHost *client = NULL;

    policy.translates = FALSE;
    firewall = np_sim_nat_new(np_sim_world_internet(scene->world), "firewall", &policy, NULL,
                              "198.51.100.1");
    client = np_sim_host_new(np_sim_nat_inside(firewall), "client", "198.51.100.2");
    scene->first = np_sim_host_start(client, &np_caller_ops, &scene->one);
    NP_ASSERT_STR(ask(scene, scene->first, &scene->one, SERVER), "198.51.100.2:5000");
}

static void
a_low_ttl_packet_passes_its_own_nat_and_dies_on_the_way(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpNatPolicy policy = preserving();
    NpSimNat *nat = np_sim_nat_new(np_sim_world_internet(scene->world), "nat", &policy,
                                   "203.0.113.1", "10.0.0.1");
    NpSimHost *client = np_sim_host_new(np_sim_nat_inside(nat), "client", "10.0.0.2");
    const NpSocketEvent *event = NULL;

    scene->first = np_sim_host_start(client, &np_caller_ops, &scene->one);
    np_outbox_push(&scene->one.outbox, (NpAction){ .kind = NP_DO_SEND,
                                                   .socket = 1,
                                                   .send = { .to = np_bench_address(SERVER),
                                                             .payload = g_bytes_new_static("x", 1),
                                                             .ttl = 3 } });
    np_sim_process_pump(scene->first);
    np_sim_world_run_until(scene->world, NP_SECOND, NULL);
    event = np_caller_event(&scene->one, 1, NP_SOCKET_ICMP);
    NP_REQUIRE(event != NULL);
    NP_ASSERT_INT(event->icmp.type, 11);
    CU_ASSERT(event->icmp.quoted.port == 3478);
    NP_ASSERT_INT(scene->mirror.n_received, 0);
    NP_ASSERT_INT(np_nat_translator_n_mappings(np_sim_nat_translator(nat)), 1);
}

/* Tells in four bytes what it is, and gets told back what arrived. */
static void
an_application_gateway_meddles_with_payloads_both_ways(void)
{
    for (guint alg = 0; alg < 2; alg++) {
        g_autoptr(Scene) scene = scene_new();
        NpNatPolicy policy = preserving();
        NpSimNat *nat = NULL;
        NpSimHost *client = NULL;
        NpSimHost *peer = np_sim_host_new(np_sim_world_internet(scene->world), "peer", "192.0.2.9");

        policy.alg = alg == 1;
        nat = np_sim_nat_new(np_sim_world_internet(scene->world), "nat", &policy, "203.3.113.1",
                             "10.9.0.1");
        client = np_sim_host_new(np_sim_nat_inside(nat), "client", "10.9.8.7");
        scene->first = np_sim_host_start(client, &np_caller_ops, &scene->one);
        scene->second = np_sim_host_start(peer, &np_caller_ops, &scene->two);
        np_caller_send(&scene->one, 1, "192.0.2.9:5000", "I am \x0a\x09\x08\x07");
        np_sim_process_pump(scene->first);
        np_sim_world_run_until(scene->world, NP_SECOND, NULL);
        NP_ASSERT_STR(scene->two.text,
                      alg == 1 ? "I am \xcb\x03\x71\x01" : "I am \x0a\x09\x08\x07");
        np_caller_send(&scene->two, 1, "203.3.113.1:5000", "you are \xcb\x03\x71\x01");
        np_sim_process_pump(scene->second);
        np_sim_world_run_until(scene->world, 2 * NP_SECOND, NULL);
        NP_ASSERT_STR(scene->one.text,
                      alg == 1 ? "you are \x0a\x09\x08\x07" : "you are \xcb\x03\x71\x01");
    }
}

static void
background_flows_come_at_their_rate_and_in_bursts(void)
{
    static const double dispersions[] = { 1, 1.5, 4 };

    for (gsize i = 0; i < G_N_ELEMENTS(dispersions); i++) {
        g_autoptr(NpSimWorld) world = np_sim_world_new(5);
        NpNatPolicy policy = np_bench_policy();
        NpSimTraffic traffic = { .flows = 100, .dispersion = dispersions[i] };
        NpSimNat *nat =
            np_sim_nat_new(np_sim_world_internet(world), "nat", &policy, "203.0.113.1", "10.0.0.1");
        guint before = 0;
        double sum = 0;
        double squares = 0;
        double mean = 0;

        np_sim_nat_add_traffic(nat, &traffic);
        for (guint window = 1; window <= 1000; window++) {
            guint after = 0;
            double n = 0;

            np_sim_world_run_until(world, window * 100 * NP_MSEC, NULL);
            after = np_nat_translator_n_mappings(np_sim_nat_translator(nat));
            n = after - before;
            before = after;
            sum += n;
            squares += n * n;
        }
        mean = sum / 1000;
        CU_ASSERT(mean > 9.2 && mean < 10.8);
        CU_ASSERT((squares / 1000 - mean * mean) / mean > 0.8 * dispersions[i]);
        CU_ASSERT((squares / 1000 - mean * mean) / mean < 1.25 * dispersions[i]);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(translates_between_its_networks),
        NP_TEST(two_hosts_behind_one_nat_get_two_ports),
        NP_TEST(a_hairpin_with_the_internal_source_does_not_come_home),
        NP_TEST(nats_come_in_layers),
        NP_TEST(peers_behind_different_nats_meet_by_both_sending),
        NP_TEST(a_firewall_s_inside_is_reachable_once_it_has_sent),
        NP_TEST(a_low_ttl_packet_passes_its_own_nat_and_dies_on_the_way),
        NP_TEST(an_application_gateway_meddles_with_payloads_both_ways),
        NP_TEST(background_flows_come_at_their_rate_and_in_bursts),
        { 0 },
    };

    return np_test_main("sim.nat", tests);
}
