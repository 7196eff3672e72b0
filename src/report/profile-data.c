/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/profile-data.h"

#include "punch/outlook.h"
#include "report/finding.h"
#include "report/json.h"

#define SCHEMA "natprobe/1"

/* Four digits tell a confidence from certainty and mean something; more do not. */
#define CONFIDENCE_DIGITS 4
#define TIME_DIGITS 3

static void
set_number(JsonObject *object, const char *name, double value, guint digits)
{
    json_object_set_double_member(object, name, np_report_json_cut(value, digits));
}

static void
set_address(JsonObject *object, const char *name, const NpAddress *address)
{
    char text[NP_ADDRESS_TEXT_SIZE];

    if (np_address_is_set(address))
        json_object_set_string_member(object, name, np_address_format(address, text));
}

static JsonArray *
possible_values(guint key, guint possible)
{
    JsonArray *values = json_array_new();

    for (guint value = 0; value < np_finding_n_values(key); value++)
        if (possible >> value & 1)
            json_array_add_string_element(values, np_finding_value(key, value));
    return values;
}

static JsonArray *
evidence_of(const NpProfile *profile, guint key)
{
    JsonArray *evidence = json_array_new();

    if (key == NP_FINDING_RFC3489) {
        json_array_add_string_element(evidence, "follows from reachable, nat, mapping, filtering");
        return evidence;
    }
    for (guint i = 0; i < profile->verdicts[key].evidence->len; i++)
        json_array_add_string_element(evidence, profile->verdicts[key].evidence->pdata[i]);
    return evidence;
}

/* The numbers of the law, as far as its kind has them. */
static void
set_law(JsonObject *object, const NpProfile *profile)
{
    const NpNatLaw *law = &profile->law;
    JsonArray *range = NULL;

    if (law->kind == NP_NAT_PRESERVING && law->offset != 0)
        json_object_set_int_member(object, "offset", law->offset);
    if (law->kind == NP_NAT_SEQUENTIAL)
        json_object_set_int_member(object, "step", law->step);
    if ((law->kind == NP_NAT_RANDOM || law->kind == NP_NAT_BLOCK) && law->last > law->first) {
        range = json_array_new();
        json_array_add_int_element(range, law->first);
        json_array_add_int_element(range, law->last);
        json_object_set_array_member(object, "range", range);
    }
    if (law->kind == NP_NAT_BLOCK && law->block_size > 0)
        json_object_set_int_member(object, "size", law->block_size);
    set_number(object, "entropy_bits", profile->entropy_bits, 2);
}

static void
set_hairpin(JsonObject *object, const NpProfile *profile, guint hairpin)
{
    if (hairpin == NP_NAT_HAIRPIN_UNSUPPORTED)
        return;
    json_object_set_string_member(object, "source",
                                  hairpin == NP_NAT_HAIRPIN_SUPPORTED ? "external" : "internal");
    json_object_set_string_member(object, "needs",
                                  np_nat_hairpin_needs_text(profile->hairpin_needs));
}

static void
set_finding(JsonObject *object, const NpProfile *profile, guint key)
{
    g_auto(NpFinding) finding = np_finding(profile, key);
    gboolean unknown = g_str_equal(finding.verdict, "unknown");
    JsonObject *member = NULL;
    guint value = 0;

    if (!finding.measured)
        return;
    member = json_object_new();
    json_object_set_string_member(member, "verdict", finding.verdict);
    json_object_set_array_member(member, "possible", possible_values(key, finding.possible));
    set_number(member, "confidence", finding.confidence, CONFIDENCE_DIGITS);
    json_object_set_array_member(member, "evidence", evidence_of(profile, key));
    if (finding.why != NULL || unknown)
        json_object_set_string_member(member, "why",
                                      finding.why != NULL ? finding.why : NP_FINDING_NO_REASON);
    if (key < NP_NAT_N_AXES && np_verdict_value(&profile->verdicts[key], &value)) {
        if (key == NP_NAT_AXIS_ALLOCATION)
            set_law(member, profile);
        if (key == NP_NAT_AXIS_HAIRPIN)
            set_hairpin(member, profile, value);
    }
    json_object_set_object_member(object, np_finding_key(key), member);
}

