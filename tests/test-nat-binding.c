/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which external endpoint a flow gets: each allocation as a prober sees it, pooling, limits, and
 * what a spoilt endpoint leads to
 */

#include "fixture-nat.h"
#include "harness.h"

#define CLIENT "10.0.0.2:5001"
#define SERVER "192.0.2.1:3478"
#define N 300

/* External ports of N flows: sockets of one host to one server. */
static void
open_many(NpBench *bench, guint ports[N])
{
    for (guint i = 0; i < N; i++) {
        g_autofree char *from = g_strdup_printf("10.0.0.2:%u", 5001 + i);

        ports[i] = np_bench_send(bench, from, SERVER).port;
    }
}

static void
preserving_keeps_the_internal_port_while_it_is_free(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    guint ports[N];

    policy.ports.preserve = TRUE;
    bench = np_bench_new(&policy, 1);
    open_many(&bench, ports);
    for (guint i = 0; i < N; i++)
        NP_ASSERT_INT(ports[i], 5001 + i);
    CU_ASSERT(np_bench_send(&bench, "10.0.0.3:5001", SERVER).port != 5001);
    CU_ASSERT(np_bench_send(&bench, "10.0.0.3:80", SERVER).port == 80);
}

static void
a_clash_moves_on_in_the_fallback_order(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress first = { 0 };
    NpAddress second = { 0 };

    policy.ports.preserve = TRUE;
    policy.ports.order = NP_NAT_ORDER_SEQUENTIAL;
    policy.ports.step = 3;
    bench = np_bench_new(&policy, 1);
    np_bench_send(&bench, CLIENT, SERVER);
    first = np_bench_send(&bench, "10.0.0.3:5001", SERVER);
    second = np_bench_send(&bench, "10.0.0.4:5001", SERVER);
    NP_ASSERT_INT(second.port - first.port, 3);
}

static void
sequential_steps_by_any_signed_number(void)
{
    static const gint steps[] = { 1, 2, -1, -2, 17 };

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(NpBench) bench = { 0 };
        guint ports[N];
        guint n_wrapped = 0;

        policy.ports.order = NP_NAT_ORDER_SEQUENTIAL;
        policy.ports.step = steps[i];
        bench = np_bench_new(&policy, 1);
        open_many(&bench, ports);
        for (guint j = 1; j < N; j++)
            n_wrapped += (gint)ports[j] - (gint)ports[j - 1] != steps[i];
        CU_ASSERT(n_wrapped <= 1);
    }
}

static void
random_covers_its_range_evenly(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    guint ports[N];
    guint low = 0;
    guint n_steps = 0;

    policy.ports.first = 50001;
    bench = np_bench_new(&policy, 1);
    open_many(&bench, ports);
    for (guint i = 0; i < N; i++) {
        CU_ASSERT(ports[i] >= 50001);
        low += ports[i] < 50001 + 15535 / 2;
        n_steps += i > 0 && ports[i] - ports[i - 1] < 5;
    }
    CU_ASSERT(low > 110 && low < 190);
    CU_ASSERT(n_steps < 5);
}

static void
blocks_hold_a_host_and_shut_out_its_neighbours(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    guint mine = 0;
    NpAddress theirs = { 0 };

    policy.ports.block_size = 128;
    policy.ports.blocks_per_host = 2;
    bench = np_bench_new(&policy, 1);
    mine = (np_bench_send(&bench, CLIENT, SERVER).port - 1024) / 128;
    for (guint i = 1; i < 128; i++) {
        g_autofree char *from = g_strdup_printf("10.0.0.2:%u", 5001 + i);

        NP_ASSERT_INT((np_bench_send(&bench, from, SERVER).port - 1024) / 128, mine);
    }
    theirs = np_bench_send(&bench, "10.0.0.3:5001", SERVER);
    CU_ASSERT((theirs.port - 1024u) / 128 != mine);
    CU_ASSERT((np_bench_send(&bench, "10.0.0.2:9000", SERVER).port - 1024u) / 128 != mine);
    for (guint i = 1; i < 128; i++) {
        g_autofree char *from = g_strdup_printf("10.0.0.2:%u", 9000 + i);

        CU_ASSERT(np_bench_send(&bench, from, SERVER).port != 0);
    }
    NP_ASSERT_INT(np_bench_send(&bench, "10.0.0.2:9500", SERVER).port, 0);
    NP_ASSERT_INT(bench.outcome, NP_NAT_DROPPED_FULL);
}

static void
parity_is_kept_when_told(void)
{
    for (guint order = NP_NAT_ORDER_SEQUENTIAL; order <= NP_NAT_ORDER_RANDOM; order++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(NpBench) bench = { 0 };
        guint ports[N];

        policy.ports.order = (NpNatPortOrder)order;
        policy.ports.keep_parity = TRUE;
        bench = np_bench_new(&policy, 1);
        open_many(&bench, ports);
        for (guint i = 0; i < N; i++)
            NP_ASSERT_INT(ports[i] % 2, (5001 + i) % 2);
    }
}

