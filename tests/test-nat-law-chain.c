/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/law-chain.h"

#define MAX_ROW 6

/* A sample per row; a port of 0 ends the list. */
typedef struct {
    guint order;
    guint16 port;
    gboolean retried;
    guint8 host;
    guint16 internal;
} Row;

#define SURE(order, port)                                                                          \
    {                                                                                              \
        order, port, FALSE, 1, 0                                                                   \
    }
#define RETRIED(order, port)                                                                       \
    {                                                                                              \
        order, port, TRUE, 1, 0                                                                    \
    }

typedef struct {
    NpNatSample samples[MAX_ROW];
    const NpNatSample *pointers[MAX_ROW];
    guint n;
} Seen;

static void
see(Seen *self, const Row *rows)
{
    for (self->n = 0; self->n < MAX_ROW && rows[self->n].port != 0; self->n++) {
        const Row *row = &rows[self->n];

        self->samples[self->n] = (NpNatSample){
            .internal_port = row->internal,
            .external = np_address_ipv4(0xc6336400 | row->host, row->port),
            .at = row->order * NP_MSEC,
            .order = row->order,
            .retried = row->retried,
        };
        self->pointers[self->n] = &self->samples[self->n];
    }
}

static void
measures_gaps_in_order(void)
{
    static const struct {
        const char *label;
        gint step;
        guint n_gaps;
        struct {
            gint delta;
            guint lost;
        } gaps[MAX_ROW];
        Row rows[MAX_ROW];
    } rows[] = { { "neighbours",
                   1,
                   2,
                   { { 1, 0 }, { 2, 0 } },
                   { SURE(0, 100), SURE(1, 101), SURE(2, 103) } },
                 { "answers lost",
                   1,
                   2,
                   { { 4, 3 }, { 1, 0 } },
                   { SURE(0, 100), SURE(4, 104), SURE(5, 105) } },
                 { "retried, in its place",
                   1,
                   2,
                   { { 1, 0 }, { 1, 0 } },
                   { SURE(0, 100), RETRIED(1, 101), SURE(2, 102) } },
                 { "retried, made later",
                   1,
                   1,
                   { { 1, 0 } },
                   { SURE(0, 100), RETRIED(1, 102), SURE(2, 101) } },
                 { "retried, in its place going down",
                   -2,
                   2,
                   { { -2, 0 }, { -2, 0 } },
                   { SURE(0, 100), RETRIED(1, 98), SURE(2, 96) } },
                 { "retried, off the step",
                   2,
                   1,
                   { { 4, 0 } },
                   { SURE(0, 100), RETRIED(1, 101), SURE(2, 104) } },
                 { "retried, last, right behind",
                   1,
                   2,
                   { { 1, 0 }, { 1, 0 } },
                   { SURE(0, 100), SURE(1, 101), RETRIED(2, 102) } },
                 { "retried, last, far behind",
                   1,
                   1,
                   { { 1, 0 } },
                   { SURE(0, 100), SURE(1, 101), RETRIED(2, 160) } },
                 { "all retried",
                   1,
                   2,
                   { { 1, 0 }, { 1, 0 } },
                   { RETRIED(0, 100), RETRIED(1, 101), RETRIED(2, 102) } } };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatLawChains chains;
        Seen seen;

        see(&seen, rows[i].rows);
        np_nat_law_chain_build(&chains, NP_NAT_LAW_SPLIT_NONE, seen.pointers, seen.n, rows[i].step);
        NP_ASSERT_ROW(chains.n_starts == 1, rows[i].label);
        NP_ASSERT_ROW(chains.n_gaps == rows[i].n_gaps, rows[i].label);
        NP_REQUIRE(chains.n_gaps == rows[i].n_gaps);
        for (guint gap = 0; gap < chains.n_gaps; gap++) {
            NP_ASSERT_ROW(chains.gaps[gap].delta == rows[i].gaps[gap].delta, rows[i].label);
            NP_ASSERT_ROW(chains.gaps[gap].lost == rows[i].gaps[gap].lost, rows[i].label);
        }
    }
}

