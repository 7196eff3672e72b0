/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * STUN messages with known bytes: the vectors of RFC 5769 and RFC 8489, appendix B
 */

#include "stun/message.h"

typedef struct {
    const char *label;
    const char *hex; /* blanks between bytes do not count */
} NpStunVector;

extern const NpStunVector np_stun_vector_request;   /* RFC 5769, 2.1 */
extern const NpStunVector np_stun_vector_ipv4;      /* RFC 5769, 2.2 */
extern const NpStunVector np_stun_vector_ipv6;      /* RFC 5769, 2.3 */
extern const NpStunVector np_stun_vector_long_term; /* RFC 5769, 2.4 */
extern const NpStunVector np_stun_vector_sha256;    /* RFC 8489, B.1 with erratum 6268 */

/* Of the first three vectors. */
#define NP_STUN_VECTOR_PASSWORD "VOkJxbRl1RmTxUk/WvJxBt"
/* Of the last two; the password as prepared. */
#define NP_STUN_VECTOR_USERNAME "\u30de\u30c8\u30ea\u30c3\u30af\u30b9"
#define NP_STUN_VECTOR_REALM "example.org"
#define NP_STUN_VECTOR_LONG_TERM_PASSWORD "TheMatrIX"

/* Bytes of @hex, in which blanks are allowed, as an array of guint8. */
GByteArray *np_stun_fixture_bytes(const char *hex);
/* Parses what must be good into @message; @bytes must outlive it. */
void np_stun_fixture_parse(NpStunMessage *message, const GByteArray *bytes);