static void
delta_counts_per_internal_endpoint(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    guint one = 0;
    guint two = 0;

    policy.mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    policy.ports.order = NP_NAT_ORDER_DELTA;
    policy.ports.step = 4;
    policy.ports.last = 60000;
    bench = np_bench_new(&policy, 1);
    one = np_bench_send(&bench, CLIENT, SERVER).port;
    two = np_bench_send(&bench, "10.0.0.3:7000", SERVER).port;
    for (guint i = 1; i <= 10; i++) {
        g_autofree char *to = g_strdup_printf("192.0.2.1:%u", 4000 + i);

        NP_ASSERT_INT(np_bench_send(&bench, CLIENT, to).port, one + 4 * i);
        NP_ASSERT_INT(np_bench_send(&bench, "10.0.0.3:7000", to).port, two + 4 * i);
    }
}

static void
classes_keep_system_ports_system_ports(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    guint port = 0;

    policy.ports.keep_class = TRUE;
    bench = np_bench_new(&policy, 1);
    for (guint i = 0; i < 20; i++) {
        g_autofree char *low = g_strdup_printf("10.0.0.%u:123", 2 + i);
        g_autofree char *system = g_strdup_printf("10.0.0.%u:700", 2 + i);
        g_autofree char *high = g_strdup_printf("10.0.0.%u:5000", 2 + i);

        port = np_bench_send(&bench, low, SERVER).port;
        CU_ASSERT(port >= 1 && port <= 511);
        port = np_bench_send(&bench, system, SERVER).port;
        CU_ASSERT(port >= 600 && port <= 1023);
        CU_ASSERT(np_bench_send(&bench, high, SERVER).port >= 1024);
    }
}

/* Linux' masquerade: a port per tuple, the internal one or what the socket already has. */
static void
a_shared_port_serves_many_hosts_and_looks_endpoint_independent(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress one = { 0 };
    NpAddress moved = { 0 };

    policy.mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    policy.tcp_mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    policy.ports.preserve = TRUE;
    policy.ports.share = TRUE;
    policy.ports.reuse = TRUE;
    bench = np_bench_new(&policy, 1);
    one = np_bench_send(&bench, CLIENT, SERVER);
    NP_ASSERT_INT(one.port, 5001);
    NP_ASSERT_INT(np_bench_send(&bench, CLIENT, "192.0.2.1:3479").port, 5001);
    NP_ASSERT_INT(np_bench_send(&bench, "10.0.0.3:5001", "192.0.2.2:3478").port, 5001);
    moved = np_bench_send(&bench, "10.0.0.3:5001", SERVER);
    CU_ASSERT(moved.port != 5001 && moved.port != 0);
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &one, CLIENT));
    CU_ASSERT(np_bench_arrives(&bench, "192.0.2.2:3478", &one, "10.0.0.3:5001"));
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &moved, "10.0.0.3:5001"));
    /* After the clash, the port this socket got then comes first. */
    NP_ASSERT_INT(np_bench_send(&bench, "10.0.0.3:5001", "192.0.2.9:1").port, moved.port);
}

static void
pools_are_paired_or_arbitrary(void)
{
    for (guint paired = 0; paired < 2; paired++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(NpBench) bench = { 0 };
        NpAddress first = { 0 };
        guint n_same = 0;
        guint n_hosts_elsewhere = 0;

        policy.paired = paired == 1;
        bench = np_bench_new(&policy, 4);
        first = np_bench_send(&bench, CLIENT, SERVER);
        for (guint i = 0; i < 100; i++) {
            g_autofree char *from = g_strdup_printf("10.0.0.2:%u", 6000 + i);
            g_autofree char *other = g_strdup_printf("10.0.1.%u:6000", i);
            NpAddress mine = np_bench_send(&bench, from, SERVER);
            NpAddress theirs = np_bench_send(&bench, other, SERVER);

            n_same += np_address_same_host(&mine, &first);
            n_hosts_elsewhere += !np_address_same_host(&theirs, &first);
        }
        CU_ASSERT(paired == 1 ? n_same == 100 : n_same > 10 && n_same < 45);
        CU_ASSERT(n_hosts_elsewhere > 55 && n_hosts_elsewhere < 95);
    }
}

static void
a_host_has_no_more_than_its_share(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    guint ports[N];

    policy.limits.mappings_per_host = 100;
    policy.timers.udp = 30 * NP_SECOND;
    bench = np_bench_new(&policy, 1);
    open_many(&bench, ports);
    CU_ASSERT(ports[99] != 0);
    NP_ASSERT_INT(ports[100], 0);
    CU_ASSERT(np_bench_send(&bench, "10.0.0.3:5001", SERVER).port != 0);
    bench.now = 31 * NP_SECOND;
    for (guint i = 0; i < 40; i++)
        np_bench_send(&bench, "10.0.0.3:5001", SERVER);
    CU_ASSERT(np_bench_send(&bench, "10.0.0.2:9000", SERVER).port != 0);
}

