/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a NAT obeys: every choice RFC 4787 and RFC 5382 name, and those they forbid
 *
 * NpNatBehaviour is what a probe can tell of a NAT; a policy is all that nat/translator needs to
 * be one. The axes are orthogonal: any combination is a NAT, and named products are points in the
 * space.
 */

#include "core/time.h"
#include "nat/behaviour.h"

/* Where the search for a port starts, if the internal port is not simply kept. */
typedef enum {
    NP_NAT_ORDER_SEQUENTIAL, /* at the last one given out plus a step */
    NP_NAT_ORDER_RANDOM,
    NP_NAT_ORDER_DELTA, /* at the internal endpoint's own last one plus a step; its first is random
                         */
} NpNatPortOrder;

/* How a new mapping gets its external port. */
typedef struct {
    gboolean preserve; /* the internal port first; the order below is for when it is taken */
    NpNatPortOrder order;
    gint step;     /* of the sequential and delta orders, signed, not 0 */
    guint16 first; /* the range, inclusive */
    guint16 last;
    gboolean keep_parity; /* RFC 4787, REQ-4 */
    gboolean keep_class;  /* REQ-3a, as Linux does it: below 512, below 1024, and the rest */
    gboolean share; /* port overloading (REQ-3 forbids it): a port serves any number of mappings, as
                     * long as their remote endpoints differ */
    gboolean reuse; /* with endpoint-dependent mapping: the ports this internal endpoint already
                     * holds towards others are tried before all */
    guint block_size; /* ports reserved at once for one internal host, the lowest block that is
                       * free; 0: none */
    guint blocks_per_host;
} NpNatPortPolicy;

/* What a packet is answered with when it comes for no mapping, or for one whose filter refuses it.
 */
typedef enum {
    NP_NAT_ANSWER_NONE,
    NP_NAT_ANSWER_ICMP, /* destination unreachable, administratively prohibited */
} NpNatAnswer;

/* What an unsolicited SYN is answered with (RFC 5382, REQ-4, wants silence). */
typedef enum {
    NP_NAT_SYN_DROPPED,
    NP_NAT_SYN_RESET,
    NP_NAT_SYN_ICMP, /* destination unreachable, as for other protocols */
} NpNatSynAnswer;

/* Which directions keep a mapping alive; outbound packets always do (RFC 4787, REQ-6). Of UDP. */
typedef enum {
    NP_NAT_REFRESH_OUTBOUND,
    NP_NAT_REFRESH_BOTH,
} NpNatRefresh;

/* Of idle state. */
typedef struct {
    NpTime udp;             /* while nothing has come back */
    NpTime udp_stream;      /* since something has */
    NpTime tcp_transitory;  /* while a connection opens, and after both ends have closed */
    NpTime tcp_established; /* RFC 5382, REQ-5: two hours and four minutes */
    NpTime tcp_reset;       /* after a reset; RFC 7857, section 2.2, wants four minutes */
    NpTime echo;            /* RFC 5508, REQ-2: at least a minute */
    NpTime unsolicited;     /* memory of a packet that spoils the mapping towards its sender */
} NpNatTimers;

typedef enum {
    NP_NAT_FULL_DROP,  /* no new mapping until an old one has expired */
    NP_NAT_FULL_EVICT, /* one of the mappings that would expire first has to go */
} NpNatFull;

/* Each 0: none but the hard bounds in nat/translator.h. */
typedef struct {
    guint mappings;
    guint mappings_per_host;
    guint packets_per_second; /* both directions together */
    NpNatFull full;
} NpNatLimits;

/* RFC 4787, REQ-14: fragments must be taken in any order. Matters where packets are bytes. */
typedef enum {
    NP_NAT_FRAGMENTS_ANY_ORDER, /* those that come before the first of a datagram wait for it */
    NP_NAT_FRAGMENTS_IN_ORDER,  /* only those behind the first pass */
    NP_NAT_FRAGMENTS_DROPPED,
} NpNatFragments;

typedef struct {
    gboolean passes_udp;
    gboolean
        translates; /* FALSE: a firewall; with endpoint-independent filtering, a plain router */
    NpNatDependence mapping;
    NpNatDependence filtering;
    NpNatDependence tcp_mapping;
    NpNatDependence tcp_filtering;
    gboolean tcp_crossing; /* lets a SYN in where a SYN-ACK was due (RFC 5382, REQ-2) */
    gboolean tcp_loose;    /* outbound segments of connections it has not seen open one */
    NpNatSynAnswer syn_answer;
    NpNatPortPolicy ports;
    gboolean paired; /* several external addresses: a host keeps to one (REQ-2) */
    NpNatHairpin hairpin;
    gboolean hairpin_filtered; /* hairpinned packets meet the filter as others do */
    /* With endpoint-dependent mapping and a filter that lets a stranger in: answers to the stranger
     * leave from the mapping it came by, not from a new one. */
    gboolean replies_keep_mapping;
    NpNatUnsolicited unsolicited;
    NpNatAnswer answer;
    NpNatRefresh refresh;
    NpNatFragments fragments;
    gboolean alg; /* replaces the translated address in UDP payloads; see nat/alg.h */
    NpNatTimers timers;
    NpNatLimits limits;
} NpNatPolicy;

/* RFC 4787, REQ-5: at least two minutes, five recommended. */
#define NP_NAT_UDP_TIMEOUT (300 * NP_SECOND)
/* RFC 5382, REQ-5, and RFC 7857, section 2.2. */
#define NP_NAT_TCP_TRANSITORY_TIMEOUT (240 * NP_SECOND)
#define NP_NAT_TCP_ESTABLISHED_TIMEOUT (7440 * NP_SECOND)
/* RFC 5508, REQ-2. */
#define NP_NAT_ECHO_TIMEOUT (60 * NP_SECOND)
/* nf_conntrack_udp_timeout: the memory of an unanswered packet on the most common device. */
#define NP_NAT_UNSOLICITED_TIMEOUT (30 * NP_SECOND)
/* The ports RFC 4787, REQ-3a, leaves to NATs: everything but the well-known. */
#define NP_NAT_FIRST_PORT 1024
#define NP_NAT_LAST_PORT 65535
/* What a behaviour with block allocation but no size gets: Junos' default. */
#define NP_NAT_USUAL_BLOCK_SIZE 128
#define NP_NAT_MAX_BLOCKS_PER_HOST 8
/* External addresses of one NAT; a large gateway has some dozens. */
#define NP_NAT_MAX_EXTERNAL 64

/* A NAT that shows @behaviour and is otherwise as the RFCs want it. */
NpNatPolicy np_nat_policy_from_behaviour(const NpNatBehaviour *behaviour);
/*
 * What hosts behind a NAT with @self and @n_external addresses find as long as ports are plenty. It
 * can be less than was asked for: whoever keeps ports and shares them seems endpoint-independent,
 * and a filter that lets all in keeps nobody from a hairpin.
 */
NpNatBehaviour np_nat_policy_behaviour(const NpNatPolicy *self, guint n_external);
/* NULL if the translator can obey @self, else what is wrong, a sentence without full stop. */
const char *np_nat_policy_flaw(const NpNatPolicy *self);
