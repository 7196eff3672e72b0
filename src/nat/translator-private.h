/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The parts of the translator, for each other
 */

#include "nat/mapping.h"
#include "nat/memory.h"
#include "nat/pool.h"
#include "nat/translator.h"

struct NpNatTranslator {
    NpNatPolicy policy;
    NpNatPool pool;
    NpNatMappings mappings;
    NpNatSubscribers subscribers;
    NpNatMemory permissions; /* remotes let in, beyond the first: (serial of mapping, remote) */
    NpNatMemory connections; /* TCP: (serial of mapping, remote) -> state, see connection.c */
    NpNatMemory spoilt;      /* (protocol, external, remote) */
    NpNatMemory arrivals;    /* strangers' mappings: (protocol, internal, remote) -> mapping */
    NpAddress inside;
    NpAddress first_external;
    NpTime rate_due; /* virtual time of the packet limit, see within_rate() */
    guint64 counts[NP_NAT_N_OUTCOMES];
};

/* A flow as seen by one packet. */
typedef struct {
    NpNatProtocol protocol;
    NpNatEnd internal; /* inbound: not known before the mapping */
    NpNatEnd external; /* outbound: not known before the mapping */
    NpNatEnd remote;
} NpNatFlow;

/* filter.c: who may send in (RFC 4787, section 5) */

NpNatDependence np_nat_filter_dependence(const NpNatTranslator *self, NpNatProtocol protocol);
gboolean np_nat_filter_admits(const NpNatTranslator *self,
                              const NpNatMapping *mapping,
                              const NpNatEnd *remote,
                              NpTime now);
void np_nat_filter_open(NpNatTranslator *self,
                        NpNatMapping *mapping,
                        const NpNatEnd *remote,
                        NpTime now,
                        NpTime deadline);
gboolean np_nat_filter_is_spoilt(const NpNatTranslator *self,
                                 NpNatProtocol protocol,
                                 const NpNatEnd *external,
                                 const NpNatEnd *remote,
                                 NpTime now);
void np_nat_filter_spoil(NpNatTranslator *self, const NpNatFlow *flow, NpTime now);

/* binding.c: which mapping a packet belongs to (RFC 4787, section 4) */

NpNatDependence np_nat_binding_dependence(const NpNatTranslator *self, NpNatProtocol protocol);
/* How long a new mapping lives if nothing follows. */
NpTime np_nat_binding_first_timer(const NpNatTranslator *self, NpNatProtocol protocol);
/* The living mapping for an outbound packet, made if need be; NP_NAT_NO_MAPPING, and why. */
guint32
np_nat_binding_make(NpNatTranslator *self, const NpNatFlow *flow, NpTime now, NpNatOutcome *why);
/* The same, but only if there is one. */
guint32 np_nat_binding_find_outbound(NpNatTranslator *self, const NpNatFlow *flow, NpTime now);
guint32 np_nat_binding_find_inbound(NpNatTranslator *self, const NpNatFlow *flow, NpTime now);
/* A stranger was let in: with the policy for it, answers will leave by the same mapping. */
void np_nat_binding_note_arrival(NpNatTranslator *self,
                                 const NpNatMapping *mapping,
                                 guint32 number,
                                 const NpNatEnd *remote);
void np_nat_binding_break(NpNatTranslator *self, guint32 number);

/* connection.c: TCP's phases (RFC 5382, section 4) */

/*
 * Follows a segment from @side, moves the deadline of its mapping, and sets @deadline to the
 * connection's own. FALSE, with nothing changed, if it belongs to no connection and may not begin
 * one.
 */
gboolean np_nat_connection_follow(NpNatTranslator *self,
                                  guint32 number,
                                  const NpNatEnd *remote,
                                  NpNatSide side,
                                  guint8 flags,
                                  NpTime now,
                                  NpTime *deadline);
/* Whether a segment with @flags may open a mapping. */
gboolean np_nat_connection_may_begin(const NpNatTranslator *self, guint8 flags);

/* error.c: ICMP errors (RFC 5508, section 4) */

NpNatOutcome np_nat_error_outbound(NpNatTranslator *self, NpNatPacket *packet, NpTime now);
NpNatOutcome np_nat_error_inbound(NpNatTranslator *self, NpNatPacket *packet, NpTime now);
