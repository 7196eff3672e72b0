/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The search has two parts. The first follows the policy's order for a few candidates, which is all
 * that happens while ports are plenty and what a prober sees. The second walks upwards over
 * whatever is left, so that a full NAT gives out its last port instead of failing by bad luck.
 */

#include "nat/pool.h"

#include <string.h>

/* Candidates taken in the policy's own order. */
#define ORDERED_TRIES 16
/* Candidates of the walk that may turn out refused: Linux gives up after 128 as well
 * (nf_nat_l4proto_unique_tuple). */
#define WALK_TRIES 128
/* Linux' port classes (nf_nat_core.c): those of the same class stay together. */
#define CLASS_LOW_LAST 511
#define CLASS_SYSTEM_FIRST 600
#define CLASS_SYSTEM_LAST 1023

typedef struct {
    guint first;
    guint last;
} Range;

static const NpNatEnd nothing;

static Range
range_for(const NpNatPortPolicy *policy, guint16 internal_port)
{
    if (policy->keep_class && internal_port <= CLASS_LOW_LAST)
        return (Range){ 1, CLASS_LOW_LAST };
    if (policy->keep_class && internal_port <= CLASS_SYSTEM_LAST)
        return (Range){ CLASS_SYSTEM_FIRST, CLASS_SYSTEM_LAST };
    return (Range){ policy->first, policy->last };
}

static guint
draw(NpNatPool *self, Range range)
{
    return range.first + np_rng_below(&self->rng, range.last - range.first + 1);
}

/* @port plus @step, wrapping round the range; a port outside it starts anew inside. */
static guint
advanced(Range range, guint port, gint step)
{
    gint size = (gint)(range.last - range.first) + 1;
    gint offset = ((gint)port - (gint)range.first + step) % size;

    return range.first + (guint)(offset < 0 ? offset + size : offset);
}

/* The neighbour of @port that has the parity of @model, if @policy cares. */
static guint
with_parity(const NpNatPortPolicy *policy, Range range, guint port, guint model)
{
    if (!policy->keep_parity || port % 2 == model % 2)
        return port;
    return port < range.last ? port + 1 : port - 1;
}

static guint
find_external(const NpNatPool *self, const NpNatEnd *end)
{
    guint i = 0;

    while (i < self->n_external && !np_nat_end_same_host(&self->external[i].host, end))
        i++;
    return i;
}

static NpNatPorts *
ports_of(NpNatExternal *external, NpNatProtocol protocol)
{
    if (external->ports[protocol] == NULL)
        external->ports[protocol] = g_new0(NpNatPorts, 1);
    return external->ports[protocol];
}

static gboolean
is_usable(NpNatPool *self, guint address, const NpNatPoolRequest *request, guint port)
{
    NpNatEnd candidate = self->external[address].host;

    candidate.port = (guint16)port;
    if (!self->policy.share &&
        np_nat_ports_is_used(ports_of(&self->external[address], request->protocol), port))
        return FALSE;
    return !request->refuses(request->context, &candidate);
}

/* Upwards from @from over all of the range; 0 if nothing is left. */
static guint
walk(NpNatPool *self, guint address, const NpNatPoolRequest *request, Range range, guint from)
{
    NpNatPorts *ports = ports_of(&self->external[address], request->protocol);
    guint stride = self->policy.keep_parity ? 2 : 1;
    guint port = from;

    for (guint i = 0; i < WALK_TRIES; i++) {
        if (!self->policy.share)
            port = np_nat_ports_find_free(ports, range.first, range.last, port, stride);
        if (port == 0 || is_usable(self, address, request, port))
            return port;
        port = with_parity(&self->policy, range, advanced(range, port, (gint)stride), from);
    }
    return 0;
}

static guint
first_candidate(NpNatPool *self, guint address, const NpNatPoolRequest *request, Range range)
{
    switch (self->policy.order) {
    case NP_NAT_ORDER_SEQUENTIAL:
        return advanced(range, self->external[address].last, self->policy.step);
    case NP_NAT_ORDER_DELTA:
        if (request->previous != 0)
            return advanced(range, request->previous, self->policy.step);
        return draw(self, range);
    case NP_NAT_ORDER_RANDOM:
        return draw(self, range);
    }
    g_return_val_if_reached(range.first);
}

