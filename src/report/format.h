/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The forms a document can take, by name
 */

#include "report/document.h"
#include "report/text.h"

typedef enum {
    NP_REPORT_TEXT,
    NP_REPORT_JSON,
    NP_REPORT_JUNIT,
    NP_REPORT_TAP,
    NP_REPORT_MARKDOWN,
    NP_REPORT_HTML,
    NP_REPORT_N_FORMATS,
} NpReportFormat;

typedef enum {
    NP_REPORT_FORMAT_ERROR_UNKNOWN,
} NpReportFormatError;
#define NP_REPORT_FORMAT_ERROR np_report_format_error_quark()
GQuark np_report_format_error_quark(void);

/* Writes @document; @style counts for text only. Owned by the caller. */
char *np_report_format(const NpDocument *document, NpReportFormat format, const NpTextStyle *style);

/* "junit". */
const char *np_report_format_name(NpReportFormat format);
/* On error one sentence that lists the names. */
gboolean np_report_format_parse(const char *name, NpReportFormat *format, GError **error);
