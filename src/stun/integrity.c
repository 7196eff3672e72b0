/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stun/integrity.h"

#include "util/secret.h"

#include <string.h>

static guint16
attribute_of(NpStunIntegrity kind)
{
    switch (kind) {
    case NP_STUN_INTEGRITY_SHA1:
        return NP_STUN_ATTR_MESSAGE_INTEGRITY;
    case NP_STUN_INTEGRITY_SHA256:
        return NP_STUN_ATTR_MESSAGE_INTEGRITY_SHA256;
    }
    return 0;
}

static GChecksumType
digest_of(NpStunIntegrity kind)
{
    return kind == NP_STUN_INTEGRITY_SHA1 ? G_CHECKSUM_SHA1 : G_CHECKSUM_SHA256;
}

static gboolean
is_good_size(NpStunIntegrity kind, gsize size, gsize min_size)
{
    switch (kind) {
    case NP_STUN_INTEGRITY_SHA1:
        return size == NP_STUN_SHA1_SIZE;
    case NP_STUN_INTEGRITY_SHA256:
        return size >= MAX(min_size, NP_STUN_SHA256_MIN_SIZE) && size <= NP_STUN_SHA256_SIZE &&
               size % 4 == 0;
    }
    return FALSE;
}

/* NULL without an attribute of that @kind. */
static const NpStunAttribute *
attribute_in(const NpStunMessage *message, NpStunIntegrity kind)
{
    for (guint i = 0; i < message->n_attributes; i++)
        if (message->attributes[i].type == attribute_of(kind))
            return &message->attributes[i];
    return NULL;
}

gboolean
np_stun_integrity_check(const NpStunMessage *message,
                        NpStunIntegrity kind,
                        const void *key,
                        gsize key_size,
                        gsize min_size)
{
    const NpStunAttribute *attribute = attribute_in(message, kind);
    NpReader reader = np_reader(message->data, message->size);
    NpReader prefix = { 0 };
    guint8 mac[NP_STUN_SHA256_SIZE];

    if (attribute == NULL || !is_good_size(kind, attribute->size, min_size))
        return FALSE;
    prefix = np_reader_sub(&reader, attribute->offset - NP_STUN_ATTRIBUTE_HEADER_SIZE);
    np_reader_skip(&reader, NP_STUN_ATTRIBUTE_HEADER_SIZE);
    np_stun_integrity_compute(kind, prefix, key, key_size, mac, attribute->size);
    return np_secret_equal(mac, np_reader_bytes(&reader, attribute->size), attribute->size);
}

void
np_stun_integrity_compute(NpStunIntegrity kind,
                          NpReader prefix,
                          const void *key,
                          gsize key_size,
                          guint8 *mac,
                          gsize value_size)
{
    g_autoptr(GHmac) hmac = g_hmac_new(digest_of(kind), key, key_size);
    gsize length =
        np_reader_left(&prefix) - NP_STUN_HEADER_SIZE + NP_STUN_ATTRIBUTE_HEADER_SIZE + value_size;
    guint8 length_field[2] = { (guint8)(length >> 8), (guint8)length };
    guint8 whole[NP_STUN_SHA256_SIZE];
    gsize whole_size = sizeof whole;
    gsize rest = 0;

    g_hmac_update(hmac, np_reader_bytes(&prefix, 2), 2);
    np_reader_skip(&prefix, sizeof length_field);
    g_hmac_update(hmac, length_field, sizeof length_field);
    rest = np_reader_left(&prefix);
    g_hmac_update(hmac, np_reader_bytes(&prefix, rest), (gssize)rest);
    g_hmac_get_digest(hmac, whole, &whole_size);
    memcpy(mac, whole, MIN(value_size, whole_size));
}
