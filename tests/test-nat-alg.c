/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/alg.h"

#include <string.h>

/* The inside is 10.1.2.3:5000 (0x1388), the outside 203.0.113.1:61234 (0xef32). */
static void
replaces_the_address_and_the_port_before_it(void)
{
    static const struct {
        const char *label;
        const char *before;
        const char *after;
        gsize size;
    } rows[] = {
        { "alone", "\x0a\x01\x02\x03", "\xcb\x00\x71\x01", 4 },
        { "with its port", "\x13\x88\x0a\x01\x02\x03", "\xef\x32\xcb\x00\x71\x01", 6 },
        { "with another port", "\x13\x89\x0a\x01\x02\x03", "\x13\x89\xcb\x00\x71\x01", 6 },
        { "at an odd place", "x\x0a\x01\x02\x03y", "x\xcb\x00\x71\x01y", 6 },
        { "twice", "\x0a\x01\x02\x03\x0a\x01\x02\x03", "\xcb\x00\x71\x01\xcb\x00\x71\x01", 8 },
        { "cut off", "\x0a\x01\x02", "\x0a\x01\x02", 3 },
        { "in disguise", "\x2b\x13\xa6\x41", "\x2b\x13\xa6\x41", 4 }, /* XOR 0x2112a442 */
        { "nothing", "", "", 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpAddress from = np_address_ipv4(0x0a010203, 5000);
        NpAddress to = np_address_ipv4(0xcb007101, 61234);
        guint8 payload[16] = { 0 };
        gboolean differs = memcmp(rows[i].before, rows[i].after, rows[i].size) != 0;

        memcpy(payload, rows[i].before, rows[i].size);
        NP_ASSERT_ROW(np_nat_alg_apply(payload, 0, rows[i].size, &from, &to) == differs,
                      rows[i].label);
        NP_ASSERT_ROW(memcmp(payload, rows[i].after, rows[i].size) == 0, rows[i].label);
        NP_ASSERT_ROW(np_nat_alg_apply(payload, 0, rows[i].size, &to, &from) == differs,
                      rows[i].label);
    }
}

static void
touches_nothing_outside_its_bounds(void)
{
    NpAddress from = np_address_ipv4(0x0a010203, 5000);
    NpAddress to = np_address_ipv4(0xcb007101, 61234);
    guint8 payload[] = { 0x13, 0x88, 0x0a, 0x01, 0x02, 0x03, 0x0a, 0x01, 0x02, 0x03 };

    CU_ASSERT(np_nat_alg_apply(payload, 2, 9, &from, &to));
    CU_ASSERT(payload[0] == 0x13 && payload[1] == 0x88);
    CU_ASSERT(payload[2] == 0xcb && payload[6] == 0x0a && payload[9] == 0x03);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(replaces_the_address_and_the_port_before_it),
        NP_TEST(touches_nothing_outside_its_bounds),
        { 0 },
    };

    return np_test_main("nat.alg", tests);
}
