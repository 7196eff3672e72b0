/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A retained document rather than a stream of calls to a writer: table columns need all their cells
 * before the first can be placed anyhow, and a writer that reads finished data stays a function of
 * one page that can be tested by its output.
 */

#include "report/document.h"

static gboolean
is_harmful(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
           type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

static char *
clean(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *line = g_string_sized_new(strlen(valid));

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);

        if (c == '\n' || c == '\t')
            g_string_append_c(line, ' ');
        else
            g_string_append_unichar(line, is_harmful(c) ? 0xfffd : c);
    }
    return g_string_free(line, FALSE);
}

static void
clear_column(gpointer column)
{
    g_free(((NpColumn *)column)->title);
}

static void
clear_cell(gpointer cell)
{
    g_free(((NpCell *)cell)->text);
}

static void
clear_check(gpointer check)
{
    g_free(((NpCheck *)check)->name);
    g_free(((NpCheck *)check)->detail);
}

static void
free_block(gpointer block)
{
    NpBlock *self = block;

    g_free(self->text);
    g_array_unref(self->columns);
    g_array_unref(self->cells);
    g_free(self);
}

static NpBlock *
add_block(NpDocument *self, NpBlockKind kind, const char *text)
{
    NpBlock *block = g_new0(NpBlock, 1);

    block->kind = kind;
    block->text = text != NULL ? clean(text) : NULL;
    block->columns = g_array_new(FALSE, FALSE, sizeof(NpColumn));
    block->cells = g_array_new(FALSE, FALSE, sizeof(NpCell));
    g_array_set_clear_func(block->columns, clear_column);
    g_array_set_clear_func(block->cells, clear_cell);
    g_ptr_array_add(self->blocks, block);
    return block;
}

NpDocument *
np_document_new(const char *title)
{
    NpDocument *self = g_new0(NpDocument, 1);

    self->title = clean(title);
    self->blocks = g_ptr_array_new_with_free_func(free_block);
    self->checks = g_array_new(FALSE, FALSE, sizeof(NpCheck));
    g_array_set_clear_func(self->checks, clear_check);
    return self;
}

void
np_document_free(NpDocument *self)
{
    if (self == NULL)
        return;
    g_free(self->title);
    g_free(self->headline);
    g_ptr_array_unref(self->blocks);
    g_clear_pointer(&self->data, json_node_unref);
    g_array_unref(self->checks);
    g_free(self);
}

void
np_document_headline(NpDocument *self, const char *text, NpTone tone)
{
    g_free(self->headline);
    self->headline = clean(text);
    self->tone = tone;
}

void
np_document_heading(NpDocument *self, const char *text)
{
    add_block(self, NP_BLOCK_HEADING, text);
}

void
np_document_paragraph(NpDocument *self, const char *text)
{
    add_block(self, NP_BLOCK_PARAGRAPH, text);
}

void
np_document_data(NpDocument *self, JsonNode *data)
{
    g_clear_pointer(&self->data, json_node_unref);
    self->data = data;
}

NpBlock *
np_document_list(NpDocument *self)
{
    return add_block(self, NP_BLOCK_LIST, NULL);
}

NpBlock *
np_document_table(NpDocument *self)
{
    return add_block(self, NP_BLOCK_TABLE, NULL);
}

void
np_document_column(NpBlock *self, const char *title, NpAlign align)
{
    NpColumn column = { .title = clean(title), .align = align };

    g_array_append_val(self->columns, column);
}

void
np_document_cell(NpBlock *self, const char *text, NpTone tone)
{
    NpCell cell = { .text = clean(text), .tone = tone };

    g_array_append_val(self->cells, cell);
}

guint
np_document_n_rows(const NpBlock *self)
{
    return self->cells->len / MAX(self->columns->len, 1);
}

const NpCell *
np_document_at(const NpBlock *self, guint row, guint column)
{
    return &g_array_index(self->cells, NpCell, row * MAX(self->columns->len, 1) + column);
}

void
np_document_check(NpDocument *self, const char *name, NpCheckOutcome outcome, const char *detail)
{
    NpCheck check = { .name = clean(name), .outcome = outcome, .detail = clean(detail) };

    g_array_append_val(self->checks, check);
}

const char *
np_document_outcome_text(NpCheckOutcome outcome)
{
    static const char *const texts[NP_CHECK_N_OUTCOMES] = {
        [NP_CHECK_PASSED] = "passed",
        [NP_CHECK_FAILED] = "failed",
        [NP_CHECK_UNDECIDED] = "undecided",
        [NP_CHECK_SKIPPED] = "skipped",
    };

    g_return_val_if_fail(outcome < NP_CHECK_N_OUTCOMES, "unknown");
    return texts[outcome];
}

guint
np_document_count(const NpDocument *self, NpCheckOutcome outcome)
{
    guint count = 0;

    for (guint i = 0; i < self->checks->len; i++)
        count += g_array_index(self->checks, NpCheck, i).outcome == outcome;
    return count;
}

gboolean
np_document_fails_on(const NpDocument *self, NpCheckOutcome outcome)
{
    return outcome == NP_CHECK_FAILED || (outcome == NP_CHECK_UNDECIDED && !self->undecided_passes);
}

gboolean
np_document_passed(const NpDocument *self)
{
    for (guint i = 0; i < self->checks->len; i++)
        if (np_document_fails_on(self, g_array_index(self->checks, NpCheck, i).outcome))
            return FALSE;
    return TRUE;
}

void
np_document_show_checks(NpDocument *self, const char *heading)
{
    static const NpTone tones[NP_CHECK_N_OUTCOMES] = {
        [NP_CHECK_PASSED] = NP_TONE_GOOD,
        [NP_CHECK_FAILED] = NP_TONE_BAD,
        [NP_CHECK_UNDECIDED] = NP_TONE_DOUBTFUL,
        [NP_CHECK_SKIPPED] = NP_TONE_PLAIN,
    };
    NpBlock *table = NULL;

    np_document_heading(self, heading);
    table = np_document_table(self);
    np_document_column(table, "Check", NP_ALIGN_LEFT);
    np_document_column(table, "Outcome", NP_ALIGN_LEFT);
    np_document_column(table, "Because", NP_ALIGN_LEFT);
    for (guint i = 0; i < self->checks->len; i++) {
        const NpCheck *check = &g_array_index(self->checks, NpCheck, i);

        np_document_cell(table, check->name, NP_TONE_PLAIN);
        np_document_cell(table, np_document_outcome_text(check->outcome), tones[check->outcome]);
        np_document_cell(table, check->detail, NP_TONE_PLAIN);
    }
}
