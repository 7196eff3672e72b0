/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A cursor over bytes somebody else sent
 *
 * Every read is bounded; a read past the end yields zero and makes the reader fail for good, so
 * that a parser may read a whole structure and ask once at the end. Integers are in network byte
 * order.
 */

#include <glib.h>

typedef struct {
    const guint8 *data; /* borrowed */
    gsize size;
    gsize offset;
    gboolean failed;
} NpReader;

NpReader np_reader(const void *data, gsize size);
gsize np_reader_left(const NpReader *self);
guint8 np_reader_u8(NpReader *self);
guint16 np_reader_u16(NpReader *self);
guint32 np_reader_u32(NpReader *self);
guint64 np_reader_u64(NpReader *self);
/* A view of the next @size bytes, or NULL. Lives as long as the data under the reader. */
const guint8 *np_reader_bytes(NpReader *self, gsize size);
/* Copies the next @size bytes to @to; fills it with zeros where the reader fails. */
void np_reader_copy(NpReader *self, void *to, gsize size);
void np_reader_skip(NpReader *self, gsize size);
/* A reader of its own over the next @size bytes, which @self skips; already failed if too short. */
NpReader np_reader_sub(NpReader *self, gsize size);
