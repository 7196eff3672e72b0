/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-nat.h"
#include "harness.h"
#include "nat/product.h"

#define CLIENT "10.0.0.2:5001"
#define SERVER "192.0.2.1:3478"
#define OTHER "192.0.2.2:3478"

static void
every_product_is_named_once_and_can_be_obeyed(void)
{
    guint n = 0;
    const NpNatProduct *products = np_nat_product_all(&n);

    CU_ASSERT(n >= 8);
    for (guint i = 0; i < n; i++) {
        NP_ASSERT_ROW(np_nat_policy_flaw(&products[i].policy) == NULL, products[i].name);
        NP_ASSERT_ROW(np_nat_product_find(products[i].name) == &products[i], products[i].name);
        NP_ASSERT_ROW(products[i].summary != NULL && !g_str_has_suffix(products[i].summary, "."),
                      products[i].name);
        NP_ASSERT_ROW(products[i].source != NULL, products[i].name);
    }
    CU_ASSERT(np_nat_product_find("no such device") == NULL);
}

static void
shows_a_prober_what_its_device_shows(void)
{
    static const struct {
        const char *name;
        gboolean preserves;
        gboolean same; /* port towards two servers */
        guint first, last;
        gboolean stranger; /* is let in */
        guint idle;        /* seconds a mapping lives after one question */
    } rows[] = {
        { "linux-masquerade", TRUE, TRUE, 5001, 5001, FALSE, 30 },
        { "linux-masquerade-open", TRUE, TRUE, 5001, 5001, FALSE, 30 },
        { "linux-masquerade-random", FALSE, FALSE, 1024, 65535, FALSE, 30 },
        { "pf", FALSE, FALSE, 50001, 65535, FALSE, 60 },
        { "junos", FALSE, FALSE, 1024, 65535, FALSE, 30 },
        { "junos-blocks", FALSE, FALSE, 1024, 1151, FALSE, 30 },
        { "aws-nat-gateway", FALSE, FALSE, 1024, 65535, FALSE, 350 },
        { "azure-nat-gateway", FALSE, FALSE, 1024, 65535, FALSE, 240 },
        { "gcp-cloud-nat", FALSE, FALSE, 1024, 1055, FALSE, 30 },
        { "carrier", FALSE, TRUE, 1024, 1527, TRUE, 300 },
        { "carrier-cellular", FALSE, FALSE, 1024, 2031, FALSE, 65 },
    };
    guint n = 0;

    np_nat_product_all(&n);
    NP_ASSERT_INT(n, G_N_ELEMENTS(rows));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const NpNatProduct *product = np_nat_product_find(rows[i].name);
        g_auto(NpBench) bench = { 0 };
        NpAddress one = { 0 };
        NpAddress two = { 0 };

        NP_REQUIRE(product != NULL);
        bench = np_bench_new(&product->policy, 1);
        one = np_bench_send(&bench, CLIENT, SERVER);
        two = np_bench_send(&bench, CLIENT, OTHER);
        NP_ASSERT_ROW((one.port == 5001) == rows[i].preserves, rows[i].name);
        NP_ASSERT_ROW(np_address_equal(&one, &two) == rows[i].same, rows[i].name);
        NP_ASSERT_ROW(one.port >= rows[i].first && one.port <= rows[i].last, rows[i].name);
        NP_ASSERT_ROW(np_bench_arrives(&bench, "192.0.2.9:1", &one, CLIENT) == rows[i].stranger,
                      rows[i].name);
        np_nat_translator_reboot(bench.translator);
        one = np_bench_send(&bench, CLIENT, SERVER);
        bench.now = rows[i].idle * NP_SECOND;
        NP_ASSERT_ROW(!np_bench_arrives(&bench, SERVER, &one, CLIENT), rows[i].name);
        one = np_bench_send(&bench, CLIENT, SERVER);
        bench.now += rows[i].idle * NP_SECOND - 1;
        NP_ASSERT_ROW(np_bench_arrives(&bench, SERVER, &one, CLIENT), rows[i].name);
    }
}

/* The conntrack trap, as measured on a real kernel: an early packet moves the mapping. */
static void
an_open_masquerade_falls_into_the_trap(void)
{
    const NpNatProduct *product = np_nat_product_find("linux-masquerade-open");
    g_auto(NpBench) bench = np_bench_new(&product->policy, 1);
    NpAddress first = np_bench_send(&bench, CLIENT, SERVER);
    NpAddress moved = { 0 };

    CU_ASSERT(!np_bench_arrives(&bench, OTHER, &first, CLIENT));
    NP_ASSERT_INT(bench.packet.kind, NP_NAT_PACKET_ERROR);
    moved = np_bench_send(&bench, CLIENT, OTHER);
    CU_ASSERT(moved.port != 0 && moved.port != first.port);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_product_is_named_once_and_can_be_obeyed),
        NP_TEST(shows_a_prober_what_its_device_shows),
        NP_TEST(an_open_masquerade_falls_into_the_trap),
        { 0 },
    };

    return np_test_main("nat.product", tests);
}
