/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "fixture-report.h"
#include "report/format.h"
#include "report/json.h"

static const NpTextStyle eighty = { .width = 80 };

static void
looks_as_it_should_in_text(void)
{
    for (guint run = 0; run < FIXTURE_N; run++) {
        g_auto(FixtureReport) fixture = { 0 };
        g_autoptr(NpDocument) document = NULL;
        g_autofree char *name = g_strconcat(fixture_report_name(run), ".txt", NULL);
        g_autofree char *text = NULL;

        fixture_report_init(&fixture, run);
        document = np_report_profile_document(&fixture.report);
        text = np_report_text(document, &eighty);
        fixture_report_golden(name, text);
    }
}

static void
looks_as_it_should_in_every_format(void)
{
    static const char *const endings[NP_REPORT_N_FORMATS] = {
        [NP_REPORT_TEXT] = "txt", [NP_REPORT_JSON] = "json",   [NP_REPORT_JUNIT] = "xml",
        [NP_REPORT_TAP] = "tap",  [NP_REPORT_MARKDOWN] = "md", [NP_REPORT_HTML] = "html",
    };
    g_auto(FixtureReport) fixture = { 0 };
    g_autoptr(NpDocument) document = NULL;

    fixture_report_init(&fixture, FIXTURE_SYMMETRIC);
    document = np_report_profile_document(&fixture.report);
    for (guint format = 0; format < NP_REPORT_N_FORMATS; format++) {
        g_autofree char *name =
            g_strdup_printf("%s.%s", fixture_report_name(FIXTURE_SYMMETRIC), endings[format]);
        g_autofree char *text = np_report_format(document, format, &eighty);

        fixture_report_golden(name, text);
    }
}

static JsonNode *
read_json(const NpDocument *document)
{
    g_autofree char *json = np_report_json(document);

    return json_from_string(json, NULL);
}

static void
every_measured_axis_is_an_object_of_the_schema(void)
{
    for (guint run = 0; run < FIXTURE_N; run++) {
        g_auto(FixtureReport) fixture = { 0 };
        g_autoptr(NpDocument) document = NULL;
        g_autoptr(JsonNode) root = NULL;
        JsonObject *udp = NULL;

        fixture_report_init(&fixture, run);
        document = np_report_profile_document(&fixture.report);
        root = read_json(document);
        NP_REQUIRE(root != NULL);
        NP_ASSERT_STR(json_object_get_string_member(json_node_get_object(root), "schema"),
                      "natprobe/1");
        udp = json_object_get_object_member(json_node_get_object(root), "udp");
        for (guint axis = 0; axis < NP_NAT_AXIS_CGN; axis++) {
            const char *key = np_nat_axis_key(axis);
            const NpVerdict *verdict = &fixture.udp.verdicts[axis];
            JsonObject *object = NULL;
            guint value = 0;

            NP_ASSERT_ROW(json_object_has_member(udp, key) == verdict->measured, key);
            if (!verdict->measured)
                continue;
            object = json_object_get_object_member(udp, key);
            NP_ASSERT_STR(json_object_get_string_member(object, "verdict"),
                          np_verdict_value(verdict, &value) ? np_nat_axis_value(axis, value)
                                                            : "unknown");
            NP_ASSERT_ROW(
                json_array_get_length(json_object_get_array_member(object, "possible")) > 0, key);
            NP_ASSERT_ROW(json_object_has_member(object, "evidence"), key);
            NP_ASSERT_ROW(
                json_object_get_double_member(object, "confidence") <= verdict->confidence, key);
            NP_ASSERT_ROW(json_object_has_member(object, "why") == (verdict->why != NULL), key);
        }
    }
}

static JsonNode *
at(JsonNode *root, const char *path)
{
    g_autoptr(JsonNode) found = json_path_query(path, root, NULL);
    JsonArray *list = json_node_get_array(found);

    return json_array_get_length(list) == 1 ? json_array_dup_element(list, 0) : NULL;
}

