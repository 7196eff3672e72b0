/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/axes.h"

#include "report/finding.h"

/*
 * What the packets of an axis have in common, where there are many and none alone says it. In the
 * order of NpNatDependence.
 */
static const char *const mapping_sums[] = {
    "every server saw the same external port",
    "the external port depends on the server's address",
    "the external port depends on the server's address and port",
};
static const char *const filtering_sums[] = {
    "answers came in from addresses that were never contacted",
    "answers came in from other ports, but from no other address",
    "answers came in only from where the question went",
};

/* The word that people search for comes first, then what it is made of. */
static guint
key_in_row(guint row)
{
    return row == 0 ? NP_FINDING_RFC3489 : row - 1;
}

static void
append_law(GString *text, const NpNatLaw *law)
{
    switch (law->kind) {
    case NP_NAT_PRESERVING:
        if (law->offset != 0)
            g_string_append_printf(text, ", offset %+d", law->offset);
        break;
    case NP_NAT_SEQUENTIAL:
        g_string_append_printf(text, ", step %+d", law->step);
        break;
    case NP_NAT_BLOCK:
        if (law->block_size > 0)
            g_string_append_printf(text, " of %u", law->block_size);
        /* A range of ports that are not contiguous would mislead. */
        if (law->mask == 0 && law->last > law->first)
            g_string_append_printf(text, ", %u-%u", law->first, law->last);
        break;
    case NP_NAT_RANDOM:
        if (law->last > law->first)
            g_string_append_printf(text, ", %u-%u", law->first, law->last);
        break;
    }
}

/* "sequential, step +2": a verdict with the numbers behind it. Owned by the caller. */
static char *
verdict_text(const NpProfile *profile, guint key, const NpFinding *finding)
{
    GString *text = NULL;
    guint value = 0;

    if (key >= NP_NAT_N_AXES || !np_verdict_value(&profile->verdicts[key], &value))
        return g_strdup(finding->text);
    text = g_string_new(finding->verdict);
    if (key == NP_NAT_AXIS_ALLOCATION && value == profile->law.kind)
        append_law(text, &profile->law);
    if (key == NP_NAT_AXIS_HAIRPIN && value != NP_NAT_HAIRPIN_UNSUPPORTED &&
        profile->hairpin_needs == NP_NAT_HAIRPIN_NEEDS_BOTH_SEND)
        g_string_append(text, " if both send");
    return g_string_free(text, FALSE);
}

/* The evidence for what was decided in one line. Owned by the caller. */
static char *
sum_up(const NpVerdict *verdict, guint value)
{
    guint n = verdict->evidence->len;

    if (verdict->axis == NP_NAT_AXIS_MAPPING && n > 1)
        return g_strdup_printf("%s (%u observations)", mapping_sums[value], n);
    if (verdict->axis == NP_NAT_AXIS_FILTERING && n > 1)
        return g_strdup_printf("%s (%u observations)", filtering_sums[value], n);
    return g_strdup(n > 0 ? verdict->evidence->pdata[0] : "");
}

static char *
reason(const NpProfile *profile, guint key, const NpFinding *finding)
{
    g_autofree char *sum = NULL;
    guint value = 0;

    if (g_str_equal(finding->verdict, "unknown"))
        return g_strdup(finding->why != NULL ? finding->why : NP_FINDING_NO_REASON);
    if (key == NP_FINDING_RFC3489)
        return g_strdup("RFC 3489's word for it");
    np_verdict_value(&profile->verdicts[key], &value);
    sum = sum_up(&profile->verdicts[key], value);
    if (finding->why == NULL)
        return g_steal_pointer(&sum);
    return g_strdup_printf("%s%s%s", sum, *sum != '\0' ? "; but " : "", finding->why);
}

void
np_report_axes_table(const NpProfile *profile, NpDocument *document)
{
    NpBlock *table = np_document_table(document);

    np_document_column(table, "Axis", NP_ALIGN_LEFT);
    np_document_column(table, "Verdict", NP_ALIGN_LEFT);
    np_document_column(table, "Sure", NP_ALIGN_RIGHT);
    np_document_column(table, "Because", NP_ALIGN_LEFT);
    for (guint row = 0; row < NP_FINDING_N_KEYS; row++) {
        guint key = key_in_row(row);
        g_auto(NpFinding) finding = np_finding(profile, key);
        gboolean unknown = g_str_equal(finding.verdict, "unknown");
        g_autofree char *verdict = NULL;
        g_autofree char *sure = NULL;
        g_autofree char *because = NULL;

        if (!finding.measured)
            continue;
        verdict = verdict_text(profile, key, &finding);
        because = reason(profile, key, &finding);
        /* That it is something is no merit. */
        sure = g_str_equal(finding.text, "unknown") ? g_strdup("")
                                                    : np_finding_percent(finding.confidence);
        np_document_cell(table, np_finding_key(key), NP_TONE_PLAIN);
        np_document_cell(table, verdict, unknown ? NP_TONE_DOUBTFUL : NP_TONE_PLAIN);
        np_document_cell(table, sure, NP_TONE_PLAIN);
        np_document_cell(table, because, NP_TONE_PLAIN);
    }
}

void
np_report_axes_evidence(const NpProfile *profile, NpDocument *document)
{
    NpBlock *list = np_document_list(document);

    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        const GPtrArray *evidence = profile->verdicts[axis].evidence;

        for (guint i = 0; i < evidence->len; i++) {
            g_autofree char *item = g_strdup_printf("%s: %s", np_nat_axis_key((NpNatAxis)axis),
                                                    (const char *)evidence->pdata[i]);

            np_document_cell(list, item, NP_TONE_PLAIN);
        }
    }
}

void
np_report_axes_checks(const NpProfile *profile, const char *path, NpDocument *document)
{
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        g_auto(NpFinding) finding = np_finding(profile, axis);
        g_autofree char *name = g_strdup_printf("%s.%s", path, np_nat_axis_key((NpNatAxis)axis));
        gboolean unknown = g_str_equal(finding.verdict, "unknown");
        g_autofree char *detail = NULL;

        if (!finding.measured)
            continue;
        detail = unknown ? reason(profile, axis, &finding) : verdict_text(profile, axis, &finding);
        np_document_check(document, name, unknown ? NP_CHECK_SKIPPED : NP_CHECK_PASSED, detail);
    }
}
