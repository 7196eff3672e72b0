/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/tap.h"

#include "report/json.h"

/* A "#" would start a directive. */
static void
write_description(GString *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
}

static void
write_check(GString *out, const NpDocument *document, const NpCheck *check, guint number)
{
    const char *outcome = np_document_outcome_text(check->outcome);
    gboolean failed = np_document_fails_on(document, check->outcome);

    g_string_append_printf(out, "%s %u - ", failed ? "not ok" : "ok", number);
    write_description(out, check->name);
    if (!failed && check->outcome != NP_CHECK_PASSED) {
        g_string_append_printf(out, " # SKIP %s: ", outcome);
        write_description(out, check->detail);
    }
    g_string_append_c(out, '\n');
    if (failed) {
        g_string_append_printf(out, "  ---\n  outcome: %s\n  message: ", outcome);
        np_report_json_string(out, check->detail);
        g_string_append(out, "\n  ...\n");
    }
}

char *
np_report_tap(const NpDocument *document)
{
    GString *out = g_string_new("TAP version 13\n");

    g_string_append_printf(out, "1..%u%s\n", document->checks->len,
                           document->checks->len == 0 ? " # SKIP nothing was checked" : "");
    for (guint i = 0; i < document->checks->len; i++)
        write_check(out, document, &g_array_index(document->checks, NpCheck, i), i + 1);
    return g_string_free(out, FALSE);
}
