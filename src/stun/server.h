/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The STUN server as a machine: the responder behind UDP and TCP sockets
 *
 * Each listener is a UDP socket and a TCP socket on one address. They are opened one after the
 * other and never given up; a datagram for a wildcard address is answered from the address it was
 * sent to. Each source network has a token bucket, connections are bounded and time out.
 */

#include "core/bucket.h"
#include "core/machine.h"
#include "stun/grid.h"
#include "stun/responder.h"

typedef struct NpStunServer NpStunServer;

/* To the owner, as NpNotice codes. */
typedef enum {
    NP_STUN_SERVER_LISTENING,     /* every listener is up; told once */
    NP_STUN_SERVER_LISTEN_FAILED, /* subject: the listener's index; see np_stun_server_failure() */
} NpStunServerNotice;

typedef struct {
    const NpAddress *listeners; /* may be wildcards */
    guint n_listeners;
    /* Where clients really find the server: for a listener on a wildcard, one for each address of
     * the host. @listener is an index into the above. */
    const NpStunEndpoint *endpoints;
    guint n_endpoints;
    const char *software;                      /* as in NpStunResponder */
    guint8 secret[NP_STUN_COOKIE_SECRET_SIZE]; /* unpredictable */
    NpBucketRate rate;                         /* of each network's requests; see below */
    guint max_connections;
    guint max_network_connections; /* of one source network */
    NpTime idle_timeout;           /* of a connection without a request */
} NpStunServerConfig;

/*
 * Defaults. A natprobe run takes a few hundred requests within a second, and a whole subscriber
 * network may share one /24; answers at this rate are 1.2 Mbit/s, which is no weapon.
 */
#define NP_STUN_SERVER_RATE 1000
#define NP_STUN_SERVER_BURST 4000
#define NP_STUN_SERVER_MAX_CONNECTIONS 1024
#define NP_STUN_SERVER_MAX_NETWORK_CONNECTIONS 128
/* RFC 8489, 6.2.2, lets the server close an idle connection; clients here finish in seconds. */
#define NP_STUN_SERVER_IDLE_TIMEOUT (30 * NP_SECOND)

typedef struct {
    guint64 outcomes[NP_STUN_N_OUTCOMES]; /* by NpStunOutcome */
    guint64 limited;                      /* requests over the rate of their network */
    guint64 truncated;                    /* datagrams longer than the host's buffer */
    guint64 accepted;                     /* connections */
    guint64 turned_away;                  /* connections over a bound */
    guint64 timed_out;
    guint64 broken; /* connections closed for what they carried, or for not reading */
} NpStunServerCounters;

/* Everything in @config is copied. */
NpStunServer *np_stun_server_new(const NpStunServerConfig *config);
void np_stun_server_free(NpStunServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpStunServer, np_stun_server_free)

/* For an owner whose host's addresses have changed: replaces the endpoints of the configuration. */
void np_stun_server_set_endpoints(NpStunServer *self,
                                  const NpStunEndpoint *endpoints,
                                  guint n_endpoints);
/* Why the listener with this index failed, and which of its two sockets did so first. */
NpWhy np_stun_server_failure(const NpStunServer *self, guint listener, NpTransport *transport);
const NpStunServerCounters *np_stun_server_counters(const NpStunServer *self);
guint np_stun_server_n_connections(const NpStunServer *self);

extern const NpMachineOps np_stun_server_ops;
