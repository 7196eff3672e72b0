/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "lab/topology.h"

#include <string.h>

/* A lab with these sites; NULL: none. */
static NpLabTopology *
topology_of(const char *left, const char *right, gboolean wired)
{
    NpNatSpec specs[2];
    const NpNatSpec *sites[NP_LAB_N_SITES] = { NULL };

    if (np_nat_spec_parse(&specs[0], left, NULL))
        sites[NP_LAB_LEFT] = &specs[0];
    if (right != NULL && np_nat_spec_parse(&specs[1], right, NULL))
        sites[NP_LAB_RIGHT] = &specs[1];
    return np_lab_topology_new(sites, wired);
}

static const NpLabNode *
find_node(const NpLabTopology *topology, const char *name)
{
    for (guint i = 0; i < topology->nodes->len; i++)
        if (g_str_equal(np_lab_topology_node(topology, i)->name, name))
            return np_lab_topology_node(topology, i);
    return NULL;
}

static void
addresses_follow_what_is_translated(void)
{
    static const struct {
        const char *spec;
        const char *local;
        const char *external;
        const char *outer_nat; /* the last of the NATs */
        const char *its_address;
    } rows[] = {
        { "open", "198.51.100.10", "198.51.100.10", "left-nat0",
          "addr add 198.51.100.1/24 dev lan" },
        { "full-cone", "192.168.1.10", "198.51.100.1", "left-nat0",
          "addr add 198.51.100.1/32 dev wan" },
        { "full-cone,cgn=yes", "100.64.1.10", "198.51.100.1", "left-nat0",
          "addr add 198.51.100.1/32 dev wan" },
        { "double", "192.168.1.10", "198.51.100.1", "left-nat1",
          "addr add 100.64.17.1/32 dev lan" },
        { "double,cgn=no", "192.168.1.10", "198.51.100.1", "left-nat1",
          "addr add 10.1.1.1/32 dev lan" },
        { "double+block", "192.168.1.10", "198.51.100.1", "left-nat2",
          "addr add 100.64.33.1/32 dev lan" },
        { "firewall+full-cone", "192.168.1.10", "198.51.100.1", "left-nat1",
          "addr add 198.51.100.1/32 dev wan" },
        { "full-cone+firewall", "192.168.1.10", "198.51.100.1", "left-nat0",
          "addr add 198.51.100.1/32 dev wan" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpLabTopology) topology = topology_of(rows[i].spec, NULL, FALSE);
        const NpLabNode *nat = find_node(topology, rows[i].outer_nat);

        NP_ASSERT_STR(topology->sites[NP_LAB_LEFT].local, rows[i].local);
        NP_ASSERT_STR(topology->sites[NP_LAB_LEFT].external, rows[i].external);
        NP_REQUIRE(nat != NULL);
        NP_ASSERT_ROW(strstr(nat->setup->str, rows[i].its_address) != NULL, rows[i].spec);
    }
}

/* The subscriber that a block belongs to is who sends: the NAT further in, or the host. */
static void
blocks_belong_to_whom_the_nat_sees(void)
{
    static const struct {
        const char *spec;
        const char *nat;
        const char *subscriber;
    } rows[] = {
        { "block", "left-nat0", "ip saddr 192.168.1.10 " },
        { "full-cone+block", "left-nat1", "ip saddr 100.64.17.2 " },
        { "firewall+block", "left-nat1", "ip saddr 192.168.1.10 " },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpLabTopology) topology = topology_of(rows[i].spec, NULL, FALSE);
        const NpLabNode *nat = find_node(topology, rows[i].nat);

        NP_REQUIRE(nat != NULL && nat->ruleset != NULL);
        NP_ASSERT_ROW(strstr(nat->ruleset, rows[i].subscriber) != NULL, rows[i].spec);
    }
}

static void
a_wire_stands_before_each_site(void)
{
    g_autoptr(NpLabTopology) plain = topology_of("open", "double", FALSE);
    g_autoptr(NpLabTopology) wired = topology_of("open", "double", TRUE);

    NP_ASSERT_INT(plain->spans->len, 0);
    CU_ASSERT(find_node(plain, "wire") == NULL);
    NP_ASSERT_INT(wired->spans->len, 2);
    CU_ASSERT(find_node(wired, "wire") != NULL);
    NP_ASSERT_INT(wired->nodes->len, plain->nodes->len + 1);
    /* Where there was one link there are two, and the wire between them. */
    NP_ASSERT_INT(wired->links->len, plain->links->len + 2);
}

static void
links_join_nodes_that_exist_by_names_that_fit(void)
{
    g_autoptr(NpLabTopology) topology = topology_of("double+block", "double", TRUE);

    for (guint i = 0; i < topology->links->len; i++) {
        const NpLabLink *link = &g_array_index(topology->links, NpLabLink, i);

        for (guint j = 0; j < G_N_ELEMENTS(link->ends); j++) {
            const NpLabEnd *end = &link->ends[j];
            g_autofree char *up = g_strdup_printf("dev %s ", end->name);

            NP_REQUIRE(end->node < topology->nodes->len);
            NP_ASSERT_ROW(strlen(end->name) + 1 < NP_LAB_IFNAME_SIZE, end->name);
            NP_ASSERT_ROW(strstr(np_lab_topology_node(topology, end->node)->setup->str, up) != NULL,
                          end->name);
        }
    }
}

static void
hosts_are_known_by_the_address_that_others_see(void)
{
    g_autoptr(NpLabTopology) topology = topology_of("full-cone", "open", FALSE);
    g_autofree char *hosts = np_lab_topology_hosts(topology);
    static const char *const lines[] = {
        "192.0.2.10 server\n",  "2001:db8:f::10 server\n",  "192.0.2.20 server-alt\n",
        "192.0.2.10 server4\n", "2001:db8:f::10 server6\n", "198.51.100.1 left\n",
        "203.0.113.10 right\n", "2001:db8:2::10 right\n",   "127.0.0.1 localhost\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        NP_ASSERT_ROW(strstr(hosts, lines[i]) != NULL, lines[i]);
    CU_ASSERT(strstr(hosts, "third") == NULL);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(addresses_follow_what_is_translated),
        NP_TEST(blocks_belong_to_whom_the_nat_sees),
        NP_TEST(a_wire_stands_before_each_site),
        NP_TEST(links_join_nodes_that_exist_by_names_that_fit),
        NP_TEST(hosts_are_known_by_the_address_that_others_see),
        { 0 },
    };

    return np_test_main("lab.topology", tests);
}
