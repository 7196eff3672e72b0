/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whether a line from a stranger is fit for a JSON parser
 *
 * The parser descends by recursion, takes what JSON does not allow, and allocates as it goes. This
 * looks first, in one pass and without memory: RFC 8259 to the letter, an object at the top, and
 * bounds on depth, on the number of values and on the digits of a number. A NUL, written or
 * escaped, is refused: what C would cut there, others would not.
 */

#include <glib.h>

/* Of a line with its newline: the longest message, a push with both profiles' worth of detail, has
 * less than half of it. */
#define NP_WIRE_MAX_LINE 8192
/* A message holds a profile, that axes, and one of those a list: four. */
#define NP_WIRE_MAX_DEPTH 6
#define NP_WIRE_MAX_VALUES 512
/* Beyond 2^53, about 16 digits, implementations disagree (RFC 8259, section 6). */
#define NP_WIRE_MAX_DIGITS 16
#define NP_WIRE_MAX_NUMBER 32

gboolean np_wire_text_is_sound(const char *text, gsize size);
