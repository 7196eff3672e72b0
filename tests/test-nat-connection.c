/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-nat.h"
#include "harness.h"

#define TRANSITORY NP_NAT_TCP_TRANSITORY_TIMEOUT
#define ESTABLISHED NP_NAT_TCP_ESTABLISHED_TIMEOUT

typedef struct {
    NpBench bench;
    NpAddress client;
    NpAddress server;
    NpAddress external;
} Wire;

static Wire
wire_new(const NpNatPolicy *policy)
{
    return (Wire){ .bench = np_bench_new(policy, 1),
                   .client = np_bench_address("10.0.0.2:5000"),
                   .server = np_bench_address("192.0.2.1:80") };
}

static void
wire_clear(Wire *self)
{
    np_bench_clear(&self->bench);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wire, wire_clear)

static gboolean
out(Wire *self, const char *flags)
{
    if (np_bench_segment(&self->bench, NP_NAT_INSIDE, &self->client, &self->server, flags) !=
        NP_NAT_TO_OUTSIDE)
        return FALSE;
    self->external = self->bench.packet.source;
    return TRUE;
}

static gboolean
in(Wire *self, const char *flags)
{
    return np_bench_segment(&self->bench, NP_NAT_OUTSIDE, &self->server, &self->external, flags) ==
           NP_NAT_TO_INSIDE;
}

/* Plays ">S <SA >A": segments and their directions; whether all passed. */
static gboolean
play(Wire *self, const char *script)
{
    g_auto(GStrv) segments = g_strsplit(script, " ", -1);

    for (guint i = 0; segments[i] != NULL; i++) {
        gboolean passed =
            segments[i][0] == '>' ? out(self, segments[i] + 1) : in(self, segments[i] + 1);

        if (!passed)
            return FALSE;
    }
    return TRUE;
}

static void
keeps_each_phase_for_its_time(void)
{
    static const struct {
        const char *script;
        NpTime idle; /* lives for, to the nanosecond */
    } rows[] = {
        { ">S", TRANSITORY },
        { ">S <SA", TRANSITORY },
        { ">S <SA >A", ESTABLISHED },
        { ">S <S >SA <A", ESTABLISHED },
        { ">S <SA >A <A >FA", ESTABLISHED },
        { ">S <SA >A >FA <A <FA >A", TRANSITORY },
        { ">S <SA >A <R", 10 * NP_SECOND },
        { ">S <RA", 10 * NP_SECOND },
        { ">S <SA >A <R >S <SA >A", ESTABLISHED },
        { ">S <SA >A >FA <FA >A >S", TRANSITORY },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(Wire) wire = { 0 };

        policy.timers.tcp_reset = 10 * NP_SECOND;
        wire = wire_new(&policy);
        NP_ASSERT_ROW(play(&wire, rows[i].script), rows[i].script);
        wire.bench.now = rows[i].idle - 1;
        NP_ASSERT_ROW(in(&wire, "A"), rows[i].script);
        wire.bench.now = 0;
        np_bench_clear(&wire.bench);
        wire = wire_new(&policy);
        play(&wire, rows[i].script);
        wire.bench.now = rows[i].idle;
        NP_ASSERT_ROW(!in(&wire, "A"), rows[i].script);
        NP_ASSERT_INT(np_nat_translator_n_mappings(wire.bench.translator), 0);
    }
}

static void
only_a_syn_opens_unless_it_is_loose(void)
{
    static const char *const others[] = { "A", "SA", "FA", "R", "RA" };

    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(Wire) wire = wire_new(&policy);

        NP_ASSERT_ROW(!out(&wire, others[i]), others[i]);
        NP_ASSERT_INT(wire.bench.outcome, NP_NAT_DROPPED_INVALID);
        NP_ASSERT_INT(np_nat_translator_n_mappings(wire.bench.translator), 0);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(Wire) wire = { 0 };

        policy.tcp_loose = TRUE;
        wire = wire_new(&policy);
        NP_ASSERT_ROW(out(&wire, others[i]) == (others[i][0] != 'R'), others[i]);
    }
}

static void
a_connection_picked_up_on_its_way_is_established(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(Wire) wire = { 0 };

    policy.tcp_loose = TRUE;
    wire = wire_new(&policy);
    CU_ASSERT(play(&wire, ">A"));
    wire.bench.now = ESTABLISHED - 1;
    CU_ASSERT(play(&wire, "<A"));
}

static void
crossing_syns_pass_or_not(void)
{
    for (guint crossing = 0; crossing < 2; crossing++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(Wire) wire = { 0 };

        policy.tcp_crossing = crossing == 1;
        wire = wire_new(&policy);
        CU_ASSERT(play(&wire, ">S"));
        NP_ASSERT_INT(in(&wire, "S"), crossing);
        CU_ASSERT(play(&wire, "<SA >A <A"));
    }
}

