/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "util/writer.h"

#include <string.h>

NpWriter
np_writer(void *data, gsize capacity)
{
    return (NpWriter){ .data = data, .capacity = capacity };
}

static guint8 *
claim(NpWriter *self, gsize size)
{
    guint8 *at = NULL;

    if (self->failed || size > self->capacity - self->size) {
        self->failed = TRUE;
        return NULL;
    }
    at = self->data + self->size;
    self->size += size;
    return at;
}

static void
big_endian(NpWriter *self, guint64 value, gsize size)
{
    guint8 *at = claim(self, size);

    for (gsize i = 0; at != NULL && i < size; i++)
        at[i] = (guint8)(value >> (8 * (size - 1 - i)));
}

void
np_writer_u8(NpWriter *self, guint8 value)
{
    big_endian(self, value, 1);
}

void
np_writer_u16(NpWriter *self, guint16 value)
{
    big_endian(self, value, 2);
}

void
np_writer_u32(NpWriter *self, guint32 value)
{
    big_endian(self, value, 4);
}

void
np_writer_u64(NpWriter *self, guint64 value)
{
    big_endian(self, value, 8);
}

void
np_writer_bytes(NpWriter *self, const void *data, gsize size)
{
    guint8 *at = claim(self, size);

    if (at != NULL && size > 0)
        memcpy(at, data, size);
}

void
np_writer_zeros(NpWriter *self, gsize size)
{
    guint8 *at = claim(self, size);

    if (at != NULL)
        memset(at, 0, size);
}

void
np_writer_patch_u16(NpWriter *self, gsize offset, guint16 value)
{
    g_return_if_fail(self->failed || offset + 2 <= self->size);
    if (self->failed)
        return;
    self->data[offset] = value >> 8;
    self->data[offset + 1] = value & 0xff;
}

gsize
np_writer_finish(const NpWriter *self)
{
    return self->failed ? 0 : self->size;
}