static guint
next_candidate(NpNatPool *self, Range range, guint port)
{
    if (self->policy.order == NP_NAT_ORDER_RANDOM)
        return draw(self, range);
    return advanced(range, port, self->policy.step);
}

static guint
allocate_in_range(NpNatPool *self, guint address, const NpNatPoolRequest *request, Range range)
{
    guint16 internal_port = request->internal->port;
    guint port = first_candidate(self, address, request, range);

    for (guint i = 0; i < ORDERED_TRIES; i++) {
        port = with_parity(&self->policy, range, port, internal_port);
        if (is_usable(self, address, request, port))
            return port;
        port = next_candidate(self, range, port);
    }
    return walk(self, address, request, range,
                with_parity(&self->policy, range, port, internal_port));
}

static Range
block_range(const NpNatPool *self, guint number)
{
    guint first = self->policy.first + number * self->policy.block_size;

    return (Range){ first, first + self->policy.block_size - 1 };
}

/* Reserves the lowest free block of @address for the subscriber; NULL if there is none for it. */
static NpNatBlock *
acquire_block(NpNatPool *self, guint address, NpNatSubscriber *subscriber)
{
    NpNatExternal *external = &self->external[address];
    guint n_blocks = (self->policy.last - self->policy.first + 1u) / self->policy.block_size;
    guint number = 0;

    if (subscriber->n_blocks == self->policy.blocks_per_host)
        return NULL;
    if (external->block_taken == NULL)
        external->block_taken = g_new0(guint8, n_blocks);
    while (number < n_blocks && external->block_taken[number])
        number++;
    if (number == n_blocks)
        return NULL;
    external->block_taken[number] = TRUE;
    subscriber->blocks[subscriber->n_blocks] =
        (NpNatBlock){ .address = (guint8)address, .number = (guint16)number };
    return &subscriber->blocks[subscriber->n_blocks++];
}

static void
return_block(NpNatPool *self, NpNatSubscriber *subscriber, NpNatBlock *block)
{
    self->external[block->address].block_taken[block->number] = FALSE;
    subscriber->n_blocks--;
    *block = subscriber->blocks[subscriber->n_blocks];
}

static guint
allocate_in_blocks(NpNatPool *self, guint address, const NpNatPoolRequest *request)
{
    NpNatSubscriber *subscriber = request->subscriber;
    NpNatBlock *block = NULL;
    guint port = 0;

    for (guint i = 0; port == 0 && i < subscriber->n_blocks; i++) {
        block = &subscriber->blocks[i];
        if (block->address == address)
            port = allocate_in_range(self, address, request, block_range(self, block->number));
    }
    if (port == 0) {
        block = acquire_block(self, address, subscriber);
        if (block != NULL)
            port = allocate_in_range(self, address, request, block_range(self, block->number));
    }
    if (port != 0)
        block->n_used++;
    else if (block != NULL && block->n_used == 0)
        return_block(self, subscriber, block);
    return port;
}

static guint
allocate_on(NpNatPool *self, guint address, const NpNatPoolRequest *request)
{
    guint16 internal_port = request->internal->port;
    guint port = 0;

    if (self->policy.block_size > 0)
        return allocate_in_blocks(self, address, request);
    if (self->policy.preserve && internal_port != 0 &&
        is_usable(self, address, request, internal_port))
        return internal_port;
    port = allocate_in_range(self, address, request, range_for(&self->policy, internal_port));
    if (port != 0)
        self->external[address].last = (guint16)port;
    return port;
}

static gboolean
can_serve(const NpNatPool *self, guint address, const NpNatPoolRequest *request)
{
    return np_nat_end_same_family(&self->external[address].host, request->internal);
}

/* The next external address from @address on, wrapping round, that has the internal end's family;
 * there is one. */
static guint
next_address(const NpNatPool *self, guint address, const NpNatPoolRequest *request)
{
    while (!can_serve(self, address % self->n_external, request))
        address++;
    return address % self->n_external;
}

/* How many external addresses can serve the request. */
static guint
count_addresses(const NpNatPool *self, const NpNatPoolRequest *request)
{
    guint n = 0;

    for (guint i = 0; i < self->n_external; i++)
        n += can_serve(self, i, request) ? 1 : 0;
    return n;
}

