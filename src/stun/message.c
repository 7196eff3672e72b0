/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A message without the magic cookie is accepted only if everything else about it is right, because
 * there any datagram whose first two bits are zero might be taken for STUN; so what would be
 * "malformed" with the cookie is "not STUN" without.
 */

#include "stun/message.h"

#include <string.h>

/* RFC 8489, section 5: twelve method bits around two class bits, M11-M7 C1 M6-M4 C0 M3-M0. */
static NpStunClass
class_of(guint16 type)
{
    return (NpStunClass)((type >> 7 & 2) | (type >> 4 & 1));
}

static guint16
method_of(guint16 type)
{
    return (type & 0x000f) | (type >> 1 & 0x0070) | (type >> 2 & 0x0f80);
}

/* How far the tail of a message may still be read, given the attributes before (RFC 8489, 14.5 to
 * 14.7). */
typedef enum {
    TAIL_OPEN,
    TAIL_AFTER_INTEGRITY,
    TAIL_AFTER_SHA256,
    TAIL_CLOSED,
} Tail;

static gboolean
is_readable(Tail tail, guint16 type)
{
    switch (tail) {
    case TAIL_OPEN:
        return TRUE;
    case TAIL_AFTER_INTEGRITY:
        return type == NP_STUN_ATTR_MESSAGE_INTEGRITY_SHA256 || type == NP_STUN_ATTR_FINGERPRINT;
    case TAIL_AFTER_SHA256:
        return type == NP_STUN_ATTR_FINGERPRINT;
    case TAIL_CLOSED:
        return FALSE;
    }
    return FALSE;
}

static Tail
tail_after(Tail tail, guint16 type)
{
    if (type == NP_STUN_ATTR_FINGERPRINT)
        return TAIL_CLOSED;
    if (type == NP_STUN_ATTR_MESSAGE_INTEGRITY_SHA256)
        return TAIL_AFTER_SHA256;
    if (type == NP_STUN_ATTR_MESSAGE_INTEGRITY && tail == TAIL_OPEN)
        return TAIL_AFTER_INTEGRITY;
    return tail;
}

static gboolean
read_attributes(NpStunMessage *message, NpReader *reader)
{
    Tail tail = TAIL_OPEN;

    message->n_attributes = 0;
    while (np_reader_left(reader) > 0) {
        NpStunAttribute attribute = { .type = np_reader_u16(reader) };

        attribute.size = np_reader_u16(reader);
        attribute.offset = reader->offset;
        /* The padding may hold anything (RFC 8489, section 14). */
        np_reader_skip(reader, (attribute.size + 3u) & ~3u);
        if (reader->failed || tail == TAIL_CLOSED)
            return FALSE;
        if (!is_readable(tail, attribute.type))
            continue;
        if (message->n_attributes == NP_STUN_MAX_ATTRIBUTES)
            return FALSE;
        message->attributes[message->n_attributes++] = attribute;
        tail = tail_after(tail, attribute.type);
    }
    return TRUE;
}

static NpStunResult
parse_body(NpStunMessage *message, NpReader *reader, gsize length)
{
    if (length % 4 != 0 || length != np_reader_left(reader) || !read_attributes(message, reader))
        return NP_STUN_MALFORMED;
    return message->method == NP_STUN_BINDING ? NP_STUN_OK : NP_STUN_UNSUPPORTED;
}

NpStunResult
np_stun_message_parse(NpStunMessage *message, const void *data, gsize size)
{
    NpReader reader = np_reader(data, size);
    guint16 type = np_reader_u16(&reader);
    guint16 length = np_reader_u16(&reader);
    NpReader mask = np_reader_sub(&reader, NP_STUN_MASK_SIZE);
    NpReader id = mask;
    NpStunResult result = NP_STUN_OK;

    if (reader.failed || type >> 14 != 0)
        return NP_STUN_NOT_STUN;
    message->data = data;
    message->size = size;
    message->class = class_of(type);
    message->method = method_of(type);
    np_reader_copy(&mask, message->mask, NP_STUN_MASK_SIZE);
    message->has_cookie = np_reader_u32(&id) == NP_STUN_MAGIC_COOKIE;
    np_reader_copy(&id, message->id, NP_STUN_ID_SIZE);

    result = parse_body(message, &reader, length);
    /* RFC 3489 has no indications, and of its two methods the other one needs TLS. */
    if (!message->has_cookie && (result != NP_STUN_OK || message->class == NP_STUN_INDICATION))
        return NP_STUN_NOT_STUN;
    return result;
}

