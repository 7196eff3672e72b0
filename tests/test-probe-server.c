/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "probe/ask.h"
#include "probe/server.h"

#define BOTH (NP_PROBE_ASK_CHANGE_IP | NP_PROBE_ASK_CHANGE_PORT)

static const guint32 one = 0xc0000201, two = 0xc0000202;

static void
lists_each_endpoint_once_and_only_so_many(void)
{
    NpProbeServers servers;
    NpAddress address = np_address_ipv4(one, 1);

    np_probe_servers_init(&servers);
    CU_ASSERT(np_probe_servers_add(&servers, &address, TRUE));
    CU_ASSERT(!np_probe_servers_add(&servers, &address, FALSE));
    for (guint16 port = 2; port < 100; port++) {
        address.port = port;
        np_probe_servers_add(&servers, &address, FALSE);
    }
    NP_ASSERT_INT(np_probe_servers_count(&servers), 16);
    CU_ASSERT(np_probe_servers_find(&servers, &address) == NULL);
    np_probe_servers_clear(&servers);
}

static void
trusts_hosts_that_were_named_or_have_answered(void)
{
    NpProbeServers servers;
    NpAddress named = np_address_ipv4(one, 1);
    NpAddress other_port = np_address_ipv4(one, 2);
    NpAddress learnt = np_address_ipv4(two, 1);

    np_probe_servers_init(&servers);
    np_probe_servers_add(&servers, &named, TRUE);
    np_probe_servers_add(&servers, &learnt, FALSE);
    CU_ASSERT(np_probe_servers_is_proven(&servers, &other_port));
    CU_ASSERT(!np_probe_servers_is_proven(&servers, &learnt));
    CU_ASSERT(!np_probe_servers_any_answered(&servers));
    np_probe_servers_find(&servers, &learnt)->answered = TRUE;
    CU_ASSERT(np_probe_servers_is_proven(&servers, &learnt));
    CU_ASSERT(np_probe_servers_host_answered(&servers, &learnt));
    CU_ASSERT(!np_probe_servers_host_answered(&servers, &named));
    np_probe_servers_clear(&servers);
}

