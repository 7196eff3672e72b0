/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * FINGERPRINT (RFC 8489, 14.7)
 *
 * A CRC-32 of the message up to the attribute, which is the last one. No protection against
 * anybody: it tells STUN from what else shares the port.
 */

#include "stun/message.h"

typedef enum {
    NP_STUN_FINGERPRINT_ABSENT,
    NP_STUN_FINGERPRINT_GOOD,
    NP_STUN_FINGERPRINT_BAD,
} NpStunFingerprint;

NpStunFingerprint np_stun_fingerprint_check(const NpStunMessage *message);
/* The value for a message whose bytes before the attribute are @prefix, its length field final. */
guint32 np_stun_fingerprint_compute(NpReader prefix);
