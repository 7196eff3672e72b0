/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-namespace.h"
#include "harness.h"
#include "io/route.h"

static gboolean in_namespace;

static void
finds_the_loopback_route_of_both_families(void)
{
    static const char *const rows[] = { "127.0.0.1:9", "[::1]:9" };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpAddress to = { 0 };
        NpIoRoute route;

        g_assert_true(np_address_parse(&to, rows[i], 0));
        NP_ASSERT_INT(np_io_route_towards(&to, &route), NP_WHY_NONE);
        NP_ASSERT_ROW(np_address_same_host(&route.source, &to), rows[i]);
        NP_ASSERT_ROW(!np_address_is_set(&route.gateway), rows[i]);
        NP_ASSERT_STR(route.interface, "lo");
    }
}

static const char *
describe(const char *text, char line[256])
{
    char source[NP_ADDRESS_TEXT_SIZE];
    char gateway[NP_ADDRESS_TEXT_SIZE];
    NpAddress to = { 0 };
    NpIoRoute route;
    NpWhy why;

    g_assert_true(np_address_parse(&to, text, 0));
    why = np_io_route_towards(&to, &route);
    if (why != NP_WHY_NONE)
        return np_why_text(why);
    g_snprintf(line, 256, "%s from %s by %s", route.interface,
               np_address_format_host(&route.source, source),
               np_address_format_host(&route.gateway, gateway));
    return line;
}

static const char *const set_up =
    "ip link add name np0 index 12 type veth peer name np1 && "
    "ip link set np0 addrgenmode none && "
    "ip link set np1 up && ip link set np0 up && "
    "ip addr add 10.9.8.1/24 dev np0 && ip addr add 2001:db8::1/64 dev np0 nodad && "
    "ip addr add fe80::1/64 dev np0 nodad && "
    "ip route add 192.0.2.0/24 via 10.9.8.7 && "
    "ip route add 203.0.113.0/24 via inet6 fe80::7 dev np0 && "
    "ip route add 2001:db8:1::/64 via fe80::7 dev np0 && "
    "ip route add 2001:db8:2::/64 via 2001:db8::7";

static void
tells_router_and_source_of_each_destination(void)
{
    static const struct {
        const char *to;
        const char *expected;
    } rows[] = {
        { "192.0.2.9", "np0 from 10.9.8.1 by 10.9.8.7" },
        { "10.9.8.33", "np0 from 10.9.8.1 by none" },
        { "203.0.113.9", "np0 from 10.9.8.1 by fe80::7%12" },
        { "198.51.100.1", "there is no route" },
        { "2001:db8:1::9", "np0 from 2001:db8::1 by fe80::7%12" },
        { "2001:db8:2::9", "np0 from 2001:db8::1 by 2001:db8::7" },
        { "fe80::9%12", "np0 from fe80::1%12 by none" },
    };
    char line[256];

    if (!in_namespace)
        return;
    NP_REQUIRE(np_test_shell(set_up));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        NP_ASSERT_STR(describe(rows[i].to, line), rows[i].expected);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(finds_the_loopback_route_of_both_families),
        NP_TEST(tells_router_and_source_of_each_destination),
        { 0 },
    };

    in_namespace = np_test_enter_namespace();
    return np_test_main("io.route", tests);
}
