/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/text.h"

#include <string.h>

/* Between columns of a table. */
#define GAP 2
/* A column of prose narrower than this is worse to read than no table at all. */
#define LEAST_PROSE 18
/* Room for at least one wide character, whatever the caller asks for. */
#define LEAST_WIDTH 8
#define LIST_INDENT 2

#define BOLD "1"

typedef struct {
    GString *out;
    guint width; /* G_MAXUINT for no limit */
    gboolean colour;
} Writer;

static guint
char_columns(gunichar c)
{
    return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

static const char *
tone_code(NpTone tone)
{
    switch (tone) {
    case NP_TONE_PLAIN:
        return NULL;
    case NP_TONE_GOOD:
        return "32";
    case NP_TONE_DOUBTFUL:
        return "33";
    case NP_TONE_BAD:
        return "31";
    }
    return NULL;
}

/* @code is NULL for none. */
static void
put(Writer *self, const char *text, const char *code)
{
    if (self->colour && code != NULL && *text != '\0')
        g_string_append_printf(self->out, "\033[%sm%s\033[0m", code, text);
    else
        g_string_append(self->out, text);
}

static void
put_spaces(Writer *self, guint count)
{
    g_string_append_printf(self->out, "%*s", (int)count, "");
}

/* The end of the piece of @text that fits in @width columns: at a space if there is one. */
static const char *
break_at(const char *text, guint width)
{
    const char *space = NULL;
    guint used = 0;

    for (const char *at = text;; at = g_utf8_next_char(at)) {
        if (*at == '\0' || (*at == ' ' && used > 0 && used <= width))
            space = at;
        if (*at == '\0')
            return at;
        used += char_columns(g_utf8_get_char(at));
        if (used > width)
            return space != NULL ? space : at;
    }
}

/* @text in lines of at most @width columns. Words that are longer are cut. */
static GPtrArray *
wrap(const char *text, guint width)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    do {
        const char *end = NULL;

        while (*text == ' ')
            text++;
        end = break_at(text, width);
        g_ptr_array_add(lines, g_strndup(text, end - text));
        for (text = end; *text == ' ';)
            text++;
    } while (*text != '\0');
    return lines;
}

/* @text wrapped to what @left columns leave; the first line starts where the pen is. */
static void
put_wrapped(Writer *self, const char *text, guint left, const char *code)
{
    g_autoptr(GPtrArray) lines = wrap(text, self->width - left);

    for (guint i = 0; i < lines->len; i++) {
        if (i > 0)
            put_spaces(self, left);
        put(self, lines->pdata[i], code);
        g_string_append_c(self->out, '\n');
    }
}

static guint
longest_word(const char *text)
{
    guint longest = 0, used = 0;

    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        used = *text == ' ' ? 0 : used + char_columns(g_utf8_get_char(text));
        longest = MAX(longest, used);
    }
    return longest;
}

static const NpColumn *
column_of(const NpBlock *table, guint column)
{
    return &g_array_index(table->columns, NpColumn, column);
}

/* Sets each column's width so that the table fits; FALSE if it cannot. */
static gboolean
fit(const Writer *self, const NpBlock *table, guint *widths)
{
    guint n = table->columns->len;
    g_autofree guint *least = g_new0(guint, n);
    guint total = (n - 1) * GAP;

    for (guint column = 0; column < n; column++) {
        const char *title = column_of(table, column)->title;
        guint word = longest_word(title);

        widths[column] = np_report_text_columns(title);
        for (guint row = 0; row < np_document_n_rows(table); row++) {
            const char *text = np_document_at(table, row, column)->text;

            widths[column] = MAX(widths[column], np_report_text_columns(text));
            word = MAX(word, longest_word(text));
        }
        least[column] = MAX(word, MIN(widths[column], LEAST_PROSE));
        total += widths[column];
    }
    while (total > self->width) {
        guint widest = n;

        for (guint column = 0; column < n; column++)
            if (widths[column] > least[column] && (widest == n || widths[column] > widths[widest]))
                widest = column;
        if (widest == n)
            return FALSE;
        widths[widest]--;
        total--;
    }
    return TRUE;
}

static void
put_cells(Writer *self,
          const NpBlock *table,
          const guint *widths,
          const char *const *texts,
          const char *const *codes)
{
    guint n = table->columns->len;
    g_autoptr(GPtrArray) wrapped =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    guint height = 0;

    for (guint column = 0; column < n; column++) {
        GPtrArray *lines = wrap(texts[column], widths[column]);

        height = MAX(height, lines->len);
        g_ptr_array_add(wrapped, lines);
    }
    for (guint line = 0; line < height; line++) {
        guint owed = 0; /* spaces are written only when something follows */

        for (guint column = 0; column < n; column++) {
            GPtrArray *lines = wrapped->pdata[column];
            const char *text = line < lines->len ? lines->pdata[line] : "";
            guint rest = widths[column] - np_report_text_columns(text);
            gboolean right = column_of(table, column)->align == NP_ALIGN_RIGHT;

            if (*text != '\0') {
                put_spaces(self, owed + (right ? rest : 0));
                put(self, text, codes[column]);
                owed = right ? 0 : rest;
            } else {
                owed += widths[column];
            }
            owed += GAP;
        }
        g_string_append_c(self->out, '\n');
    }
}

