/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stun/stream.h"

#include "stun/message.h"

#define MAX_ERRORS 2

void
np_stun_stream_init(NpStunStream *self, gsize max_message)
{
    g_assert(max_message >= NP_STUN_HEADER_SIZE);
    *self = (NpStunStream){ .buffer = g_malloc(max_message) };
    self->writer = np_writer(self->buffer, max_message);
}

void
np_stun_stream_clear(NpStunStream *self)
{
    g_clear_pointer(&self->buffer, g_free);
}

/* Moves bytes until @size are in the buffer. FALSE if the input does not have them. */
static gboolean
fill(NpStunStream *self, NpReader *input, gsize size)
{
    gsize more = MIN(size - self->writer.size, np_reader_left(input));

    np_writer_bytes(&self->writer, np_reader_bytes(input, more), more);
    return self->writer.size == size;
}

/* Size of the message whose header is in the buffer; 0 if it is no header. */
static gsize
announced_size(const NpStunStream *self)
{
    NpReader header = np_reader(self->buffer, NP_STUN_HEADER_SIZE);
    guint16 type = np_reader_u16(&header);
    guint16 length = np_reader_u16(&header);
    guint32 cookie = np_reader_u32(&header);

    if (type >> 14 != 0 || length % 4 != 0 || cookie != NP_STUN_MAGIC_COOKIE ||
        NP_STUN_HEADER_SIZE + (gsize)length > self->writer.capacity)
        return 0;
    return NP_STUN_HEADER_SIZE + (gsize)length;
}

static void
start_over(NpStunStream *self)
{
    self->writer = np_writer(self->buffer, self->writer.capacity);
}

static gboolean
lose_place(NpStunStream *self, NpReader *input)
{
    self->errors++;
    start_over(self);
    np_reader_skip(input, np_reader_left(input));
    return FALSE;
}

gboolean
np_stun_stream_next(NpStunStream *self, NpReader *input, NpReader *message)
{
    gsize size = 0;

    if (np_stun_stream_is_broken(self)) {
        np_reader_skip(input, np_reader_left(input));
        return FALSE;
    }
    if (self->writer.size < NP_STUN_HEADER_SIZE && !fill(self, input, NP_STUN_HEADER_SIZE))
        return FALSE;
    size = announced_size(self);
    if (size == 0)
        return lose_place(self, input);
    if (!fill(self, input, size))
        return FALSE;
    *message = np_reader(self->buffer, size);
    start_over(self);
    return TRUE;
}

gboolean
np_stun_stream_is_broken(const NpStunStream *self)
{
    return self->errors >= MAX_ERRORS;
}