static void
answers_an_unsolicited_syn_as_told(void)
{
    for (guint answer = NP_NAT_SYN_DROPPED; answer <= NP_NAT_SYN_ICMP; answer++) {
        NpNatPolicy policy = np_bench_policy();
        g_auto(Wire) wire = { 0 };

        policy.syn_answer = (NpNatSynAnswer)answer;
        wire = wire_new(&policy);
        CU_ASSERT(play(&wire, ">S"));
        wire.server = np_bench_address("192.0.2.2:80");
        CU_ASSERT(!in(&wire, "S"));
        switch ((NpNatSynAnswer)answer) {
        case NP_NAT_SYN_DROPPED:
            NP_ASSERT_INT(wire.bench.outcome, NP_NAT_DROPPED_UNSOLICITED);
            break;
        case NP_NAT_SYN_RESET:
            NP_ASSERT_INT(wire.bench.outcome, NP_NAT_TO_OUTSIDE);
            NP_ASSERT_INT(wire.bench.packet.tcp.flags, NP_NAT_RST | NP_NAT_ACK);
            NP_ASSERT_INT(wire.bench.packet.tcp.acknowledgment, 1001);
            CU_ASSERT(np_address_equal(&wire.bench.packet.source, &wire.external));
            CU_ASSERT(np_address_equal(&wire.bench.packet.destination, &wire.server));
            break;
        case NP_NAT_SYN_ICMP:
            NP_ASSERT_INT(wire.bench.outcome, NP_NAT_TO_OUTSIDE);
            NP_ASSERT_INT(wire.bench.packet.kind, NP_NAT_PACKET_ERROR);
            break;
        }
        CU_ASSERT(!in(&wire, "A"));
        NP_ASSERT_INT(wire.bench.outcome, NP_NAT_DROPPED_UNSOLICITED);
    }
}

static void
one_closing_connection_does_not_end_another_s_mapping(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(Wire) wire = wire_new(&policy);
    NpAddress one = wire.server;
    NpAddress two = np_bench_address("192.0.2.2:80");

    CU_ASSERT(play(&wire, ">S <SA >A"));
    wire.server = two;
    CU_ASSERT(play(&wire, ">S <SA >A >FA <FA >A"));
    wire.bench.now = TRANSITORY;
    CU_ASSERT(!in(&wire, "A"));
    wire.server = one;
    CU_ASSERT(play(&wire, "<A >FA <FA >A"));
    NP_ASSERT_INT(np_nat_translator_n_mappings(wire.bench.translator), 1);
    wire.bench.now += TRANSITORY;
    CU_ASSERT(!in(&wire, "A"));
    NP_ASSERT_INT(np_nat_translator_n_mappings(wire.bench.translator), 0);
}

static void
a_listener_behind_a_full_cone_accepts_strangers(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(Wire) wire = { 0 };

    policy.tcp_filtering = NP_NAT_ENDPOINT_INDEPENDENT;
    wire = wire_new(&policy);
    CU_ASSERT(play(&wire, ">S <SA >A"));
    wire.server = np_bench_address("198.51.100.7:9000");
    CU_ASSERT(!in(&wire, "A"));
    CU_ASSERT(play(&wire, "<S >SA <A"));
}

static void
tcp_and_udp_may_differ(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(Wire) wire = { 0 };
    NpAddress first = { 0 };
    NpAddress udp = { 0 };
    NpAddress udp_other = { 0 };

    policy.tcp_mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    wire = wire_new(&policy);
    CU_ASSERT(play(&wire, ">S"));
    first = wire.external;
    wire.server = np_bench_address("192.0.2.2:80");
    CU_ASSERT(play(&wire, ">S"));
    CU_ASSERT(!np_address_equal(&first, &wire.external));
    udp = np_bench_send(&wire.bench, "10.0.0.2:5000", "192.0.2.1:80");
    udp_other = np_bench_send(&wire.bench, "10.0.0.2:5000", "192.0.2.2:80");
    CU_ASSERT(np_address_equal(&udp, &udp_other));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(keeps_each_phase_for_its_time),
        NP_TEST(only_a_syn_opens_unless_it_is_loose),
        NP_TEST(a_connection_picked_up_on_its_way_is_established),
        NP_TEST(crossing_syns_pass_or_not),
        NP_TEST(answers_an_unsolicited_syn_as_told),
        NP_TEST(one_closing_connection_does_not_end_another_s_mapping),
        NP_TEST(a_listener_behind_a_full_cone_accepts_strangers),
        NP_TEST(tcp_and_udp_may_differ),
        { 0 },
    };

    return np_test_main("nat.connection", tests);
}
