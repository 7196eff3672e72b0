/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>
#include <string.h>

#include "harness.h"
#include "report/json.h"

static char *
written(JsonObject *object)
{
    g_autoptr(NpDocument) document = np_document_new("test");
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);

    json_node_take_object(node, object);
    np_document_data(document, node);
    return np_report_json(document);
}

static void
numbers_are_as_short_as_they_can_be(void)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        { 0.1, "0.1" },
        { 0.9991, "0.9991" },
        { 1.0, "1" },
        { -2.5, "-2.5" },
        { 40.123, "40.123" },
        { 1e21, "1e+21" },
        { 1.0 / 3, "0.333333333333333" },
        { NAN, "null" },
        { INFINITY, "null" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        JsonObject *object = json_object_new();
        g_autofree char *expected = g_strdup_printf("{\n  \"n\": %s\n}\n", rows[i].text);
        g_autofree char *json = NULL;

        json_object_set_double_member(object, "n", rows[i].value);
        json = written(object);
        NP_ASSERT_STR(json, expected);
    }
}

static void
a_cut_never_reaches_certainty(void)
{
    CU_ASSERT(np_report_json_cut(0.99999, 4) == 0.9999);
    CU_ASSERT(np_report_json_cut(0.9998, 4) == 0.9998);
    CU_ASSERT(np_report_json_cut(1.0, 4) == 1.0);
    CU_ASSERT(np_report_json_cut(0.29, 2) == 0.29);
    CU_ASSERT(np_report_json_cut(40.1239, 3) == 40.123);
}

static void
members_keep_their_order_and_empty_things_stay_small(void)
{
    JsonObject *object = json_object_new();
    JsonArray *list = json_array_new();
    g_autofree char *json = NULL;

    json_object_set_string_member(object, "zebra", "z");
    json_object_set_int_member(object, "ant", -7);
    json_array_add_boolean_element(list, TRUE);
    json_array_add_null_element(list);
    json_object_set_array_member(object, "list", list);
    json_object_set_array_member(object, "none", json_array_new());
    json_object_set_object_member(object, "void", json_object_new());
    json = written(object);
    NP_ASSERT_STR(json, "{\n"
                        "  \"zebra\": \"z\",\n"
                        "  \"ant\": -7,\n"
                        "  \"list\": [\n"
                        "    true,\n"
                        "    null\n"
                        "  ],\n"
                        "  \"none\": [],\n"
                        "  \"void\": {}\n"
                        "}\n");
}

static void
strings_are_escaped_for_parsers_and_terminals(void)
{
    static const struct {
        const char *text;
        const char *escaped;
    } rows[] = {
        { "a \"b\" \\c/", "\"a \\\"b\\\" \\\\c/\"" },
        { "\033[2J\n\177", "\"\\u001b[2J\\u000a\\u007f\"" },
        { "\xc2\x9b", "\"\\u009b\"" },
        { "\u2028", "\"\\u2028\"" },
        { "Größe 日本", "\"Größe 日本\"" },
        { "\xff", "\"\uFFFD\"" },
        { "", "\"\"" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) out = g_string_new(NULL);

        np_report_json_string(out, rows[i].text);
        NP_ASSERT_STR(out->str, rows[i].escaped);
    }
}

static void
a_parser_reads_back_what_was_written(void)
{
    JsonObject *object = json_object_new();
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *json = NULL;
    g_autofree char *text = g_strdup("\001 \" \\ \r\n\t\x7f é \xc2\x85 \u2029 end");

    json_object_set_string_member(object, text, text);
    json_object_set_double_member(object, "x", 0.123456789012345);
    json = written(object);
    NP_REQUIRE(json_parser_load_from_data(parser, json, -1, NULL));
    object = json_node_get_object(json_parser_get_root(parser));
    NP_ASSERT_STR(json_object_get_string_member(object, text), text);
    CU_ASSERT(json_object_get_double_member(object, "x") == 0.123456789012345);
}

static void
no_data_is_null(void)
{
    g_autoptr(NpDocument) document = np_document_new("test");
    g_autofree char *json = np_report_json(document);

    NP_ASSERT_STR(json, "null\n");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(numbers_are_as_short_as_they_can_be),
        NP_TEST(a_cut_never_reaches_certainty),
        NP_TEST(members_keep_their_order_and_empty_things_stay_small),
        NP_TEST(strings_are_escaped_for_parsers_and_terminals),
        NP_TEST(a_parser_reads_back_what_was_written),
        NP_TEST(no_data_is_null),
        { 0 },
    };

    return np_test_main("report.json", tests);
}
