/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "sim/network.h"

typedef struct {
    NpSimPort port;
    guint n_received;
    NpNatPacket last;
    NpTime at;
} Node;

static void
keep(gpointer node, NpSimPort *port, NpSimPacket *packet, NpTime now)
{
    Node *self = node;

    (void)port;
    self->n_received++;
    self->last = packet->header;
    self->at = now;
    np_sim_packet_free(packet);
}

static void
attach(Node *node, NpSimNetwork *network, const char *name, const char *address)
{
    NpAddress parsed = np_sim_network_address(address);
    guint id = np_sim_trace_add_name(np_sim_world_trace(network->world), name);

    *node = (Node){ .port = np_sim_network_port(network, id, node, keep) };
    np_sim_network_attach(network, &node->port, &parsed);
}

static void
send(Node *from, const char *source, const char *destination, guint8 ttl)
{
    NpNatPacket header = { .ttl = ttl };

    np_address_parse(&header.source, source, 5);
    np_address_parse(&header.destination, destination, 5);
    np_sim_network_send(&from->port, np_sim_packet_new(&header, NULL, 0, 0), 0);
}

static void
delivers_by_address_after_both_links(void)
{
    static const NpSimLink slow = { .delay = 30 * NP_MSEC };
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    NpSimNetwork *internet = np_sim_world_internet(world);
    Node one;
    Node two;

    attach(&one, internet, "one", "192.0.2.1");
    attach(&two, internet, "two", "192.0.2.2");
    np_sim_network_set_links(&one.port, &slow, &slow);
    send(&one, "192.0.2.1", "192.0.2.2", 64);
    CU_ASSERT(np_sim_world_run_until(world, NP_SECOND, NULL));
    NP_ASSERT_INT(two.n_received, 1);
    NP_ASSERT_INT(two.at, 35 * NP_MSEC);
    NP_ASSERT_INT(two.last.ttl, 60);
}

static void
what_it_does_not_know_goes_to_the_gateway_but_never_back(void)
{
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    NpSimNetwork *lan = np_sim_network_new(world, "lan");
    Node host;
    Node gateway;

    attach(&host, lan, "host", "10.0.0.2");
    attach(&gateway, lan, "gateway", "10.0.0.1");
    send(&host, "10.0.0.2", "192.0.2.1", 1);
    NP_ASSERT_INT(gateway.n_received, 0);
    lan->gateway = &gateway.port;
    send(&host, "10.0.0.2", "192.0.2.1", 1);
    NP_ASSERT_INT(gateway.n_received, 1);
    NP_ASSERT_INT(gateway.last.ttl, 1);
    send(&gateway, "192.0.2.1", "10.0.0.9", 1);
    NP_ASSERT_INT(gateway.n_received, 1);
    send(&gateway, "192.0.2.1", "10.0.0.2", 1);
    NP_ASSERT_INT(host.n_received, 1);
}

static void
a_packet_with_too_few_hops_comes_back_as_an_error(void)
{
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    NpSimNetwork *lan = np_sim_network_new(world, "routed");
    Node one;
    Node two;

    np_sim_network_set_hops(lan, 3, "198.51.100.1");
    attach(&one, lan, "one", "192.0.2.1");
    attach(&two, lan, "two", "192.0.2.2");
    send(&one, "192.0.2.1", "192.0.2.2", 3);
    NP_ASSERT_INT(two.n_received, 0);
    NP_REQUIRE(one.n_received == 1);
    NP_ASSERT_INT(one.last.kind, NP_NAT_PACKET_ERROR);
    NP_ASSERT_INT(one.last.quote.type, 11);
    send(&one, "192.0.2.1", "192.0.2.2", 4);
    NP_ASSERT_INT(two.n_received, 1);
    NP_ASSERT_INT(two.last.ttl, 1);
}

static void
the_inside_of_a_firewall_is_known_outside(void)
{
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    NpSimNetwork *lan = np_sim_network_new(world, "lan");
    Node firewall;
    Node inside;
    Node stranger;

    attach(&firewall, np_sim_world_internet(world), "firewall", "198.51.100.1");
    attach(&stranger, np_sim_world_internet(world), "stranger", "192.0.2.1");
    lan->advertised_by = &firewall.port;
    attach(&inside, lan, "inside", "198.51.100.2");
    send(&stranger, "192.0.2.1", "198.51.100.2", 64);
    CU_ASSERT(np_sim_world_run_until(world, NP_SECOND, NULL));
    NP_ASSERT_INT(firewall.n_received, 1);
}

static void
a_duplicated_packet_arrives_twice(void)
{
    static const NpSimLink twice = { .delay = NP_MSEC, .duplicate = 1.0 };
    static const NpSimLink once = { .delay = NP_MSEC };
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    Node one;
    Node two;

    attach(&one, np_sim_world_internet(world), "one", "192.0.2.1");
    attach(&two, np_sim_world_internet(world), "two", "192.0.2.2");
    np_sim_network_set_links(&one.port, &twice, &once);
    send(&one, "192.0.2.1", "192.0.2.2", 64);
    CU_ASSERT(np_sim_world_run_until(world, NP_SECOND, NULL));
    NP_ASSERT_INT(two.n_received, 2);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(delivers_by_address_after_both_links),
        NP_TEST(what_it_does_not_know_goes_to_the_gateway_but_never_back),
        NP_TEST(a_packet_with_too_few_hops_comes_back_as_an_error),
        NP_TEST(the_inside_of_a_firewall_is_known_outside),
        NP_TEST(a_duplicated_packet_arrives_twice),
        { 0 },
    };

    return np_test_main("sim.network", tests);
}
