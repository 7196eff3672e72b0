/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "report/document.h"

static void
text_from_the_network_becomes_harmless(void)
{
    static const struct {
        const char *label;
        const char *text;
        const char *kept;
    } rows[] = {
        { "plain", "natprobed 0.1, Größe 日本", "natprobed 0.1, Größe 日本" },
        { "escape sequence", "\033[2Jgone", "\uFFFD[2Jgone" },
        { "C1 control",
          "a\xc2\x9b"
          "b",
          "a\uFFFD"
          "b" },
        { "new line and tab", "a\nb\tc", "a b c" },
        { "carriage return", "safe\rfake", "safe\uFFFDfake" },
        { "bidirectional override",
          "a\u202E"
          "b",
          "a\uFFFD"
          "b" },
        { "line separator",
          "a\u2028"
          "b",
          "a\uFFFD"
          "b" },
        { "not UTF-8",
          "a\xff"
          "b",
          "a\uFFFD"
          "b" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpDocument) document = np_document_new(rows[i].text);
        NpBlock *table = np_document_table(document);

        np_document_headline(document, rows[i].text, NP_TONE_PLAIN);
        np_document_paragraph(document, rows[i].text);
        np_document_column(table, rows[i].text, NP_ALIGN_LEFT);
        np_document_cell(table, rows[i].text, NP_TONE_PLAIN);
        np_document_check(document, rows[i].text, NP_CHECK_PASSED, rows[i].text);
        NP_ASSERT_STR(document->title, rows[i].kept);
        NP_ASSERT_STR(document->headline, rows[i].kept);
        NP_ASSERT_STR(((NpBlock *)document->blocks->pdata[1])->text, rows[i].kept);
        NP_ASSERT_STR(g_array_index(table->columns, NpColumn, 0).title, rows[i].kept);
        NP_ASSERT_STR(np_document_at(table, 0, 0)->text, rows[i].kept);
        NP_ASSERT_STR(g_array_index(document->checks, NpCheck, 0).name, rows[i].kept);
        NP_ASSERT_STR(g_array_index(document->checks, NpCheck, 0).detail, rows[i].kept);
    }
}

static void
rows_are_counted_by_whole_rows(void)
{
    g_autoptr(NpDocument) document = np_document_new("test");
    NpBlock *table = np_document_table(document);

    np_document_column(table, "a", NP_ALIGN_LEFT);
    np_document_column(table, "b", NP_ALIGN_RIGHT);
    NP_ASSERT_INT(np_document_n_rows(table), 0);
    for (guint i = 0; i < 4; i++) {
        const char text[] = { (char)('1' + i), '\0' };

        np_document_cell(table, text, NP_TONE_PLAIN);
    }
    NP_ASSERT_INT(np_document_n_rows(table), 2);
    NP_ASSERT_STR(np_document_at(table, 1, 0)->text, "3");
}

static void
checks_decide_whether_the_document_passes(void)
{
    static const struct {
        NpCheckOutcome outcome;
        gboolean undecided_passes;
        gboolean passed;
    } rows[] = {
        { NP_CHECK_PASSED, FALSE, TRUE },     { NP_CHECK_FAILED, FALSE, FALSE },
        { NP_CHECK_UNDECIDED, FALSE, FALSE }, { NP_CHECK_SKIPPED, FALSE, TRUE },
        { NP_CHECK_FAILED, TRUE, FALSE },     { NP_CHECK_UNDECIDED, TRUE, TRUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpDocument) document = np_document_new("test");

        document->undecided_passes = rows[i].undecided_passes;
        CU_ASSERT(np_document_passed(document));
        np_document_check(document, "one", NP_CHECK_PASSED, "");
        np_document_check(document, "two", rows[i].outcome, "");
        NP_ASSERT_ROW(np_document_passed(document) == rows[i].passed,
                      np_document_outcome_text(rows[i].outcome));
        NP_ASSERT_INT(np_document_count(document, rows[i].outcome),
                      rows[i].outcome == NP_CHECK_PASSED ? 2 : 1);
    }
}

static void
shown_checks_become_a_table(void)
{
    g_autoptr(NpDocument) document = np_document_new("test");
    const NpBlock *table = NULL;

    np_document_check(document, "mapping", NP_CHECK_FAILED, "it is not");
    np_document_show_checks(document, "What was expected");
    NP_REQUIRE(document->blocks->len == 2);
    table = document->blocks->pdata[1];
    NP_ASSERT_INT(np_document_n_rows(table), 1);
    NP_ASSERT_STR(np_document_at(table, 0, 1)->text, "failed");
    NP_ASSERT_INT(np_document_at(table, 0, 1)->tone, NP_TONE_BAD);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(text_from_the_network_becomes_harmless),
        NP_TEST(rows_are_counted_by_whole_rows),
        NP_TEST(checks_decide_whether_the_document_passes),
        NP_TEST(shown_checks_become_a_table),
        { 0 },
    };

    return np_test_main("report.document", tests);
}
