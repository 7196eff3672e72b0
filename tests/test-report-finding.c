/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "report/finding.h"

static void
every_key_and_value_is_found_by_its_name(void)
{
    for (guint key = 0; key < NP_FINDING_N_KEYS; key++) {
        guint found = NP_FINDING_N_KEYS;

        CU_ASSERT(np_finding_find(np_finding_key(key), &found));
        NP_ASSERT_INT(found, key);
        for (guint value = 0; value < np_finding_n_values(key); value++) {
            CU_ASSERT(np_finding_find_value(key, np_finding_value(key, value), &found));
            NP_ASSERT_INT(found, value);
        }
        CU_ASSERT(!np_finding_find_value(key, "anything", &found));
    }
}

static void
a_verdict_is_decided_leaning_open_or_unknown(void)
{
    g_auto(NpProfile) profile = { 0 };
    static const struct {
        guint key;
        gboolean measured;
        const char *verdict;
        const char *text;
        const char *why;
    } rows[] = {
        { NP_NAT_AXIS_MAPPING, TRUE, "endpoint-independent", "endpoint-independent", NULL },
        { NP_NAT_AXIS_HAIRPIN, TRUE, "unsupported", "unsupported or supported-internal", "lean" },
        { NP_NAT_AXIS_FILTERING, TRUE, "unknown", "endpoint-independent or address-dependent",
          "open" },
        { NP_NAT_AXIS_POOLING, TRUE, "unknown", "unknown", "noise" },
        { NP_NAT_AXIS_CGN, FALSE, "unknown", "unknown", NULL },
        { NP_FINDING_RFC3489, TRUE, "unknown", "full cone or restricted cone", "open" },
    };

    np_profile_init(&profile);
    np_verdict_conclude(&profile.verdicts[NP_NAT_AXIS_REACHABLE], 1, 1.0);
    np_verdict_conclude(&profile.verdicts[NP_NAT_AXIS_NAT], 1, 0.9);
    np_verdict_conclude(&profile.verdicts[NP_NAT_AXIS_MAPPING], 0, 0.8);
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_FILTERING], 3, 0.5, "open");
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_POOLING], 7, 1.0, "noise");
    np_verdict_lean(&profile.verdicts[NP_NAT_AXIS_HAIRPIN], 0, 5, 0.9, "lean");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpFinding) finding = np_finding(&profile, rows[i].key);

        NP_ASSERT_ROW(finding.measured == rows[i].measured, np_finding_key(rows[i].key));
        NP_ASSERT_STR(finding.verdict, rows[i].verdict);
        NP_ASSERT_STR(finding.text, rows[i].text);
        NP_ASSERT_STR(finding.why, rows[i].why);
        if (rows[i].key == NP_FINDING_RFC3489)
            CU_ASSERT_DOUBLE_EQUAL(finding.confidence, 0.9 * 0.8 * 0.5, 1e-12);
    }
}

static void
percentages_are_cut_short_of_certainty(void)
{
    static const struct {
        double probability;
        const char *text;
    } rows[] = {
        { 1.0, "100%" }, { 0.99996, "99.9%" }, { 0.9, "90%" },
        { 0.29, "29%" }, { 0.0004, "0%" },     { 0.0, "0%" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = np_finding_percent(rows[i].probability);

        NP_ASSERT_STR(text, rows[i].text);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_key_and_value_is_found_by_its_name),
        NP_TEST(a_verdict_is_decided_leaning_open_or_unknown),
        NP_TEST(percentages_are_cut_short_of_certainty),
        { 0 },
    };

    return np_test_main("report.finding", tests);
}
