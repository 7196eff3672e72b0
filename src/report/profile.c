/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/profile.h"

#include "report/finding.h"
#include "report/outlook.h"
#include "report/profile-data.h"

#define TITLE "natprobe"

/* The word that people search for comes first, then what it is made of. */
static guint
key_in_row(guint row)
{
    return row == 0 ? NP_FINDING_RFC3489 : row - 1;
}

/* "sequential, step 2": the numbers behind a verdict. Owned by the caller. */
static char *
verdict_text(const NpProfile *profile, guint key, const NpFinding *finding)
{
    const NpNatLaw *law = &profile->law;
    GString *text = g_string_new(NULL);
    guint value = 0;

    if (key >= NP_NAT_N_AXES || !np_verdict_value(&profile->verdicts[key], &value)) {
        g_string_append(text, finding->text);
        return g_string_free(text, FALSE);
    }
    g_string_append(text, finding->verdict);
    if (key == NP_NAT_AXIS_ALLOCATION && value == NP_NAT_SEQUENTIAL)
        g_string_append_printf(text, ", step %d", law->step);
    if (key == NP_NAT_AXIS_ALLOCATION && value == NP_NAT_BLOCK && law->block_size > 0)
        g_string_append_printf(text, " of %u", law->block_size);
    if (key == NP_NAT_AXIS_ALLOCATION && (value == NP_NAT_RANDOM || value == NP_NAT_BLOCK) &&
        law->last > law->first)
        g_string_append_printf(text, ", %u-%u", law->first, law->last);
    if (key == NP_NAT_AXIS_HAIRPIN && value != NP_NAT_HAIRPIN_UNSUPPORTED &&
        profile->hairpin_needs == NP_NAT_HAIRPIN_NEEDS_BOTH_SEND)
        g_string_append(text, " if both send");
    return g_string_free(text, FALSE);
}

static const char *
reason(const NpProfile *profile, guint key, const NpFinding *finding)
{
    if (finding->why != NULL)
        return finding->why;
    if (g_str_equal(finding->verdict, "unknown"))
        return NP_FINDING_NO_REASON;
    if (key == NP_FINDING_RFC3489)
        return "what RFC 3489 calls the following";
    return profile->verdicts[key].evidence->len > 0 ? profile->verdicts[key].evidence->pdata[0]
                                                    : "";
}

static void
add_axes(NpDocument *document, const NpProfile *profile)
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

        if (!finding.measured)
            continue;
        verdict = verdict_text(profile, key, &finding);
        /* That it is something is no merit. */
        sure = g_str_equal(finding.text, "unknown") ? g_strdup("")
                                                    : np_finding_percent(finding.confidence);
        np_document_cell(table, np_finding_key(key), NP_TONE_PLAIN);
        np_document_cell(table, verdict, unknown ? NP_TONE_DOUBTFUL : NP_TONE_PLAIN);
        np_document_cell(table, sure, NP_TONE_PLAIN);
        np_document_cell(table, reason(profile, key, &finding), NP_TONE_PLAIN);
    }
}

static void
add_evidence(NpDocument *document, const NpProfile *profile)
{
    NpBlock *list = NULL;

    np_document_heading(document, "Everything that was observed");
    list = np_document_list(document);
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        const GPtrArray *evidence = profile->verdicts[axis].evidence;

        for (guint i = 0; i < evidence->len; i++) {
            g_autofree char *item = g_strdup_printf("%s: %s", np_nat_axis_key((NpNatAxis)axis),
                                                    (const char *)evidence->pdata[i]);

            np_document_cell(list, item, NP_TONE_PLAIN);
        }
    }
}

static void
add_profile(NpDocument *document, const NpProfile *profile, const char *family, gboolean verbose)
{
    g_autofree char *axes = g_strdup_printf("What your network does with UDP over %s", family);
    g_autofree char *means = g_strdup_printf("What that means for connecting over %s", family);

    np_document_heading(document, axes);
    add_axes(document, profile);
    if (profile->verdicts[NP_NAT_AXIS_REACHABLE].measured) {
        np_document_heading(document, means);
        np_report_outlook_table(profile, document);
    }
    if (verbose)
        add_evidence(document, profile);
}

/* "This machine is 192.168.1.5 on eth0; the internet sees it as 203.0.113.5." */
static void
add_whereabouts(NpDocument *document, const NpNatReport *report)
{
    const NpProfile *profiles[] = { report->udp, report->udp6 };
    GString *text = g_string_new(NULL);
    char address[NP_ADDRESS_TEXT_SIZE];
    g_autofree char *sentence = NULL;
    guint seen = 0;

    if (np_address_is_set(&report->local))
        g_string_append_printf(text, "This machine is %s%s%s",
                               np_address_format_host(&report->local, address),
                               report->interface != NULL ? " on " : "",
                               report->interface != NULL ? report->interface : "");
    for (gsize i = 0; i < G_N_ELEMENTS(profiles); i++) {
        for (guint j = 0; profiles[i] != NULL && j < profiles[i]->external->len; j++) {
            const NpAddress *external = &g_array_index(profiles[i]->external, NpAddress, j);

            if (seen == 0)
                g_string_append(text, text->len > 0 ? "; the internet sees it as "
                                                    : "The internet sees this machine as ");
            g_string_append_printf(text, "%s%s", seen > 0 ? " and " : "",
                                   np_address_format_host(external, address));
            seen++;
        }
    }
    if (text->len > 0)
        g_string_append_c(text, '.');
    sentence = g_string_free(text, FALSE);
    if (*sentence != '\0')
        np_document_paragraph(document, sentence);
}

