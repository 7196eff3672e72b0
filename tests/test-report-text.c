/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "harness.h"
#include "report/text.h"

static NpDocument *
sample(void)
{
    static const char *const cells[][3] = {
        { "mapping", "99.9 %", "one socket was seen as 203.0.113.5:40001 by all four endpoints" },
        { "filtering", "1 %", "" },
        { "Größe", "100 %", "日本語の説明 with wide characters in between" },
    };
    NpDocument *document = np_document_new("sample");
    NpBlock *block = NULL;

    np_document_headline(document, "Friends on open connections can join you directly.",
                         NP_TONE_GOOD);
    np_document_paragraph(document, "A paragraph that says a little more than fits on a line, and "
                                    "goes on about it.");
    np_document_heading(document, "A table");
    block = np_document_table(document);
    np_document_column(block, "Axis", NP_ALIGN_LEFT);
    np_document_column(block, "Sure", NP_ALIGN_RIGHT);
    np_document_column(block, "Because", NP_ALIGN_LEFT);
    for (gsize i = 0; i < G_N_ELEMENTS(cells); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(cells[i]); j++)
            np_document_cell(block, cells[i][j], j == 1 ? NP_TONE_DOUBTFUL : NP_TONE_PLAIN);
    np_document_heading(document, "A list");
    block = np_document_list(document);
    np_document_cell(block, "an item of several words", NP_TONE_PLAIN);
    np_document_cell(block, "another", NP_TONE_BAD);
    return document;
}

static void
a_table_is_aligned_by_what_the_eye_sees(void)
{
    g_autoptr(NpDocument) document = sample();
    g_autofree char *text = np_report_text(document, &(NpTextStyle){ .width = 60 });

    NP_ASSERT_STR(text, "Friends on open connections can join you directly.\n"
                        "\n"
                        "A paragraph that says a little more than fits on a line, and\n"
                        "goes on about it.\n"
                        "\n"
                        "A table\n"
                        "Axis         Sure  Because\n"
                        "---------  ------  -----------------------------------------\n"
                        "mapping    99.9 %  one socket was seen as 203.0.113.5:40001\n"
                        "                   by all four endpoints\n"
                        "filtering     1 %\n"
                        "Größe       100 %  日本語の説明 with wide characters in\n"
                        "                   between\n"
                        "\n"
                        "A list\n"
                        "- an item of several words\n"
                        "- another\n");
}

static void
without_a_width_nothing_is_wrapped(void)
{
    g_autoptr(NpDocument) document = sample();
    g_autofree char *text = np_report_text(document, &(NpTextStyle){ 0 });

    CU_ASSERT(strstr(text, "\nA paragraph that says a little more than fits on a line, and goes "
                           "on about it.\n") != NULL);
    CU_ASSERT(strstr(text, "\nmapping    99.9 %  one socket was seen as 203.0.113.5:40001 by all "
                           "four endpoints\n") != NULL);
}

static void
a_table_too_wide_to_stand_is_stacked(void)
{
    g_autoptr(NpDocument) document = sample();
    g_autofree char *text = np_report_text(document, &(NpTextStyle){ .width = 30 });

    CU_ASSERT(strstr(text, "A table\n"
                           "mapping: 99.9 %\n"
                           "  one socket was seen as\n"
                           "  203.0.113.5:40001 by all\n"
                           "  four endpoints\n"
                           "filtering: 1 %\n"
                           "Größe: 100 %\n") != NULL);
}

static gboolean
has_words_in_order(const char *text, const char *words)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);

    for (guint i = 0; list[i] != NULL; i++) {
        text = strstr(text, list[i]);
        if (text == NULL)
            return FALSE;
        text += strlen(list[i]);
    }
    return TRUE;
}

static void
no_line_is_wider_than_asked_and_no_word_is_lost(void)
{
    g_autoptr(NpDocument) document = sample();

    /* 17 columns is the longest word and its indent: below, words may be cut. */
    for (guint width = 8; width <= 120; width++) {
        g_autofree char *text = np_report_text(document, &(NpTextStyle){ .width = width });
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        g_autofree char *label = g_strdup_printf("width %u", width);
        const NpBlock *table = document->blocks->pdata[2];

        for (guint i = 0; lines[i] != NULL; i++) {
            NP_ASSERT_ROW(np_report_text_columns(lines[i]) <= width, label);
            NP_ASSERT_ROW(!g_str_has_suffix(lines[i], " "), label);
        }
        if (width < 19)
            continue;
        for (guint i = 0; i < table->cells->len; i++)
            NP_ASSERT_ROW(has_words_in_order(text, g_array_index(table->cells, NpCell, i).text),
                          label);
    }
}

/* @text without its SGR sequences. */
static char *
stripped(const char *text)
{
    GString *plain = g_string_new(NULL);

    while (*text != '\0') {
        if (*text == '\033')
            text = strchr(text, 'm') + 1;
        else
            g_string_append_c(plain, *text++);
    }
    return g_string_free(plain, FALSE);
}

static void
colour_adds_colour_and_nothing_else(void)
{
    g_autoptr(NpDocument) document = sample();

    for (guint width = 20; width < 100; width += 13) {
        g_autofree char *plain = np_report_text(document, &(NpTextStyle){ .width = width });
        g_autofree char *colour =
            np_report_text(document, &(NpTextStyle){ .width = width, .colour = TRUE });
        g_autofree char *bare = stripped(colour);

        CU_ASSERT(strchr(plain, '\033') == NULL);
        CU_ASSERT(strstr(colour, "\033[32mFriends") != NULL);
        NP_ASSERT_STR(bare, plain);
    }
}

static void
long_words_are_cut_rather_than_run_over(void)
{
    g_autoptr(NpDocument) document = np_document_new("test");
    g_autofree char *text = NULL;

    np_document_paragraph(document, "0123456789abcdef");
    text = np_report_text(document, &(NpTextStyle){ .width = 10 });
    NP_ASSERT_STR(text, "0123456789\nabcdef\n");
}

static void
no_width_is_too_narrow(void)
{
    g_autoptr(NpDocument) document = np_document_new("test");
    g_autofree char *text = NULL;

    np_document_paragraph(document, "0123456789abcdef");
    text = np_report_text(document, &(NpTextStyle){ .width = 1 });
    NP_ASSERT_STR(text, "01234567\n89abcdef\n");
}

static void
an_empty_document_is_empty(void)
{
    g_autoptr(NpDocument) document = np_document_new("test");
    g_autofree char *text = np_report_text(document, &(NpTextStyle){ .width = 80 });

    NP_ASSERT_STR(text, "");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_table_is_aligned_by_what_the_eye_sees),
        NP_TEST(without_a_width_nothing_is_wrapped),
        NP_TEST(a_table_too_wide_to_stand_is_stacked),
        NP_TEST(no_line_is_wider_than_asked_and_no_word_is_lost),
        NP_TEST(colour_adds_colour_and_nothing_else),
        NP_TEST(long_words_are_cut_rather_than_run_over),
        NP_TEST(no_width_is_too_narrow),
        NP_TEST(an_empty_document_is_empty),
        { 0 },
    };

    return np_test_main("report.text", tests);
}
