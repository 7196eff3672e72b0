/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * STUN messages in a TCP stream (RFC 8489, 6.2.2)
 *
 * They follow one another without any framing but their own length field. A stream that does not
 * continue with the header of a STUN message of reasonable size has lost its place: what is at hand
 * is thrown away once, in the hope that the peer starts afresh, and the second time the stream is
 * broken for good.
 */

#include "util/reader.h"
#include "util/writer.h"

typedef struct {
    guint8 *buffer;
    NpWriter writer; /* over the buffer: what has come of the next message */
    guint errors;
} NpStunStream;

/* Messages longer than @max_message, at least NP_STUN_HEADER_SIZE, are errors. */
void np_stun_stream_init(NpStunStream *self, gsize max_message);
void np_stun_stream_clear(NpStunStream *self);

/*
 * Takes from @input as many bytes as it needs for one message. TRUE if there is one: @message is
 * then a view of it until the next call. FALSE when @input is used up.
 */
gboolean np_stun_stream_next(NpStunStream *self, NpReader *input, NpReader *message);
/* No message will come any more: close the connection. */
gboolean np_stun_stream_is_broken(const NpStunStream *self);
