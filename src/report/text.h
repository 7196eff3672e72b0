/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A document for a terminal
 */

#include "report/document.h"

typedef struct {
    guint width;     /* columns; 0 for no limit */
    gboolean colour; /* ECMA-48 SGR sequences */
} NpTextStyle;

/*
 * No line is wider than the width, counted in columns of the terminal and not in bytes: text is
 * wrapped, tables narrow their columns, and where even that does not do their rows are written
 * underneath each other. Owned by the caller.
 */
char *np_report_text(const NpDocument *document, const NpTextStyle *style);

/* Columns that valid UTF-8 takes on a terminal. */
guint np_report_text_columns(const char *text);
