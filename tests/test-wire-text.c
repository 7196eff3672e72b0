/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "wire/text.h"

#include <string.h>

static gboolean
sound(const char *text)
{
    return np_wire_text_is_sound(text, strlen(text));
}

static void
takes_what_json_is(void)
{
    static const char *const rows[] = {
        "{}",
        " {\t\"a\" : 1 ,\"b\":[ ],\"c\":[1,-2,0,-0.5,1e3,1E-3,2.5e+3] } \r\n",
        "{\"a\":{\"b\":{\"c\":[true,false,null]}}}",
        "{\"\":\"\"}",
        "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}",
        "{\"a\":\"\303\251\"}",
        "{\"a\":1234567890123456}",
        "{\"a\":[[],{},[{}]]}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        NP_ASSERT_ROW(sound(rows[i]), rows[i]);
}

static void
refuses_what_json_is_not(void)
{
    static const char *const rows[] = {
        "",
        " ",
        "[]",
        "1",
        "\"a\"",
        "{",
        "}",
        "{}{}",
        "{} x",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":[1,]}",
        "{\"a\":[1}",
        "{\"a\":[1}]",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1e}",
        "{\"a\":-}",
        "{\"a\":0x10}",
        "{\"a\":NaN}",
        "{\"a\":True}",
        "{\"a\":nul}",
        "{/* */}",
        "{\"a\":1}//",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\\u00g0\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc3\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        NP_ASSERT_ROW(!sound(rows[i]), rows[i]);
}

static void
a_nul_is_not_the_end(void)
{
    static const char inside[] = "{\"a\":\"\0\"}";
    static const char behind[] = "{}\0{";

    CU_ASSERT(!np_wire_text_is_sound(inside, sizeof inside - 1));
    CU_ASSERT(!np_wire_text_is_sound(behind, sizeof behind - 1));
}

static char *
nested(guint depth, const char *open, const char *close)
{
    GString *text = g_string_new("{\"a\":");

    for (guint i = 1; i < depth; i++)
        g_string_append(text, open);
    g_string_append_c(text, '1');
    for (guint i = 1; i < depth; i++)
        g_string_append(text, close);
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

static void
depth_is_bounded(void)
{
    static const struct {
        const char *open;
        const char *close;
    } rows[] = { { "[", "]" }, { "{\"a\":", "}" } };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *deepest = nested(NP_WIRE_MAX_DEPTH, rows[i].open, rows[i].close);
        g_autofree char *deeper = nested(NP_WIRE_MAX_DEPTH + 1, rows[i].open, rows[i].close);
        g_autofree char *abyss = nested(1600, rows[i].open, rows[i].close);

        NP_ASSERT_ROW(sound(deepest), rows[i].open);
        NP_ASSERT_ROW(!sound(deeper), rows[i].open);
        NP_ASSERT_ROW(!sound(abyss), rows[i].open);
    }
}

static void
size_values_and_digits_are_bounded(void)
{
    g_autofree char *spaces = g_strnfill(NP_WIRE_MAX_LINE - 2, ' ');
    g_autofree char *longest = g_strconcat("{}", spaces, NULL);
    g_autofree char *longer = g_strconcat("{} ", spaces, NULL);
    g_autoptr(GString) many = g_string_new("{\"a\":[1");

    CU_ASSERT(sound(longest));
    CU_ASSERT(!sound(longer));
    /* The object and the array are values too. */
    for (guint i = 4; i <= NP_WIRE_MAX_VALUES; i++)
        g_string_append(many, ",1");
    g_string_append(many, "]}");
    CU_ASSERT(sound(many->str));
    g_string_insert(many, 6, "1,");
    CU_ASSERT(!sound(many->str));
    CU_ASSERT(!sound("{\"a\":12345678901234567}"));
    CU_ASSERT(!sound("{\"a\":1e1000}"));
    CU_ASSERT(!sound("{\"a\":0.0000000000000000000000000000000000001}"));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(takes_what_json_is),
        NP_TEST(refuses_what_json_is_not),
        NP_TEST(a_nul_is_not_the_end),
        NP_TEST(depth_is_bounded),
        NP_TEST(size_values_and_digits_are_bounded),
        { 0 },
    };

    return np_test_main("wire.text", tests);
}
