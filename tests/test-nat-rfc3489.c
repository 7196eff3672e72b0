/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/rfc3489.h"

#define BIT(type) (1u << NP_RFC3489_##type)

static void
a_word_is_read_with_spaces_or_hyphens(void)
{
    static const char *const rows[] = { "port-restricted cone", "port restricted cone",
                                        "port-restricted-cone" };
    NpRfc3489 type = NP_RFC3489_OPEN;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        type = NP_RFC3489_OPEN;
        NP_ASSERT_ROW(np_rfc3489_find(rows[i], &type), rows[i]);
        NP_ASSERT_ROW(type == NP_RFC3489_PORT_RESTRICTED_CONE, rows[i]);
    }
    for (guint i = 0; i < NP_RFC3489_N_TYPES; i++) {
        CU_ASSERT(np_rfc3489_find(np_rfc3489_text(i), &type));
        NP_ASSERT_INT(type, i);
    }
    CU_ASSERT(!np_rfc3489_find("cone", &type));
    CU_ASSERT(!np_rfc3489_find("", &type));
}

static void
what_the_axes_leave_open_stays_open(void)
{
    static const struct {
        const char *label;
        guint reachable, nat, mapping, filtering; /* what is possible on each axis */
        guint types;
    } rows[] = {
        { "nothing known", 3, 3, 7, 7, (1u << NP_RFC3489_N_TYPES) - 1 },
        { "blocked", 1, 3, 7, 7, BIT(BLOCKED) },
        { "cone of some kind", 2, 2, 1, 7,
          BIT(FULL_CONE) | BIT(RESTRICTED_CONE) | BIT(PORT_RESTRICTED_CONE) },
        { "filter known to look at addresses", 2, 2, 1, 6,
          BIT(RESTRICTED_CONE) | BIT(PORT_RESTRICTED_CONE) },
        { "symmetric of either kind, any filter", 2, 2, 6, 7, BIT(SYMMETRIC) },
        { "mapping open, filter known", 2, 2, 3, 4, BIT(PORT_RESTRICTED_CONE) | BIT(SYMMETRIC) },
        { "no translation, some filter", 2, 1, 7, 6, BIT(UDP_FIREWALL) },
        { "no translation, any filter", 2, 1, 7, 7, BIT(UDP_FIREWALL) | BIT(OPEN) },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpProfile) profile = { 0 };

        np_profile_init(&profile);
        np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_REACHABLE], rows[i].reachable, 1, "");
        np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_NAT], rows[i].nat, 1, "");
        np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_MAPPING], rows[i].mapping, 1, "");
        np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_FILTERING], rows[i].filtering, 1, "");
        NP_ASSERT_ROW(np_rfc3489_possible(&profile) == rows[i].types, rows[i].label);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_word_is_read_with_spaces_or_hyphens),
        NP_TEST(what_the_axes_leave_open_stays_open),
        { 0 },
    };

    return np_test_main("nat.rfc3489", tests);
}