static void
knows_an_alternate_only_where_the_server_named_a_different_one(void)
{
    static const struct {
        const char *label;
        guint32 other_host;
        guint16 other_port;
        guint change;
        gboolean expected;
    } rows[] = {
        { "far corner", two, 3479, BOTH, TRUE },
        { "far corner, port only", two, 3479, NP_PROBE_ASK_CHANGE_PORT, TRUE },
        { "itself", one, 3478, BOTH, FALSE },
        { "same host", one, 3479, BOTH, FALSE },
        { "same host, port only", one, 3479, NP_PROBE_ASK_CHANGE_PORT, TRUE },
        { "same port", two, 3478, BOTH, FALSE },
        { "same port, address only", two, 3478, NP_PROBE_ASK_CHANGE_IP, TRUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpProbeServer server = {
            .address = np_address_ipv4(one, 3478),
            .other = np_address_ipv4(rows[i].other_host, rows[i].other_port),
        };
        NpAddress alternate = { 0 };

        NP_ASSERT_ROW(np_probe_server_alternate(&server, rows[i].change, &alternate) ==
                          rows[i].expected,
                      rows[i].label);
        if (rows[i].expected && rows[i].change == NP_PROBE_ASK_CHANGE_PORT)
            NP_ASSERT_ROW(np_address_same_host(&alternate, &server.address), rows[i].label);
    }
}

static void
knows_no_alternate_of_a_server_that_named_none(void)
{
    NpProbeServer server = { .address = np_address_ipv4(one, 3478) };
    NpAddress alternate = { 0 };

    CU_ASSERT(!np_probe_server_alternate(&server, BOTH, &alternate));
}

static void
asks_only_an_other_address_that_the_server_may_name(void)
{
    static const struct {
        const char *label;
        const char *server, *named;
        gboolean asked;
    } rows[] = {
        { "another public one", "192.0.2.1:3478", "192.0.2.2:3479", TRUE },
        { "private, of a public server", "192.0.2.1:3478", "192.168.1.1:3479", FALSE },
        { "a carrier's, of a public server", "192.0.2.1:3478", "100.64.0.1:3479", FALSE },
        { "link-local, of a public server", "192.0.2.1:3478", "169.254.0.1:3479", FALSE },
        { "private, of a private server", "192.168.1.1:3478", "192.168.1.2:3479", TRUE },
        { "public, of a private server", "192.168.1.1:3478", "192.0.2.1:3479", TRUE },
        { "loopback", "192.0.2.1:3478", "127.0.0.1:3479", FALSE },
        { "loopback, of a private server", "192.168.1.1:3478", "127.0.0.1:3479", FALSE },
        { "loopback, of loopback", "127.0.0.1:3478", "127.0.0.2:3479", TRUE },
        { "multicast", "192.0.2.1:3478", "224.0.0.1:3479", FALSE },
        { "broadcast", "192.0.2.1:3478", "255.255.255.255:3479", FALSE },
        { "nobody", "192.0.2.1:3478", "0.0.0.0:3479", FALSE },
        { "no port", "192.0.2.1:3478", "192.0.2.2:0", FALSE },
        { "another family", "192.0.2.1:3478", "[2001:db8::1]:3479", FALSE },
        { "IPv6", "[2001:db8::1]:3478", "[2001:db8::2]:3479", TRUE },
        { "unique local, of a public server", "[2001:db8::1]:3478", "[fd00::2]:3479", FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpProbeServer server = { 0 };
        NpAddress named;

        NP_REQUIRE(np_address_parse(&server.address, rows[i].server, 0));
        NP_REQUIRE(np_address_parse(&named, rows[i].named, 0));
        np_probe_server_name_other(&server, &named);
        NP_ASSERT_ROW(np_address_equal(&server.named, &named), rows[i].label);
        NP_ASSERT_ROW(np_address_is_set(&server.other) == rows[i].asked, rows[i].label);
    }
}

static void
knows_who_has_said_that_nobody_listens(void)
{
    NpProbeServers servers;
    NpAddress address = np_address_ipv4(one, 3478);

    np_probe_servers_init(&servers);
    np_probe_servers_add(&servers, &address, TRUE);
    CU_ASSERT(!np_probe_servers_any_refused(&servers));
    CU_ASSERT(!np_probe_servers_endpoint_answered(&servers, &address));
    np_probe_servers_at(&servers, 0)->refused = TRUE;
    np_probe_servers_at(&servers, 0)->answered = TRUE;
    CU_ASSERT(np_probe_servers_any_refused(&servers));
    CU_ASSERT(np_probe_servers_endpoint_answered(&servers, &address));
    address.port++;
    CU_ASSERT(!np_probe_servers_endpoint_answered(&servers, &address));
    np_probe_servers_clear(&servers);
}

static void
replaces_a_server_by_one_that_answers_and_is_consistent(void)
{
    NpProbeServers servers;
    NpAddress address = np_address_ipv4(one, 3478);
    NpAddress second = np_address_ipv4(one, 3479);
    NpAddress third = np_address_ipv4(two, 3478);

    np_probe_servers_init(&servers);
    np_probe_servers_add(&servers, &address, TRUE);
    np_probe_servers_add(&servers, &second, TRUE);
    np_probe_servers_add(&servers, &third, FALSE);
    CU_ASSERT_PTR_NULL(np_probe_servers_replacement(&servers, &address));
    for (guint i = 0; i < 3; i++)
        np_probe_servers_at(&servers, i)->answered = TRUE;
    CU_ASSERT_PTR_EQUAL(np_probe_servers_replacement(&servers, &address),
                        np_probe_servers_at(&servers, 1));
    np_probe_servers_at(&servers, 1)->contradictions = 9;
    CU_ASSERT_PTR_EQUAL(np_probe_servers_replacement(&servers, &address),
                        np_probe_servers_at(&servers, 2));
    np_probe_servers_clear(&servers);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(lists_each_endpoint_once_and_only_so_many),
        NP_TEST(trusts_hosts_that_were_named_or_have_answered),
        NP_TEST(knows_an_alternate_only_where_the_server_named_a_different_one),
        NP_TEST(knows_no_alternate_of_a_server_that_named_none),
        NP_TEST(asks_only_an_other_address_that_the_server_may_name),
        NP_TEST(knows_who_has_said_that_nobody_listens),
        NP_TEST(replaces_a_server_by_one_that_answers_and_is_consistent),
        { 0 },
    };

    return np_test_main("probe.server", tests);
}
