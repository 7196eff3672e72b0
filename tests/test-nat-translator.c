/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-nat.h"
#include "harness.h"

#define CLIENT "10.0.0.2:5000"
#define SERVER "192.0.2.1:3478"
#define SERVER_OTHER_PORT "192.0.2.1:3479"
#define OTHER_SERVER "192.0.2.2:3478"

static const NpNatDependence dependences[] = {
    NP_NAT_ENDPOINT_INDEPENDENT,
    NP_NAT_ADDRESS_DEPENDENT,
    NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
};

static void
maps_by_its_dependence_in_every_cell(void)
{
    for (guint m = 0; m < G_N_ELEMENTS(dependences); m++) {
        for (guint f = 0; f < G_N_ELEMENTS(dependences); f++) {
            NpNatPolicy policy = np_bench_policy();
            g_auto(NpBench) bench = { 0 };
            NpAddress first = { 0 };
            NpAddress same = { 0 };
            NpAddress port = { 0 };
            NpAddress host = { 0 };
            const char *label = np_nat_axis_value(NP_NAT_AXIS_MAPPING, dependences[m]);

            policy.mapping = dependences[m];
            policy.filtering = dependences[f];
            bench = np_bench_new(&policy, 1);
            first = np_bench_send(&bench, CLIENT, SERVER);
            port = np_bench_send(&bench, CLIENT, SERVER_OTHER_PORT);
            host = np_bench_send(&bench, CLIENT, OTHER_SERVER);
            same = np_bench_send(&bench, CLIENT, SERVER);
            NP_ASSERT_ROW(first.port != 0 && np_address_equal(&first, &same), label);
            NP_ASSERT_ROW(np_address_equal(&first, &port) == (m < 2), label);
            NP_ASSERT_ROW(np_address_equal(&first, &host) == (m < 1), label);
        }
    }
}

static void
keeps_internal_hosts_apart(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);
    NpAddress one = np_bench_send(&bench, CLIENT, SERVER);
    NpAddress two = np_bench_send(&bench, "10.0.0.3:5000", SERVER);

    CU_ASSERT(!np_address_equal(&one, &two));
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &one, CLIENT));
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &two, "10.0.0.3:5000"));
}

static void
answers_to_a_stranger_leave_by_the_mapping_it_came_to(void)
{
    for (guint keeps = 0; keeps < 2; keeps++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(NpBench) bench = { 0 };
        NpAddress external = { 0 };
        NpAddress reply = { 0 };

        policy.mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
        policy.filtering = NP_NAT_ENDPOINT_INDEPENDENT;
        policy.replies_keep_mapping = keeps == 1;
        bench = np_bench_new(&policy, 1);
        external = np_bench_send(&bench, CLIENT, SERVER);
        CU_ASSERT(np_bench_arrives(&bench, OTHER_SERVER, &external, CLIENT));
        reply = np_bench_send(&bench, CLIENT, OTHER_SERVER);
        NP_ASSERT_INT(np_address_equal(&reply, &external), keeps == 1);
    }
}

