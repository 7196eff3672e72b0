/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One question, repeated until it is answered or its silence is evidence
 *
 * A Binding request from one socket to one endpoint. Every copy bears a transaction id of its own,
 * so that round trips are timed without Karn's ambiguity and lost copies can be counted. How many
 * copies are needed and how long to wait for the last is the path's to say.
 */

#include "core/machine.h"
#include "probe/path.h"
#include "util/rng.h"

#define NP_PROBE_ASK_MAX_COPIES 24
#define NP_PROBE_ASK_ID_SIZE 12

/* What is special about a question; none for a plain request whose answer is owed. */
typedef enum {
    NP_PROBE_ASK_PLAIN = 0,
    NP_PROBE_ASK_CHANGE_IP = 1 << 0,   /* RFC 5780, 7.2: answer from another address */
    NP_PROBE_ASK_CHANGE_PORT = 1 << 1, /* RFC 5780, 7.2: answer from another port */
    NP_PROBE_ASK_LOOP = 1 << 2,        /* to ourselves: the arrival of the request is the answer */
    NP_PROBE_ASK_UNOWED = 1 << 3,      /* the NAT may swallow it: says nothing about loss */
} NpProbeAskFlags;

typedef enum {
    NP_PROBE_ASK_PENDING,
    NP_PROBE_ASK_ANSWERED,
    NP_PROBE_ASK_SILENT, /* so many copies, for so long, that loss does not explain it */
} NpProbeAskState;

/* The first valid answer. */
typedef struct {
    NpAddress from;   /* who really sent it */
    NpAddress to;     /* the local address it came to */
    NpAddress mapped; /* the reflexive address in it; NP_FAMILY_NONE in an error response */
    guint error;      /* STUN error code, 0 for a success */
} NpProbeAnswer;

typedef struct {
    NpSocketId socket;
    NpAddress to;
    NpProbeAskFlags flags;
    NpTime interval; /* between copies */
    gboolean
        unproven; /* nobody at @to has answered yet: repeated slowly, and never evidence alone */
    guint8 ttl;   /* 0 for the system's default */
    guint8 id[NP_PROBE_ASK_ID_SIZE]; /* the copy number is added to its last byte */
    NpTime first_due;
    guint n_copies;
    NpTime sent[NP_PROBE_ASK_MAX_COPIES];
    guint32 answered; /* bit per copy */
    guint judged;     /* copies whose silence has been taken note of */
    gboolean refused; /* an ICMP destination unreachable came back */
    gboolean abandoned;
    NpAddress hop; /* who sent an ICMP time exceeded; NP_FAMILY_NONE if nobody did */
    gboolean has_answer;
    NpProbeAnswer answer;
} NpProbeAsk;

/* The first copy is due at @now. */
void np_probe_ask_init(NpProbeAsk *self,
                       NpSocketId socket,
                       const NpAddress *to,
                       NpProbeAskFlags flags,
                       NpTime interval,
                       NpRng *rng,
                       NpTime now);

NpProbeAskState np_probe_ask_state(const NpProbeAsk *self, const NpProbePath *path, NpTime now);
/* When to look at it again: a copy is due, or its silence becomes evidence. NP_TIME_NEVER if
 * neither. */
NpTime np_probe_ask_deadline(const NpProbeAsk *self, const NpProbePath *path);
/* TRUE if a copy is due; then it counts as sent and @id is its transaction id. */
gboolean np_probe_ask_next_copy(NpProbeAsk *self,
                                const NpProbePath *path,
                                NpTime now,
                                guint8 id[NP_PROBE_ASK_ID_SIZE]);
/* Which copy @id belongs to, or -1. */
gint np_probe_ask_find_copy(const NpProbeAsk *self, const guint8 id[NP_PROBE_ASK_ID_SIZE]);
/* Takes note that its silence has been seen, so that the deadline moves on. */
void np_probe_ask_judge(NpProbeAsk *self, const NpProbePath *path, NpTime now);
/* No more copies. */
void np_probe_ask_abandon(NpProbeAsk *self);
/* Copies sent so long ago that their answer would have come. */
guint np_probe_ask_ripe_copies(const NpProbeAsk *self, const NpProbePath *path, NpTime now);
