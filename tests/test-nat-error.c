/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-nat.h"
#include "harness.h"

#define CLIENT "10.0.0.2:5000"
#define SERVER "192.0.2.1:3478"

static void
translates_errors_in_both_directions(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);
    NpAddress external = np_bench_send(&bench, CLIENT, SERVER);
    NpAddress client = np_bench_address(CLIENT);
    NpAddress server = np_bench_address(SERVER);
    NpAddress router = np_bench_address("198.51.100.9");
    NpNatPacket in = { .ttl = 9, .source = external, .destination = server };
    NpNatPacket out = { .ttl = 9, .source = server, .destination = client };

    np_nat_packet_to_error(&in, &router, NP_NAT_ERROR_TIME_EXCEEDED);
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_OUTSIDE, &in, 0),
                  NP_NAT_TO_INSIDE);
    CU_ASSERT(np_address_equal(&in.quote.source, &client));
    CU_ASSERT(np_address_same_host(&in.destination, &client));
    CU_ASSERT(np_address_same_host(&in.source, &router));

    np_nat_packet_to_error(&out, &client, NP_NAT_ERROR_PORT_UNREACHABLE);
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_INSIDE, &out, 0),
                  NP_NAT_TO_OUTSIDE);
    CU_ASSERT(np_address_equal(&out.quote.destination, &external));
    CU_ASSERT(np_address_same_host(&out.source, &external));
    CU_ASSERT(np_address_same_host(&out.destination, &server));
}

static void
drops_errors_about_packets_it_never_sent(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);
    NpAddress external = np_bench_send(&bench, CLIENT, SERVER);
    NpAddress router = np_bench_address("198.51.100.9");
    NpNatPacket packet = { .ttl = 9,
                           .source = np_address_with_port(&external, external.port ^ 1),
                           .destination = np_bench_address(SERVER) };

    np_nat_packet_to_error(&packet, &router, NP_NAT_ERROR_TIME_EXCEEDED);
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_OUTSIDE, &packet, 0),
                  NP_NAT_DROPPED_INVALID);
}

static void
an_error_neither_makes_nor_ends_a_mapping(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);
    NpAddress external = np_bench_send(&bench, CLIENT, SERVER);
    NpAddress router = np_bench_address("198.51.100.9");
    NpNatPacket packet = { .ttl = 9, .source = external, .destination = np_bench_address(SERVER) };

    np_nat_packet_to_error(&packet, &router, NP_NAT_ERROR_PORT_UNREACHABLE);
    np_nat_translator_translate(bench.translator, NP_NAT_OUTSIDE, &packet, 0);
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &external, CLIENT));
    bench.now = NP_NAT_UDP_TIMEOUT;
    packet = (NpNatPacket){ .ttl = 9, .source = external, .destination = packet.quote.destination };
    np_nat_packet_to_error(&packet, &router, NP_NAT_ERROR_PORT_UNREACHABLE);
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_OUTSIDE, &packet, bench.now),
                  NP_NAT_DROPPED_INVALID);
    NP_ASSERT_INT(np_nat_translator_n_mappings(bench.translator), 0);
}

static void
an_error_about_a_hairpinned_packet_returns_by_the_hairpin(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress mine = { 0 };
    NpAddress theirs = { 0 };
    NpAddress me = np_bench_address(CLIENT);
    NpAddress them = np_bench_address("10.0.0.3:6000");
    NpNatPacket packet = { 0 };

    policy.hairpin = NP_NAT_HAIRPIN_SUPPORTED;
    policy.filtering = NP_NAT_ENDPOINT_INDEPENDENT;
    bench = np_bench_new(&policy, 1);
    mine = np_bench_send(&bench, CLIENT, SERVER);
    theirs = np_bench_send(&bench, "10.0.0.3:6000", SERVER);
    NP_ASSERT_INT(np_bench_send_inside(&bench, CLIENT, &theirs), NP_NAT_TO_INSIDE);
    packet = bench.packet;
    np_nat_packet_to_error(&packet, &them, NP_NAT_ERROR_PORT_UNREACHABLE);
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_INSIDE, &packet, 0),
                  NP_NAT_TO_INSIDE);
    CU_ASSERT(np_address_same_host(&packet.destination, &me));
    CU_ASSERT(np_address_equal(&packet.quote.source, &me));
    CU_ASSERT(np_address_equal(&packet.quote.destination, &theirs));
    CU_ASSERT(np_address_same_host(&packet.source, &mine));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(translates_errors_in_both_directions),
        NP_TEST(drops_errors_about_packets_it_never_sent),
        NP_TEST(an_error_neither_makes_nor_ends_a_mapping),
        NP_TEST(an_error_about_a_hairpinned_packet_returns_by_the_hairpin),
        { 0 },
    };

    return np_test_main("nat.error", tests);
}