gboolean
np_stun_message_has_id(const NpStunMessage *message, const guint8 id[NP_STUN_ID_SIZE])
{
    return message->has_cookie && memcmp(message->id, id, NP_STUN_ID_SIZE) == 0;
}

gboolean
np_stun_message_find(const NpStunMessage *message, guint16 type, NpReader *value)
{
    for (guint i = 0; i < message->n_attributes; i++) {
        const NpStunAttribute *attribute = &message->attributes[i];
        NpReader reader = np_reader(message->data, message->size);

        if (attribute->type != type)
            continue;
        np_reader_skip(&reader, attribute->offset);
        *value = np_reader_sub(&reader, attribute->size);
        return TRUE;
    }
    return FALSE;
}

gboolean
np_stun_message_has(const NpStunMessage *message, guint16 type)
{
    NpReader value = { 0 };

    return np_stun_message_find(message, type, &value);
}

gboolean
np_stun_message_address(const NpStunMessage *message, guint16 type, NpAddress *address)
{
    NpReader value = { 0 };

    return np_stun_message_find(message, type, &value) &&
           np_stun_address_read(value, np_stun_attribute_is_xored(type) ? message->mask : NULL,
                                address);
}

gboolean
np_stun_message_u32(const NpStunMessage *message, guint16 type, guint32 *number)
{
    NpReader value = { 0 };

    if (!np_stun_message_find(message, type, &value) || np_reader_left(&value) != 4)
        return FALSE;
    *number = np_reader_u32(&value);
    return TRUE;
}

gboolean
np_stun_message_u16(const NpStunMessage *message, guint16 type, guint16 *number)
{
    guint32 word = 0;

    if (!np_stun_message_u32(message, type, &word))
        return FALSE;
    *number = (guint16)(word >> 16);
    return TRUE;
}

static char *
printable(NpReader *value)
{
    gsize size = np_reader_left(value);
    const guint8 *bytes = np_reader_bytes(value, size);
    g_autofree char *valid = g_utf8_make_valid((const char *)bytes, (gssize)size);
    g_autoptr(GString) text = g_string_sized_new(size);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at))
        if (!g_unichar_iscntrl(g_utf8_get_char(at)))
            g_string_append_unichar(text, g_utf8_get_char(at));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *
np_stun_message_text(const NpStunMessage *message, guint16 type)
{
    NpReader value = { 0 };

    return np_stun_message_find(message, type, &value) ? printable(&value) : NULL;
}

/* RFC 8489, 14.8: 21 reserved bits, three of class, eight of number, then the reason. */
static gboolean
read_error(const NpStunMessage *message, guint *code, NpReader *reason)
{
    guint8 hundreds = 0;
    guint8 number = 0;

    if (!np_stun_message_find(message, NP_STUN_ATTR_ERROR_CODE, reason))
        return FALSE;
    np_reader_skip(reason, 2);
    hundreds = np_reader_u8(reason) & 0x07;
    number = np_reader_u8(reason);
    if (reason->failed || hundreds < 3 || hundreds > 6 || number > 99)
        return FALSE;
    *code = hundreds * 100u + number;
    return TRUE;
}

gboolean
np_stun_message_error(const NpStunMessage *message, guint *code)
{
    NpReader reason = { 0 };

    return read_error(message, code, &reason);
}

char *
np_stun_message_error_reason(const NpStunMessage *message)
{
    NpReader reason = { 0 };
    guint code = 0;

    return read_error(message, &code, &reason) ? printable(&reason) : NULL;
}

gboolean
np_stun_message_refuses(const NpStunMessage *message, guint16 type)
{
    NpReader value = { 0 };

    if (!np_stun_message_find(message, NP_STUN_ATTR_UNKNOWN_ATTRIBUTES, &value))
        return FALSE;
    while (np_reader_left(&value) >= 2)
        if (np_reader_u16(&value) == type)
            return TRUE;
    return FALSE;
}

static gboolean
is_among(guint16 type, const guint16 *types, gsize n_types)
{
    for (gsize i = 0; i < n_types; i++)
        if (types[i] == type)
            return TRUE;
    return FALSE;
}

guint
np_stun_message_unknown(
    const NpStunMessage *message, const guint16 *known, gsize n_known, guint16 *unknown, guint max)
{
    guint found = 0;

    for (guint i = 0; i < message->n_attributes && found < max; i++) {
        guint16 type = message->attributes[i].type;

        if (np_stun_attribute_is_required(type) && !is_among(type, known, n_known) &&
            !is_among(type, unknown, found))
            unknown[found++] = type;
    }
    return found;
}
