/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "report/format.h"

static void
every_format_is_found_by_its_name(void)
{
    for (guint i = 0; i < NP_REPORT_N_FORMATS; i++) {
        NpReportFormat format = NP_REPORT_N_FORMATS;

        CU_ASSERT(np_report_format_parse(np_report_format_name(i), &format, NULL));
        NP_ASSERT_INT(format, i);
    }
}

static void
an_unknown_format_gets_one_sentence_with_all_names(void)
{
    g_autoptr(GError) error = NULL;
    NpReportFormat format = NP_REPORT_TEXT;

    CU_ASSERT(!np_report_format_parse("yaml", &format, &error));
    NP_REQUIRE(error != NULL);
    NP_ASSERT_STR(error->message, "\"yaml\" is not a format; the formats are text, json, junit, "
                                  "tap, markdown, html");
    NP_ASSERT_INT(format, NP_REPORT_TEXT);
}

static void
each_format_begins_in_its_own_way(void)
{
    static const char *const beginnings[NP_REPORT_N_FORMATS] = {
        [NP_REPORT_TEXT] = "Yes.", [NP_REPORT_JSON] = "null",    [NP_REPORT_JUNIT] = "<?xml",
        [NP_REPORT_TAP] = "TAP",   [NP_REPORT_MARKDOWN] = "# t", [NP_REPORT_HTML] = "<!DOCTYPE",
    };
    g_autoptr(NpDocument) document = np_document_new("t");

    np_document_headline(document, "Yes.", NP_TONE_GOOD);
    for (guint i = 0; i < NP_REPORT_N_FORMATS; i++) {
        g_autofree char *text = np_report_format(document, i, &(NpTextStyle){ .width = 80 });

        NP_ASSERT_ROW(g_str_has_prefix(text, beginnings[i]), np_report_format_name(i));
        NP_ASSERT_ROW(g_str_has_suffix(text, "\n"), np_report_format_name(i));
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_format_is_found_by_its_name),
        NP_TEST(an_unknown_format_gets_one_sentence_with_all_names),
        NP_TEST(each_format_begins_in_its_own_way),
        { 0 },
    };

    return np_test_main("report.format", tests);
}
