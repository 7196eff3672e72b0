/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "report/axes.h"

static const NpCell *
cell(const NpDocument *document, const char *key, guint column)
{
    const NpBlock *table = document->blocks->pdata[0];

    for (guint row = 0; row < np_document_n_rows(table); row++)
        if (g_str_equal(np_document_at(table, row, 0)->text, key))
            return np_document_at(table, row, column);
    return NULL;
}

static void
the_law_is_told_with_its_numbers(void)
{
    static const struct {
        NpNatLaw law;
        const char *text;
    } rows[] = {
        { { .kind = NP_NAT_PRESERVING }, "preserving" },
        { { .kind = NP_NAT_PRESERVING, .offset = -4096 }, "preserving, offset -4096" },
        { { .kind = NP_NAT_SEQUENTIAL, .step = 2 }, "sequential, step +2" },
        { { .kind = NP_NAT_SEQUENTIAL, .step = -1 }, "sequential, step -1" },
        { { .kind = NP_NAT_RANDOM, .first = 1024, .last = 65535 }, "random, 1024-65535" },
        { { .kind = NP_NAT_RANDOM }, "random" },
        { { .kind = NP_NAT_BLOCK, .block_size = 512, .first = 40960, .last = 41471 },
          "block of 512, 40960-41471" },
        { { .kind = NP_NAT_BLOCK, .block_size = 240, .first = 4096, .last = 61695, .mask = 0xff0 },
          "block of 240" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const NpNatBehaviour behaviour = { .reachable = TRUE,
                                           .translated = TRUE,
                                           .law = rows[i].law };
        g_auto(NpProfile) profile = { 0 };
        g_autoptr(NpDocument) document = np_document_new("test");

        np_profile_from_behaviour(&profile, &behaviour);
        np_report_axes_table(&profile, document);
        NP_ASSERT_STR(cell(document, "allocation", 1)->text, rows[i].text);
    }
}

static void
many_packets_are_summed_up(void)
{
    const NpNatBehaviour behaviour = { .reachable = TRUE,
                                       .translated = TRUE,
                                       .filtering = NP_NAT_ADDRESS_DEPENDENT };
    g_auto(NpProfile) profile = { 0 };
    g_autoptr(NpDocument) one = np_document_new("test");
    g_autoptr(NpDocument) two = np_document_new("test");

    np_profile_from_behaviour(&profile, &behaviour);
    np_verdict_add_evidence(&profile.verdicts[NP_NAT_AXIS_MAPPING], "a packet");
    np_verdict_add_evidence(&profile.verdicts[NP_NAT_AXIS_FILTERING], "an answer");
    np_report_axes_table(&profile, one);
    np_verdict_add_evidence(&profile.verdicts[NP_NAT_AXIS_MAPPING], "another packet");
    np_verdict_add_evidence(&profile.verdicts[NP_NAT_AXIS_FILTERING], "another answer");
    np_report_axes_table(&profile, two);
    NP_ASSERT_STR(cell(one, "mapping", 3)->text, "a packet");
    NP_ASSERT_STR(cell(two, "mapping", 3)->text,
                  "every server saw the same external port (2 observations)");
    NP_ASSERT_STR(cell(two, "filtering", 3)->text,
                  "answers came in from other ports, but from no other address (2 observations)");
}

static void
doubt_is_told_as_doubt(void)
{
    g_auto(NpProfile) profile = { 0 };
    g_autoptr(NpDocument) document = np_document_new("test");

    np_profile_init(&profile);
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_MAPPING], 6, 0.98, "one answer was lost");
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_FILTERING], 7, 1.0, NULL);
    np_verdict_lean(&profile.verdicts[NP_NAT_AXIS_HAIRPIN], 0, 5, 0.999, "one kind is invisible");
    np_verdict_add_evidence(&profile.verdicts[NP_NAT_AXIS_HAIRPIN], "3 packets got lost");
    np_report_axes_table(&profile, document);
    CU_ASSERT(cell(document, "reachable", 1) == NULL);
    NP_ASSERT_STR(cell(document, "mapping", 1)->text,
                  "address-dependent or address-and-port-dependent");
    NP_ASSERT_INT(cell(document, "mapping", 1)->tone, NP_TONE_DOUBTFUL);
    NP_ASSERT_STR(cell(document, "mapping", 2)->text, "98%");
    NP_ASSERT_STR(cell(document, "mapping", 3)->text, "one answer was lost");
    NP_ASSERT_STR(cell(document, "filtering", 1)->text, "unknown");
    NP_ASSERT_STR(cell(document, "filtering", 2)->text, "");
    NP_ASSERT_STR(cell(document, "filtering", 3)->text, "the experiments did not decide it");
    NP_ASSERT_STR(cell(document, "hairpin", 1)->text, "unsupported");
    NP_ASSERT_INT(cell(document, "hairpin", 1)->tone, NP_TONE_PLAIN);
    NP_ASSERT_STR(cell(document, "hairpin", 3)->text,
                  "3 packets got lost; but one kind is invisible");
}

static void
every_measured_axis_becomes_a_check(void)
{
    g_auto(NpProfile) profile = { 0 };
    g_autoptr(NpDocument) document = np_document_new("test");
    const NpCheck *checks = NULL;

    np_profile_init(&profile);
    np_verdict_conclude(&profile.verdicts[NP_NAT_AXIS_REACHABLE], 1, 1.0);
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_MAPPING], 6, 0.98, "one answer was lost");
    np_report_axes_checks(&profile, "udp6", document);
    NP_REQUIRE(document->checks->len == 2);
    checks = (const NpCheck *)(gpointer)document->checks->data;
    NP_ASSERT_STR(checks[0].name, "udp6.reachable");
    NP_ASSERT_INT(checks[0].outcome, NP_CHECK_PASSED);
    NP_ASSERT_STR(checks[0].detail, "yes");
    NP_ASSERT_STR(checks[1].name, "udp6.mapping");
    NP_ASSERT_INT(checks[1].outcome, NP_CHECK_SKIPPED);
    NP_ASSERT_STR(checks[1].detail, "one answer was lost");
}

static void
evidence_is_listed_under_its_axis(void)
{
    g_auto(NpProfile) profile = { 0 };
    g_autoptr(NpDocument) document = np_document_new("test");
    const NpBlock *list = NULL;

    np_profile_init(&profile);
    np_verdict_add_evidence(&profile.verdicts[NP_NAT_AXIS_POOLING], "two");
    np_verdict_add_evidence(&profile.verdicts[NP_NAT_AXIS_NAT], "one");
    np_report_axes_evidence(&profile, document);
    list = document->blocks->pdata[0];
    NP_REQUIRE(list->cells->len == 2);
    NP_ASSERT_STR(np_document_at(list, 0, 0)->text, "nat: one");
    NP_ASSERT_STR(np_document_at(list, 1, 0)->text, "pooling: two");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(the_law_is_told_with_its_numbers),
        NP_TEST(many_packets_are_summed_up),
        NP_TEST(doubt_is_told_as_doubt),
        NP_TEST(every_measured_axis_becomes_a_check),
        NP_TEST(evidence_is_listed_under_its_axis),
        { 0 },
    };

    return np_test_main("report.axes", tests);
}
