/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "report/markdown.h"

static void
every_kind_of_block_has_its_syntax(void)
{
    g_autoptr(NpDocument) document = np_document_new("natprobe");
    NpBlock *block = NULL;
    g_autofree char *markdown = NULL;

    np_document_headline(document, "Friends can join you.", NP_TONE_GOOD);
    np_document_paragraph(document, "A paragraph.");
    np_document_heading(document, "A table");
    block = np_document_table(document);
    np_document_column(block, "Axis", NP_ALIGN_LEFT);
    np_document_column(block, "Sure", NP_ALIGN_RIGHT);
    np_document_cell(block, "mapping", NP_TONE_PLAIN);
    np_document_cell(block, "99 %", NP_TONE_BAD);
    np_document_cell(block, "a|b", NP_TONE_PLAIN);
    np_document_cell(block, "", NP_TONE_BAD);
    block = np_document_list(document);
    np_document_cell(block, "an item", NP_TONE_PLAIN);
    markdown = np_report_markdown(document);
    NP_ASSERT_STR(markdown, "# natprobe\n"
                            "\n"
                            "**Friends can join you.**\n"
                            "\n"
                            "A paragraph.\n"
                            "\n"
                            "## A table\n"
                            "\n"
                            "| Axis | Sure |\n"
                            "| --- | ---: |\n"
                            "| mapping | **99 %** |\n"
                            "| a\\|b |  |\n"
                            "\n"
                            "- an item\n");
}

static void
text_is_never_taken_for_syntax(void)
{
    static const struct {
        const char *text;
        const char *escaped;
    } rows[] = {
        { "# no heading", "\\# no heading" },
        { "- no item", "\\- no item" },
        { "+ no item", "\\+ no item" },
        { "12. no item", "12\\. no item" },
        { "192.0.2.1:3478", "192.0.2.1:3478" },
        { "*not* _strong_", "\\*not\\* \\_strong\\_" },
        { "<script>", "\\<script\\>" },
        { "[link](http://x)", "\\[link\\](http://x)" },
        { "`code` \\ &amp; ~~", "\\`code\\` \\\\ \\&amp; \\~\\~" },
        { "1024-65535 - a range", "1024-65535 - a range" },
        { "", "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpDocument) document = np_document_new("test");
        g_autofree char *expected = g_strdup_printf("# test\n\n%s\n", rows[i].escaped);
        g_autofree char *markdown = NULL;

        np_document_paragraph(document, rows[i].text);
        markdown = np_report_markdown(document);
        NP_ASSERT_STR(markdown, expected);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_kind_of_block_has_its_syntax),
        NP_TEST(text_is_never_taken_for_syntax),
        { 0 },
    };

    return np_test_main("report.markdown", tests);
}
