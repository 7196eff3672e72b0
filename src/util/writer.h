/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A cursor that fills a caller's buffer
 *
 * The counterpart of NpReader: bounded, sticky on overflow, network byte order. Nothing is written
 * past the end; after an overflow the content is useless and np_writer_finish() says so.
 */

#include <glib.h>

typedef struct {
    guint8 *data; /* borrowed */
    gsize capacity;
    gsize size;
    gboolean failed;
} NpWriter;

NpWriter np_writer(void *data, gsize capacity);
void np_writer_u8(NpWriter *self, guint8 value);
void np_writer_u16(NpWriter *self, guint16 value);
void np_writer_u32(NpWriter *self, guint32 value);
void np_writer_u64(NpWriter *self, guint64 value);
void np_writer_bytes(NpWriter *self, const void *data, gsize size);
void np_writer_zeros(NpWriter *self, gsize size);
/* Overwrites two bytes written before, such as a length known only afterwards. */
void np_writer_patch_u16(NpWriter *self, gsize offset, guint16 value);
/* Bytes written, or 0 after an overflow. */
gsize np_writer_finish(const NpWriter *self);
