/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "harness.h"
#include "report/html.h"

#define HOSTILE "<script>alert(\"x\")</script> & 'y'"
#define ESCAPED "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &apos;y&apos;"

static guint
occurrences(const char *text, const char *of)
{
    guint count = 0;

    for (const char *at = strstr(text, of); at != NULL; at = strstr(at + 1, of))
        count++;
    return count;
}

static NpDocument *
sample(const char *text)
{
    NpDocument *document = np_document_new(text);
    NpBlock *block = NULL;

    np_document_headline(document, text, NP_TONE_BAD);
    np_document_heading(document, text);
    np_document_paragraph(document, text);
    block = np_document_list(document);
    np_document_cell(block, text, NP_TONE_DOUBTFUL);
    block = np_document_table(document);
    np_document_column(block, text, NP_ALIGN_RIGHT);
    np_document_cell(block, text, NP_TONE_GOOD);
    return document;
}

static void
every_text_is_escaped(void)
{
    g_autoptr(NpDocument) document = sample(HOSTILE);
    g_autofree char *html = np_report_html(document);

    CU_ASSERT(strstr(html, "<script") == NULL);
    /* Title twice, headline, heading, paragraph, item, column, cell. */
    NP_ASSERT_INT(occurrences(html, ESCAPED), 8);
}

static void
tone_and_alignment_become_classes(void)
{
    g_autoptr(NpDocument) document = sample("x");
    g_autofree char *html = np_report_html(document);

    CU_ASSERT(strstr(html, "<p class=\"headline bad\">x</p>") != NULL);
    CU_ASSERT(strstr(html, "<h2>x</h2>\n<p>x</p>\n") != NULL);
    CU_ASSERT(strstr(html, "<li class=\"doubtful\">x</li>") != NULL);
    CU_ASSERT(strstr(html, "<tr><th class=\"right\">x</th></tr>") != NULL);
    CU_ASSERT(strstr(html, "<tr><td class=\"right good\">x</td></tr>") != NULL);
}

static void
the_page_needs_nothing_from_elsewhere(void)
{
    g_autoptr(NpDocument) document = sample("x");
    g_autofree char *html = np_report_html(document);

    CU_ASSERT(g_str_has_prefix(html, "<!DOCTYPE html>\n<html lang=\"en\">\n"));
    CU_ASSERT(g_str_has_suffix(html, "</body>\n</html>\n"));
    CU_ASSERT(strstr(html, "prefers-color-scheme: dark") != NULL);
    CU_ASSERT(strstr(html, "default-src 'none'") != NULL);
    NP_ASSERT_INT(occurrences(html, "http:") + occurrences(html, "https:"), 0);
    NP_ASSERT_INT(
        occurrences(html, "src=") + occurrences(html, "href=") + occurrences(html, "url("), 0);
}

/* A page that is also well-formed XML once the void elements are closed has no tag left open. */
static void
every_element_is_closed(void)
{
    g_autoptr(NpDocument) document = sample(HOSTILE);
    g_autofree char *html = np_report_html(document);
    g_autofree char *body = g_strdup(strstr(html, "<body>"));
    const GMarkupParser parser = { 0 };
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, NULL, NULL);

    *strstr(body, "</html>") = '\0';
    CU_ASSERT(g_markup_parse_context_parse(context, body, -1, NULL));
    CU_ASSERT(g_markup_parse_context_end_parse(context, NULL));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_text_is_escaped),
        NP_TEST(tone_and_alignment_become_classes),
        NP_TEST(the_page_needs_nothing_from_elsewhere),
        NP_TEST(every_element_is_closed),
        { 0 },
    };

    return np_test_main("report.html", tests);
}
