/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/profile.h"

#include "report/axes.h"
#include "report/outlook.h"
#include "report/profile-data.h"

#define TITLE "natprobe"

static void
add_profile(NpDocument *document, const NpProfile *profile, const char *family, gboolean verbose)
{
    g_autofree char *axes = g_strdup_printf("What your network does with UDP over %s", family);
    g_autofree char *means = g_strdup_printf("What that means for connecting over %s", family);

    np_document_heading(document, axes);
    np_report_axes_table(profile, document);
    if (profile->verdicts[NP_NAT_AXIS_REACHABLE].measured) {
        np_document_heading(document, means);
        np_report_outlook_table(profile, document);
    }
    if (verbose) {
        np_document_heading(document, "Everything that was observed");
        np_report_axes_evidence(profile, document);
    }
}

/* "203.0.113.5 and 2001:db8::7": where the servers saw packets come from. Owned by the caller. */
static char *
seen_as(const NpNatReport *report)
{
    const NpProfile *profiles[] = { report->udp, report->udp6 };
    GString *text = g_string_new(NULL);
    char address[NP_ADDRESS_TEXT_SIZE];

    for (gsize i = 0; i < G_N_ELEMENTS(profiles); i++) {
        const GArray *external = profiles[i] != NULL ? profiles[i]->external : NULL;

        for (guint j = 0; external != NULL && j < external->len; j++)
            g_string_append_printf(
                text, "%s%s", text->len > 0 ? " and " : "",
                np_address_format_host(&g_array_index(external, NpAddress, j), address));
    }
    return g_string_free(text, FALSE);
}

/* "This machine is 192.168.1.5 on eth0; the internet sees it as 203.0.113.5." */
static void
add_whereabouts(NpDocument *document, const NpNatReport *report)
{
    g_autofree char *external = seen_as(report);
    g_autoptr(GString) text = g_string_new(NULL);
    char local[NP_ADDRESS_TEXT_SIZE] = "";

    if (np_address_is_set(&report->local)) {
        np_address_format_host(&report->local, local);
        g_string_append_printf(text, "This machine is %s", local);
        if (report->interface != NULL)
            g_string_append_printf(text, " on %s", report->interface);
    }
    if (*external != '\0' && text->len == 0)
        g_string_append_printf(text, "The internet sees this machine as %s", external);
    else if (*external != '\0' && g_str_equal(external, local))
        g_string_append(text, ", and the internet sees the same address");
    else if (*external != '\0')
        g_string_append_printf(text, "; the internet sees it as %s", external);
    if (text->len == 0)
        return;
    g_string_append_c(text, '.');
    np_document_paragraph(document, text->str);
}

/* "less than 0.1 ms", "0.3 ms", "9.1 ms", "40 ms". Owned by the caller. */
static char *
milliseconds(NpTime time)
{
    gint64 tenths = time / (NP_MSEC / 10);

    if (tenths == 0)
        return g_strdup("less than 0.1 ms");
    /* Below ten, the first decimal place still tells near from nearer. */
    return tenths < 100 ? g_strdup_printf("%d.%d ms", (int)(tenths / 10), (int)(tenths % 10))
                        : g_strdup_printf("%" G_GINT64_FORMAT " ms", tenths / 10);
}

/*
 * "2 of 2 server ports answered, the nearest after 40 ms; the whole took 384 ms." Ports, because
 * who named two of one server asked one server.
 */
static void
add_servers(NpDocument *document, const NpNatReport *report)
{
    g_autofree char *text = NULL;
    g_autofree char *rtt = NULL;
    g_autofree char *whole = milliseconds(report->duration);
    NpTime nearest = NP_TIME_NEVER;
    guint answered = 0;

    for (guint i = 0; i < report->n_servers; i++) {
        nearest = MIN(nearest, report->servers[i].rtt);
        answered += report->servers[i].rtt != NP_TIME_NEVER;
    }
    if (report->n_servers == 0)
        return;
    if (answered > 0) {
        rtt = milliseconds(nearest);
        text = g_strdup_printf(
            "%u of %u server port%s answered, the nearest after %s; the whole took %s.", answered,
            report->n_servers, report->n_servers == 1 ? "" : "s", rtt, whole);
    } else {
        text = report->n_servers == 1
                   ? g_strdup("The server did not answer.")
                   : g_strdup_printf("None of %u server ports answered.", report->n_servers);
    }
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
        g_autofree char *rtt =
            server->rtt == NP_TIME_NEVER ? g_strdup("no answer") : milliseconds(server->rtt);

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
        /* There is still something to check: that every question got an answer. */
        if (report->udp != NULL)
            np_report_axes_checks(report->udp, "udp", document);
        if (report->udp6 != NULL)
            np_report_axes_checks(report->udp6, "udp6", document);
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
