/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-rig.h"
#include "harness.h"

#include <string.h>

static const char *const loopbacks[] = { "127.0.0.1:0", "[::1]:0" };

static void
carries_datagrams_both_ways_with_their_addresses(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(loopbacks); i++) {
        g_autoptr(NpRig) rig = np_rig_new();
        NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, loopbacks[i]);
        NpAddress two = np_rig_open(rig, 2, NP_TRANSPORT_UDP, loopbacks[i]);

        NP_ASSERT_ROW(np_address_is_destination(&one), loopbacks[i]);
        np_rig_send(rig, 1, &two, "there");
        NP_REQUIRE(np_rig_await_inputs(rig, 1));
        np_rig_send(rig, 2, &np_rig_input(rig, 0)->from, "and back");
        NP_REQUIRE(np_rig_await_inputs(rig, 2));
        NP_ASSERT_INT(np_rig_input(rig, 0)->socket, 2);
        NP_ASSERT_ROW(np_address_equal(&np_rig_input(rig, 0)->from, &one), loopbacks[i]);
        NP_ASSERT_ROW(np_address_equal(&np_rig_input(rig, 0)->to, &two), loopbacks[i]);
        NP_ASSERT_INT(np_rig_input(rig, 1)->size, 8);
        NP_ASSERT_ROW(memcmp(np_rig_input(rig, 1)->data, "and back", 8) == 0, loopbacks[i]);
        NP_ASSERT_ROW(np_rig_input(rig, 0)->arrived <= rig->now, loopbacks[i]);
        NP_ASSERT_ROW(!rig->went_back, loopbacks[i]);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(carries_datagrams_both_ways_with_their_addresses),
        { 0 },
    };

    return np_test_main("io.udp", tests);
}
