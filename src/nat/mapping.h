/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The mapping table (RFC 4787, section 4)
 *
 * A mapping binds an internal end to an external one; with endpoint-dependent mapping only towards
 * one remote host or end. It is found from both sides. Numbers are stable while a mapping lives and
 * are used again afterwards; serials never are.
 */

#include "nat/end.h"
#include "nat/index.h"
#include "nat/packet.h"
#include "nat/wheel.h"

#define NP_NAT_NO_MAPPING G_MAXUINT32

typedef struct {
    NpNatEnd internal;
    NpNatEnd remote; /* what the mapping depends on, masked; zero for endpoint-independent */
    NpTime deadline;
    guint32 serial;
    guint32 subscriber;
    guint8 protocol;  /* NpNatProtocol */
    gboolean replied; /* a packet has come back */
    NpNatEnd external;
    NpNatEnd peer; /* the first remote the filter lets in; others are in the translator's memory */
    NpTime peer_deadline;
    guint32 older; /* mappings of the same internal end, if the table keeps them chained */
    guint32 newer;
    guint32 n_established; /* TCP: connections beyond the handshake */
    guint32 unused;        /* fills the second cache line */
} NpNatMapping;

typedef struct {
    NpNatMapping *mappings;
    guint32 n_slots;
    guint32 capacity;
    guint32 n_live;
    guint32 first_free;
    guint32 limit;
    guint32 last_serial;
    gboolean shared;  /* an external end may have several mappings, told apart by remote */
    gboolean chained; /* mappings of one internal end are chained by age */
    guint64 seed;
    NpNatIndex outbound;
    NpNatIndex inbound;
    NpNatIndex newest; /* of an internal end */
    NpNatWheel wheel;
} NpNatMappings;

void np_nat_mappings_init(
    NpNatMappings *self, guint32 limit, gboolean shared, gboolean chained, guint64 seed);
void np_nat_mappings_clear(NpNatMappings *self);
void np_nat_mappings_reset(NpNatMappings *self);

/* Valid until the next add. */
NpNatMapping *np_nat_mappings_get(const NpNatMappings *self, guint32 number);

/* Numbers, or NP_NAT_NO_MAPPING. Whether what is found is still alive is for the caller to see. */
guint32 np_nat_mappings_find_outbound(const NpNatMappings *self,
                                      NpNatProtocol protocol,
                                      const NpNatEnd *internal,
                                      const NpNatEnd *remote);
guint32 np_nat_mappings_find_inbound(const NpNatMappings *self,
                                     NpNatProtocol protocol,
                                     const NpNatEnd *external,
                                     const NpNatEnd *remote);
/* The youngest mapping of @internal, from which .older leads on. */
guint32 np_nat_mappings_find_newest(const NpNatMappings *self,
                                    NpNatProtocol protocol,
                                    const NpNatEnd *internal);

/* Fetch ahead what look-ups will need, in two steps: first the index entries of many, which returns
 * their hashes, then the mappings these lead to. */
guint32 np_nat_mappings_prefetch_outbound(const NpNatMappings *self,
                                          NpNatProtocol protocol,
                                          const NpNatEnd *internal,
                                          const NpNatEnd *remote);
guint32 np_nat_mappings_prefetch_inbound(const NpNatMappings *self,
                                         NpNatProtocol protocol,
                                         const NpNatEnd *external,
                                         const NpNatEnd *remote);
void np_nat_mappings_prefetch_found(const NpNatMappings *self, gboolean outbound, guint32 hash);

/* Files a copy of @mapping, giving it a serial; NP_NAT_NO_MAPPING if the table is full. */
guint32 np_nat_mappings_add(NpNatMappings *self, const NpNatMapping *mapping);
void np_nat_mappings_remove(NpNatMappings *self, guint32 number);
/* Takes note that the deadline came closer. */
void np_nat_mappings_hasten(NpNatMappings *self, guint32 number);
/* A mapping that is dead at @now and for the caller to remove; FALSE if there is none to be had
 * cheaply. */
gboolean np_nat_mappings_expired(NpNatMappings *self, NpTime now, guint32 *number);
/* One of those that would expire first; NP_NAT_NO_MAPPING if none was found in a few tries. */
guint32 np_nat_mappings_oldest(NpNatMappings *self);