static void
details_stand_beside_their_verdict(void)
{
    static const struct {
        FixtureRun run;
        const char *path;
        const char *json; /* NULL: nothing there */
    } rows[] = {
        { FIXTURE_SYMMETRIC, "$.udp.allocation.range[0]", "1024" },
        { FIXTURE_SYMMETRIC, "$.udp.allocation.entropy_bits", "15.97" },
        { FIXTURE_SYMMETRIC, "$.udp.external[0]", "\"203.0.113.5\"" },
        { FIXTURE_SYMMETRIC, "$.udp6.external[0]", "\"2001:db8::7\"" },
        { FIXTURE_SYMMETRIC, "$.udp6.allocation", NULL },
        { FIXTURE_SYMMETRIC, "$.rfc3489.verdict", "\"symmetric\"" },
        { FIXTURE_SYMMETRIC, "$.cgn.verdict", "\"yes\"" },
        { FIXTURE_SYMMETRIC, "$.udp.cgn", NULL },
        { FIXTURE_SYMMETRIC, "$.expectations[0].outcome", "\"failed\"" },
        { FIXTURE_SYMMETRIC, "$.punch[6].strategy", "\"infeasible\"" },
        { FIXTURE_CONE, "$.udp.mapping.confidence", "0.9999" },
        { FIXTURE_CONE, "$.servers[0].rtt_ms", "40.123" },
        { FIXTURE_CONE, "$.servers[1].rtt_ms", NULL },
        { FIXTURE_CONE, "$.expectations", NULL },
        { FIXTURE_CONE, "$.punch[6].packets", "543" },
        { FIXTURE_ONE_SERVER, "$.rfc3489.verdict", "\"unknown\"" },
        { FIXTURE_ONE_SERVER, "$.rfc3489.possible[1]", "\"port-restricted cone\"" },
        { FIXTURE_ONE_SERVER, "$.rfc3489.why", "\"a second server address would tell\"" },
        { FIXTURE_ONE_SERVER, "$.punch[6].best.strategy", "\"reveal\"" },
        { FIXTURE_ONE_SERVER, "$.punch[6].depends_on[0]", "\"filtering\"" },
        { FIXTURE_BLOCKED, "$.rfc3489.verdict", "\"blocked\"" },
        { FIXTURE_BLOCKED, "$.udp.mapping", NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(FixtureReport) fixture = { 0 };
        g_autoptr(NpDocument) document = NULL;
        g_autoptr(JsonNode) root = NULL;
        g_autoptr(JsonNode) node = NULL;
        g_autofree char *json = NULL;

        fixture_report_init(&fixture, rows[i].run);
        document = np_report_profile_document(&fixture.report);
        root = read_json(document);
        NP_REQUIRE(root != NULL);
        node = at(root, rows[i].path);
        NP_ASSERT_ROW((node != NULL) == (rows[i].json != NULL), rows[i].path);
        if (node == NULL)
            continue;
        json = JSON_NODE_TYPE(node) == JSON_NODE_VALUE &&
                       json_node_get_value_type(node) == G_TYPE_DOUBLE
                   ? g_strdup_printf("%g", json_node_get_double(node))
                   : json_to_string(node, FALSE);
        NP_ASSERT_STR(json, rows[i].json);
    }
}

static void
without_expectations_every_question_is_a_check(void)
{
    g_auto(FixtureReport) fixture = { 0 };
    g_autoptr(NpDocument) document = NULL;

    fixture_report_init(&fixture, FIXTURE_ONE_SERVER);
    document = np_report_profile_document(&fixture.report);
    NP_ASSERT_INT(document->checks->len, NP_NAT_N_AXES);
    NP_ASSERT_INT(np_document_count(document, NP_CHECK_PASSED), NP_NAT_N_AXES - 2);
    NP_ASSERT_INT(np_document_count(document, NP_CHECK_SKIPPED), 2);
    CU_ASSERT(np_document_passed(document));
}

static void
fits_every_terminal(void)
{
    for (guint run = 0; run < FIXTURE_N; run++) {
        g_auto(FixtureReport) fixture = { 0 };
        g_autoptr(NpDocument) document = NULL;

        fixture_report_init(&fixture, run);
        document = np_report_profile_document(&fixture.report);
        for (guint width = 40; width <= 160; width += 4) {
            g_autofree char *text = np_report_text(document, &(NpTextStyle){ .width = width });
            g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
            guint widest = 0;

            for (guint i = 0; lines[i] != NULL; i++)
                widest = MAX(widest, np_report_text_columns(lines[i]));
            NP_ASSERT_ROW(widest <= width, fixture_report_name(run));
        }
    }
}

static void
times_keep_the_digits_that_matter(void)
{
    static const struct {
        NpTime rtt;
        const char *text;
    } rows[] = {
        { 99 * NP_USEC, "1 of 1 server port answered, the nearest after less than 0.1 ms; the "
                        "whole took 2000 ms." },
        { 320 * NP_USEC,
          "1 of 1 server port answered, the nearest after 0.3 ms; the whole took 2000 ms." },
        { 9960 * NP_USEC,
          "1 of 1 server port answered, the nearest after 9.9 ms; the whole took 2000 ms." },
        { 40700 * NP_USEC,
          "1 of 1 server port answered, the nearest after 40 ms; the whole took 2000 ms." },
        { NP_TIME_NEVER, "The server did not answer." },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const NpNatReportServer server = { .address = np_address_ipv4(0xc0000201, 3478),
                                           .rtt = rows[i].rtt };
        const NpNatReport report = { .servers = &server,
                                     .n_servers = 1,
                                     .duration = 2 * NP_SECOND };
        g_autoptr(NpDocument) document = np_report_profile_document(&report);

        NP_ASSERT_STR(((const NpBlock *)document->blocks->pdata[0])->text, rows[i].text);
    }
}

static void
silence_is_reported_as_such(void)
{
    const NpNatReport nothing = { .duration = NP_SECOND };
    g_autoptr(NpDocument) document = np_report_profile_document(&nothing);

    NP_ASSERT_STR(document->headline,
                  "Nothing can be said about this connection: nothing was measured.");
    NP_ASSERT_INT(document->checks->len, 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(looks_as_it_should_in_text),
        NP_TEST(looks_as_it_should_in_every_format),
        NP_TEST(every_measured_axis_is_an_object_of_the_schema),
        NP_TEST(details_stand_beside_their_verdict),
        NP_TEST(without_expectations_every_question_is_a_check),
        NP_TEST(fits_every_terminal),
        NP_TEST(times_keep_the_digits_that_matter),
        NP_TEST(silence_is_reported_as_such),
        { 0 },
    };

    return np_test_main("report.profile", tests);
}
