/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What happened in a world, in order
 *
 * Every record enters a digest, so that two runs can be compared; the last few are kept for the
 * message of a run that went wrong; all of them can be watched.
 */

#include "nat/translator.h"
#include "sim/packet.h"

typedef enum {
    NP_SIM_SENT,       /* by a host */
    NP_SIM_DELIVERED,  /* to a machine */
    NP_SIM_TRANSLATED, /* by a NAT: outcome, packet as it came out */
    NP_SIM_LOST,       /* by a link */
    NP_SIM_QUEUE_FULL, /* of a link */
    NP_SIM_DUPLICATED, /* by a link */
    NP_SIM_NO_ROUTE,   /* no such address in a network */
    NP_SIM_EXPIRED,    /* hop limit, in a network */
    NP_SIM_NOT_WANTED, /* no socket, at a host */
    NP_SIM_NOTICE,     /* from a machine: code and subject in @notice */
    NP_SIM_N_RECORD_KINDS,
} NpSimRecordKind;

typedef struct {
    NpTime time;
    NpSimRecordKind kind;
    guint node;           /* id of who did it */
    NpNatOutcome outcome; /* of TRANSLATED */
    NpNatPacket header;   /* but for NOTICE */
    gsize size;           /* of the payload */
    guint code;           /* of NOTICE */
    guint64 subject;
} NpSimRecord;

/* @packet is NULL for notices. */
typedef void (*NpSimWatch)(gpointer data, const NpSimRecord *record, const NpSimPacket *packet);

#define NP_SIM_TRACE_TAIL 32

typedef struct {
    guint64 digest;
    guint64 n_records;
    NpSimRecord tail[NP_SIM_TRACE_TAIL];
    NpSimWatch watch;
    gpointer watch_data;
    GPtrArray *names; /* of nodes, by id */
} NpSimTrace;

void np_sim_trace_init(NpSimTrace *self);
void np_sim_trace_clear(NpSimTrace *self);

/* The id under which @name is recorded. */
guint np_sim_trace_add_name(NpSimTrace *self, const char *name);
const char *np_sim_trace_name(const NpSimTrace *self, guint id);
void np_sim_trace_packet(
    NpSimTrace *self, NpTime now, NpSimRecordKind kind, guint node, const NpSimPacket *packet);
void np_sim_trace_translated(
    NpSimTrace *self, NpTime now, guint node, NpNatOutcome outcome, const NpSimPacket *packet);
void np_sim_trace_notice(NpSimTrace *self, NpTime now, guint node, guint code, guint64 subject);

/* "0.012345678 left sent udp 10.0.0.2:5 > 192.0.2.1:9 ttl 64, 20 bytes". Owned by the caller. */
char *np_sim_trace_text(const NpSimTrace *self, const NpSimRecord *record);
/* The last records, a line each. Owned by the caller. */
char *np_sim_trace_tail(const NpSimTrace *self);
