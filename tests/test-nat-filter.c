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
filters_by_its_dependence_in_every_cell(void)
{
    for (guint m = 0; m < G_N_ELEMENTS(dependences); m++) {
        for (guint f = 0; f < G_N_ELEMENTS(dependences); f++) {
            NpNatPolicy policy = np_bench_policy();
            g_auto(NpBench) bench = { 0 };
            NpAddress external = { 0 };
            const char *label = np_nat_axis_value(NP_NAT_AXIS_FILTERING, dependences[f]);

            policy.mapping = dependences[m];
            policy.filtering = dependences[f];
            bench = np_bench_new(&policy, 1);
            external = np_bench_send(&bench, CLIENT, SERVER);
            NP_ASSERT_ROW(np_bench_arrives(&bench, SERVER, &external, CLIENT), label);
            NP_ASSERT_ROW(np_bench_arrives(&bench, SERVER_OTHER_PORT, &external, CLIENT) == (f < 2),
                          label);
            NP_ASSERT_ROW(np_bench_arrives(&bench, OTHER_SERVER, &external, CLIENT) == (f < 1),
                          label);
            external.port ^= 1;
            NP_ASSERT_ROW(!np_bench_arrives(&bench, SERVER, &external, CLIENT), label);
            NP_ASSERT_INT(bench.outcome, NP_NAT_DROPPED_UNSOLICITED);
        }
    }
}

static void
lets_in_every_remote_it_has_sent_to(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);
    NpAddress external = { 0 };

    for (guint i = 1; i < 200; i++) {
        g_autofree char *remote = g_strdup_printf("192.0.2.%u:%u", i, 1000 + i);
        external = np_bench_send(&bench, CLIENT, remote);
    }
    NP_ASSERT_INT(np_nat_translator_n_mappings(bench.translator), 1);
    for (guint i = 1; i < 200; i++) {
        g_autofree char *remote = g_strdup_printf("192.0.2.%u:%u", i, 1000 + i);
        g_autofree char *other = g_strdup_printf("192.0.2.%u:%u", i, 1001 + i);

        NP_ASSERT_ROW(np_bench_arrives(&bench, remote, &external, CLIENT), remote);
        NP_ASSERT_ROW(!np_bench_arrives(&bench, other, &external, CLIENT), other);
    }
}

static void
answers_the_unsolicited_when_told(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    NpAddress external = { 0 };

    policy.answer = NP_NAT_ANSWER_ICMP;
    bench = np_bench_new(&policy, 1);
    external = np_bench_send(&bench, CLIENT, SERVER);
    CU_ASSERT(!np_bench_arrives(&bench, OTHER_SERVER, &external, CLIENT));
    NP_ASSERT_INT(bench.outcome, NP_NAT_TO_OUTSIDE);
    NP_ASSERT_INT(bench.packet.quote.code, 13);
    external.port ^= 1;
    CU_ASSERT(!np_bench_arrives(&bench, OTHER_SERVER, &external, CLIENT));
    NP_ASSERT_INT(bench.packet.quote.code, 3);
}

static void
a_permission_ends_by_itself_while_the_mapping_lives(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = np_bench_new(&policy, 1);
    NpAddress external = np_bench_send(&bench, CLIENT, SERVER);

    np_bench_send(&bench, CLIENT, OTHER_SERVER);
    bench.now = NP_NAT_UDP_TIMEOUT / 2;
    np_bench_send(&bench, CLIENT, SERVER_OTHER_PORT);
    bench.now = NP_NAT_UDP_TIMEOUT;
    CU_ASSERT(!np_bench_arrives(&bench, SERVER, &external, CLIENT));
    CU_ASSERT(!np_bench_arrives(&bench, OTHER_SERVER, &external, CLIENT));
    CU_ASSERT(np_bench_arrives(&bench, SERVER_OTHER_PORT, &external, CLIENT));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(filters_by_its_dependence_in_every_cell),
        NP_TEST(lets_in_every_remote_it_has_sent_to),
        NP_TEST(answers_the_unsolicited_when_told),
        NP_TEST(a_permission_ends_by_itself_while_the_mapping_lives),
        { 0 },
    };

    return np_test_main("nat.filter", tests);
}
