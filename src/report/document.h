/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a program has to say, before it is known in which form
 *
 * A document holds the same result three ways: blocks for people (text, Markdown, HTML), a tree of
 * values for programs (JSON), and checks with an outcome for CI (JUnit, TAP). A writer is a pure
 * function of the document and reads one of the three.
 */

#include <glib.h>
#include <json-glib/json-glib.h>

typedef enum {
    NP_TONE_PLAIN,
    NP_TONE_GOOD,
    NP_TONE_DOUBTFUL,
    NP_TONE_BAD,
} NpTone;

typedef enum {
    NP_ALIGN_LEFT,
    NP_ALIGN_RIGHT,
} NpAlign;

typedef struct {
    char *title;
    NpAlign align;
} NpColumn;

typedef struct {
    char *text;
    NpTone tone;
} NpCell;

typedef enum {
    NP_BLOCK_HEADING,
    NP_BLOCK_PARAGRAPH,
    NP_BLOCK_LIST,
    NP_BLOCK_TABLE,
} NpBlockKind;

typedef struct {
    NpBlockKind kind;
    char *text;      /* heading, paragraph */
    GArray *columns; /* table: of NpColumn */
    GArray *cells;   /* table: of NpCell, row by row; list: one per item */
} NpBlock;

typedef enum {
    NP_CHECK_PASSED,
    NP_CHECK_FAILED,
    NP_CHECK_UNDECIDED, /* could be neither shown nor refuted */
    NP_CHECK_SKIPPED,   /* does not count */
    NP_CHECK_N_OUTCOMES,
} NpCheckOutcome;

typedef struct {
    char *name;
    NpCheckOutcome outcome;
    char *detail; /* why, in a sentence */
} NpCheck;

typedef struct {
    char *title;    /* "natprobe" */
    char *headline; /* the answer in one sentence; or NULL */
    NpTone tone;    /* of the answer */
    GPtrArray *blocks;
    JsonNode *data; /* or NULL */
    GArray *checks; /* of NpCheck */
    gboolean undecided_passes;
    double seconds; /* what the work behind the document took */
} NpDocument;

/*
 * Every text below is copied, as one line of valid UTF-8: what came from the network cannot smuggle
 * control characters or bidirectional overrides to a terminal or a page.
 */

NpDocument *np_document_new(const char *title);
void np_document_free(NpDocument *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpDocument, np_document_free)

void np_document_headline(NpDocument *self, const char *text, NpTone tone);
void np_document_heading(NpDocument *self, const char *text);
void np_document_paragraph(NpDocument *self, const char *text);
/* Takes @data. */
void np_document_data(NpDocument *self, JsonNode *data);

/* The document owns the list; add its items with np_document_cell(). */
NpBlock *np_document_list(NpDocument *self);
/* The document owns the table; give it all its columns, then its cells row by row. */
NpBlock *np_document_table(NpDocument *self);
void np_document_column(NpBlock *self, const char *title, NpAlign align);
void np_document_cell(NpBlock *self, const char *text, NpTone tone);
guint np_document_n_rows(const NpBlock *self);
const NpCell *np_document_at(const NpBlock *self, guint row, guint column);

void
np_document_check(NpDocument *self, const char *name, NpCheckOutcome outcome, const char *detail);
/* "passed", "failed", "undecided", "skipped". */
const char *np_document_outcome_text(NpCheckOutcome outcome);
guint np_document_count(const NpDocument *self, NpCheckOutcome outcome);
/* Whether that outcome fails the whole. */
gboolean np_document_fails_on(const NpDocument *self, NpCheckOutcome outcome);
/* FALSE if any check failed, or is undecided where that does not pass. */
gboolean np_document_passed(const NpDocument *self);
/* Adds a heading and a table of the checks so far, for people. */
void np_document_show_checks(NpDocument *self, const char *heading);
