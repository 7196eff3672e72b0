/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The whole contract between a protocol machine and its host
 *
 * A machine never does anything: it is told what happened and when (start, receive, report,
 * expire), and answers with actions that its host takes from it and carries out. Two hosts drive
 * any machine unchanged: src/io on sockets and the monotonic clock, src/sim in virtual time.
 *
 * Rules both sides keep:
 *  - The machine numbers its sockets; an id is valid from the open action on, before any socket
 *    exists, and is never used again. After the host took a close, nothing arrives for that id.
 *  - No call-backs leave a machine. What its owner should know is a notify action.
 *  - `now` never decreases and is sampled once per dispatch.
 *  - expire() may come early (nothing happens) or late (paced work catches up by at most five
 * steps).
 *  - deadline() is a pure function of the state.
 *  - Bytes handed in are borrowed for the call; bytes in actions are owned by the action.
 *  - Bad input is counted and dropped. A failed send or open is a report, not an error.
 */

#include <glib.h>

#include "core/time.h"
#include "util/address.h"

typedef guint64 NpSocketId;

typedef enum {
    NP_TRANSPORT_UDP,
    NP_TRANSPORT_TCP,
} NpTransport;

typedef enum {
    NP_OPEN_REUSE_ADDRESS = 1 << 0, /* SO_REUSEADDR */
    NP_OPEN_REUSE_PORT = 1 << 1,    /* SO_REUSEPORT */
    NP_OPEN_COALESCE = 1 << 2,      /* UDP_GRO: datagrams may come several in one */
} NpOpenFlags;

typedef enum {
    NP_DO_OPEN,     /* a socket, bound to a local address */
    NP_DO_LISTEN,   /* TCP: accept connections */
    NP_DO_CONNECT,  /* TCP: connect */
    NP_DO_SEND,     /* UDP: one datagram; TCP: bytes of the stream */
    NP_DO_SHUTDOWN, /* TCP: no more bytes will be sent */
    NP_DO_CLOSE,
    NP_DO_NOTIFY, /* to the machine's owner */
} NpActionKind;

/* Linux' IFNAMSIZ. */
#define NP_INTERFACE_NAME_SIZE 16

typedef struct {
    NpTransport transport;
    NpAddress local; /* family is required; wildcard host or port 0 let the host choose. An IPv6
                      * socket never carries IPv4. */
    char interface[NP_INTERFACE_NAME_SIZE]; /* bind to this device; empty for any */
    NpOpenFlags flags;
} NpOpen;

typedef struct {
    guint backlog;
    NpSocketId first_accepted; /* connections are numbered from here to last_accepted, which */
    NpSocketId last_accepted;  /* the machine must not use otherwise; then accepting stops */
} NpListen;

typedef struct {
    NpAddress to;
    guint8 ttl; /* of the SYN; 0 for the system's default */
} NpConnect;

typedef enum {
    NP_FRAGMENT_DEFAULT, /* the system's choice */
    NP_FRAGMENT_NEVER,   /* DF set, no path MTU clamp: for probing sizes */
    NP_FRAGMENT_ALLOWED, /* DF clear */
} NpFragment;

typedef struct {
    NpAddress to;   /* ignored for TCP */
    NpAddress from; /* local host to send from, NP_FAMILY_NONE for any; the port is ignored */
    GBytes *payload;
    guint8 ttl; /* 0 for the system's default */
    guint8 ecn; /* the two ECN bits */
    NpFragment fragment;
    guint16 segment_size; /* cut the payload into datagrams of this size; 0: one datagram */
} NpSend;

typedef struct {
    gboolean abort; /* TCP: RST instead of FIN */
} NpClose;

/* @code is the machine's own vocabulary; @subject says which of its parts it is about. */
typedef struct {
    guint code;
    guint64 subject;
} NpNotice;

typedef struct {
    NpActionKind kind;
    NpSocketId socket; /* unused by notify */
    union {
        NpOpen open;
        NpListen listen;
        NpConnect connect;
        NpSend send;
        NpClose close;
        NpNotice notice;
    };
} NpAction;

/* Frees what the action owns. */
void np_action_clear(NpAction *action);

/* A datagram, or for TCP a piece of the stream (then only socket, from, data and size count). */
typedef struct {
    NpSocketId socket;
    NpAddress from;
    NpAddress to;   /* local address it was sent to; NP_FAMILY_NONE if the host cannot tell */
    NpTime arrived; /* the kernel's stamp in the machine's time, never after `now` */
    const guint8 *data;
    gsize size;
    guint8 ttl; /* as received; 0 if unknown */
    guint8 ecn;
    guint16 segment_size; /* @data is several datagrams of this size in a row; 0: one */
    gboolean truncated;
} NpDatagram;

typedef enum {
    NP_SOCKET_OPENED,    /* local is what was bound */
    NP_SOCKET_FAILED,    /* open, listen, connect or send could not be done: why */
    NP_SOCKET_ACCEPTED,  /* on a listener: accepted is the new id, local and peer its ends */
    NP_SOCKET_CONNECTED, /* local and peer are the ends */
    NP_SOCKET_WRITABLE,  /* TCP: all bytes given before have left the host's buffer */
    NP_SOCKET_EOF,       /* TCP: the peer will send no more */
    NP_SOCKET_RESET,     /* TCP: the connection was torn down by the peer or the network */
    NP_SOCKET_CLOSED,    /* the answer to a close without abort, when the last byte is gone */
    NP_SOCKET_ICMP,      /* an ICMP error quoted a packet of this socket */
} NpSocketEventKind;

typedef enum {
    NP_WHY_NONE,
    NP_WHY_IN_USE,      /* EADDRINUSE */
    NP_WHY_NOT_LOCAL,   /* EADDRNOTAVAIL */
    NP_WHY_PERMISSION,  /* EACCES, EPERM: privilege or a local firewall */
    NP_WHY_UNREACHABLE, /* ENETUNREACH, EHOSTUNREACH: no route */
    NP_WHY_REFUSED,     /* ECONNREFUSED */
    NP_WHY_TIMED_OUT,   /* ETIMEDOUT */
    NP_WHY_TOO_BIG,     /* EMSGSIZE */
    NP_WHY_LIMIT,       /* EMFILE, ENFILE, ENOBUFS, ENOMEM, a full buffer */
    NP_WHY_UNSUPPORTED, /* EAFNOSUPPORT, ENOPROTOOPT */
    NP_WHY_OTHER,
} NpWhy;

/* "the port is already in use" and the like: completes a sentence. */
const char *np_why_text(NpWhy why);

typedef struct {
    guint8 type;
    guint8 code;
    NpAddress offender; /* who sent the error */
    NpAddress quoted;   /* destination of the packet that caused it */
} NpIcmp;

typedef struct {
    NpSocketId socket;
    NpSocketEventKind kind;
    NpWhy why;
    NpAddress local;
    NpAddress peer;
    NpSocketId accepted;
    NpIcmp icmp;
} NpSocketEvent;

typedef struct {
    guint max_sockets; /* how many the host can keep open for this machine */
} NpHostLimits;

typedef struct {
    void (*start)(gpointer self, NpTime now, const NpHostLimits *limits);
    void (*receive)(gpointer self, NpTime now, const NpDatagram *in);
    void (*report)(gpointer self, NpTime now, const NpSocketEvent *event);
    void (*expire)(gpointer self, NpTime now);
    NpTime (*deadline)(gconstpointer self);
    /* FALSE when drained; else the caller owns *action. */
    gboolean (*take)(gpointer self, NpAction *action);
} NpMachineOps;
