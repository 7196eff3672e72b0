/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What to expect of a hole punch between two NATs
 *
 * From two profiles: the strategy that would be used, how likely it is to give a direct path, and
 * how long the guessing takes. Where a profile leaves something open the outlook is a range.
 */

#include "nat/profile.h"

/* Packets per second a side. RFC 8445, B.1: NATs are known to bear a new binding every 5 ms. */
#define NP_PUNCH_OUTLOOK_RATE 200.0

typedef enum {
    NP_PUNCH_SIMULTANEOUS,       /* both send to a known port */
    NP_PUNCH_REVEAL,             /* one opens its filter, the other's packet reveals its port */
    NP_PUNCH_PRESERVE,           /* the external port is the local one */
    NP_PUNCH_COMB,               /* probes spaced around the next ports of a sequential NAT */
    NP_PUNCH_BIRTHDAY,           /* both open or probe many ports until two meet */
    NP_PUNCH_ONE_SIDED_BIRTHDAY, /* the same, the side that is met letting any port in */
    NP_PUNCH_BURST,              /* both send many packets to one fixed port of the other */
    NP_PUNCH_INFEASIBLE,         /* not worth a packet: a relay */
    NP_PUNCH_N_STRATEGIES,
} NpPunchStrategy;

/* The classes of peer that an outlook is given for when no peer is known. */
typedef enum {
    NP_PUNCH_PEER_OPEN,
    NP_PUNCH_PEER_FULL_CONE,
    NP_PUNCH_PEER_RESTRICTED_CONE,
    NP_PUNCH_PEER_PORT_RESTRICTED_CONE,
    NP_PUNCH_PEER_SYMMETRIC_SEQUENTIAL,
    NP_PUNCH_PEER_SYMMETRIC_BLOCK,
    NP_PUNCH_PEER_SYMMETRIC_RANDOM,
    NP_PUNCH_N_PEERS,
} NpPunchPeer;

typedef struct {
    NpPunchStrategy strategy;
    double probability; /* of a direct path */
    double seconds;     /* of guessing until that probability is reached, round trips apart */
    guint packets;      /* that each side sends for it */
} NpPunchForecast;

typedef struct {
    NpPunchForecast worst; /* over everything the profiles leave possible */
    NpPunchForecast best;
    guint depends; /* bit 1 << axis for each axis of the first profile whose value would tell */
} NpPunchOutlook;

/* "balanced-birthday" and the like: as JSON has it. */
const char *np_punch_strategy_text(NpPunchStrategy strategy);
/* "symmetric-random" and the like. */
const char *np_punch_peer_text(NpPunchPeer peer);
/* What such a peer's NAT does. */
const NpNatBehaviour *np_punch_peer_behaviour(NpPunchPeer peer);

/* At NP_PUNCH_OUTLOOK_RATE packets per second a side. */
NpPunchOutlook np_punch_outlook(const NpProfile *mine, const NpProfile *theirs);
NpPunchOutlook np_punch_outlook_peer(const NpProfile *mine, NpPunchPeer peer);
/* Whether worst and best are the same. */
gboolean np_punch_outlook_is_certain(const NpPunchOutlook *outlook);
/* Whether both promise the same. */
gboolean np_punch_outlook_equal(const NpPunchOutlook *a, const NpPunchOutlook *b);
