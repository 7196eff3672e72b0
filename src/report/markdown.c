/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/markdown.h"

#include <string.h>

/* Characters with a meaning inside a line; "~" and "|" in GitHub's dialect. */
#define INLINE_SYNTAX "\\`*_[]<>&~|"
/* Characters with a meaning at the start of a line. */
#define LINE_SYNTAX "#+-="

static void
put(GString *out, const char *text)
{
    gsize digits = strspn(text, "0123456789");

    if (*text != '\0' && strchr(LINE_SYNTAX, *text) != NULL)
        g_string_append_c(out, '\\');
    /* "3. " would start a numbered list. */
    if (digits > 0 && (text[digits] == '.' || text[digits] == ')') &&
        (text[digits + 1] == ' ' || text[digits + 1] == '\0')) {
        g_string_append_len(out, text, digits);
        g_string_append_c(out, '\\');
        text += digits;
    }
    for (; *text != '\0'; text++) {
        if (strchr(INLINE_SYNTAX, *text) != NULL)
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
}

static void
put_cell(GString *out, const NpCell *cell)
{
    gboolean strong = cell->tone == NP_TONE_BAD || cell->tone == NP_TONE_DOUBTFUL;
    const char *mark = strong && *cell->text != '\0' ? "**" : "";

    g_string_append(out, mark);
    put(out, cell->text);
    g_string_append(out, mark);
}

static void
put_table(GString *out, const NpBlock *table)
{
    guint n = table->columns->len;

    for (guint column = 0; column < n; column++) {
        g_string_append(out, column == 0 ? "| " : " | ");
        put(out, g_array_index(table->columns, NpColumn, column).title);
    }
    g_string_append(out, " |\n");
    for (guint column = 0; column < n; column++)
        g_string_append(out, g_array_index(table->columns, NpColumn, column).align == NP_ALIGN_RIGHT
                                 ? "| ---: "
                                 : "| --- ");
    g_string_append(out, "|\n");
    for (guint row = 0; row < np_document_n_rows(table); row++) {
        for (guint column = 0; column < n; column++) {
            g_string_append(out, column == 0 ? "| " : " | ");
            put_cell(out, np_document_at(table, row, column));
        }
        g_string_append(out, " |\n");
    }
}

static void
put_block(GString *out, const NpBlock *block)
{
    switch (block->kind) {
    case NP_BLOCK_HEADING:
        g_string_append(out, "## ");
        put(out, block->text);
        g_string_append_c(out, '\n');
        break;
    case NP_BLOCK_PARAGRAPH:
        put(out, block->text);
        g_string_append_c(out, '\n');
        break;
    case NP_BLOCK_LIST:
        for (guint i = 0; i < block->cells->len; i++) {
            g_string_append(out, "- ");
            put_cell(out, &g_array_index(block->cells, NpCell, i));
            g_string_append_c(out, '\n');
        }
        break;
    case NP_BLOCK_TABLE:
        put_table(out, block);
        break;
    }
}

char *
np_report_markdown(const NpDocument *document)
{
    GString *out = g_string_new("# ");

    put(out, document->title);
    g_string_append_c(out, '\n');
    if (document->headline != NULL) {
        g_string_append(out, "\n**");
        put(out, document->headline);
        g_string_append(out, "**\n");
    }
    for (guint i = 0; i < document->blocks->len; i++) {
        g_string_append_c(out, '\n');
        put_block(out, document->blocks->pdata[i]);
    }
    return g_string_free(out, FALSE);
}
