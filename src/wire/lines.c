/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire/lines.h"

#include "wire/text.h"

#include <string.h>

void
np_wire_lines_clear(NpWireLines *self)
{
    g_clear_pointer(&self->partial, g_byte_array_unref);
}

NpWireLinesOutcome
np_wire_lines_next(NpWireLines *self, NpReader *input, NpReader *line)
{
    gsize left = np_reader_left(input);
    NpReader ahead = *input;
    const guint8 *data = np_reader_bytes(&ahead, left);
    const guint8 *newline = left > 0 ? memchr(data, '\n', left) : NULL;
    gsize size = newline != NULL ? (gsize)(newline - data) + 1 : left;
    gsize before = self->partial != NULL ? self->partial->len : 0;

    /* What was the last line is not needed any more. */
    if (before > 0 && self->partial->data[before - 1] == '\n') {
        np_wire_lines_clear(self);
        before = 0;
    }
    if (before + size > NP_WIRE_MAX_LINE || (newline == NULL && before + size == NP_WIRE_MAX_LINE))
        return NP_WIRE_LINES_LONG;
    if (newline != NULL && before == 0) {
        *line = np_reader(np_reader_bytes(input, size), size - 1);
        return NP_WIRE_LINES_LINE;
    }
    if (size > 0) {
        if (self->partial == NULL)
            self->partial = g_byte_array_new();
        g_byte_array_append(self->partial, np_reader_bytes(input, size), (guint)size);
    }
    if (newline == NULL)
        return NP_WIRE_LINES_MORE;
    *line = np_reader(self->partial->data, before + size - 1);
    return NP_WIRE_LINES_LINE;
}
