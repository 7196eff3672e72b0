/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Internal hosts, as far as a NAT keeps accounts of them (RFC 6888: quotas and port blocks)
 *
 * A host is known while it has mappings.
 */

#include "nat/end.h"
#include "nat/index.h"
#include "nat/policy.h"

typedef struct {
    guint8 address; /* which external one */
    guint16 number; /* of the block, from the start of the range */
    guint32 n_used;
} NpNatBlock;

typedef struct {
    NpNatEnd host; /* port 0 */
    guint32 n_mappings;
    guint32 next_free;
    guint n_blocks;
    NpNatBlock blocks[NP_NAT_MAX_BLOCKS_PER_HOST];
} NpNatSubscriber;

typedef struct {
    NpNatSubscriber *subscribers;
    guint32 n_slots;
    guint32 capacity;
    guint32 first_free;
    guint64 seed;
    NpNatIndex index;
} NpNatSubscribers;

void np_nat_subscribers_init(NpNatSubscribers *self, guint64 seed);
void np_nat_subscribers_clear(NpNatSubscribers *self);
void np_nat_subscribers_reset(NpNatSubscribers *self);

/* The number of the host of @internal, which becomes known. */
guint32 np_nat_subscribers_admit(NpNatSubscribers *self, const NpNatEnd *internal);
/* Valid until the next admit. */
NpNatSubscriber *np_nat_subscribers_get(const NpNatSubscribers *self, guint32 number);
/* Forgets a host that has neither mapping nor block. */
void np_nat_subscribers_dismiss_idle(NpNatSubscribers *self, guint32 number);
