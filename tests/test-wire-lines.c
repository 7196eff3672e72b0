/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "wire/lines.h"
#include "wire/text.h"

#include <string.h>

/* The lines of @text, joined by '|', when it comes in pieces of @piece bytes; "LONG" for a long
 * one. */
static char *
split(const char *text, gsize piece)
{
    GString *out = g_string_new(NULL);
    NpWireLines lines = { 0 };
    NpReader all = np_reader(text, strlen(text));

    while (np_reader_left(&all) > 0) {
        NpReader input = np_reader_sub(&all, MIN(piece, np_reader_left(&all)));
        NpReader line = { 0 };
        NpWireLinesOutcome outcome = NP_WIRE_LINES_MORE;

        while ((outcome = np_wire_lines_next(&lines, &input, &line)) == NP_WIRE_LINES_LINE) {
            gsize size = np_reader_left(&line);

            g_string_append_len(out, (const char *)np_reader_bytes(&line, size), (gssize)size);
            g_string_append_c(out, '|');
        }
        if (outcome == NP_WIRE_LINES_LONG) {
            g_string_append(out, "LONG");
            break;
        }
    }
    np_wire_lines_clear(&lines);
    return g_string_free(out, FALSE);
}

static void
lines_come_out_whole_however_they_come_in(void)
{
    for (gsize piece = 1; piece < 20; piece++) {
        g_autofree char *lines = split("one\n\ntwo three\nfour\nfi", piece);

        NP_ASSERT_STR(lines, "one||two three|four|");
    }
}

static void
the_longest_line_passes_and_a_longer_one_does_not(void)
{
    static const gsize pieces[] = { 1, 1000, NP_WIRE_MAX_LINE, 3 * NP_WIRE_MAX_LINE };
    g_autofree char *body = g_strnfill(NP_WIRE_MAX_LINE - 1, 'x');
    g_autofree char *longest = g_strconcat(body, "\n", NULL);
    g_autofree char *longer = g_strconcat("x", longest, NULL);
    g_autofree char *endless = g_strconcat(body, body, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autofree char *good = split(longest, pieces[i]);
        g_autofree char *bad = split(longer, pieces[i]);
        g_autofree char *worse = split(endless, pieces[i]);

        NP_ASSERT_INT(strlen(good), NP_WIRE_MAX_LINE);
        NP_ASSERT_STR(bad, "LONG");
        NP_ASSERT_STR(worse, "LONG");
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(lines_come_out_whole_however_they_come_in),
        NP_TEST(the_longest_line_passes_and_a_longer_one_does_not),
        { 0 },
    };

    return np_test_main("wire.lines", tests);
}