static void
a_full_table_drops_the_new_or_the_old(void)
{
    for (guint full = NP_NAT_FULL_DROP; full <= NP_NAT_FULL_EVICT; full++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(NpBench) bench = { 0 };
        NpAddress oldest = { 0 };
        NpAddress one_more = { 0 };

        policy.limits.mappings = 100;
        policy.limits.full = (NpNatFull)full;
        bench = np_bench_new(&policy, 1);
        oldest = np_bench_send(&bench, CLIENT, SERVER);
        for (guint i = 1; i < 100; i++) {
            g_autofree char *from = g_strdup_printf("10.0.0.2:%u", 6000 + i);

            bench.now += NP_SECOND;
            CU_ASSERT(np_bench_send(&bench, from, SERVER).port != 0);
        }
        one_more = np_bench_send(&bench, "10.0.0.3:5001", SERVER);
        CU_ASSERT((one_more.port != 0) == (full == NP_NAT_FULL_EVICT));
        CU_ASSERT(np_bench_arrives(&bench, SERVER, &oldest, CLIENT) == (full == NP_NAT_FULL_DROP));
        NP_ASSERT_INT(np_nat_translator_n_mappings(bench.translator), 100);
    }
}

static void
a_spoilt_endpoint_is_remapped_or_blocked_towards_its_sender_alone(void)
{
    static const struct {
        const char *label;
        NpNatUnsolicited unsolicited;
        gboolean reaches;
        gboolean same;
    } rows[] = {
        { "harmless", NP_NAT_UNSOLICITED_HARMLESS, TRUE, TRUE },
        { "remapped", NP_NAT_UNSOLICITED_REMAPPED, TRUE, FALSE },
        { "blocked", NP_NAT_UNSOLICITED_BLOCKED, FALSE, FALSE },
    };
    static const char *const stranger = "198.51.100.7:4000";

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(NpBench) bench = { 0 };
        NpAddress external = { 0 };
        NpAddress towards = { 0 };

        policy.unsolicited = rows[i].unsolicited;
        bench = np_bench_new(&policy, 1);
        external = np_bench_send(&bench, CLIENT, SERVER);
        CU_ASSERT(!np_bench_arrives(&bench, stranger, &external, CLIENT));
        towards = np_bench_send(&bench, CLIENT, stranger);
        NP_ASSERT_ROW((towards.port != 0) == rows[i].reaches, rows[i].label);
        NP_ASSERT_ROW((towards.port == external.port) == rows[i].same, rows[i].label);
        if (rows[i].reaches)
            NP_ASSERT_ROW(np_bench_arrives(&bench, stranger, &towards, CLIENT), rows[i].label);
        towards = np_bench_send(&bench, CLIENT, "198.51.100.8:4000");
        NP_ASSERT_ROW(np_address_equal(&towards, &external), rows[i].label);
        NP_ASSERT_ROW(np_bench_arrives(&bench, SERVER, &external, CLIENT), rows[i].label);
    }
}

static void
who_sends_first_is_not_spoilt(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress external = { 0 };
    NpAddress again = { 0 };

    policy.unsolicited = NP_NAT_UNSOLICITED_REMAPPED;
    bench = np_bench_new(&policy, 1);
    external = np_bench_send(&bench, CLIENT, SERVER);
    CU_ASSERT(np_bench_arrives(&bench, SERVER, &external, CLIENT));
    again = np_bench_send(&bench, CLIENT, SERVER);
    CU_ASSERT(np_address_equal(&again, &external));
}

static void
a_port_can_be_spoilt_before_it_is_mapped(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress expected = np_bench_address("203.0.113.1:5001");
    NpAddress got = { 0 };

    policy.unsolicited = NP_NAT_UNSOLICITED_REMAPPED;
    policy.ports.preserve = TRUE;
    bench = np_bench_new(&policy, 1);
    CU_ASSERT(!np_bench_arrives(&bench, SERVER, &expected, CLIENT));
    got = np_bench_send(&bench, CLIENT, SERVER);
    CU_ASSERT(got.port != 0 && got.port != 5001);
    bench.now = NP_NAT_UDP_TIMEOUT + NP_SECOND;
    got = np_bench_send(&bench, CLIENT, SERVER);
    NP_ASSERT_INT(got.port, 5001);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(preserving_keeps_the_internal_port_while_it_is_free),
        NP_TEST(a_clash_moves_on_in_the_fallback_order),
        NP_TEST(sequential_steps_by_any_signed_number),
        NP_TEST(random_covers_its_range_evenly),
        NP_TEST(blocks_hold_a_host_and_shut_out_its_neighbours),
        NP_TEST(parity_is_kept_when_told),
        NP_TEST(delta_counts_per_internal_endpoint),
        NP_TEST(classes_keep_system_ports_system_ports),
        NP_TEST(a_shared_port_serves_many_hosts_and_looks_endpoint_independent),
        NP_TEST(pools_are_paired_or_arbitrary),
        NP_TEST(a_host_has_no_more_than_its_share),
        NP_TEST(a_full_table_drops_the_new_or_the_old),
        NP_TEST(a_spoilt_endpoint_is_remapped_or_blocked_towards_its_sender_alone),
        NP_TEST(who_sends_first_is_not_spoilt),
        NP_TEST(a_port_can_be_spoilt_before_it_is_mapped),
        { 0 },
    };

    return np_test_main("nat.binding", tests);
}
