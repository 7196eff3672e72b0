/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/profile.h"

static void
external_addresses_are_kept_once_and_without_port(void)
{
    g_auto(NpProfile) profile = { 0 };
    const NpAddress seen[] = {
        np_address_ipv4(0xc6336401, 1000),
        np_address_ipv4(0xc6336401, 2000),
        np_address_ipv4(0xc6336402, 1000),
    };

    np_profile_init(&profile);
    for (gsize i = 0; i < G_N_ELEMENTS(seen); i++)
        np_profile_add_external(&profile, &seen[i]);
    NP_REQUIRE(profile.external->len == 2);
    for (guint i = 0; i < 2; i++) {
        const NpAddress *kept = &g_array_index(profile.external, NpAddress, i);

        CU_ASSERT_TRUE(np_address_same_host(kept, &seen[i + 1]));
        NP_ASSERT_INT(kept->port, 0);
    }
}

static void
the_rfc3489_word_follows_from_the_axes(void)
{
    static const struct {
        gboolean reachable;
        gboolean translated;
        NpNatDependence mapping;
        NpNatDependence filtering;
        const char *word;
    } rows[] = {
        { FALSE, FALSE, 0, 0, "blocked" },
        { TRUE, FALSE, 0, NP_NAT_ENDPOINT_INDEPENDENT, "open" },
        { TRUE, FALSE, 0, NP_NAT_ADDRESS_DEPENDENT, "udp firewall" },
        { TRUE, FALSE, 0, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, "udp firewall" },
        { TRUE, TRUE, 0, NP_NAT_ENDPOINT_INDEPENDENT, "full cone" },
        { TRUE, TRUE, 0, NP_NAT_ADDRESS_DEPENDENT, "restricted cone" },
        { TRUE, TRUE, 0, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, "port-restricted cone" },
        { TRUE, TRUE, NP_NAT_ADDRESS_DEPENDENT, NP_NAT_ENDPOINT_INDEPENDENT, "symmetric" },
        { TRUE, TRUE, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
          "symmetric" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const NpNatBehaviour behaviour = {
            .reachable = rows[i].reachable,
            .translated = rows[i].translated,
            .mapping = rows[i].mapping,
            .filtering = rows[i].filtering,
        };
        g_auto(NpProfile) profile = { 0 };

        np_profile_from_behaviour(&profile, &behaviour);
        NP_ASSERT_STR(np_profile_rfc3489(&profile), rows[i].word);
    }
}

static void
no_word_where_the_axes_do_not_decide_it(void)
{
    const NpNatBehaviour cone = {
        .reachable = TRUE,
        .translated = TRUE,
        .filtering = NP_NAT_ADDRESS_DEPENDENT,
    };
    const guint ei = 1u << NP_NAT_ENDPOINT_INDEPENDENT;
    const guint ad = 1u << NP_NAT_ADDRESS_DEPENDENT;
    const guint apd = 1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    g_auto(NpProfile) profile = { 0 };
    g_auto(NpProfile) nothing = { 0 };

    np_profile_init(&nothing);
    CU_ASSERT_PTR_NULL(np_profile_rfc3489(&nothing));

    np_profile_from_behaviour(&profile, &cone);
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_FILTERING], ad | apd, 1, "one address");
    CU_ASSERT_PTR_NULL(np_profile_rfc3489(&profile));
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_MAPPING], ei | ad, 1, "one address");
    CU_ASSERT_PTR_NULL(np_profile_rfc3489(&profile));
    /* Whichever of the two it is, the old word for it is the same. */
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_MAPPING], ad | apd, 1, "one port");
    NP_ASSERT_STR(np_profile_rfc3489(&profile), "symmetric");
}

static void
a_behaviour_becomes_a_profile_without_doubt(void)
{
    const NpNatBehaviour behaviour = {
        .reachable = TRUE,
        .translated = TRUE,
        .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
        .law = { .kind = NP_NAT_SEQUENTIAL, .step = -2 },
        .hairpin = NP_NAT_HAIRPIN_SUPPORTED,
        .hairpin_needs = NP_NAT_HAIRPIN_NEEDS_BOTH_SEND,
    };
    g_auto(NpProfile) profile = { 0 };

    np_profile_from_behaviour(&profile, &behaviour);
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        const NpVerdict *verdict = &profile.verdicts[axis];
        guint value = 99;

        CU_ASSERT_TRUE(np_verdict_decided(verdict, &value));
        NP_ASSERT_INT(value, np_nat_behaviour_value(&behaviour, (NpNatAxis)axis));
        CU_ASSERT_DOUBLE_EQUAL(verdict->confidence, 1, 0);
    }
    NP_ASSERT_INT(profile.law.step, -2);
    NP_ASSERT_INT(profile.hairpin_needs, NP_NAT_HAIRPIN_NEEDS_BOTH_SEND);
}

static void
a_copy_outlives_its_original(void)
{
    const NpNatBehaviour behaviour = { .reachable = TRUE, .translated = TRUE };
    const NpAddress seen = np_address_ipv4(0xc6336401, 0);
    g_auto(NpProfile) copy = { 0 };
    NpProfile original;

    np_profile_from_behaviour(&original, &behaviour);
    np_profile_add_external(&original, &seen);
    np_verdict_add_evidence(&original.verdicts[NP_NAT_AXIS_NAT], "seen");
    np_profile_copy(&copy, &original);
    np_profile_clear(&original);
    NP_ASSERT_STR(np_profile_rfc3489(&copy), "full cone");
    NP_ASSERT_INT(copy.external->len, 1);
    NP_ASSERT_STR(copy.verdicts[NP_NAT_AXIS_NAT].evidence->pdata[0], "seen");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(external_addresses_are_kept_once_and_without_port),
        NP_TEST(the_rfc3489_word_follows_from_the_axes),
        NP_TEST(no_word_where_the_axes_do_not_decide_it),
        NP_TEST(a_behaviour_becomes_a_profile_without_doubt),
        NP_TEST(a_copy_outlives_its_original),
        { 0 },
    };

    return np_test_main("nat.profile", tests);
}
