/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/route.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* What check_in_namespace() returns where no namespace can be made. */
#define NO_NAMESPACE 77

static const char *const set_up =
    "ip tuntap add dev np0 mode tun && ip link set np0 up && "
    "ip addr add 10.9.8.1/24 dev np0 && ip addr add 2001:db8::1/64 dev np0 nodad && "
    "ip addr add fe80::1/64 dev np0 nodad && "
    "ip route add 192.0.2.0/24 via 10.9.8.7 && "
    "ip route add 203.0.113.0/24 via inet6 fe80::7 dev np0 && "
    "ip route add 2001:db8:1::/64 via fe80::7 dev np0 && "
    "ip route add 2001:db8:2::/64 via 2001:db8::7";

/* Returns how many answers were wrong, of routes that exist nowhere but there. */
static int
check_in_namespace(void)
{
    static const struct {
        const char *to;
        const char *expected;
    } rows[] = {
        { "192.0.2.9", "np0 from 10.9.8.1 by 10.9.8.7" },
        { "10.9.8.33", "np0 from 10.9.8.1 by none" },
        { "203.0.113.9", "np0 from 10.9.8.1 by fe80::7%2" },
        { "198.51.100.1", "there is no route" },
        { "2001:db8:1::9", "np0 from 2001:db8::1 by fe80::7%2" },
        { "2001:db8:2::9", "np0 from 2001:db8::1 by 2001:db8::7" },
        { "fe80::9%2", "np0 from fe80::1%2 by none" },
    };
    char line[256];
    int n_wrong = 0;

    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return NO_NAMESPACE;
    if (system(set_up) != 0)
        return NO_NAMESPACE;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_strcmp0(describe(rows[i].to, line), rows[i].expected) != 0) {
            printf("# %s: %s\n", rows[i].to, describe(rows[i].to, line));
            n_wrong++;
        }
    return n_wrong;
}

static void
tells_router_and_source_of_each_destination(void)
{
    pid_t child = -1;
    int status = 0;

    fflush(stdout);
    child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        status = check_in_namespace();
        fflush(stdout);
        _exit(status);
    }
    waitpid(child, &status, 0);
    NP_REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == NO_NAMESPACE)
        printf("# this system lets nobody make a network namespace: the routes went unchecked\n");
    else
        NP_ASSERT_INT(WEXITSTATUS(status), 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(finds_the_loopback_route_of_both_families),
        NP_TEST(tells_router_and_source_of_each_destination),
        { 0 },
    };

    return np_test_main("io.route", tests);
}
