/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The common ground of all experiments: sockets, questions, servers, the path
 *
 * Experiments open fresh sockets and ask questions through the session, which repeats the
 * questions; probe/intake recognises the answers and puts what they tell in here.
 */

#include "core/outbox.h"
#include "nat/profile.h"
#include "probe/ask.h"
#include "probe/server.h"

typedef struct {
    NpSocketId id;
    NpAddress local;     /* as bound; port 0 until it is open */
    guint16 wanted_port; /* 0 for any */
    gboolean failed;
    NpWhy why;
} NpProbeSocket;

typedef struct {
    guint received;
    guint stray;   /* valid STUN that answers nothing asked */
    guint garbage; /* not STUN, or STUN that cannot be */
} NpProbeCounters;

typedef struct {
    NpFamily family;
    char interface[NP_INTERFACE_NAME_SIZE];
    NpAddress local;      /* bind here; wildcard unless the person chose */
    guint16 first_port;   /* local port of the first socket, 0 for any */
    NpAddress seen_local; /* the local host that answers came to; NP_FAMILY_NONE before the first */
    NpRng rng;
    NpOutbox outbox;
    NpProbePath path;
    NpProbeServers servers;
    NpProbeCounters counters;
    NpSocketId next_socket;
    NpSocketId
        next_tcp_socket; /* of a range of its own: the experiment that opens them keeps them */
    GArray *sockets;     /* of NpProbeSocket, by id */
    GPtrArray *asks;     /* of NpProbeAsk */
} NpProbeSession;

/* Between copies of a question: three intervals span the 200 ms over which bursts of loss end. */
#define NP_PROBE_INTERVAL (70 * NP_MSEC)

void np_probe_session_init(NpProbeSession *self, NpFamily family, const NpRng *rng);
void np_probe_session_clear(NpProbeSession *self);

/* A fresh UDP socket; @port 0 for any. */
NpSocketId np_probe_session_open(NpProbeSession *self, guint16 port);
/* Where it is bound, with the host filled in as far as it is known; NULL for no socket of ours. */
const NpProbeSocket *np_probe_session_socket(const NpProbeSession *self, NpSocketId id);
/* Host and port of @id as this machine sees them. FALSE as long as they are not known. */
gboolean np_probe_session_local(const NpProbeSession *self, NpSocketId id, NpAddress *local);
/* Whether the external endpoint in its answer, if it has one, can be true. */
gboolean np_probe_session_believes(const NpProbeSession *self, const NpProbeAsk *ask);

/* Starts a question; the session owns it. Its first copy leaves in this very call. */
NpProbeAsk *np_probe_session_ask(NpProbeSession *self,
                                 NpTime now,
                                 NpSocketId socket,
                                 const NpAddress *to,
                                 NpProbeAskFlags flags,
                                 NpTime interval);
/* The same with a small TTL: who sends the ICMP time exceeded is in ask->hop. */
NpProbeAsk *np_probe_session_ask_hop(NpProbeSession *self,
                                     NpTime now,
                                     NpSocketId socket,
                                     const NpAddress *to,
                                     guint8 ttl,
                                     NpTime interval);
/* Whether @ask, which may be NULL, is neither answered nor conclusively silent. */
gboolean np_probe_session_waits_for(const NpProbeSession *self, const NpProbeAsk *ask, NpTime now);

/* What became of a socket; ICMP is probe/intake's. */
void np_probe_session_report(NpProbeSession *self, const NpSocketEvent *event);
/* Counts anew, over all questions, how many copies the path has lost. */
void np_probe_session_measure(NpProbeSession *self, NpTime now);
/* Sends the copies that are due. */
void np_probe_session_expire(NpProbeSession *self, NpTime now);
NpTime np_probe_session_deadline(const NpProbeSession *self);
void np_probe_session_close_all(NpProbeSession *self);
