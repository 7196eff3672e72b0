/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "stun/connections.h"

static const NpAddress local = { .family = NP_FAMILY_IPV4, .bytes = { 192, 0, 2, 1 }, .port = 10 };

static NpStunConnection *
add(NpStunConnections *table, NpSocketId id, guint32 peer, NpTime now)
{
    NpAddress address = np_address_ipv4(peer, 5000);

    return np_stun_connections_add(table, id, &local, &address, now);
}

static void
holds_no_more_than_allowed(void)
{
    NpStunConnections table;

    np_stun_connections_init(&table, 3, 2);
    CU_ASSERT_PTR_NOT_NULL(add(&table, 1, 0xcb007101, 0));
    CU_ASSERT_PTR_NOT_NULL(add(&table, 2, 0xcb007102, 0));
    /* The third of one network, then one of another, then one too many altogether. */
    CU_ASSERT_PTR_NULL(add(&table, 3, 0xcb007103, 0));
    CU_ASSERT_PTR_NOT_NULL(add(&table, 4, 0xcb007201, 0));
    CU_ASSERT_PTR_NULL(add(&table, 5, 0xcb007301, 0));
    NP_ASSERT_INT(np_stun_connections_count(&table), 3);
    np_stun_connections_remove(&table, np_stun_connections_find(&table, 1));
    CU_ASSERT_PTR_NULL(np_stun_connections_find(&table, 1));
    CU_ASSERT_PTR_NOT_NULL(add(&table, 6, 0xcb007103, 0));
    np_stun_connections_clear(&table);
}

static void
knows_which_was_idle_longest(void)
{
    NpStunConnections table;

    np_stun_connections_init(&table, 8, 8);
    CU_ASSERT_PTR_NULL(np_stun_connections_oldest(&table));
    for (NpSocketId id = 1; id <= 3; id++)
        add(&table, id, 0xcb007101, (NpTime)id);
    NP_ASSERT_INT(np_stun_connections_oldest(&table)->id, 1);
    np_stun_connections_touch(&table, np_stun_connections_find(&table, 1), 4);
    NP_ASSERT_INT(np_stun_connections_oldest(&table)->id, 2);
    np_stun_connections_remove(&table, np_stun_connections_find(&table, 2));
    NP_ASSERT_INT(np_stun_connections_oldest(&table)->id, 3);
    np_stun_connections_touch(&table, np_stun_connections_find(&table, 3), 5);
    NP_ASSERT_INT(np_stun_connections_oldest(&table)->id, 1);
    NP_ASSERT_INT(np_stun_connections_oldest(&table)->active, 4);
    np_stun_connections_clear(&table);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(holds_no_more_than_allowed),
        NP_TEST(knows_which_was_idle_longest),
        { 0 },
    };

    return np_test_main("stun.connections", tests);
}
