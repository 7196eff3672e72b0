/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a packet costs the NAT, and how that grows with the mappings alive
 *
 * Live mappings are used in random order, half of the packets outbound and half inbound, so that
 * every one of them is a cache miss once the table has outgrown the caches.
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fixture-nat.h"

#define N_PACKETS 640000
/* The best of these counts: what else runs on the machine only ever adds. */
#define N_ROUNDS 4
#define N_EXTERNAL 16
#define LEAST_PER_SECOND 100000.0
#define MOST_GROWTH 3.0

typedef struct {
    NpAddress internal;
    NpAddress external;
} Flow;

#define N_BATCHES (N_PACKETS / NP_NAT_MAX_EXPECTED)

static const guint sizes[] = { 1000, 10000, 100000, 1000000 };

static const struct {
    const char *label;
    NpNatDependence mapping;
    NpNatDependence filtering;
} kinds[] = {
    { "full cone", NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ENDPOINT_INDEPENDENT },
    { "port-restricted", NP_NAT_ENDPOINT_INDEPENDENT, NP_NAT_ADDRESS_AND_PORT_DEPENDENT },
    { "symmetric", NP_NAT_ADDRESS_AND_PORT_DEPENDENT, NP_NAT_ADDRESS_AND_PORT_DEPENDENT },
};

static NpNatOutcome
pass(NpBench *bench, NpNatSide side, const NpAddress *from, const NpAddress *to)
{
    NpNatPacket packet = { .ttl = 64, .source = *from, .destination = *to };
    NpNatOutcome outcome =
        np_nat_translator_translate(bench->translator, side, &packet, bench->now);

    bench->packet.source = packet.source;
    return outcome;
}

/* Opens @n_flows mappings; how many packets did not pass. */
static guint
open_flows(NpBench *bench, const NpAddress *server, guint n_flows, Flow *flows)
{
    guint n_failed = 0;

    for (guint i = 0; i < n_flows; i++) {
        flows[i].internal = np_address_ipv4(0x0a000002 + i / 1000, (guint16)(1024 + i % 1000));
        n_failed += pass(bench, NP_NAT_INSIDE, &flows[i].internal, server) != NP_NAT_TO_OUTSIDE;
        flows[i].external = bench->packet.source;
    }
    return n_failed;
}

/* What a router would have read: in order, so that only the NAT's own memory is random. Batches of
 * one side take turns. */
static NpNatPacket *
draw_arrivals(const NpAddress *server, guint n_flows, const Flow *flows)
{
    NpRng rng = np_rng_from_number(n_flows);
    NpNatPacket *arrivals = g_new(NpNatPacket, N_PACKETS);

    for (guint i = 0; i < N_PACKETS; i++) {
        const Flow *flow = &flows[np_rng_below(&rng, n_flows)];
        gboolean out = i / NP_NAT_MAX_EXPECTED % 2 == 0;

        arrivals[i] = (NpNatPacket){ .ttl = 64,
                                     .source = out ? flow->internal : *server,
                                     .destination = out ? *server : flow->external };
    }
    return arrivals;
}

/* How many packets did not pass. */
static guint
pass_batch(NpBench *bench, NpNatSide side, NpNatPacket *packets)
{
    NpNatOutcome wanted = side == NP_NAT_INSIDE ? NP_NAT_TO_OUTSIDE : NP_NAT_TO_INSIDE;
    guint n_failed = 0;

    bench->now += NP_NAT_MAX_EXPECTED * NP_USEC;
    np_nat_translator_expect(bench->translator, side, packets, NP_NAT_MAX_EXPECTED);
    for (guint i = 0; i < NP_NAT_MAX_EXPECTED; i++)
        n_failed +=
            np_nat_translator_translate(bench->translator, side, &packets[i], bench->now) != wanted;
    return n_failed;
}

/* Nanoseconds per packet, or a negative number if a packet did not pass. */
static double
cost(guint kind, guint n_flows)
{
    NpNatPolicy policy = np_bench_policy();
    g_auto(NpBench) bench = { 0 };
    g_autofree Flow *flows = g_new0(Flow, n_flows);
    g_autofree NpNatPacket *arrivals = NULL;
    NpAddress server = np_bench_address("192.0.2.1:443");
    g_autofree NpNatPacket *batch = g_new(NpNatPacket, NP_NAT_MAX_EXPECTED);
    guint n_failed = 0;
    double best = G_MAXDOUBLE;

    policy.mapping = kinds[kind].mapping;
    policy.filtering = kinds[kind].filtering;
    policy.paired = FALSE;
    bench = np_bench_new(&policy, N_EXTERNAL);
    n_failed = open_flows(&bench, &server, n_flows, flows);
    arrivals = draw_arrivals(&server, n_flows, flows);
    for (guint round = 0; round < N_ROUNDS; round++) {
        clock_t started = clock();

        for (guint i = 0; i < N_BATCHES; i++) {
            memcpy(batch, &arrivals[i * NP_NAT_MAX_EXPECTED], NP_NAT_MAX_EXPECTED * sizeof *batch);
            n_failed += pass_batch(&bench, i % 2 == 0 ? NP_NAT_INSIDE : NP_NAT_OUTSIDE, batch);
        }
        best = MIN(best, (double)(clock() - started) * 1e9 / CLOCKS_PER_SEC / N_PACKETS);
    }
    return n_failed > 0 ? -1 : best;
}

int
main(void)
{
    gboolean held = TRUE;

    printf("%-20s", "ns per packet");
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++)
        printf(" %10u", sizes[i]);
    printf("\n");
    for (guint kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
        double first = 0;
        double last = 0;

        printf("%-20s", kinds[kind].label);
        for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
            last = cost(kind, sizes[i]);
            first = i == 0 ? last : first;
            printf(" %10.0f", last);
            held = held && last > 0 && last < 1e9 / LEAST_PER_SECOND;
        }
        printf("   %.1f times\n", last / first);
        held = held && last <= MOST_GROWTH * first;
    }
    printf("%s\n", held ? "as fast as required" : "NOT as fast as required");
    return held ? 0 : 1;
}
