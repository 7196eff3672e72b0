/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Is standard input a well-formed document, and what does it say?
 *
 *     document json [MEMBER.MEMBER...]   prints the value there, an array's one to a line
 *     document xml
 *
 * Exits with 1, and the parser's opinion, if it is not well-formed.
 */

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static char *
read_all(gsize *size)
{
    GString *text = g_string_new(NULL);
    char buffer[4096];
    gsize n = 0;

    while ((n = fread(buffer, 1, sizeof buffer, stdin)) > 0)
        g_string_append_len(text, buffer, (gssize)n);
    *size = text->len;
    return g_string_free(text, FALSE);
}

static void
print_node(JsonNode *node)
{
    g_autofree char *text = NULL;

    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);

        for (guint i = 0; i < json_array_get_length(array); i++)
            print_node(json_array_get_element(array, i));
        return;
    }
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
        text = json_node_dup_string(node);
    else
        text = json_to_string(node, FALSE);
    puts(text);
}

static gboolean
check_json(const char *text, gsize size, const char *path, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_auto(GStrv) members = g_strsplit(path, ".", -1);
    JsonNode *node = NULL;

    if (!json_parser_load_from_data(parser, text, (gssize)size, error))
        return FALSE;
    node = json_parser_get_root(parser);
    for (guint i = 0; node != NULL && members[i] != NULL; i++)
        node = JSON_NODE_HOLDS_OBJECT(node)
                   ? json_object_get_member(json_node_get_object(node), members[i])
                   : NULL;
    if (node != NULL && path[0] != '\0')
        print_node(node);
    return TRUE;
}

static gboolean
check_xml(const char *text, gsize size, GError **error)
{
    static const GMarkupParser nothing = { 0 };
    g_autoptr(GMarkupParseContext) context =
        g_markup_parse_context_new(&nothing, G_MARKUP_PREFIX_ERROR_POSITION, NULL, NULL);

    return g_markup_parse_context_parse(context, text, (gssize)size, error) &&
           g_markup_parse_context_end_parse(context, error);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    g_autofree char *text = read_all(&size);
    gboolean good = FALSE;

    if (argc >= 2 && strcmp(argv[1], "json") == 0)
        good = check_json(text, size, argc > 2 ? argv[2] : "", &error);
    else if (argc == 2 && strcmp(argv[1], "xml") == 0)
        good = check_xml(text, size, &error);
    else
        fputs("usage: document json [PATH] | xml\n", stderr);
    if (error != NULL)
        fprintf(stderr, "%s\n", error->message);
    return good ? 0 : 1;
}