static void
prefers_late_mappings_close_behind(void)
{
    static const Row near[MAX_ROW] = { SURE(0, 100), RETRIED(1, 102), SURE(2, 101) };
    static const Row far[MAX_ROW] = { SURE(0, 100), RETRIED(1, 900), SURE(2, 101) };
    static const Row before[MAX_ROW] = { SURE(0, 100), RETRIED(1, 50), SURE(2, 101) };
    NpNatLawChains chains[3];
    Seen seen;

    see(&seen, near);
    np_nat_law_chain_build(&chains[0], NP_NAT_LAW_SPLIT_NONE, seen.pointers, seen.n, 1);
    see(&seen, far);
    np_nat_law_chain_build(&chains[1], NP_NAT_LAW_SPLIT_NONE, seen.pointers, seen.n, 1);
    see(&seen, before);
    np_nat_law_chain_build(&chains[2], NP_NAT_LAW_SPLIT_NONE, seen.pointers, seen.n, 1);
    CU_ASSERT(chains[0].log_late < 0);
    CU_ASSERT(chains[1].log_late < chains[0].log_late - 2);
    CU_ASSERT(chains[2].log_late < chains[0].log_late - 4);
}

static void
follows_a_counter_per_address(void)
{
    static const Row rows[MAX_ROW] = { { 0, 100, FALSE, 1, 0 },
                                       { 1, 700, FALSE, 2, 0 },
                                       { 2, 101, FALSE, 1, 0 },
                                       { 4, 701, FALSE, 2, 0 } };
    NpNatLawChains chains;
    Seen seen;

    see(&seen, rows);
    CU_ASSERT(np_nat_law_chain_matters(NP_NAT_LAW_SPLIT_ADDRESS, seen.pointers, seen.n));
    CU_ASSERT(!np_nat_law_chain_matters(NP_NAT_LAW_SPLIT_DESTINATION, seen.pointers, seen.n));
    np_nat_law_chain_build(&chains, NP_NAT_LAW_SPLIT_ADDRESS, seen.pointers, seen.n, 1);
    NP_ASSERT_INT(chains.n_starts, 2);
    NP_REQUIRE(chains.n_gaps == 2);
    NP_ASSERT_INT(chains.gaps[0].delta, 1);
    NP_ASSERT_INT(chains.gaps[0].lost, 0);
    NP_ASSERT_INT(chains.gaps[1].delta, 1);
    NP_ASSERT_INT(chains.gaps[1].lost, 1);
}

static void
passes_over_ports_of_the_wrong_parity(void)
{
    static const Row kept[MAX_ROW] = { { 0, 100, FALSE, 1, 2 },
                                       { 1, 102, FALSE, 1, 4 },
                                       { 2, 103, FALSE, 1, 5 } };
    static const Row broken[MAX_ROW] = { { 0, 100, FALSE, 1, 2 }, { 1, 101, FALSE, 1, 4 } };
    NpNatLawChains chains;
    Seen seen;

    see(&seen, broken);
    CU_ASSERT(!np_nat_law_chain_matters(NP_NAT_LAW_SPLIT_NONE_PARITY, seen.pointers, seen.n));
    see(&seen, kept);
    CU_ASSERT(np_nat_law_chain_matters(NP_NAT_LAW_SPLIT_NONE_PARITY, seen.pointers, seen.n));
    np_nat_law_chain_build(&chains, NP_NAT_LAW_SPLIT_NONE_PARITY, seen.pointers, seen.n, 1);
    NP_REQUIRE(chains.n_gaps == 2);
    NP_ASSERT_INT(chains.gaps[0].parity, 1);
    NP_ASSERT_INT(chains.gaps[1].parity, 0);
}

int
main(void)
{
    static const NpTest tests[] = { NP_TEST(measures_gaps_in_order),
                                    NP_TEST(prefers_late_mappings_close_behind),
                                    NP_TEST(follows_a_counter_per_address),
                                    NP_TEST(passes_over_ports_of_the_wrong_parity),
                                    { 0 } };

    return np_test_main("nat.law-chain", tests);
}
