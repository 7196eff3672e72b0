/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256 (RFC 8489, 14.5 and 14.6)
 *
 * An HMAC over the message up to the attribute, with the length field as if the message ended right
 * behind it. Keys come from stun/credential.h.
 */

#include "stun/message.h"

typedef enum {
    NP_STUN_INTEGRITY_SHA1,
    NP_STUN_INTEGRITY_SHA256,
} NpStunIntegrity;

#define NP_STUN_SHA1_SIZE 20
#define NP_STUN_SHA256_SIZE 32
/* RFC 8489, 14.6: an application may truncate to no less than this, in steps of four. */
#define NP_STUN_SHA256_MIN_SIZE 16

/*
 * Whether @message has this attribute and it is right for @key. A truncated SHA-256 is accepted
 * down to @min_size bytes: NP_STUN_SHA256_SIZE unless the usage says otherwise. Takes the same time
 * wherever the first wrong byte is.
 */
gboolean np_stun_integrity_check(const NpStunMessage *message,
                                 NpStunIntegrity kind,
                                 const void *key,
                                 gsize key_size,
                                 gsize min_size);

/*
 * The HMAC of @prefix, a message up to but without the attribute, whose value will be @value_size
 * bytes. @mac takes that many.
 */
void np_stun_integrity_compute(NpStunIntegrity kind,
                               NpReader prefix,
                               const void *key,
                               gsize key_size,
                               guint8 *mac,
                               gsize value_size);
