/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The registry of STUN attributes
 *
 * Types, names and the one property of a value that reader and writer must agree on: whether an
 * address in it is XORed with the header. A type below 0x8000 must be comprehended by whoever
 * processes the message (RFC 8489, section 14).
 */

#include <glib.h>

typedef enum {
    /* RFC 8489, 18.3.1; those that it only reserves are from RFC 3489, 11.2 */
    NP_STUN_ATTR_MAPPED_ADDRESS = 0x0001,
    NP_STUN_ATTR_RESPONSE_ADDRESS = 0x0002,
    NP_STUN_ATTR_CHANGE_REQUEST = 0x0003, /* brought back by RFC 5780, 7.2 */
    NP_STUN_ATTR_SOURCE_ADDRESS = 0x0004,
    NP_STUN_ATTR_CHANGED_ADDRESS = 0x0005,
    NP_STUN_ATTR_USERNAME = 0x0006,
    NP_STUN_ATTR_PASSWORD = 0x0007,
    NP_STUN_ATTR_MESSAGE_INTEGRITY = 0x0008,
    NP_STUN_ATTR_ERROR_CODE = 0x0009,
    NP_STUN_ATTR_UNKNOWN_ATTRIBUTES = 0x000a,
    NP_STUN_ATTR_REFLECTED_FROM = 0x000b,
    NP_STUN_ATTR_REALM = 0x0014,
    NP_STUN_ATTR_NONCE = 0x0015,
    NP_STUN_ATTR_MESSAGE_INTEGRITY_SHA256 = 0x001c,
    NP_STUN_ATTR_PASSWORD_ALGORITHM = 0x001d,
    NP_STUN_ATTR_USERHASH = 0x001e,
    NP_STUN_ATTR_XOR_MAPPED_ADDRESS = 0x0020,
    /* RFC 8445, 16.1 */
    NP_STUN_ATTR_PRIORITY = 0x0024,
    NP_STUN_ATTR_USE_CANDIDATE = 0x0025,
    /* RFC 5780, section 7 */
    NP_STUN_ATTR_PADDING = 0x0026,
    NP_STUN_ATTR_RESPONSE_PORT = 0x0027,

    /* RFC 8489, 18.3.2 */
    NP_STUN_ATTR_PASSWORD_ALGORITHMS = 0x8002,
    NP_STUN_ATTR_ALTERNATE_DOMAIN = 0x8003,
    /* XOR-MAPPED-ADDRESS in the drafts between RFC 3489 and RFC 5389; old clients and servers
     * still speak it */
    NP_STUN_ATTR_DRAFT_XOR_MAPPED_ADDRESS = 0x8020,
    NP_STUN_ATTR_SOFTWARE = 0x8022,
    NP_STUN_ATTR_ALTERNATE_SERVER = 0x8023,
    NP_STUN_ATTR_FINGERPRINT = 0x8028,
    /* RFC 8445, 16.1 */
    NP_STUN_ATTR_ICE_CONTROLLED = 0x8029,
    NP_STUN_ATTR_ICE_CONTROLLING = 0x802a,
    /* RFC 5780, section 7 */
    NP_STUN_ATTR_RESPONSE_ORIGIN = 0x802b,
    NP_STUN_ATTR_OTHER_ADDRESS = 0x802c,

    /*
     * natprobe's own, from the comprehension-optional range that IANA hands out to vendors and in
     * a part of it where nothing is registered. Servers that do not know them ignore them.
     *
     * COOKIE: in a request, empty ("give me one") or as given before; in a response, what the
     * source must echo to prove that it receives at its address (see stun/cookie.h).
     * FILL: any bytes, ignored; lengthens a request so that the answer need not be longer than it.
     */
    NP_STUN_ATTR_NATPROBE_COOKIE = 0xc0e0,
    NP_STUN_ATTR_NATPROBE_FILL = 0xc0e1,
} NpStunAttributeType;

/* "XOR-MAPPED-ADDRESS"; NULL for a type that is not in the registry. */
const char *np_stun_attribute_name(guint16 type);
/* Whether a receiver that does not know @type must refuse the message. Any type may be asked. */
gboolean np_stun_attribute_is_required(guint16 type);
/* Whether @type carries an address that is XORed with the header (RFC 8489, 14.2). */
gboolean np_stun_attribute_is_xored(guint16 type);
