/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/behaviour.h"

static void
every_name_is_found_again(void)
{
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        const char *key = np_nat_axis_key((NpNatAxis)axis);
        NpNatAxis found = NP_NAT_N_AXES;

        CU_ASSERT_TRUE(np_nat_axis_find(key, &found));
        NP_ASSERT_INT(found, axis);
        NP_ASSERT_ROW(np_nat_axis_n_values(found) >= 2, key);
        for (guint value = 0; value < np_nat_axis_n_values(found); value++) {
            guint again = G_MAXUINT;

            CU_ASSERT_TRUE(np_nat_axis_find_value(found, np_nat_axis_value(found, value), &again));
            NP_ASSERT_INT(again, value);
        }
    }
}

static void
no_other_name_is_found(void)
{
    NpNatAxis axis = NP_NAT_AXIS_CGN;
    guint value = 99;

    CU_ASSERT_FALSE(np_nat_axis_find("map", &axis));
    CU_ASSERT_FALSE(np_nat_axis_find("", &axis));
    CU_ASSERT_FALSE(np_nat_axis_find("Mapping", &axis));
    NP_ASSERT_INT(axis, NP_NAT_AXIS_CGN);
    CU_ASSERT_FALSE(np_nat_axis_find_value(NP_NAT_AXIS_MAPPING, "symmetric", &value));
    CU_ASSERT_FALSE(np_nat_axis_find_value(NP_NAT_AXIS_MAPPING, "preserving", &value));
    NP_ASSERT_INT(value, 99);
}

/* These words are in JSON, in --expect and in other people's scripts: they cannot change. */
static void
the_words_of_the_interface_stand(void)
{
    static const struct {
        NpNatAxis axis;
        guint value;
        const char *key;
        const char *word;
    } rows[] = {
        { NP_NAT_AXIS_REACHABLE, 1, "reachable", "yes" },
        { NP_NAT_AXIS_NAT, 1, "nat", "translated" },
        { NP_NAT_AXIS_MAPPING, NP_NAT_ENDPOINT_INDEPENDENT, "mapping", "endpoint-independent" },
        { NP_NAT_AXIS_MAPPING, NP_NAT_ADDRESS_DEPENDENT, "mapping", "address-dependent" },
        { NP_NAT_AXIS_FILTERING, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, "filtering",
          "address-and-port-dependent" },
        { NP_NAT_AXIS_ALLOCATION, NP_NAT_PRESERVING, "allocation", "preserving" },
        { NP_NAT_AXIS_ALLOCATION, NP_NAT_SEQUENTIAL, "allocation", "sequential" },
        { NP_NAT_AXIS_ALLOCATION, NP_NAT_RANDOM, "allocation", "random" },
        { NP_NAT_AXIS_ALLOCATION, NP_NAT_BLOCK, "allocation", "block" },
        { NP_NAT_AXIS_POOLING, NP_NAT_POOLING_ARBITRARY, "pooling", "arbitrary" },
        { NP_NAT_AXIS_HAIRPIN, NP_NAT_HAIRPIN_SUPPORTED, "hairpin", "supported" },
        { NP_NAT_AXIS_HAIRPIN, NP_NAT_HAIRPIN_SUPPORTED_INTERNAL, "hairpin", "supported-internal" },
        { NP_NAT_AXIS_UNSOLICITED, NP_NAT_UNSOLICITED_REMAPPED, "unsolicited", "remapped" },
        { NP_NAT_AXIS_UNSOLICITED, NP_NAT_UNSOLICITED_BLOCKED, "unsolicited", "blocked" },
        { NP_NAT_AXIS_CGN, 1, "cgn", "yes" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NP_ASSERT_STR(np_nat_axis_key(rows[i].axis), rows[i].key);
        NP_ASSERT_STR(np_nat_axis_value(rows[i].axis, rows[i].value), rows[i].word);
    }
    NP_ASSERT_STR(np_nat_hairpin_needs_text(NP_NAT_HAIRPIN_NEEDS_NOTHING), "nothing");
    NP_ASSERT_STR(np_nat_hairpin_needs_text(NP_NAT_HAIRPIN_NEEDS_BOTH_SEND), "both-send");
}

static void
a_behaviour_has_a_value_on_every_axis(void)
{
    const NpNatBehaviour behaviour = {
        .reachable = TRUE,
        .translated = TRUE,
        .mapping = NP_NAT_ADDRESS_DEPENDENT,
        .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
        .law = { .kind = NP_NAT_BLOCK },
        .pooling = NP_NAT_POOLING_PAIRED,
        .hairpin = NP_NAT_HAIRPIN_SUPPORTED_INTERNAL,
        .unsolicited = NP_NAT_UNSOLICITED_REMAPPED,
        .cgn = TRUE,
    };
    static const char *const expected[NP_NAT_N_AXES] = {
        [NP_NAT_AXIS_REACHABLE] = "yes",
        [NP_NAT_AXIS_NAT] = "translated",
        [NP_NAT_AXIS_MAPPING] = "address-dependent",
        [NP_NAT_AXIS_FILTERING] = "address-and-port-dependent",
        [NP_NAT_AXIS_ALLOCATION] = "block",
        [NP_NAT_AXIS_POOLING] = "paired",
        [NP_NAT_AXIS_HAIRPIN] = "supported-internal",
        [NP_NAT_AXIS_UNSOLICITED] = "remapped",
        [NP_NAT_AXIS_CGN] = "yes",
    };

    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        guint value = np_nat_behaviour_value(&behaviour, (NpNatAxis)axis);

        NP_ASSERT_STR(np_nat_axis_value((NpNatAxis)axis, value), expected[axis]);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_name_is_found_again),
        NP_TEST(no_other_name_is_found),
        NP_TEST(the_words_of_the_interface_stand),
        NP_TEST(a_behaviour_has_a_value_on_every_axis),
        { 0 },
    };

    return np_test_main("nat.behaviour", tests);
}
