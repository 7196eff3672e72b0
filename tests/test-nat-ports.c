/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/ports.h"

static void
finds_the_next_free_port(void)
{
    static const struct {
        const char *label;
        guint first, last, from, stride;
        guint used_first, used_last; /* inclusive; none if 0 */
        guint expected;
    } rows[] = {
        { "free at once", 1024, 65535, 5000, 1, 0, 0, 5000 },
        { "one further", 1024, 65535, 5000, 1, 5000, 5000, 5001 },
        { "words further", 1024, 65535, 5000, 1, 4000, 5999, 6000 },
        { "wraps", 1024, 2047, 2000, 1, 1990, 2047, 1024 },
        { "wraps to the last before", 1024, 2047, 2000, 1, 2000, 2047, 1024 },
        { "keeps parity", 1024, 2047, 1501, 2, 1501, 1501, 1503 },
        { "keeps parity wrapping", 1024, 2047, 2047, 2, 2047, 2047, 1025 },
        { "within one word", 1030, 1040, 1035, 1, 1035, 1040, 1030 },
        { "all used", 1030, 1040, 1035, 1, 1030, 1040, 0 },
        { "a single port", 1030, 1030, 1030, 1, 0, 0, 1030 },
        { "the very last", 1, 65535, 65535, 1, 0, 0, 65535 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree NpNatPorts *ports = g_new0(NpNatPorts, 1);

        for (guint port = rows[i].used_first; rows[i].used_first > 0 && port <= rows[i].used_last;
             port++)
            np_nat_ports_set_used(ports, port, TRUE);
        NP_ASSERT_ROW(np_nat_ports_find_free(ports, rows[i].first, rows[i].last, rows[i].from,
                                             rows[i].stride) == rows[i].expected,
                      rows[i].label);
    }
}

static void
remembers_each_port_by_itself(void)
{
    g_autofree NpNatPorts *ports = g_new0(NpNatPorts, 1);

    np_nat_ports_set_used(ports, 1000, TRUE);
    CU_ASSERT(np_nat_ports_is_used(ports, 1000));
    CU_ASSERT(!np_nat_ports_is_used(ports, 999));
    CU_ASSERT(!np_nat_ports_is_used(ports, 1001));
    np_nat_ports_set_used(ports, 1000, FALSE);
    CU_ASSERT(!np_nat_ports_is_used(ports, 1000));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(finds_the_next_free_port),
        NP_TEST(remembers_each_port_by_itself),
        { 0 },
    };

    return np_test_main("nat.ports", tests);
}
