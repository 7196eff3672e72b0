/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A document's data as JSON (RFC 8259)
 *
 * Members keep the order in which they were set, numbers are printed without binary noise, and
 * everything a terminal might interpret is escaped.
 */

#include "report/document.h"

/* Indented, ends with a newline; "null" for a document without data. Owned by the caller. */
char *np_report_json(const NpDocument *document);

/* Appends @text as a JSON string, quotes included. Also a valid YAML one. */
void np_report_json_string(GString *out, const char *text);

/*
 * @value cut, not rounded, to @digits decimal places: a confidence of 0.99996 must not read as
 * certainty.
 */
double np_report_json_cut(double value, guint digits);
