/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * json-glib holds the tree but does not write it here: its generator prints 0.1 as
 * 0.10000000000000001 and leaves C1 control characters, which some terminals obey, as they are.
 */

#include "report/json.h"

#include <math.h>

/* As many digits as any decimal fraction survives a double with. */
#define DIGITS "%.15g"

static void
indent(GString *out, guint depth)
{
    g_string_append_printf(out, "\n%*s", (int)(2 * depth), "");
}

static void
write_value(GString *out, JsonNode *node)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    GType type = json_node_get_value_type(node);

    if (type == G_TYPE_STRING) {
        np_report_json_string(out, json_node_get_string(node));
    } else if (type == G_TYPE_BOOLEAN) {
        g_string_append(out, json_node_get_boolean(node) ? "true" : "false");
    } else if (type == G_TYPE_INT64) {
        g_string_append_printf(out, "%" G_GINT64_FORMAT, json_node_get_int(node));
    } else if (type == G_TYPE_DOUBLE && isfinite(json_node_get_double(node))) {
        g_string_append(out,
                        g_ascii_formatd(number, sizeof number, DIGITS, json_node_get_double(node)));
    } else {
        g_string_append(out, "null");
    }
}

static void
write_node(GString *out, JsonNode *node, guint depth)
{
    JsonObjectIter iter;
    const char *name = NULL;
    JsonNode *member = NULL;
    gboolean first = TRUE;

    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);

        g_string_append_c(out, '[');
        for (guint i = 0; i < json_array_get_length(array); i++) {
            g_string_append(out, i > 0 ? "," : "");
            indent(out, depth + 1);
            write_node(out, json_array_get_element(array, i), depth + 1);
        }
        if (json_array_get_length(array) > 0)
            indent(out, depth);
        g_string_append_c(out, ']');
    } else if (JSON_NODE_HOLDS_OBJECT(node)) {
        g_string_append_c(out, '{');
        json_object_iter_init_ordered(&iter, json_node_get_object(node));
        while (json_object_iter_next_ordered(&iter, &name, &member)) {
            g_string_append(out, first ? "" : ",");
            first = FALSE;
            indent(out, depth + 1);
            np_report_json_string(out, name);
            g_string_append(out, ": ");
            write_node(out, member, depth + 1);
        }
        if (!first)
            indent(out, depth);
        g_string_append_c(out, '}');
    } else {
        write_value(out, node);
    }
}

char *
np_report_json(const NpDocument *document)
{
    GString *out = g_string_new(NULL);

    if (document->data != NULL)
        write_node(out, document->data, 0);
    else
        g_string_append(out, "null");
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

void
np_report_json_string(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    g_string_append_c(out, '"');
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);

        if (c == '"' || c == '\\')
            g_string_append_printf(out, "\\%c", (char)c);
        else if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029)
            g_string_append_printf(out, "\\u%04x", c);
        else
            g_string_append_unichar(out, c);
    }
    g_string_append_c(out, '"');
}

double
np_report_json_cut(double value, guint digits)
{
    double scale = pow(10, digits);

    /* What is a whole number but for the last bits of a product is that number. */
    return floor(value * scale + 1e-6) / scale;
}