static void
set_profile(JsonObject *object, const char *name, const NpProfile *profile)
{
    JsonObject *member = json_object_new();
    JsonArray *external = json_array_new();
    char text[NP_ADDRESS_TEXT_SIZE];

    set_finding(member, profile, NP_NAT_AXIS_REACHABLE);
    set_finding(member, profile, NP_NAT_AXIS_NAT);
    for (guint i = 0; i < profile->external->len; i++)
        json_array_add_string_element(
            external,
            np_address_format_host(&g_array_index(profile->external, NpAddress, i), text));
    json_object_set_array_member(member, "external", external);
    for (guint axis = NP_NAT_AXIS_MAPPING; axis < NP_NAT_N_AXES; axis++)
        if (axis != NP_NAT_AXIS_CGN)
            set_finding(member, profile, axis);
    json_object_set_object_member(object, name, member);
}

static void
set_forecast(JsonObject *object, const NpPunchForecast *forecast)
{
    json_object_set_string_member(object, "strategy", np_punch_strategy_text(forecast->strategy));
    set_number(object, "probability", forecast->probability, CONFIDENCE_DIGITS);
    set_number(object, "seconds", forecast->seconds, TIME_DIGITS);
    json_object_set_int_member(object, "packets", forecast->packets);
}

static JsonObject *
peer_outlook(const NpProfile *profile, NpPunchPeer peer)
{
    NpPunchOutlook outlook = np_punch_outlook_peer(profile, peer);
    JsonObject *object = json_object_new();
    JsonObject *best = NULL;
    JsonArray *depends = NULL;

    json_object_set_string_member(object, "peer", np_punch_peer_text(peer));
    set_forecast(object, &outlook.worst);
    if (!np_punch_outlook_is_certain(&outlook)) {
        best = json_object_new();
        depends = json_array_new();
        set_forecast(best, &outlook.best);
        for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
            if (outlook.depends >> axis & 1)
                json_array_add_string_element(depends, np_nat_axis_key((NpNatAxis)axis));
        json_object_set_object_member(object, "best", best);
        json_object_set_array_member(object, "depends_on", depends);
    }
    return object;
}

static JsonArray *
servers_of(const NpNatReport *report)
{
    JsonArray *servers = json_array_new();

    for (guint i = 0; i < report->n_servers; i++) {
        const NpNatReportServer *server = &report->servers[i];
        JsonObject *object = json_object_new();

        set_address(object, "address", &server->address);
        if (server->software != NULL)
            json_object_set_string_member(object, "software", server->software);
        set_address(object, "other_address", &server->other_address);
        if (server->rtt != NP_TIME_NEVER)
            set_number(object, "rtt_ms", (double)server->rtt / NP_MSEC, TIME_DIGITS);
        json_array_add_object_element(servers, object);
    }
    return servers;
}

static JsonObject *
local_of(const NpNatReport *report)
{
    JsonObject *local = json_object_new();
    char text[NP_ADDRESS_TEXT_SIZE];

    json_object_set_string_member(local, "address", np_address_format_host(&report->local, text));
    if (report->interface != NULL)
        json_object_set_string_member(local, "interface", report->interface);
    return local;
}

JsonNode *
np_report_profile_data(const NpNatReport *report)
{
    const NpProfile *main_profile = report->udp != NULL ? report->udp : report->udp6;
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);
    JsonObject *root = json_object_new();
    JsonArray *list = NULL;

    json_object_set_string_member(root, "schema", SCHEMA);
    json_object_set_array_member(root, "servers", servers_of(report));
    set_number(root, "duration_ms", (double)report->duration / NP_MSEC, TIME_DIGITS);
    if (np_address_is_set(&report->local))
        json_object_set_object_member(root, "local", local_of(report));
    if (report->udp != NULL)
        set_profile(root, "udp", report->udp);
    if (report->udp6 != NULL)
        set_profile(root, "udp6", report->udp6);
    if (main_profile != NULL && main_profile->verdicts[NP_NAT_AXIS_REACHABLE].measured) {
        set_finding(root, main_profile, NP_FINDING_RFC3489);
        list = json_array_new();
        for (guint peer = 0; peer < NP_PUNCH_N_PEERS; peer++)
            json_array_add_object_element(list, peer_outlook(main_profile, peer));
        json_object_set_array_member(root, "punch", list);
        set_finding(root, main_profile, NP_NAT_AXIS_CGN);
    }
    if (report->notes != NULL && report->notes[0] != NULL) {
        list = json_array_new();
        for (guint i = 0; report->notes[i] != NULL; i++)
            json_array_add_string_element(list, report->notes[i]);
        json_object_set_array_member(root, "notes", list);
    }
    json_node_take_object(node, root);
    return node;
}
