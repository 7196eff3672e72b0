/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The page bears a policy that forbids scripts and every load, so that even a hole in the escaping
 * could do no more than look odd.
 */

#include "report/html.h"

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n";

static const char style[] =
    "<style>\n"
    ":root { color-scheme: light dark; --ink: #1c1f23; --paper: #ffffff; --line: #d5d9de;\n"
    "  --good: #176b2c; --doubtful: #8a5a00; --bad: #b3261e; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --ink: #e4e7ea; --paper: #16181b; --line: #3b4047;\n"
    "    --good: #7bd88f; --doubtful: #e5b95c; --bad: #ff8a80; }\n"
    "}\n"
    "body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink);\n"
    "  background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; }\n"
    ".headline { font-size: 1.35rem; font-weight: 600; line-height: 1.35; }\n"
    "h1 { font-size: 1rem; font-weight: 600; }\n"
    "h2 { margin-top: 2rem; font-size: 1.1rem; }\n"
    ".table { overflow-x: auto; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line);\n"
    "  text-align: left; vertical-align: top; }\n"
    ".right { text-align: right; white-space: nowrap; }\n"
    ".good { color: var(--good); }\n"
    ".doubtful { color: var(--doubtful); }\n"
    ".bad { color: var(--bad); }\n"
    "</style>\n";

static const char *
tone_class(NpTone tone)
{
    switch (tone) {
    case NP_TONE_PLAIN:
        return NULL;
    case NP_TONE_GOOD:
        return "good";
    case NP_TONE_DOUBTFUL:
        return "doubtful";
    case NP_TONE_BAD:
        return "bad";
    }
    return NULL;
}

static void
put_text(GString *out, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    g_string_append(out, escaped);
}

/* <tag class="one two">text</tag>; either class may be NULL. */
static void
put_element(GString *out, const char *tag, const char *one, const char *two, const char *text)
{
    g_string_append_printf(out, "<%s", tag);
    if (one != NULL || two != NULL)
        g_string_append_printf(out, " class=\"%s%s%s\"", one != NULL ? one : "",
                               one != NULL && two != NULL ? " " : "", two != NULL ? two : "");
    g_string_append_c(out, '>');
    put_text(out, text);
    g_string_append_printf(out, "</%s>", tag);
}

static const char *
align_class(const NpBlock *table, guint column)
{
    return g_array_index(table->columns, NpColumn, column).align == NP_ALIGN_RIGHT ? "right" : NULL;
}

static void
put_table(GString *out, const NpBlock *table)
{
    g_string_append(out, "<div class=\"table\">\n<table>\n<thead>\n<tr>");
    for (guint column = 0; column < table->columns->len; column++)
        put_element(out, "th", align_class(table, column), NULL,
                    g_array_index(table->columns, NpColumn, column).title);
    g_string_append(out, "</tr>\n</thead>\n<tbody>\n");
    for (guint row = 0; row < np_document_n_rows(table); row++) {
        g_string_append(out, "<tr>");
        for (guint column = 0; column < table->columns->len; column++) {
            const NpCell *cell = np_document_at(table, row, column);

            put_element(out, "td", align_class(table, column), tone_class(cell->tone), cell->text);
        }
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</tbody>\n</table>\n</div>\n");
}

static void
put_block(GString *out, const NpBlock *block)
{
    switch (block->kind) {
    case NP_BLOCK_HEADING:
        put_element(out, "h2", NULL, NULL, block->text);
        g_string_append_c(out, '\n');
        break;
    case NP_BLOCK_PARAGRAPH:
        put_element(out, "p", NULL, NULL, block->text);
        g_string_append_c(out, '\n');
        break;
    case NP_BLOCK_LIST:
        g_string_append(out, "<ul>\n");
        for (guint i = 0; i < block->cells->len; i++) {
            const NpCell *item = &g_array_index(block->cells, NpCell, i);

            put_element(out, "li", tone_class(item->tone), NULL, item->text);
            g_string_append_c(out, '\n');
        }
        g_string_append(out, "</ul>\n");
        break;
    case NP_BLOCK_TABLE:
        put_table(out, block);
        break;
    }
}

char *
np_report_html(const NpDocument *document)
{
    GString *out = g_string_new(head);

    put_element(out, "title", NULL, NULL, document->title);
    g_string_append_printf(out, "\n%s</head>\n<body>\n", style);
    put_element(out, "h1", NULL, NULL, document->title);
    g_string_append_c(out, '\n');
    if (document->headline != NULL) {
        put_element(out, "p", "headline", tone_class(document->tone), document->headline);
        g_string_append_c(out, '\n');
    }
    for (guint i = 0; i < document->blocks->len; i++)
        put_block(out, document->blocks->pdata[i]);
    g_string_append(out, "</body>\n</html>\n");
    return g_string_free(out, FALSE);
}