/* Where the search among the external addresses starts. */
static guint
first_address(NpNatPool *self, const NpNatPoolRequest *request)
{
    NpNatEnd host = np_nat_end_masked(request->internal, NP_NAT_ADDRESS_DEPENDENT);
    guint address = 0;

    if (self->n_external > 1 && self->paired)
        address = np_nat_end_hash(&host, &nothing, 0, self->seed) % self->n_external;
    else if (self->n_external > 1)
        address = np_rng_below(&self->rng, self->n_external);
    return next_address(self, address, request);
}

static void
start_sequences(NpNatPool *self)
{
    Range range = { self->policy.first, self->policy.last };

    for (guint i = 0; i < self->n_external; i++)
        self->external[i].last = (guint16)draw(self, range);
}

void
np_nat_pool_init(NpNatPool *self, const NpNatPolicy *policy, NpRng rng)
{
    self->policy = policy->ports;
    self->paired = policy->paired;
    self->n_external = 0;
    self->rng = rng;
    self->seed = np_rng_u64(&self->rng);
}

void
np_nat_pool_clear(NpNatPool *self)
{
    for (guint i = 0; i < self->n_external; i++) {
        for (guint protocol = 0; protocol < NP_NAT_N_PROTOCOLS; protocol++)
            g_clear_pointer(&self->external[i].ports[protocol], g_free);
        g_clear_pointer(&self->external[i].block_taken, g_free);
    }
    self->n_external = 0;
}

void
np_nat_pool_reset(NpNatPool *self)
{
    for (guint i = 0; i < self->n_external; i++) {
        for (guint protocol = 0; protocol < NP_NAT_N_PROTOCOLS; protocol++)
            g_clear_pointer(&self->external[i].ports[protocol], g_free);
        g_clear_pointer(&self->external[i].block_taken, g_free);
    }
    start_sequences(self);
}

gboolean
np_nat_pool_add(NpNatPool *self, const NpAddress *address)
{
    NpAddress host = np_address_with_port(address, 0);
    Range range = { self->policy.first, self->policy.last };

    if (self->n_external == NP_NAT_MAX_EXTERNAL)
        return FALSE;
    self->external[self->n_external++] =
        (NpNatExternal){ .host = np_nat_end(&host), .last = (guint16)draw(self, range) };
    return TRUE;
}

gboolean
np_nat_pool_has_host(const NpNatPool *self, const NpNatEnd *end)
{
    return find_external(self, end) < self->n_external;
}

gboolean
np_nat_pool_is_free(NpNatPool *self, const NpNatPoolRequest *request, const NpNatEnd *external)
{
    return is_usable(self, find_external(self, external), request, external->port);
}

gboolean
np_nat_pool_allocate(NpNatPool *self, const NpNatPoolRequest *request, NpNatEnd *external)
{
    guint n_tried = count_addresses(self, request);
    guint address = 0;
    guint port = 0;

    if (n_tried == 0)
        return FALSE;
    if (self->paired)
        n_tried = 1;
    address = first_address(self, request);
    for (guint i = 0; i < n_tried && port == 0; i++) {
        port = allocate_on(self, address, request);
        *external = self->external[address].host;
        address = next_address(self, address + 1, request);
    }
    external->port = (guint16)port;
    if (port != 0 && !self->policy.share)
        np_nat_ports_set_used(
            ports_of(&self->external[find_external(self, external)], request->protocol), port,
            TRUE);
    return port != 0;
}

void
np_nat_pool_release(NpNatPool *self,
                    NpNatProtocol protocol,
                    NpNatSubscriber *subscriber,
                    const NpNatEnd *external)
{
    guint address = find_external(self, external);
    guint number = 0;

    if (address == self->n_external || self->policy.share)
        return;
    np_nat_ports_set_used(ports_of(&self->external[address], protocol), external->port, FALSE);
    if (self->policy.block_size == 0)
        return;
    number = (external->port - self->policy.first) / self->policy.block_size;
    for (guint i = 0; i < subscriber->n_blocks; i++) {
        NpNatBlock *block = &subscriber->blocks[i];

        if (block->address != address || block->number != number)
            continue;
        block->n_used--;
        if (block->n_used == 0)
            return_block(self, subscriber, block);
        return;
    }
}
