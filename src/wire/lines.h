/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Lines in a stream of bytes
 *
 * Bytes come in pieces of any size; lines come out without their newline. Memory is held only while
 * a line is incomplete, and never more than the longest line.
 */

#include "util/reader.h"

/* Zeroed, it is empty. */
typedef struct {
    GByteArray *partial; /* or NULL */
} NpWireLines;

typedef enum {
    NP_WIRE_LINES_MORE, /* @input is used up */
    NP_WIRE_LINES_LINE, /* @line is a view of the next one, until the next call */
    NP_WIRE_LINES_LONG, /* there was no newline where there had to be one */
} NpWireLinesOutcome;

void np_wire_lines_clear(NpWireLines *self);
/* Takes from @input up to the end of one line. */
NpWireLinesOutcome np_wire_lines_next(NpWireLines *self, NpReader *input, NpReader *line);
