/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/junit.h"

static void
write_case(GString *out, const NpDocument *document, const NpCheck *check)
{
    const char *outcome = np_document_outcome_text(check->outcome);
    g_autofree char *open = g_markup_printf_escaped(
        "    <testcase classname=\"%s\" name=\"%s\" time=\"0\"", document->title, check->name);
    g_autofree char *result = NULL;

    if (np_document_fails_on(document, check->outcome))
        result = g_markup_printf_escaped("      <failure type=\"%s\" message=\"%s\"/>\n", outcome,
                                         check->detail);
    else if (check->outcome != NP_CHECK_PASSED)
        result = g_markup_printf_escaped("      <skipped message=\"%s: %s\"/>\n", outcome,
                                         check->detail);
    else
        result = g_markup_printf_escaped("      <system-out>%s</system-out>\n", check->detail);
    g_string_append_printf(out, "%s>\n%s    </testcase>\n", open, result);
}

char *
np_report_junit(const NpDocument *document)
{
    GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    guint failures = 0, skipped = 0;
    char seconds[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *counts = NULL;
    g_autofree char *suite = NULL;

    for (guint i = 0; i < document->checks->len; i++) {
        NpCheckOutcome outcome = g_array_index(document->checks, NpCheck, i).outcome;

        if (np_document_fails_on(document, outcome))
            failures++;
        else if (outcome != NP_CHECK_PASSED)
            skipped++;
    }
    g_ascii_formatd(seconds, sizeof seconds, "%.3f", document->seconds);
    counts = g_strdup_printf("tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\" time=\"%s\"",
                             document->checks->len, failures, skipped, seconds);
    suite = g_markup_escape_text(document->title, -1);
    g_string_append_printf(out, "<testsuites %s>\n  <testsuite name=\"%s\" %s>\n", counts, suite,
                           counts);
    for (guint i = 0; i < document->checks->len; i++)
        write_case(out, document, &g_array_index(document->checks, NpCheck, i));
    g_string_append(out, "  </testsuite>\n</testsuites>\n");
    return g_string_free(out, FALSE);
}
