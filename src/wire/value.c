/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire/value.h"

#include <string.h>

/* NULL if there is none; *wrong if there is one that is not a scalar of @type. */
static JsonNode *
scalar(JsonObject *object, const char *name, GType type, gboolean *wrong)
{
    JsonNode *node = json_object_get_member(object, name);

    *wrong =
        node != NULL && (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != type);
    return node;
}

static gboolean
is_text(const char *text, gsize max)
{
    return text != NULL && strlen(text) <= max && g_utf8_validate(text, -1, NULL);
}

NpWireValue
np_wire_value_int(JsonObject *object, const char *name, gint64 min, gint64 max, gint64 *value)
{
    gboolean wrong = FALSE;
    JsonNode *node = scalar(object, name, G_TYPE_INT64, &wrong);
    gint64 number = 0;

    if (node == NULL || wrong)
        return wrong ? NP_WIRE_WRONG : NP_WIRE_ABSENT;
    number = json_node_get_int(node);
    if (number < min || number > max)
        return NP_WIRE_WRONG;
    *value = number;
    return NP_WIRE_THERE;
}

NpWireValue
np_wire_value_real(JsonObject *object, const char *name, double min, double max, double *value)
{
    gboolean wrong = FALSE;
    JsonNode *node = scalar(object, name, G_TYPE_DOUBLE, &wrong);
    double number = 0;

    /* A whole number needs no decimal point. */
    if (wrong)
        node = scalar(object, name, G_TYPE_INT64, &wrong);
    if (node == NULL || wrong)
        return wrong ? NP_WIRE_WRONG : NP_WIRE_ABSENT;
    number = json_node_get_double(node);
    /* Written so that no comparison holds of what is not a number. */
    if (!(number >= min && number <= max))
        return NP_WIRE_WRONG;
    *value = number;
    return NP_WIRE_THERE;
}

NpWireValue
np_wire_value_boolean(JsonObject *object, const char *name, gboolean *value)
{
    gboolean wrong = FALSE;
    JsonNode *node = scalar(object, name, G_TYPE_BOOLEAN, &wrong);

    if (node == NULL || wrong)
        return wrong ? NP_WIRE_WRONG : NP_WIRE_ABSENT;
    *value = json_node_get_boolean(node);
    return NP_WIRE_THERE;
}

NpWireValue
np_wire_value_text(JsonObject *object, const char *name, gsize max, const char **value)
{
    gboolean wrong = FALSE;
    JsonNode *node = scalar(object, name, G_TYPE_STRING, &wrong);
    const char *text = NULL;

    if (node == NULL || wrong)
        return wrong ? NP_WIRE_WRONG : NP_WIRE_ABSENT;
    text = json_node_get_string(node);
    if (!is_text(text, max))
        return NP_WIRE_WRONG;
    *value = text;
    return NP_WIRE_THERE;
}

NpWireValue
np_wire_value_bytes(JsonObject *object, const char *name, guint8 *value, gsize size)
{
    const char *text = NULL;
    NpWireValue there = np_wire_value_text(object, name, 2 * size, &text);

    if (there != NP_WIRE_THERE)
        return there;
    if (strlen(text) != 2 * size || strspn(text, "0123456789abcdef") != 2 * size)
        return NP_WIRE_WRONG;
    for (gsize i = 0; i < size; i++)
        value[i] = (guint8)(g_ascii_xdigit_value(text[2 * i]) << 4 |
                            g_ascii_xdigit_value(text[2 * i + 1]));
    return NP_WIRE_THERE;
}

NpWireValue
np_wire_value_array(JsonObject *object, const char *name, guint max, JsonArray **value)
{
    JsonNode *node = json_object_get_member(object, name);

    if (node == NULL)
        return NP_WIRE_ABSENT;
    if (!JSON_NODE_HOLDS_ARRAY(node) || json_array_get_length(json_node_get_array(node)) > max)
        return NP_WIRE_WRONG;
    *value = json_node_get_array(node);
    return NP_WIRE_THERE;
}

NpWireValue
np_wire_value_object(JsonObject *object, const char *name, JsonObject **value)
{
    JsonNode *node = json_object_get_member(object, name);

    if (node == NULL)
        return NP_WIRE_ABSENT;
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return NP_WIRE_WRONG;
    *value = json_node_get_object(node);
    return NP_WIRE_THERE;
}

const char *
np_wire_value_text_at(JsonArray *array, guint index, gsize max)
{
    JsonNode *node = json_array_get_element(array, index);
    const char *text = NULL;

    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
        return NULL;
    text = json_node_get_string(node);
    return is_text(text, max) ? text : NULL;
}

void
np_wire_value_set_bytes(JsonObject *object, const char *name, const guint8 *data, gsize size)
{
    g_autoptr(GString) text = g_string_sized_new(2 * size);

    for (gsize i = 0; i < size; i++)
        g_string_append_printf(text, "%02x", data[i]);
    json_object_set_string_member(object, name, text->str);
}
