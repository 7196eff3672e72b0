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
    NP_NAT_N_PROTOCOLS,
} NpNatProtocol;

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
