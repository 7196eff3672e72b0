/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/format.h"

#include "report/html.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/markdown.h"
#include "report/tap.h"

G_DEFINE_QUARK(np_report_format_error, np_report_format_error)

char *
np_report_format(const NpDocument *document, NpReportFormat format, const NpTextStyle *style)
{
    switch (format) {
    case NP_REPORT_TEXT:
        return np_report_text(document, style);
    case NP_REPORT_JSON:
        return np_report_json(document);
    case NP_REPORT_JUNIT:
        return np_report_junit(document);
    case NP_REPORT_TAP:
        return np_report_tap(document);
    case NP_REPORT_MARKDOWN:
        return np_report_markdown(document);
    case NP_REPORT_HTML:
        return np_report_html(document);
    case NP_REPORT_N_FORMATS:
        break;
    }
    g_return_val_if_reached(NULL);
}

const char *
np_report_format_name(NpReportFormat format)
{
    static const char *const names[NP_REPORT_N_FORMATS] = {
        [NP_REPORT_TEXT] = "text", [NP_REPORT_JSON] = "json",         [NP_REPORT_JUNIT] = "junit",
        [NP_REPORT_TAP] = "tap",   [NP_REPORT_MARKDOWN] = "markdown", [NP_REPORT_HTML] = "html",
    };

    g_return_val_if_fail(format < NP_REPORT_N_FORMATS, "unknown");
    return names[format];
}

gboolean
np_report_format_parse(const char *name, NpReportFormat *format, GError **error)
{
    for (guint i = 0; i < NP_REPORT_N_FORMATS; i++) {
        if (g_str_equal(name, np_report_format_name(i))) {
            *format = (NpReportFormat)i;
            return TRUE;
        }
    }
    g_set_error(error, NP_REPORT_FORMAT_ERROR, NP_REPORT_FORMAT_ERROR_UNKNOWN,
                "\"%s\" is not a format; the formats are text, json, junit, tap, markdown, html",
                name);
    return FALSE;
}
