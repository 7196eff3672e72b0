/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/spec-key.h"

#include <string.h>

static NpNatSpecKey
key_of(const char *name)
{
    NpNatSpecKey key = NP_NAT_SPEC_N_KEYS;

    NP_ASSERT_ROW(np_nat_spec_key_find(name, &key), name);
    return key;
}

static void
every_key_is_found_by_its_name_and_listed_once(void)
{
    g_autofree char *kernel = np_nat_spec_key_names(FALSE);
    g_autofree char *model = np_nat_spec_key_names(TRUE);
    NpNatSpecKey key = NP_NAT_SPEC_N_KEYS;

    for (guint i = 0; i < NP_NAT_SPEC_N_KEYS; i++) {
        const char *name = np_nat_spec_key_name((NpNatSpecKey)i);
        gboolean of_model = np_nat_spec_key_needs_model((NpNatSpecKey)i);

        NP_REQUIRE(name != NULL);
        NP_ASSERT_INT(key_of(name), i);
        NP_ASSERT_ROW(strstr(of_model ? model : kernel, name) != NULL, name);
    }
    CU_ASSERT(!np_nat_spec_key_find("", &key));
    CU_ASSERT(!np_nat_spec_key_find("Mapping", &key));
}

/* Words are taken as they are listed, and each makes another NAT. */
static void
every_listed_word_is_a_value(void)
{
    for (guint i = 0; i < NP_NAT_SPEC_N_KEYS; i++) {
        g_autofree char *text = np_nat_spec_key_values((NpNatSpecKey)i);
        g_auto(GStrv) words = g_strsplit(text, ", ", -1);
        NpNatSpecSettings before = { 0 };

        if (words[1] == NULL || strchr(text, ' ') != strstr(text, ", ") + 1)
            continue; /* a number */
        for (guint j = 0; words[j] != NULL; j++) {
            NpNatSpecSettings settings = { 0 };

            NP_ASSERT_ROW(np_nat_spec_key_apply((NpNatSpecKey)i, words[j], &settings), words[j]);
            CU_ASSERT(settings.given[i]);
            if (j > 0)
                NP_ASSERT_ROW(memcmp(&settings, &before, sizeof settings) != 0, words[j]);
            before = settings;
        }
        CU_ASSERT(!np_nat_spec_key_apply((NpNatSpecKey)i, "", &before));
        CU_ASSERT(!np_nat_spec_key_apply((NpNatSpecKey)i, "red", &before));
    }
}

static void
numbers_have_bounds(void)
{
    static const struct {
        const char *key;
        const char *value;
        gboolean good;
    } rows[] = {
        { "step", "-30000", TRUE },       { "step", "30000", TRUE },
        { "step", "0", FALSE },           { "step", "30001", FALSE },
        { "step", "1.5", FALSE },         { "size", "8", TRUE },
        { "size", "8193", FALSE },        { "addresses", "64", TRUE },
        { "addresses", "0", FALSE },      { "blocks", "9", FALSE },
        { "lifetime", "0.1", TRUE },      { "lifetime", "604800", TRUE },
        { "lifetime", "0.09", FALSE },    { "lifetime", "604801", FALSE },
        { "lifetime", "-1", FALSE },      { "lifetime", "inf", FALSE },
        { "lifetime", "3s", FALSE },      { "lifetime", "", FALSE },
        { "range", "1-1", TRUE },         { "range", "1-65535", TRUE },
        { "range", "2-1", FALSE },        { "range", "1", FALSE },
        { "range", "-", FALSE },          { "range", "1-2-3", FALSE },
        { "range", " 1-2", FALSE },       { "mappings", "4000000", TRUE },
        { "mappings", "4000001", FALSE }, { "pps", "0", FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatSpecSettings settings = { 0 };
        g_autofree char *label = g_strdup_printf("%s=%s", rows[i].key, rows[i].value);

        NP_ASSERT_ROW(np_nat_spec_key_apply(key_of(rows[i].key), rows[i].value, &settings) ==
                          rows[i].good,
                      label);
    }
}

static void
a_value_goes_where_its_key_says(void)
{
    NpNatSpecSettings settings = { 0 };

    np_nat_spec_key_apply(key_of("lifetime"), "2.5", &settings);
    CU_ASSERT(settings.policy.timers.udp == 5 * NP_SECOND / 2);
    np_nat_spec_key_apply(key_of("range"), "40000-49999", &settings);
    NP_ASSERT_INT(settings.range[0], 40000);
    NP_ASSERT_INT(settings.range[1], 49999);
    np_nat_spec_key_apply(key_of("step"), "-7", &settings);
    NP_ASSERT_INT(settings.policy.ports.step, -7);
    np_nat_spec_key_apply(key_of("allocation"), "delta", &settings);
    NP_ASSERT_INT(settings.allocation, NP_NAT_SPEC_DELTA);
    np_nat_spec_key_apply(key_of("syn"), "icmp", &settings);
    NP_ASSERT_INT(settings.policy.syn_answer, NP_NAT_SYN_ICMP);
    np_nat_spec_key_apply(key_of("hairpin"), "internal-both-send", &settings);
    NP_ASSERT_INT(settings.hairpin, NP_NAT_SPEC_HAIRPIN_INTERNAL_BOTH_SEND);
    np_nat_spec_key_apply(key_of("return"), "same", &settings);
    CU_ASSERT(settings.policy.replies_keep_mapping);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_key_is_found_by_its_name_and_listed_once),
        NP_TEST(every_listed_word_is_a_value),
        NP_TEST(numbers_have_bounds),
        NP_TEST(a_value_goes_where_its_key_says),
        { 0 },
    };

    return np_test_main("nat.spec-key", tests);
}
