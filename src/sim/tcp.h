/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One end of a TCP connection (RFC 9293)
 *
 * As much of TCP as hole punching and signalling can notice: every way to open, crossing SYNs
 * included, sequence numbers, retransmission, streams with loss, half-close, resets. Windows are
 * fixed, there is no congestion control, and every segment is acknowledged at once.
 *
 * An end is told what happened; what it wants done it leaves in @out and @events, for its owner to
 * take after each call.
 */

#include "core/time.h"
#include "nat/packet.h"

typedef enum {
    NP_SIM_TCP_CLOSED,
    NP_SIM_TCP_SYN_SENT,
    NP_SIM_TCP_SYN_RECEIVED,
    NP_SIM_TCP_ESTABLISHED,
    NP_SIM_TCP_FIN_WAIT_1,
    NP_SIM_TCP_FIN_WAIT_2,
    NP_SIM_TCP_CLOSE_WAIT,
    NP_SIM_TCP_CLOSING,
    NP_SIM_TCP_LAST_ACK,
    NP_SIM_TCP_TIME_WAIT,
} NpSimTcpState;

typedef enum {
    NP_SIM_TCP_CONNECTED = 1 << 0,
    NP_SIM_TCP_REFUSED = 1 << 1,   /* a reset before the connection stood */
    NP_SIM_TCP_TIMED_OUT = 1 << 2, /* nothing came back */
    NP_SIM_TCP_RESET = 1 << 3,     /* a reset, of what stood */
    NP_SIM_TCP_EOF = 1 << 4,       /* the peer will send no more */
    NP_SIM_TCP_WRITABLE = 1 << 5,  /* all bytes have been sent */
    NP_SIM_TCP_FLUSHED = 1 << 6,   /* all bytes and the FIN have been acknowledged */
} NpSimTcpEvents;

typedef struct {
    NpNatSegment head;
    GBytes *data; /* NULL for none */
} NpSimTcpOut;

typedef struct {
    NpSimTcpState state;
    gboolean passive; /* was opened by the peer's SYN */
    guint32 first;    /* sequence number of the own SYN */
    guint32 unacknowledged;
    guint32 next;         /* to send */
    guint32 highest;      /* sent so far; above @next while sending again */
    guint32 expected;     /* from the peer */
    GByteArray *queue;    /* from @unacknowledged on, without SYN and FIN */
    gboolean fin_wanted;  /* after the queue */
    gboolean was_waiting; /* bytes were queued since the last WRITABLE */
    guint n_retries;
    guint n_duplicates; /* acknowledgments in a row that said nothing new */
    NpTime timeout;     /* of the next retransmission */
    NpTime deadline;
    GArray *out;          /* of NpSimTcpOut; whoever takes them owns the data */
    guint events;         /* NpSimTcpEvents */
    GByteArray *received; /* in order, for the owner to empty */
} NpSimTcp;

/* Bytes that may wait to be sent, as on the real host. */
#define NP_SIM_TCP_BUFFER (1024 * 1024)

void np_sim_tcp_init(NpSimTcp *self, guint32 first);
void np_sim_tcp_clear(NpSimTcp *self);

void np_sim_tcp_connect(NpSimTcp *self, NpTime now);
/* For a new end: a SYN came to a listener. */
void np_sim_tcp_accept(NpSimTcp *self, const NpNatSegment *syn, NpTime now);
void np_sim_tcp_receive(
    NpSimTcp *self, const NpNatSegment *segment, const guint8 *data, gsize size, NpTime now);
/* FALSE if there is no room. */
gboolean np_sim_tcp_send(NpSimTcp *self, const guint8 *data, gsize size, NpTime now);
/* A FIN after all that is queued. */
void np_sim_tcp_shutdown(NpSimTcp *self, NpTime now);
/* A reset, if there is anybody to tell. */
void np_sim_tcp_abort(NpSimTcp *self);
/* Nothing happens before @deadline. */
void np_sim_tcp_expire(NpSimTcp *self, NpTime now);
NpTime np_sim_tcp_deadline(const NpSimTcp *self);
