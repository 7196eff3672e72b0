/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "stun/grid.h"

static NpStunGrid *
grid_of(const char *const *locals, const guint *groups)
{
    g_autoptr(GArray) endpoints = g_array_new(FALSE, TRUE, sizeof(NpStunEndpoint));

    for (guint i = 0; locals[i] != NULL; i++) {
        NpStunEndpoint endpoint = { .group = groups != NULL ? groups[i] : 0, .listener = i };

        g_assert(np_address_parse(&endpoint.local, locals[i], 0));
        g_array_append_val(endpoints, endpoint);
    }
    return np_stun_grid_new((const NpStunEndpoint *)endpoints->data, endpoints->len);
}

static void
two_addresses_and_two_ports_are_complete(void)
{
    static const char *const locals[] = { "192.0.2.1:10", "192.0.2.1:11", "192.0.2.2:10",
                                          "192.0.2.2:11", NULL };
    g_autoptr(NpStunGrid) grid = grid_of(locals, NULL);

    for (guint i = 0; i < 4; i++) {
        NP_ASSERT_INT(np_stun_grid_partner(grid, i, FALSE, FALSE), i);
        NP_ASSERT_INT(np_stun_grid_partner(grid, i, FALSE, TRUE), i ^ 1);
        NP_ASSERT_INT(np_stun_grid_partner(grid, i, TRUE, FALSE), i ^ 2);
        NP_ASSERT_INT(np_stun_grid_partner(grid, i, TRUE, TRUE), i ^ 3);
        NP_ASSERT_INT(np_stun_grid_endpoint(grid, i)->listener, i);
    }
}

static void
an_incomplete_grid_changes_no_address(void)
{
    static const struct {
        const char *label;
        const char *locals[5];
        guint groups[5];
        guint other_port; /* of the first */
    } rows[] = {
        { "one endpoint", { "192.0.2.1:10" }, { 0 }, NP_STUN_NOWHERE },
        { "one address, two ports", { "192.0.2.1:10", "192.0.2.1:11" }, { 0 }, 1 },
        { "two addresses, one port", { "192.0.2.1:10", "192.0.2.2:10" }, { 0 }, NP_STUN_NOWHERE },
        { "three corners", { "192.0.2.1:10", "192.0.2.1:11", "192.0.2.2:11" }, { 0 }, 1 },
        { "two families", { "192.0.2.1:10", "192.0.2.1:11", "[::1]:10", "[::1]:11" }, { 0 }, 1 },
        { "two groups",
          { "192.0.2.1:10", "192.0.2.1:11", "192.0.2.2:10", "192.0.2.2:11" },
          { 0, 0, 1, 1 },
          1 },
        { "the opposite corner in another group",
          { "192.0.2.1:10", "192.0.2.1:11", "192.0.2.2:10", "192.0.2.2:11" },
          { 0, 0, 0, 1 },
          1 },
        { "the same twice", { "192.0.2.1:10", "192.0.2.1:10" }, { 0 }, NP_STUN_NOWHERE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpStunGrid) grid = grid_of(rows[i].locals, rows[i].groups);

        NP_ASSERT_ROW(np_stun_grid_partner(grid, 0, FALSE, TRUE) == rows[i].other_port,
                      rows[i].label);
        NP_ASSERT_ROW(np_stun_grid_partner(grid, 0, TRUE, FALSE) == NP_STUN_NOWHERE, rows[i].label);
        NP_ASSERT_ROW(np_stun_grid_partner(grid, 0, TRUE, TRUE) == NP_STUN_NOWHERE, rows[i].label);
    }
}

static void
partners_of_many_are_the_first_that_fit(void)
{
    static const char *const locals[] = {
        "192.0.2.1:9",  "192.0.2.1:10", "192.0.2.1:11", "192.0.2.2:10",
        "192.0.2.2:11", "192.0.2.3:10", "192.0.2.3:11", NULL,
    };
    g_autoptr(NpStunGrid) grid = grid_of(locals, NULL);

    /* Port 9 has no second address, but other ports. */
    NP_ASSERT_INT(np_stun_grid_partner(grid, 0, TRUE, TRUE), NP_STUN_NOWHERE);
    NP_ASSERT_INT(np_stun_grid_partner(grid, 0, FALSE, TRUE), 1);
    /* The first two addresses name each other, whichever is asked. */
    NP_ASSERT_INT(np_stun_grid_partner(grid, 1, TRUE, TRUE), 4);
    NP_ASSERT_INT(np_stun_grid_partner(grid, 4, TRUE, TRUE), 1);
    /* A change of port alone goes to the port that a change of both goes to. */
    NP_ASSERT_INT(np_stun_grid_partner(grid, 1, FALSE, TRUE), 2);
    NP_ASSERT_INT(np_stun_grid_partner(grid, 5, TRUE, FALSE), 1);
}

static void
finds_by_address_and_port(void)
{
    static const char *const locals[] = { "192.0.2.1:10", "[2001:db8::1]:10", NULL };
    g_autoptr(NpStunGrid) grid = grid_of(locals, NULL);
    NpAddress unlisted = np_address_ipv4(0xc0000201, 11);
    NpAddress nothing = { 0 };

    NP_ASSERT_INT(np_stun_grid_find(grid, &np_stun_grid_endpoint(grid, 1)->local), 1);
    NP_ASSERT_INT(np_stun_grid_find(grid, &unlisted), NP_STUN_NOWHERE);
    NP_ASSERT_INT(np_stun_grid_find(grid, &nothing), NP_STUN_NOWHERE);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(two_addresses_and_two_ports_are_complete),
        NP_TEST(an_incomplete_grid_changes_no_address),
        NP_TEST(partners_of_many_are_the_first_that_fit),
        NP_TEST(finds_by_address_and_port),
        { 0 },
    };

    return np_test_main("stun.grid", tests);
}
