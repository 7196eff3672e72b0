/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "wire/value.h"

#define OBJECT                                                                                     \
    "{\"int\":5,\"real\":2.5,\"yes\":true,\"text\":\"word\",\"hex\":\"0aff\",\"none\":null,"       \
    "\"list\":[\"a\",1],\"object\":{}}"

static void
a_value_is_absent_wrong_or_there(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *object = NULL;
    gint64 number = -1;
    double real = -1;
    gboolean yes = FALSE;
    const char *text = "untouched";
    guint8 bytes[2] = { 0 };

    NP_REQUIRE(json_parser_load_from_data(parser, OBJECT, -1, NULL));
    object = json_node_get_object(json_parser_get_root(parser));
    NP_ASSERT_INT(np_wire_value_int(object, "no", 0, 9, &number), NP_WIRE_ABSENT);
    NP_ASSERT_INT(np_wire_value_int(object, "int", 0, 4, &number), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_int(object, "int", 6, 9, &number), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_int(object, "real", 0, 9, &number), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_int(object, "none", 0, 9, &number), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_int(object, "list", 0, 9, &number), NP_WIRE_WRONG);
    NP_ASSERT_INT(number, -1);
    NP_ASSERT_INT(np_wire_value_int(object, "int", 0, 9, &number), NP_WIRE_THERE);
    NP_ASSERT_INT(number, 5);
    NP_ASSERT_INT(np_wire_value_real(object, "real", 0, 2, &real), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_real(object, "text", 0, 9, &real), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_real(object, "int", 0, 9, &real), NP_WIRE_THERE);
    CU_ASSERT(real == 5);
    NP_ASSERT_INT(np_wire_value_boolean(object, "int", &yes), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_boolean(object, "yes", &yes), NP_WIRE_THERE);
    NP_ASSERT_INT(np_wire_value_text(object, "text", 3, &text), NP_WIRE_WRONG);
    NP_ASSERT_STR(text, "untouched");
    NP_ASSERT_INT(np_wire_value_text(object, "text", 4, &text), NP_WIRE_THERE);
    NP_ASSERT_STR(text, "word");
    NP_ASSERT_INT(np_wire_value_bytes(object, "hex", bytes, 1), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_bytes(object, "text", bytes, 2), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_bytes(object, "hex", bytes, 2), NP_WIRE_THERE);
    CU_ASSERT(bytes[0] == 0x0a && bytes[1] == 0xff);
}

static void
lists_and_objects_are_bounded_and_typed(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *object = NULL;
    JsonObject *inner = NULL;
    JsonArray *list = NULL;

    NP_REQUIRE(json_parser_load_from_data(parser, OBJECT, -1, NULL));
    object = json_node_get_object(json_parser_get_root(parser));
    NP_ASSERT_INT(np_wire_value_array(object, "list", 1, &list), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_array(object, "object", 9, &list), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_array(object, "no", 9, &list), NP_WIRE_ABSENT);
    NP_ASSERT_INT(np_wire_value_array(object, "list", 2, &list), NP_WIRE_THERE);
    NP_ASSERT_STR(np_wire_value_text_at(list, 0, 1), "a");
    CU_ASSERT(np_wire_value_text_at(list, 0, 0) == NULL);
    CU_ASSERT(np_wire_value_text_at(list, 1, 9) == NULL);
    NP_ASSERT_INT(np_wire_value_object(object, "list", &inner), NP_WIRE_WRONG);
    NP_ASSERT_INT(np_wire_value_object(object, "object", &inner), NP_WIRE_THERE);
}

static void
bytes_read_back_as_written(void)
{
    static const guint8 bytes[3] = { 0, 0x7f, 0xf0 };
    JsonObject *object = json_object_new();
    guint8 back[3] = { 9, 9, 9 };

    np_wire_value_set_bytes(object, "b", bytes, sizeof bytes);
    NP_ASSERT_STR(json_object_get_string_member(object, "b"), "007ff0");
    NP_ASSERT_INT(np_wire_value_bytes(object, "b", back, sizeof back), NP_WIRE_THERE);
    CU_ASSERT(back[0] == 0 && back[1] == 0x7f && back[2] == 0xf0);
    json_object_unref(object);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_value_is_absent_wrong_or_there),
        NP_TEST(lists_and_objects_are_bounded_and_typed),
        NP_TEST(bytes_read_back_as_written),
        { 0 },
    };

    return np_test_main("wire.value", tests);
}