static void
forgets_after_the_timer_unless_refreshed(void)
{
    static const struct {
        const char *label;
        NpNatRefresh refresh;
        gboolean out; /* which way packets go at half the time */
        gboolean in;
        gboolean alive; /* at one and a quarter */
    } rows[] = {
        { "idle", NP_NAT_REFRESH_BOTH, FALSE, FALSE, FALSE },
        { "outbound counts", NP_NAT_REFRESH_OUTBOUND, TRUE, FALSE, TRUE },
        { "inbound does not", NP_NAT_REFRESH_OUTBOUND, FALSE, TRUE, FALSE },
        { "inbound does", NP_NAT_REFRESH_BOTH, FALSE, TRUE, TRUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(NpBench) bench = { 0 };
        NpAddress external = { 0 };

        policy.refresh = rows[i].refresh;
        bench = np_bench_new(&policy, 1);
        external = np_bench_send(&bench, CLIENT, SERVER);
        bench.now = NP_NAT_UDP_TIMEOUT / 2;
        if (rows[i].out)
            np_bench_send(&bench, CLIENT, SERVER);
        if (rows[i].in)
            CU_ASSERT(np_bench_arrives(&bench, SERVER, &external, CLIENT));
        bench.now = NP_NAT_UDP_TIMEOUT / 4 * 5;
        NP_ASSERT_ROW(np_bench_arrives(&bench, SERVER, &external, CLIENT) == rows[i].alive,
                      rows[i].label);
    }
}

static void
expires_to_the_nanosecond(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress external = { 0 };

    policy.timers.udp = 30 * NP_SECOND;
    bench = np_bench_new(&policy, 1);
    external = np_bench_send(&bench, CLIENT, SERVER);
    bench.now = 30 * NP_SECOND - 1;
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &external, CLIENT));
    bench.now++;
    CU_ASSERT(!np_bench_arrives(&bench, SERVER, &external, CLIENT));
    NP_ASSERT_INT(np_nat_translator_n_mappings(bench.translator), 0);
}

static void
a_stream_lives_longer_than_a_question(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress external = { 0 };

    policy.timers.udp = 30 * NP_SECOND;
    policy.timers.udp_stream = 120 * NP_SECOND;
    policy.refresh = NP_NAT_REFRESH_BOTH;
    bench = np_bench_new(&policy, 1);
    external = np_bench_send(&bench, CLIENT, SERVER);
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &external, CLIENT));
    bench.now = 119 * NP_SECOND;
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &external, CLIENT));
}

static void
hairpins_as_told(void)
{
    static const struct {
        const char *label;
        NpNatHairpin hairpin;
        gboolean filtered;
        gboolean other_sent; /* the receiver has sent to the sender's external end before */
        NpNatOutcome outcome;
        gboolean external_source;
    } rows[] = {
        { "none", NP_NAT_HAIRPIN_UNSUPPORTED, FALSE, FALSE, NP_NAT_DROPPED_HAIRPIN, FALSE },
        { "external", NP_NAT_HAIRPIN_SUPPORTED, FALSE, FALSE, NP_NAT_TO_INSIDE, TRUE },
        { "internal", NP_NAT_HAIRPIN_SUPPORTED_INTERNAL, FALSE, FALSE, NP_NAT_TO_INSIDE, FALSE },
        { "filtered", NP_NAT_HAIRPIN_SUPPORTED, TRUE, FALSE, NP_NAT_DROPPED_UNSOLICITED, FALSE },
        { "both sent", NP_NAT_HAIRPIN_SUPPORTED, TRUE, TRUE, NP_NAT_TO_INSIDE, TRUE },
    };
    static const char *const other = "10.0.0.3:6000";

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(NpBench) bench = { 0 };
        NpAddress mine = { 0 };
        NpAddress theirs = { 0 };
        NpAddress inside = np_bench_address(CLIENT);

        policy.hairpin = rows[i].hairpin;
        policy.hairpin_filtered = rows[i].filtered;
        bench = np_bench_new(&policy, 1);
        mine = np_bench_send(&bench, CLIENT, SERVER);
        theirs = np_bench_send(&bench, other, SERVER);
        if (rows[i].other_sent)
            np_bench_send_inside(&bench, other, &mine);
        NP_ASSERT_ROW(np_bench_send_inside(&bench, CLIENT, &theirs) == rows[i].outcome,
                      rows[i].label);
        if (rows[i].outcome == NP_NAT_TO_INSIDE) {
            NpAddress destination = np_bench_address(other);

            NP_ASSERT_ROW(np_address_equal(&bench.packet.destination, &destination), rows[i].label);
            NP_ASSERT_ROW(
                np_address_equal(&bench.packet.source, rows[i].external_source ? &mine : &inside),
                rows[i].label);
        }
    }
}

