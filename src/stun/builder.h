/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Builds a STUN message in a caller's buffer
 *
 * begin, attributes in the order they shall have, integrity, fingerprint, finish. An overflow is
 * sticky and finish() then returns 0. Values that cannot be on the wire (a text longer than its
 * limit, an unset address) are our own bugs and asserted.
 */

#include "stun/integrity.h"
#include "stun/message.h"
#include "util/writer.h"

/* CHANGE-REQUEST flags (RFC 5780, 7.2). */
typedef enum {
    NP_STUN_CHANGE_PORT = 1 << 1,
    NP_STUN_CHANGE_ADDRESS = 1 << 2,
} NpStunChange;

typedef struct {
    NpWriter writer; /* over the caller's buffer */
    gboolean has_cookie;
    guint8 mask[NP_STUN_MASK_SIZE];
} NpStunBuilder;

/* A Binding message; @buffer must outlive the builder. */
NpStunBuilder
np_stun_builder(void *buffer, gsize capacity, NpStunClass class, const guint8 id[NP_STUN_ID_SIZE]);
/*
 * The answer to @request, @class being SUCCESS or ERROR: same method and transaction id, without
 * the magic cookie if the request had none.
 */
NpStunBuilder np_stun_builder_reply(void *buffer,
                                    gsize capacity,
                                    NpStunClass class,
                                    const NpStunMessage *request);

/* XORed where @type says so. */
void np_stun_builder_address(NpStunBuilder *self, guint16 type, const NpAddress *address);
void np_stun_builder_u32(NpStunBuilder *self, guint16 type, guint32 value);
/* The number and two zero bytes (RESPONSE-PORT; RFC 5780, 7.5). */
void np_stun_builder_u16(NpStunBuilder *self, guint16 type, guint16 value);
void np_stun_builder_bytes(NpStunBuilder *self, guint16 type, const void *data, gsize size);
void np_stun_builder_text(NpStunBuilder *self, guint16 type, const char *text);
/* A value of @size zero bytes: PADDING, NATPROBE-FILL. */
void np_stun_builder_zeros(NpStunBuilder *self, guint16 type, gsize size);
void np_stun_builder_change(NpStunBuilder *self, NpStunChange change);
/* @code is 300 to 699. */
void np_stun_builder_error(NpStunBuilder *self, guint code, const char *reason);
/* UNKNOWN-ATTRIBUTES. */
void np_stun_builder_unknown(NpStunBuilder *self, const guint16 *types, guint n_types);
/* @size: NP_STUN_SHA1_SIZE, or of a SHA-256 that may be truncated. */
void np_stun_builder_integrity(
    NpStunBuilder *self, NpStunIntegrity kind, const void *key, gsize key_size, gsize size);
/* Must be the last attribute. */
void np_stun_builder_fingerprint(NpStunBuilder *self);

/* Bytes so far, were finish() called now. */
gsize np_stun_builder_size(const NpStunBuilder *self);
/* Sets the length field. Returns the message's size, 0 after an overflow. */
gsize np_stun_builder_finish(NpStunBuilder *self);
