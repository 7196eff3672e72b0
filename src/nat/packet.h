/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A packet as a NAT sees it: decoded, with its bytes elsewhere
 *
 * The simulator makes them; natlab reads them from a TUN device and writes the changes back.
 */

#include "util/address.h"

typedef enum {
    NP_NAT_UDP,
    NP_NAT_TCP,
    NP_NAT_ECHO, /* ICMP echo: the identifier is the port of whoever asks, the other port is 0 */
    NP_NAT_N_PROTOCOLS,
} NpNatProtocol;

/* RFC 9293, 3.1: the control bits as they lie in the header. */
typedef enum {
    NP_NAT_FIN = 1 << 0,
    NP_NAT_SYN = 1 << 1,
    NP_NAT_RST = 1 << 2,
    NP_NAT_PSH = 1 << 3,
    NP_NAT_ACK = 1 << 4,
} NpNatTcpFlags;

typedef struct {
    guint8 flags; /* NpNatTcpFlags */
    guint32 sequence;
    guint32 acknowledgment;
} NpNatSegment;

typedef enum {
    NP_NAT_PACKET_DATA,  /* of its protocol */
    NP_NAT_PACKET_ERROR, /* an ICMP error about a packet of its protocol */
} NpNatPacketKind;

/* Of an error: source and destination of the packet it quotes, as quoted. */
typedef struct {
    guint8 type;
    guint8 code;
    NpAddress source;
    NpAddress destination;
} NpNatQuote;

typedef struct {
    NpNatPacketKind kind;
    NpNatProtocol protocol;
    guint8 ttl;
    NpAddress source;
    NpAddress destination;
    NpNatSegment tcp; /* of TCP data */
    gboolean reply;   /* of an echo: the answer */
    NpNatQuote quote; /* of errors */
} NpNatPacket;

/* The ICMP errors natprobe's own routers, NATs and hosts send (RFC 792, RFC 4443). */
typedef enum {
    NP_NAT_ERROR_TIME_EXCEEDED,
    NP_NAT_ERROR_PORT_UNREACHABLE,
    NP_NAT_ERROR_PROHIBITED,
} NpNatError;

/* Turns @self into the error that @from sends about it. */
void np_nat_packet_to_error(NpNatPacket *self, const NpAddress *from, NpNatError error);
/* Turns @self, a TCP segment with @size bytes of data, into the reset that its destination would
 * send (RFC 9293, 3.10.7.1). FALSE, and nothing happens, if it is a reset itself. */
gboolean np_nat_packet_to_reset(NpNatPacket *self, gsize size);
/* How far @self, with @size bytes of data, advances the sequence: SYN and FIN count one each. */
guint32 np_nat_packet_sequence_size(const NpNatPacket *self, gsize size);