static void
a_firewall_filters_without_translating(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress client = np_bench_address("[2001:db8::2]:5000");
    NpAddress seen = { 0 };

    policy.translates = FALSE;
    bench = np_bench_new(&policy, 0);
    CU_ASSERT(!np_bench_arrives(&bench, "[2001:db8:1::1]:53", &client, "[2001:db8::2]:5000"));
    seen = np_bench_send(&bench, "[2001:db8::2]:5000", "[2001:db8:1::1]:53");
    CU_ASSERT(np_address_equal(&seen, &client));
    CU_ASSERT(np_bench_arrives(&bench, "[2001:db8:1::1]:53", &client, "[2001:db8::2]:5000"));
    CU_ASSERT(!np_bench_arrives(&bench, "[2001:db8:1::1]:54", &client, "[2001:db8::2]:5000"));
}

static void
a_plain_router_passes_everything_and_remembers_nothing(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress client = np_bench_address(CLIENT);

    policy.translates = FALSE;
    policy.filtering = NP_NAT_ENDPOINT_INDEPENDENT;
    bench = np_bench_new(&policy, 0);
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &client, CLIENT));
    NP_ASSERT_INT(bench.packet.ttl, 63);
    np_bench_send(&bench, CLIENT, SERVER);
    NP_ASSERT_INT(bench.outcome, NP_NAT_TO_OUTSIDE);
    NP_ASSERT_INT(np_nat_translator_n_mappings(bench.translator), 0);
}

static void
an_echo_is_a_flow_by_its_identifier(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);
    NpNatPacket ask = { .protocol = NP_NAT_ECHO,
                        .ttl = 64,
                        .source = np_bench_address("10.0.0.2:77"),
                        .destination = np_bench_address("192.0.2.1") };
    NpNatPacket answer = { .protocol = NP_NAT_ECHO, .ttl = 64, .reply = TRUE };
    NpNatPacket stray = { 0 };

    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_INSIDE, &ask, 0),
                  NP_NAT_TO_OUTSIDE);
    answer.source = ask.destination;
    answer.destination = ask.source;
    stray = answer;
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_OUTSIDE, &answer, 0),
                  NP_NAT_TO_INSIDE);
    NP_ASSERT_INT(answer.destination.port, 77);
    stray.reply = FALSE;
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_OUTSIDE, &stray, 0),
                  NP_NAT_DROPPED_LOCAL);
    stray.reply = TRUE;
    stray.destination.port ^= 1;
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_OUTSIDE, &stray, 0),
                  NP_NAT_DROPPED_UNSOLICITED);
    answer = ask;
    answer.reply = TRUE;
    answer.source = np_bench_address("10.0.0.2:78");
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_INSIDE, &answer, 0),
                  NP_NAT_DROPPED_INVALID);
}

static void
blocks_udp_when_told(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };

    policy.passes_udp = FALSE;
    bench = np_bench_new(&policy, 1);
    np_bench_send(&bench, CLIENT, SERVER);
    NP_ASSERT_INT(bench.outcome, NP_NAT_DROPPED_PROTOCOL);
    NP_ASSERT_INT(np_nat_translator_count(bench.translator, NP_NAT_DROPPED_PROTOCOL), 1);
}

static NpNatPacket
dying(const char *from, const NpAddress *to)
{
    return (NpNatPacket){ .ttl = 1, .source = np_bench_address(from), .destination = *to };
}

static void
a_packet_that_dies_here_opens_nothing(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);
    NpAddress server = np_bench_address(SERVER);
    NpAddress router = np_bench_address("10.0.0.1");
    NpNatPacket packet = dying(CLIENT, &server);

    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_INSIDE, &packet, 0),
                  NP_NAT_TO_INSIDE);
    NP_ASSERT_INT(packet.kind, NP_NAT_PACKET_ERROR);
    NP_ASSERT_INT(packet.quote.type, 11);
    CU_ASSERT(np_address_same_host(&packet.source, &router));
    CU_ASSERT(np_address_equal(&packet.quote.destination, &server));
    NP_ASSERT_INT(np_nat_translator_n_mappings(bench.translator), 0);
}

