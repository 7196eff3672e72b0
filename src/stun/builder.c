/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * RFC 3489 knows no padding: there every length is a multiple of four (RFC 3489, 11.2), so texts
 * are filled up with spaces and a list of odd length repeats its last entry. Answers to old clients
 * are built that way.
 */

#include "stun/builder.h"

#include "stun/fingerprint.h"

#include <string.h>

/* What an encoder may write into any text attribute: fewer than 128 characters (RFC
 * 8489, 14.3, 14.8 to 14.10 and 14.14). */
#define MAX_TEXT 509

static const guint8 old_text_fill[] = { ' ', ' ', ' ' };

static guint16
message_type(NpStunClass class, guint16 method)
{
    return (guint16)((method & 0x0f80) << 2 | (method & 0x0070) << 1 | (method & 0x000f) |
                     ((guint) class & 2) << 7 | ((guint) class & 1) << 4);
}

static NpStunBuilder
begin(void *buffer,
      gsize capacity,
      guint16 type,
      gboolean has_cookie,
      const guint8 mask[NP_STUN_MASK_SIZE])
{
    NpStunBuilder self = { .writer = np_writer(buffer, capacity), .has_cookie = has_cookie };

    memcpy(self.mask, mask, NP_STUN_MASK_SIZE);
    np_writer_u16(&self.writer, type);
    np_writer_u16(&self.writer, 0);
    np_writer_bytes(&self.writer, mask, NP_STUN_MASK_SIZE);
    return self;
}

static gsize
padding(gsize size)
{
    return (4 - size % 4) % 4;
}

static void
attribute_header(NpStunBuilder *self, guint16 type, gsize size)
{
    g_assert(size <= G_MAXUINT16);
    np_writer_u16(&self->writer, type);
    np_writer_u16(&self->writer, (guint16)size);
}

/* The length field as if an attribute with a value of @more bytes ended the message. */
static void
set_length(NpStunBuilder *self, gsize more)
{
    gsize length = self->writer.size - NP_STUN_HEADER_SIZE;

    if (more > 0)
        length += NP_STUN_ATTRIBUTE_HEADER_SIZE + more;
    if (length > NP_STUN_MAX_SIZE - NP_STUN_HEADER_SIZE)
        self->writer.failed = TRUE;
    np_writer_patch_u16(&self->writer, 2, (guint16)length);
}

static NpReader
written(const NpStunBuilder *self)
{
    return np_reader(self->writer.data, self->writer.size);
}

NpStunBuilder
np_stun_builder(void *buffer, gsize capacity, NpStunClass class, const guint8 id[NP_STUN_ID_SIZE])
{
    guint8 mask[NP_STUN_MASK_SIZE];
    NpWriter writer = np_writer(mask, sizeof mask);

    np_writer_u32(&writer, NP_STUN_MAGIC_COOKIE);
    np_writer_bytes(&writer, id, NP_STUN_ID_SIZE);
    return begin(buffer, capacity, message_type(class, NP_STUN_BINDING), TRUE, mask);
}

NpStunBuilder
np_stun_builder_reply(void *buffer, gsize capacity, NpStunClass class, const NpStunMessage *request)
{
    return begin(buffer, capacity, message_type(class, request->method), request->has_cookie,
                 request->mask);
}

void
np_stun_builder_address(NpStunBuilder *self, guint16 type, const NpAddress *address)
{
    attribute_header(self, type, np_stun_address_size(address));
    np_stun_address_write(&self->writer, np_stun_attribute_is_xored(type) ? self->mask : NULL,
                          address);
}

void
np_stun_builder_u32(NpStunBuilder *self, guint16 type, guint32 value)
{
    attribute_header(self, type, 4);
    np_writer_u32(&self->writer, value);
}

void
np_stun_builder_u16(NpStunBuilder *self, guint16 type, guint16 value)
{
    np_stun_builder_u32(self, type, (guint32)value << 16);
}

void
np_stun_builder_bytes(NpStunBuilder *self, guint16 type, const void *data, gsize size)
{
    attribute_header(self, type, size);
    np_writer_bytes(&self->writer, data, size);
    np_writer_zeros(&self->writer, padding(size));
}

/* A value of @before bytes, which the caller has yet to write, and @text. */
static void
text_header(NpStunBuilder *self, guint16 type, gsize before, const char *text)
{
    gsize size = before + strlen(text);

    g_assert(strlen(text) <= MAX_TEXT);
    attribute_header(self, type, self->has_cookie ? size : size + padding(size));
}

static void
text_body(NpStunBuilder *self, const char *text)
{
    gsize size = strlen(text);

    np_writer_bytes(&self->writer, text, size);
    if (self->has_cookie)
        np_writer_zeros(&self->writer, padding(size));
    else
        np_writer_bytes(&self->writer, old_text_fill, padding(size));
}

void
np_stun_builder_text(NpStunBuilder *self, guint16 type, const char *text)
{
    text_header(self, type, 0, text);
    text_body(self, text);
}

void
np_stun_builder_zeros(NpStunBuilder *self, guint16 type, gsize size)
{
    attribute_header(self, type, size);
    np_writer_zeros(&self->writer, size + padding(size));
}

void
np_stun_builder_change(NpStunBuilder *self, NpStunChange change)
{
    np_stun_builder_u32(self, NP_STUN_ATTR_CHANGE_REQUEST, change);
}

void
np_stun_builder_error(NpStunBuilder *self, guint code, const char *reason)
{
    g_assert(code >= 300 && code <= 699);
    text_header(self, NP_STUN_ATTR_ERROR_CODE, 4, reason);
    np_writer_u32(&self->writer, code / 100 << 8 | code % 100);
    text_body(self, reason);
}

void
np_stun_builder_unknown(NpStunBuilder *self, const guint16 *types, guint n_types)
{
    gboolean repeat = !self->has_cookie && n_types % 2 == 1;

    attribute_header(self, NP_STUN_ATTR_UNKNOWN_ATTRIBUTES, 2 * (n_types + (repeat ? 1 : 0)));
    for (guint i = 0; i < n_types; i++)
        np_writer_u16(&self->writer, types[i]);
    if (n_types % 2 == 1)
        np_writer_u16(&self->writer, repeat ? types[n_types - 1] : 0);
}

void
np_stun_builder_integrity(
    NpStunBuilder *self, NpStunIntegrity kind, const void *key, gsize key_size, gsize size)
{
    guint8 mac[NP_STUN_SHA256_SIZE] = { 0 };

    g_assert(kind == NP_STUN_INTEGRITY_SHA1
                 ? size == NP_STUN_SHA1_SIZE
                 : size >= NP_STUN_SHA256_MIN_SIZE && size <= NP_STUN_SHA256_SIZE && size % 4 == 0);
    if (!self->writer.failed)
        np_stun_integrity_compute(kind, written(self), key, key_size, mac, size);
    np_stun_builder_bytes(self,
                          kind == NP_STUN_INTEGRITY_SHA1 ? NP_STUN_ATTR_MESSAGE_INTEGRITY
                                                         : NP_STUN_ATTR_MESSAGE_INTEGRITY_SHA256,
                          mac, size);
}

void
np_stun_builder_fingerprint(NpStunBuilder *self)
{
    set_length(self, 4);
    np_stun_builder_u32(self, NP_STUN_ATTR_FINGERPRINT, np_stun_fingerprint_compute(written(self)));
}

gsize
np_stun_builder_size(const NpStunBuilder *self)
{
    return np_writer_finish(&self->writer);
}

gsize
np_stun_builder_finish(NpStunBuilder *self)
{
    set_length(self, 0);
    return np_writer_finish(&self->writer);
}
