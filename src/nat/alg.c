/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/alg.h"

#include "util/reader.h"
#include "util/writer.h"

#include <string.h>

static gboolean
host_stands_at(NpReader *payload, const NpAddress *host, gsize length)
{
    NpReader reader = *payload;
    const guint8 *bytes = np_reader_bytes(&reader, length);

    return bytes != NULL && memcmp(bytes, host->bytes, length) == 0;
}

static guint16
word_at(const void *data, gsize size, gsize offset)
{
    NpReader reader = np_reader(data, size);

    np_reader_skip(&reader, offset);
    return np_reader_u16(&reader);
}

gboolean
np_nat_alg_apply(guint8 *bytes, gsize start, gsize end, const NpAddress *from, const NpAddress *to)
{
    gsize length = from->family == NP_FAMILY_IPV6 ? 16 : 4;
    NpReader reader = np_reader(bytes, end);
    NpWriter writer = { .data = bytes, .capacity = end, .size = end };
    gboolean changed = FALSE;

    np_reader_skip(&reader, start);
    while (np_reader_left(&reader) >= length) {
        gsize at = reader.offset;

        if (!host_stands_at(&reader, from, length)) {
            np_reader_skip(&reader, 1);
            continue;
        }
        for (gsize i = 0; i < length; i += 2)
            np_writer_patch_u16(&writer, at + i, word_at(to->bytes, length, i));
        if (at >= start + 2 && word_at(bytes, end, at - 2) == from->port)
            np_writer_patch_u16(&writer, at - 2, to->port);
        np_reader_skip(&reader, length);
        changed = TRUE;
    }
    return changed;
}