static void
put_grid(Writer *self, const NpBlock *table, const guint *widths)
{
    guint n = table->columns->len;
    g_autofree const char **texts = g_new0(const char *, n);
    g_autofree const char **codes = g_new0(const char *, n);

    for (guint column = 0; column < n; column++) {
        texts[column] = column_of(table, column)->title;
        codes[column] = BOLD;
    }
    put_cells(self, table, widths, texts, codes);
    for (guint column = 0; column < n; column++) {
        if (column > 0)
            put_spaces(self, GAP);
        for (guint i = 0; i < widths[column]; i++)
            g_string_append_c(self->out, '-');
    }
    g_string_append_c(self->out, '\n');
    for (guint row = 0; row < np_document_n_rows(table); row++) {
        for (guint column = 0; column < n; column++) {
            texts[column] = np_document_at(table, row, column)->text;
            codes[column] = tone_code(np_document_at(table, row, column)->tone);
        }
        put_cells(self, table, widths, texts, codes);
    }
}

/*
 * For a narrow terminal: a row is a line "first: second, third" with the last cell, which tends to
 * be prose, underneath.
 */
static void
put_stack(Writer *self, const NpBlock *table)
{
    guint last = table->columns->len - 1;

    for (guint row = 0; row < np_document_n_rows(table); row++) {
        g_autoptr(GString) head = g_string_new(np_document_at(table, row, 0)->text);
        const char *code = NULL;
        guint joined = 0;

        for (guint column = 1; column < last; column++) {
            const NpCell *cell = np_document_at(table, row, column);

            if (*cell->text == '\0')
                continue;
            g_string_append_printf(head, "%s%s", joined++ == 0 ? ": " : ", ", cell->text);
            code = code != NULL ? code : tone_code(cell->tone);
        }
        put_wrapped(self, head->str, 0, code != NULL ? code : BOLD);
        if (last > 0 && *np_document_at(table, row, last)->text != '\0') {
            put_spaces(self, LIST_INDENT);
            put_wrapped(self, np_document_at(table, row, last)->text, LIST_INDENT,
                        tone_code(np_document_at(table, row, last)->tone));
        }
    }
}

static void
put_table(Writer *self, const NpBlock *table)
{
    g_autofree guint *widths = NULL;

    g_return_if_fail(table->columns->len > 0);
    widths = g_new0(guint, table->columns->len);
    if (fit(self, table, widths))
        put_grid(self, table, widths);
    else
        put_stack(self, table);
}

static void
put_list(Writer *self, const NpBlock *list)
{
    for (guint i = 0; i < list->cells->len; i++) {
        const NpCell *item = &g_array_index(list->cells, NpCell, i);

        g_string_append(self->out, "- ");
        put_wrapped(self, item->text, LIST_INDENT, tone_code(item->tone));
    }
}

static void
put_block(Writer *self, const NpBlock *block)
{
    switch (block->kind) {
    case NP_BLOCK_HEADING:
        put_wrapped(self, block->text, 0, BOLD);
        break;
    case NP_BLOCK_PARAGRAPH:
        put_wrapped(self, block->text, 0, NULL);
        break;
    case NP_BLOCK_LIST:
        put_list(self, block);
        break;
    case NP_BLOCK_TABLE:
        put_table(self, block);
        break;
    }
}

char *
np_report_text(const NpDocument *document, const NpTextStyle *style)
{
    Writer self = {
        .out = g_string_new(NULL),
        .width = style->width > 0 ? MAX(style->width, LEAST_WIDTH) : G_MAXUINT,
        .colour = style->colour,
    };
    gboolean apart = FALSE; /* a heading stands right above what it heads */

    if (document->headline != NULL) {
        const char *code = tone_code(document->tone);

        put_wrapped(&self, document->headline, 0, code != NULL ? code : BOLD);
        apart = TRUE;
    }
    for (guint i = 0; i < document->blocks->len; i++) {
        const NpBlock *block = document->blocks->pdata[i];

        if (apart)
            g_string_append_c(self.out, '\n');
        put_block(&self, block);
        apart = block->kind != NP_BLOCK_HEADING;
    }
    return g_string_free(self.out, FALSE);
}

guint
np_report_text_columns(const char *text)
{
    guint used = 0;

    for (; *text != '\0'; text = g_utf8_next_char(text))
        used += char_columns(g_utf8_get_char(text));
    return used;
}
