/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * All pointer arithmetic on received bytes stands in this file, and all of it behind take().
 */

#include "util/reader.h"

#include <string.h>

NpReader
np_reader(const void *data, gsize size)
{
    return (NpReader){ .data = data, .size = size };
}

gsize
np_reader_left(const NpReader *self)
{
    return self->failed ? 0 : self->size - self->offset;
}

static const guint8 *
take(NpReader *self, gsize size)
{
    const guint8 *at = NULL;

    if (self->failed || size > self->size - self->offset) {
        self->failed = TRUE;
        return NULL;
    }
    /* A NULL view of nothing would look like a failure to the caller. */
    at = self->data != NULL ? self->data + self->offset : (const guint8 *)"";
    self->offset += size;
    return at;
}

static guint64
big_endian(NpReader *self, gsize size)
{
    const guint8 *at = take(self, size);
    guint64 value = 0;

    for (gsize i = 0; at != NULL && i < size; i++)
        value = value << 8 | at[i];
    return value;
}

guint8
np_reader_u8(NpReader *self)
{
    return (guint8)big_endian(self, 1);
}

guint16
np_reader_u16(NpReader *self)
{
    return (guint16)big_endian(self, 2);
}

guint32
np_reader_u32(NpReader *self)
{
    return (guint32)big_endian(self, 4);
}

guint64
np_reader_u64(NpReader *self)
{
    return big_endian(self, 8);
}

const guint8 *
np_reader_bytes(NpReader *self, gsize size)
{
    return take(self, size);
}

void
np_reader_copy(NpReader *self, void *to, gsize size)
{
    const guint8 *at = take(self, size);

    if (at != NULL)
        memcpy(to, at, size);
    else
        memset(to, 0, size);
}

void
np_reader_skip(NpReader *self, gsize size)
{
    take(self, size);
}

NpReader
np_reader_sub(NpReader *self, gsize size)
{
    const guint8 *at = take(self, size);

    return at != NULL ? np_reader(at, size) : (NpReader){ .failed = TRUE };
}
