/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A received STUN message (RFC 8489; RFC 3489 for old peers)
 *
 * Parsing checks the whole structure once and keeps a table of where the attributes are; the
 * accessors then only look things up. A plain value on the caller's stack that borrows the bytes.
 *
 * Attributes behind MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 that must be ignored (RFC 8489,
 * 14.5 and 14.6) are not in the table, so nobody can trust them by mistake.
 */

#include "stun/address.h"
#include "stun/attribute.h"
#include "util/reader.h"

#define NP_STUN_PORT 3478
#define NP_STUN_MAGIC_COOKIE 0x2112a442u
#define NP_STUN_HEADER_SIZE 20
#define NP_STUN_ATTRIBUTE_HEADER_SIZE 4
#define NP_STUN_ID_SIZE 12
/* A message with more is refused: nothing in use comes near, and the table stays on the stack. */
#define NP_STUN_MAX_ATTRIBUTES 32
/* Largest length field, a multiple of four, and the header. */
#define NP_STUN_MAX_SIZE (NP_STUN_HEADER_SIZE + 65532)

typedef enum {
    NP_STUN_OK,
    NP_STUN_NOT_STUN,    /* something else: leave it to whoever shares the socket */
    NP_STUN_MALFORMED,   /* bears the magic cookie, but its structure is broken */
    NP_STUN_UNSUPPORTED, /* well formed, with a method other than Binding; the message is filled */
} NpStunResult;

/* The values of the two class bits (RFC 8489, section 5). */
typedef enum {
    NP_STUN_REQUEST,
    NP_STUN_INDICATION,
    NP_STUN_SUCCESS,
    NP_STUN_ERROR,
} NpStunClass;

#define NP_STUN_BINDING 0x001

/* Error codes (RFC 8489, 14.8; RFC 8445, 16.2). */
enum {
    NP_STUN_TRY_ALTERNATE = 300,
    NP_STUN_BAD_REQUEST = 400,
    NP_STUN_UNAUTHENTICATED = 401,
    NP_STUN_UNKNOWN_ATTRIBUTE = 420,
    NP_STUN_STALE_NONCE = 438,
    NP_STUN_ROLE_CONFLICT = 487,
    NP_STUN_SERVER_ERROR = 500,
};

typedef struct {
    guint16 type;
    guint16 size; /* of the value, without padding */
    gsize offset; /* of the value in the message */
} NpStunAttribute;

typedef struct {
    const guint8 *data; /* borrowed */
    gsize size;
    NpStunClass class;
    guint16 method;
    gboolean has_cookie; /* FALSE: RFC 3489, the transaction id is all sixteen bytes of @mask */
    guint8 mask[NP_STUN_MASK_SIZE]; /* the header's bytes 4 to 19 */
    guint8 id[NP_STUN_ID_SIZE];     /* the last twelve of them */
    NpStunAttribute attributes[NP_STUN_MAX_ATTRIBUTES];
    guint n_attributes;
} NpStunMessage;

/*
 * Exactly @size bytes must be one message. Fills @message if it returns OK or UNSUPPORTED; then
 * the message is usable as long as @data.
 */
NpStunResult np_stun_message_parse(NpStunMessage *message, const void *data, gsize size);
gboolean np_stun_message_has_id(const NpStunMessage *message, const guint8 id[NP_STUN_ID_SIZE]);

/*
 * Accessors. All look at the first attribute of @type, which is the one that counts (RFC 8489,
 * section 14), and return FALSE if there is none or its value is not of the kind asked for.
 */
gboolean np_stun_message_find(const NpStunMessage *message, guint16 type, NpReader *value);
gboolean np_stun_message_has(const NpStunMessage *message, guint16 type);
/* Undoes the XOR where @type has it. */
gboolean np_stun_message_address(const NpStunMessage *message, guint16 type, NpAddress *address);
gboolean np_stun_message_u32(const NpStunMessage *message, guint16 type, guint32 *number);
/* The 16-bit number at the start of a 4-byte value (RESPONSE-PORT; RFC 5780, 7.5). */
gboolean np_stun_message_u16(const NpStunMessage *message, guint16 type, guint16 *number);
/* The value made printable: valid UTF-8 without control characters. NULL, or the caller's. */
char *np_stun_message_text(const NpStunMessage *message, guint16 type);
/* The number of ERROR-CODE, 300 to 699. */
gboolean np_stun_message_error(const NpStunMessage *message, guint *code);
/* Its reason phrase, as np_stun_message_text(). */
char *np_stun_message_error_reason(const NpStunMessage *message);
/* Whether the UNKNOWN-ATTRIBUTES of an error response name @type. */
gboolean np_stun_message_refuses(const NpStunMessage *message, guint16 type);

/*
 * Types in the message that must be comprehended and are not among @known: each once, in order, at
 * most @max of them to @unknown. Returns how many were written.
 */
guint np_stun_message_unknown(
    const NpStunMessage *message, const guint16 *known, gsize n_known, guint16 *unknown, guint max);
