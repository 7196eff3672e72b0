/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a prober sees of each allocation is asserted in test-nat-binding; here are the pool's own
 * promises: nothing twice, nothing lost, the last port too.
 */

#include "fixture-nat.h"
#include "harness.h"
#include "nat/pool.h"

static gboolean
refuses_nothing(gpointer context, const NpNatEnd *candidate)
{
    (void)context;
    (void)candidate;
    return FALSE;
}

static gboolean
refuses_even(gpointer context, const NpNatEnd *candidate)
{
    (void)context;
    return candidate->port % 2 == 0;
}

typedef struct {
    NpNatPool pool;
    NpNatSubscriber subscriber;
    NpNatEnd internal;
    NpNatPoolRequest request;
} Rig;

static Rig *
rig_new(const NpNatPortPolicy *ports, guint n_external)
{
    Rig *rig = g_new0(Rig, 1);
    NpNatPolicy policy = np_bench_policy();
    NpAddress client = np_bench_address("10.0.0.2:5001");

    policy.ports = *ports;
    policy.paired = FALSE;
    g_assert(np_nat_policy_flaw(&policy) == NULL);
    np_nat_pool_init(&rig->pool, &policy, np_rng_from_number(1));
    for (guint i = 0; i < n_external; i++) {
        NpAddress external = np_address_ipv4(0xcb007101 + i, 0);

        np_nat_pool_add(&rig->pool, &external);
    }
    rig->internal = np_nat_end(&client);
    rig->request = (NpNatPoolRequest){ .protocol = NP_NAT_UDP,
                                       .internal = &rig->internal,
                                       .subscriber = &rig->subscriber,
                                       .refuses = refuses_nothing };
    return rig;
}

static void
rig_free(Rig *rig)
{
    np_nat_pool_clear(&rig->pool);
    g_free(rig);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rig, rig_free)

static void
gives_out_every_port_once_whatever_the_order(void)
{
    static const struct {
        const char *label;
        NpNatPortPolicy ports;
        guint n_external;
        guint expected;
    } rows[] = {
        { "random", { .order = NP_NAT_ORDER_RANDOM, .first = 2000, .last = 2999 }, 2, 2000 },
        { "up",
          { .order = NP_NAT_ORDER_SEQUENTIAL, .step = 1, .first = 2000, .last = 2999 },
          1,
          1000 },
        { "down by two",
          { .order = NP_NAT_ORDER_SEQUENTIAL, .step = -2, .first = 2000, .last = 2999 },
          1,
          1000 },
        { "odd only",
          { .order = NP_NAT_ORDER_RANDOM, .keep_parity = TRUE, .first = 2000, .last = 2999 },
          1,
          500 },
        { "blocks",
          { .order = NP_NAT_ORDER_RANDOM,
            .block_size = 64,
            .blocks_per_host = 3,
            .first = 2000,
            .last = 2999 },
          1,
          192 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new(&rows[i].ports, rows[i].n_external);
        g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
        NpNatEnd external = { 0 };
        guint n = 0;

        while (np_nat_pool_allocate(&rig->pool, &rig->request, &external)) {
            gpointer key =
                GUINT_TO_POINTER(GUINT32_FROM_BE(external.host[3]) << 16 | external.port);

            CU_ASSERT(external.port >= 2000 && external.port <= 2999);
            NP_ASSERT_ROW(g_hash_table_add(seen, key), rows[i].label);
            n++;
        }
        NP_ASSERT_INT(n, rows[i].expected);
    }
}

static void
takes_back_what_is_released(void)
{
    NpNatPortPolicy ports = { .order = NP_NAT_ORDER_RANDOM,
                              .block_size = 64,
                              .blocks_per_host = 1,
                              .first = 2000,
                              .last = 2063 };
    g_autoptr(Rig) rig = rig_new(&ports, 1);
    NpNatSubscriber neighbour = { 0 };
    NpNatPoolRequest other = rig->request;
    NpNatEnd external[64];
    NpNatEnd got = { 0 };

    other.subscriber = &neighbour;
    for (guint i = 0; i < 64; i++)
        CU_ASSERT(np_nat_pool_allocate(&rig->pool, &rig->request, &external[i]));
    CU_ASSERT(!np_nat_pool_allocate(&rig->pool, &rig->request, &got));
    CU_ASSERT(!np_nat_pool_allocate(&rig->pool, &other, &got));
    np_nat_pool_release(&rig->pool, NP_NAT_UDP, &rig->subscriber, &external[10]);
    CU_ASSERT(!np_nat_pool_allocate(&rig->pool, &other, &got));
    CU_ASSERT(np_nat_pool_allocate(&rig->pool, &rig->request, &got));
    CU_ASSERT(np_nat_end_equal(&got, &external[10]));
    for (guint i = 0; i < 64; i++)
        np_nat_pool_release(&rig->pool, NP_NAT_UDP, &rig->subscriber, &external[i]);
    NP_ASSERT_INT(rig->subscriber.n_blocks, 0);
    CU_ASSERT(np_nat_pool_allocate(&rig->pool, &other, &got));
}

static void
looks_further_if_a_candidate_is_refused(void)
{
    NpNatPortPolicy ports = {
        .order = NP_NAT_ORDER_SEQUENTIAL, .step = 2, .first = 2000, .last = 2100
    };
    g_autoptr(Rig) rig = rig_new(&ports, 1);
    NpNatEnd external = { 0 };

    rig->request.refuses = refuses_even;
    for (guint i = 0; i < 50; i++) {
        CU_ASSERT(np_nat_pool_allocate(&rig->pool, &rig->request, &external));
        CU_ASSERT(external.port % 2 == 1);
    }
    CU_ASSERT(!np_nat_pool_allocate(&rig->pool, &rig->request, &external));
}

static void
has_nothing_without_an_address(void)
{
    NpNatPortPolicy ports = { .order = NP_NAT_ORDER_RANDOM, .first = 2000, .last = 2100 };
    g_autoptr(Rig) rig = rig_new(&ports, 0);
    NpNatEnd external = { 0 };

    CU_ASSERT(!np_nat_pool_allocate(&rig->pool, &rig->request, &external));
    CU_ASSERT(!np_nat_pool_has_host(&rig->pool, &rig->internal));
}

static void
an_address_serves_its_own_family(void)
{
    NpNatPortPolicy ports = { .order = NP_NAT_ORDER_RANDOM, .first = 2000, .last = 2009 };
    g_autoptr(Rig) rig = rig_new(&ports, 2);
    NpAddress six = np_bench_address("2001:db8::7");
    NpAddress client = np_bench_address("[fd00::2]:5000");
    NpNatEnd external = { 0 };
    guint n = 0;

    rig->internal = np_nat_end(&client);
    CU_ASSERT(!np_nat_pool_allocate(&rig->pool, &rig->request, &external));
    np_nat_pool_add(&rig->pool, &six);
    for (; np_nat_pool_allocate(&rig->pool, &rig->request, &external); n++)
        CU_ASSERT(np_nat_end_address(&external).family == NP_FAMILY_IPV6);
    NP_ASSERT_INT(n, 10);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(gives_out_every_port_once_whatever_the_order),
        NP_TEST(takes_back_what_is_released),
        NP_TEST(looks_further_if_a_candidate_is_refused),
        NP_TEST(has_nothing_without_an_address),
        NP_TEST(an_address_serves_its_own_family),
        { 0 },
    };

    return np_test_main("nat.pool", tests);
}
