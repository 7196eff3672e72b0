/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The allocator: which external address and port a new mapping gets (RFC 4787, section 4.2)
 *
 * Keeps the ports in use of each external address, where each sequence stands, and who holds which
 * block. Mappings are made and counted elsewhere.
 */

#include "nat/end.h"
#include "nat/packet.h"
#include "nat/policy.h"
#include "nat/ports.h"
#include "nat/subscriber.h"
#include "util/rng.h"

typedef struct {
    NpNatEnd host;
    NpNatPorts *ports[NP_NAT_N_PROTOCOLS]; /* made when first needed */
    guint8 *block_taken;                   /* one per block; made when first needed */
    guint16 last;                          /* port given out, where the sequence goes on */
} NpNatExternal;

typedef struct {
    NpNatPortPolicy policy;
    gboolean paired;
    guint n_external;
    NpNatExternal external[NP_NAT_MAX_EXTERNAL];
    guint64 seed; /* of pairing */
    NpRng rng;
} NpNatPool;

/* What a candidate must not collide with beyond the ports in use: a shared port's other mappings,
 * and what strangers spoilt. */
typedef gboolean (*NpNatPoolRefuses)(gpointer context, const NpNatEnd *candidate);

typedef struct {
    NpNatProtocol protocol;
    const NpNatEnd *internal;
    NpNatSubscriber *subscriber;
    guint16 previous; /* delta order: the internal end's last port, 0 if it has none */
    NpNatPoolRefuses refuses;
    gpointer context;
} NpNatPoolRequest;

/* Takes @rng over. @policy must be without flaw. */
void np_nat_pool_init(NpNatPool *self, const NpNatPolicy *policy, NpRng rng);
void np_nat_pool_clear(NpNatPool *self);
void np_nat_pool_reset(NpNatPool *self);
/* FALSE if there are NP_NAT_MAX_EXTERNAL already. */
gboolean np_nat_pool_add(NpNatPool *self, const NpAddress *address);
gboolean np_nat_pool_has_host(const NpNatPool *self, const NpNatEnd *end);

/* Whether @external may be given out: exclusive ports must be unused. */
gboolean
np_nat_pool_is_free(NpNatPool *self, const NpNatPoolRequest *request, const NpNatEnd *external);
/* FALSE if no port is left for the request. */
gboolean np_nat_pool_allocate(NpNatPool *self, const NpNatPoolRequest *request, NpNatEnd *external);
void np_nat_pool_release(NpNatPool *self,
                         NpNatProtocol protocol,
                         NpNatSubscriber *subscriber,
                         const NpNatEnd *external);
