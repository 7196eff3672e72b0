/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The NAT itself (RFC 3022, 4787, 5382, 5508)
 *
 * A function of state, side, packet and time: one packet in, at most one out. The same code routes
 * in the simulator and between two TUN devices. The cost of a packet does not depend on the number
 * of mappings, and memory is bounded whatever arrives.
 */

#include "core/time.h"
#include "nat/packet.h"
#include "nat/policy.h"
#include "util/rng.h"

typedef struct NpNatTranslator NpNatTranslator;

/* Hard bounds, for when the policy sets no limit: 64 external addresses, every port in use. */
#define NP_NAT_MAX_MAPPINGS (1u << 22)
/* Remotes that filters let in beyond the first of each mapping; endpoints that were spoilt. */
#define NP_NAT_MAX_FACTS (1u << 22)

typedef enum {
    NP_NAT_INSIDE,
    NP_NAT_OUTSIDE,
} NpNatSide;

/* What became of a packet; for all but the first two it is gone. Fragments are nat/router's. */
typedef enum {
    NP_NAT_TO_INSIDE, /* the packet was rewritten, perhaps to an answer, and leaves on that side */
    NP_NAT_TO_OUTSIDE,
    NP_NAT_DROPPED_UNSOLICITED, /* no mapping, or its filter refuses the sender */
    NP_NAT_DROPPED_SPOILT,      /* the destination had sent first, and this NAT resents it */
    NP_NAT_DROPPED_HAIRPIN,     /* from inside to an external address, which this NAT cannot do */
    NP_NAT_DROPPED_FULL,        /* no port, no room, or the host's share is used up */
    NP_NAT_DROPPED_RATE,
    NP_NAT_DROPPED_PROTOCOL, /* UDP is not let through */
    NP_NAT_DROPPED_TTL,      /* and there is no address to answer from */
    NP_NAT_DROPPED_LOCAL,    /* for the router itself */
    NP_NAT_DROPPED_FRAGMENT, /* of a datagram whose first part was not let through */
    NP_NAT_HELD,             /* a fragment that waits for the first of its datagram */
    NP_NAT_DROPPED_INVALID,  /* not an address one may send to or from, or an error about nothing */
    NP_NAT_N_OUTCOMES,
} NpNatOutcome;

/* @policy must be without flaw (np_nat_policy_flaw()) and is copied; @rng is taken over. */
NpNatTranslator *np_nat_translator_new(const NpNatPolicy *policy, NpRng rng);
void np_nat_translator_free(NpNatTranslator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpNatTranslator, np_nat_translator_free)

/* FALSE if there are NP_NAT_MAX_EXTERNAL already. A firewall needs none. */
gboolean np_nat_translator_add_external(NpNatTranslator *self, const NpAddress *address);
/* The router's own address on the inside, from which it answers; otherwise it answers from the
 * first external one. */
void np_nat_translator_set_inside(NpNatTranslator *self, const NpAddress *address);

/* Decides about a packet that came in on @side, and rewrites it. @now must not decrease. */
NpNatOutcome
np_nat_translator_translate(NpNatTranslator *self, NpNatSide side, NpNatPacket *packet, NpTime now);

/*
 * Announces packets that will be translated soon, at most NP_NAT_MAX_EXPECTED. Changes nothing but
 * time: with a million mappings a packet's cost is waiting for memory, and here the waits overlap.
 */
#define NP_NAT_MAX_EXPECTED 32
void np_nat_translator_expect(const NpNatTranslator *self,
                              NpNatSide side,
                              const NpNatPacket *packets,
                              guint n_packets);

/*
 * Which address the payload of a packet should bear instead of which, if the policy has an
 * application gateway and the packet went through as UDP from @before to @after. FALSE if it should
 * be left alone.
 */
gboolean np_nat_translator_alg(const NpNatTranslator *self,
                               const NpNatPacket *before,
                               const NpNatPacket *after,
                               NpAddress *from,
                               NpAddress *to);

/* Forgets every mapping and all else it has seen. */
void np_nat_translator_reboot(NpNatTranslator *self);

guint64 np_nat_translator_count(const NpNatTranslator *self, NpNatOutcome outcome);
/* Expired ones included until a later packet sweeps them. */
guint np_nat_translator_n_mappings(const NpNatTranslator *self);
/* "dropped: unsolicited" and the like, for traces. */
const char *np_nat_translator_outcome_text(NpNatOutcome outcome);
