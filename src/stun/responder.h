/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a STUN server says: a function from datagram to datagram
 *
 * No state but its configuration. What it may send, how much and to whom:
 *  - A Binding request gets an answer to its own source, of at most NP_STUN_ANSWER_LIMIT octets,
 *    from the endpoint it came to or, if CHANGE-REQUEST asks and the grid allows, from another.
 *  - Answers to another port of the source (RESPONSE-PORT, not below 1024) and answers that are
 *    longer (PADDING) are never longer than the request and need a NATPROBE-COOKIE that this server
 *    gave to this very source. Without one those attributes count as unknown (420).
 *  - Nothing else gets an answer.
 *
 * Old clients, told by the missing magic cookie, get the attributes of RFC 3489; others get both
 * as far as there is room.
 */

#include "core/machine.h"
#include "stun/cookie.h"
#include "stun/grid.h"
#include "stun/message.h"

#define NP_STUN_ANSWER_LIMIT 128
/* The most that PADDING makes an answer: longer than any path MTU that matters. */
#define NP_STUN_PADDED_LIMIT 2048
/* RFC 8489 allows 127 characters; ours must leave room for the addresses. */
#define NP_STUN_SOFTWARE_LIMIT 32

typedef struct {
    const NpStunGrid *grid; /* borrowed */
    const char *software;   /* borrowed; NULL for none; at most NP_STUN_SOFTWARE_LIMIT bytes */
    guint8 secret[NP_STUN_COOKIE_SECRET_SIZE];
} NpStunResponder;

typedef struct {
    NpTransport transport;
    NpAddress source;
    NpAddress local; /* where it came to; host may be wildcard or family none if unknown */
    const guint8 *data;
    gsize size;
} NpStunQuestion;

typedef struct {
    NpAddress to;
    guint from; /* the grid's endpoint to send from; NP_STUN_NOWHERE: where the question came to */
    guint8 data[NP_STUN_PADDED_LIMIT];
    gsize size;
} NpStunAnswer;

/* The first two come with an answer, the others are reasons for none. */
typedef enum {
    NP_STUN_ANSWERED,
    NP_STUN_REFUSED, /* with an error response */
    NP_STUN_DROPPED_FOREIGN,
    NP_STUN_DROPPED_MALFORMED,
    NP_STUN_DROPPED_METHOD,      /* not Binding */
    NP_STUN_DROPPED_CLASS,       /* an indication or a response */
    NP_STUN_DROPPED_FINGERPRINT, /* present and wrong */
    NP_STUN_DROPPED_SOURCE,      /* nobody can be answered there */
    NP_STUN_N_OUTCOMES,
} NpStunOutcome;

NpStunOutcome np_stun_responder_answer(const NpStunResponder *self,
                                       const NpStunQuestion *question,
                                       NpTime now,
                                       NpStunAnswer *answer);