/* "2 of 2 servers answered, the nearest after 40 ms; all took 0.3 s." */
static void
add_servers(NpDocument *document, const NpNatReport *report)
{
    g_autofree char *text = NULL;
    NpTime nearest = NP_TIME_NEVER;
    guint answered = 0;

    for (guint i = 0; i < report->n_servers; i++) {
        nearest = MIN(nearest, report->servers[i].rtt);
        answered += report->servers[i].rtt != NP_TIME_NEVER;
    }
    if (answered == 0)
        text = g_strdup_printf("None of %u servers answered.", report->n_servers);
    else
        text = g_strdup_printf("%u of %u server%s answered, the nearest after %d ms; "
                               "the whole took %d ms.",
                               answered, report->n_servers, report->n_servers == 1 ? "" : "s",
                               (int)(nearest / NP_MSEC), (int)(report->duration / NP_MSEC));
    if (report->n_servers > 0)
        np_document_paragraph(document, text);
}

static void
add_server_list(NpDocument *document, const NpNatReport *report)
{
    NpBlock *table = NULL;
    char text[NP_ADDRESS_TEXT_SIZE];

    np_document_heading(document, "Servers");
    table = np_document_table(document);
    np_document_column(table, "Server", NP_ALIGN_LEFT);
    np_document_column(table, "Round trip", NP_ALIGN_RIGHT);
    np_document_column(table, "Other address", NP_ALIGN_LEFT);
    np_document_column(table, "Software", NP_ALIGN_LEFT);
    for (guint i = 0; i < report->n_servers; i++) {
        const NpNatReportServer *server = &report->servers[i];
        g_autofree char *rtt = server->rtt == NP_TIME_NEVER
                                   ? g_strdup("no answer")
                                   : g_strdup_printf("%d.%d ms", (int)(server->rtt / NP_MSEC),
                                                     (int)(server->rtt / (NP_MSEC / 10) % 10));

        np_document_cell(table, np_address_format(&server->address, text), NP_TONE_PLAIN);
        np_document_cell(table, rtt,
                         server->rtt == NP_TIME_NEVER ? NP_TONE_DOUBTFUL : NP_TONE_PLAIN);
        np_document_cell(table,
                         np_address_is_set(&server->other_address)
                             ? np_address_format(&server->other_address, text)
                             : "",
                         NP_TONE_PLAIN);
        np_document_cell(table, server->software != NULL ? server->software : "", NP_TONE_PLAIN);
    }
}

static void
add_notes(NpDocument *document, const char *const *notes)
{
    NpBlock *list = NULL;

    if (notes == NULL || notes[0] == NULL)
        return;
    np_document_heading(document, "Note");
    list = np_document_list(document);
    for (guint i = 0; notes[i] != NULL; i++)
        np_document_cell(list, notes[i], NP_TONE_PLAIN);
}

/* Without expectations there is still something to check: that every question got an answer. */
static void
add_axis_checks(NpDocument *document, const char *path, const NpProfile *profile)
{
    for (guint axis = 0; profile != NULL && axis < NP_NAT_N_AXES; axis++) {
        g_auto(NpFinding) finding = np_finding(profile, axis);
        g_autofree char *name = g_strdup_printf("%s.%s", path, np_nat_axis_key((NpNatAxis)axis));
        g_autofree char *verdict = NULL;

        if (!finding.measured)
            continue;
        if (g_str_equal(finding.verdict, "unknown")) {
            np_document_check(document, name, NP_CHECK_SKIPPED, reason(profile, axis, &finding));
        } else {
            verdict = verdict_text(profile, axis, &finding);
            np_document_check(document, name, NP_CHECK_PASSED, verdict);
        }
    }
}

static void
add_expectations(JsonNode *data, const NpDocument *document)
{
    JsonArray *list = json_array_new();

    for (guint i = 0; i < document->checks->len; i++) {
        const NpCheck *check = &g_array_index(document->checks, NpCheck, i);
        JsonObject *object = json_object_new();

        json_object_set_string_member(object, "expectation", check->name);
        json_object_set_string_member(object, "outcome", np_document_outcome_text(check->outcome));
        json_object_set_string_member(object, "detail", check->detail);
        json_array_add_object_element(list, object);
    }
    json_object_set_array_member(json_node_get_object(data), "expectations", list);
}

NpDocument *
np_report_profile_document(const NpNatReport *report)
{
    const NpProfile *leading = report->udp != NULL ? report->udp : report->udp6;
    NpDocument *document = np_document_new(TITLE);
    JsonNode *data = np_report_profile_data(report);
    g_autofree char *headline = NULL;
    NpTone tone = NP_TONE_DOUBTFUL;

    document->undecided_passes = report->undecided_passes;
    document->seconds = (double)report->duration / NP_SECOND;
    np_document_data(document, data);
    if (leading != NULL)
        headline = np_report_outlook_sentence(leading, &tone);
    else
        headline = g_strdup("Nothing can be said about this connection: nothing was measured.");
    np_document_headline(document, headline, tone);
    add_whereabouts(document, report);
    add_servers(document, report);
    if (report->expect != NULL) {
        np_expect_evaluate(report->expect, report->udp, report->udp6, document);
        add_expectations(data, document);
        np_document_show_checks(document, "What was expected");
    } else {
        add_axis_checks(document, "udp", report->udp);
        add_axis_checks(document, "udp6", report->udp6);
    }
    if (report->udp != NULL)
        add_profile(document, report->udp, "IPv4", report->verbose);
    if (report->udp6 != NULL)
        add_profile(document, report->udp6, "IPv6", report->verbose);
    if (report->verbose && report->n_servers > 0)
        add_server_list(document, report);
    add_notes(document, report->notes);
    return document;
}