static void
a_packet_that_dies_on_the_way_in_is_answered_if_it_was_wanted(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);
    NpAddress external = np_bench_send(&bench, CLIENT, SERVER);
    NpNatPacket wanted = dying(SERVER, &external);
    NpNatPacket unwanted = dying(OTHER_SERVER, &external);

    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_OUTSIDE, &wanted, 0),
                  NP_NAT_TO_OUTSIDE);
    NP_ASSERT_INT(wanted.quote.type, 11);
    NP_ASSERT_INT(np_nat_translator_translate(bench.translator, NP_NAT_OUTSIDE, &unwanted, 0),
                  NP_NAT_DROPPED_UNSOLICITED);
}

static void
refuses_what_no_host_may_send(void)
{
    static const struct {
        const char *from;
        const char *to;
    } rows[] = {
        { "0.0.0.0:5", SERVER },
        { "10.0.0.2:0", SERVER },
        { "224.0.0.1:5", SERVER },
        { CLIENT, "224.0.0.1:5" },
        { CLIENT, "192.0.2.1:0" },
        { CLIENT, "0.0.0.0:5" },
        { CLIENT, "[2001:db8::1]:5" },
        { "[fd00::2]:5", "[::ffff:203.0.113.1]:5" },
        { "[::ffff:10.0.0.2]:5", "[2001:db8::1]:5" },
    };
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        np_bench_send(&bench, rows[i].from, rows[i].to);
        NP_ASSERT_ROW(bench.outcome == NP_NAT_DROPPED_INVALID, rows[i].from);
    }
    NP_ASSERT_INT(np_nat_translator_n_mappings(bench.translator), 0);
}

static void
limits_packets_per_second(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };

    policy.limits.packets_per_second = 1000;
    bench = np_bench_new(&policy, 1);
    for (guint i = 0; i < 4000; i++) {
        bench.now = i * NP_MSEC / 2;
        np_bench_send(&bench, CLIENT, SERVER);
    }
    /* Two seconds at twice the rate: 2000 and the burst of 100 pass. */
    NP_ASSERT_INT(np_nat_translator_count(bench.translator, NP_NAT_TO_OUTSIDE), 2100);
    NP_ASSERT_INT(np_nat_translator_count(bench.translator, NP_NAT_DROPPED_RATE), 1900);
}

static void
a_reboot_forgets_everything(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress before = { 0 };
    NpAddress after = { 0 };

    policy.ports.preserve = TRUE;
    bench = np_bench_new(&policy, 1);
    before = np_bench_send(&bench, CLIENT, SERVER);
    np_nat_translator_reboot(bench.translator);
    NP_ASSERT_INT(np_nat_translator_n_mappings(bench.translator), 0);
    CU_ASSERT(!np_bench_arrives(&bench, SERVER, &before, CLIENT));
    after = np_bench_send(&bench, "10.0.0.3:5000", SERVER);
    CU_ASSERT(np_address_equal(&before, &after));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(maps_by_its_dependence_in_every_cell),
        NP_TEST(keeps_internal_hosts_apart),
        NP_TEST(answers_to_a_stranger_leave_by_the_mapping_it_came_to),
        NP_TEST(forgets_after_the_timer_unless_refreshed),
        NP_TEST(expires_to_the_nanosecond),
        NP_TEST(a_stream_lives_longer_than_a_question),
        NP_TEST(hairpins_as_told),
        NP_TEST(a_firewall_filters_without_translating),
        NP_TEST(a_plain_router_passes_everything_and_remembers_nothing),
        NP_TEST(an_echo_is_a_flow_by_its_identifier),
        NP_TEST(blocks_udp_when_told),
        NP_TEST(a_packet_that_dies_here_opens_nothing),
        NP_TEST(a_packet_that_dies_on_the_way_in_is_answered_if_it_was_wanted),
        NP_TEST(refuses_what_no_host_may_send),
        NP_TEST(limits_packets_per_second),
        NP_TEST(a_reboot_forgets_everything),
        { 0 },
    };

    return np_test_main("nat.translator", tests);
}
