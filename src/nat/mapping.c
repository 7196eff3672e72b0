/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/mapping.h"

#include <string.h>

#define NONE NP_NAT_NO_MAPPING
/* Two cache lines, fetched as a pair: finding a mapping costs one miss. */
#define ALIGNMENT 128
G_STATIC_ASSERT(sizeof(NpNatMapping) == ALIGNMENT);
/* Entries looked at per call: bounds the cost of one packet, see nat/memory.c. */
#define EXPIRE_TRIES 8
/* As many as Linux' early_drop() looks at. */
#define EVICT_TRIES 8

static const NpNatEnd nothing;

static const NpNatEnd *
inbound_remote(const NpNatMappings *self, const NpNatEnd *remote)
{
    return self->shared ? remote : &nothing;
}

static guint32
hash_of(const NpNatMappings *self, guint8 protocol, const NpNatEnd *end, const NpNatEnd *remote)
{
    return np_nat_end_hash(end, remote, protocol, self->seed);
}

static gboolean
same_owner(const NpNatMapping *mapping, guint8 protocol, const NpNatEnd *internal)
{
    return mapping->protocol == protocol && np_nat_end_equal(&mapping->internal, internal);
}

static void
grow(NpNatMappings *self)
{
    guint32 capacity = MIN(MAX(2 * self->capacity, 16), self->limit);
    NpNatMapping *mappings = g_aligned_alloc(capacity, sizeof *mappings, ALIGNMENT);

    if (self->n_slots > 0)
        memcpy(mappings, self->mappings, self->n_slots * sizeof *mappings);
    g_aligned_free(self->mappings);
    self->mappings = mappings;
    self->capacity = capacity;
}

static guint32
take_slot(NpNatMappings *self)
{
    guint32 number = self->first_free;

    if (number != NONE) {
        self->first_free = self->mappings[number].older;
        return number;
    }
    if (self->n_slots == self->limit)
        return NONE;
    if (self->n_slots == self->capacity)
        grow(self);
    return self->n_slots++;
}

static void
chain(NpNatMappings *self, guint32 number)
{
    NpNatMapping *mapping = &self->mappings[number];
    guint32 hash = hash_of(self, mapping->protocol, &mapping->internal, &nothing);

    mapping->newer = NONE;
    mapping->older =
        np_nat_mappings_find_newest(self, (NpNatProtocol)mapping->protocol, &mapping->internal);
    if (mapping->older != NONE) {
        self->mappings[mapping->older].newer = number;
        np_nat_index_remove(&self->newest, hash, mapping->older);
    }
    np_nat_index_insert(&self->newest, hash, number);
}

static void
unchain(NpNatMappings *self, guint32 number)
{
    const NpNatMapping *mapping = &self->mappings[number];

    if (mapping->older != NONE)
        self->mappings[mapping->older].newer = mapping->newer;
    if (mapping->newer != NONE) {
        self->mappings[mapping->newer].older = mapping->older;
    } else {
        guint32 hash = hash_of(self, mapping->protocol, &mapping->internal, &nothing);

        np_nat_index_remove(&self->newest, hash, number);
        if (mapping->older != NONE)
            np_nat_index_insert(&self->newest, hash, mapping->older);
    }
}

void
np_nat_mappings_init(
    NpNatMappings *self, guint32 limit, gboolean shared, gboolean chained, guint64 seed)
{
    *self = (NpNatMappings){
        .limit = limit, .shared = shared, .chained = chained, .seed = seed, .first_free = NONE
    };
    np_nat_index_init(&self->outbound);
    np_nat_index_init(&self->inbound);
    np_nat_index_init(&self->newest);
    np_nat_wheel_init(&self->wheel);
}

void
np_nat_mappings_clear(NpNatMappings *self)
{
    np_nat_index_clear(&self->outbound);
    np_nat_index_clear(&self->inbound);
    np_nat_index_clear(&self->newest);
    np_nat_wheel_clear(&self->wheel);
    g_clear_pointer(&self->mappings, g_aligned_free);
}

void
np_nat_mappings_reset(NpNatMappings *self)
{
    np_nat_index_reset(&self->outbound);
    np_nat_index_reset(&self->inbound);
    np_nat_index_reset(&self->newest);
    np_nat_wheel_reset(&self->wheel);
    self->n_slots = 0;
    self->n_live = 0;
    self->first_free = NONE;
}

NpNatMapping *
np_nat_mappings_get(const NpNatMappings *self, guint32 number)
{
    return &self->mappings[number];
}

guint32
np_nat_mappings_find_outbound(const NpNatMappings *self,
                              NpNatProtocol protocol,
                              const NpNatEnd *internal,
                              const NpNatEnd *remote)
{
    guint32 hash = hash_of(self, (guint8)protocol, internal, remote);
    guint32 at = hash;
    guint32 number = 0;

    while (np_nat_index_next(&self->outbound, hash, &at, &number)) {
        const NpNatMapping *mapping = &self->mappings[number];

        if (same_owner(mapping, (guint8)protocol, internal) &&
            np_nat_end_equal(&mapping->remote, remote))
            return number;
    }
    return NONE;
}

guint32
np_nat_mappings_find_inbound(const NpNatMappings *self,
                             NpNatProtocol protocol,
                             const NpNatEnd *external,
                             const NpNatEnd *remote)
{
    guint32 hash = hash_of(self, (guint8)protocol, external, inbound_remote(self, remote));
    guint32 at = hash;
    guint32 number = 0;

    while (np_nat_index_next(&self->inbound, hash, &at, &number)) {
        const NpNatMapping *mapping = &self->mappings[number];

        if (mapping->protocol == protocol && np_nat_end_equal(&mapping->external, external) &&
            (!self->shared || np_nat_end_equal(&mapping->remote, remote)))
            return number;
    }
    return NONE;
}

guint32
np_nat_mappings_find_newest(const NpNatMappings *self,
                            NpNatProtocol protocol,
                            const NpNatEnd *internal)
{
    guint32 hash = hash_of(self, (guint8)protocol, internal, &nothing);
    guint32 at = hash;
    guint32 number = 0;

    while (np_nat_index_next(&self->newest, hash, &at, &number))
        if (same_owner(&self->mappings[number], (guint8)protocol, internal))
            return number;
    return NONE;
}

guint32
np_nat_mappings_prefetch_outbound(const NpNatMappings *self,
                                  NpNatProtocol protocol,
                                  const NpNatEnd *internal,
                                  const NpNatEnd *remote)
{
    guint32 hash = hash_of(self, (guint8)protocol, internal, remote);

    np_nat_index_prefetch(&self->outbound, hash);
    return hash;
}

guint32
np_nat_mappings_prefetch_inbound(const NpNatMappings *self,
                                 NpNatProtocol protocol,
                                 const NpNatEnd *external,
                                 const NpNatEnd *remote)
{
    guint32 hash = hash_of(self, (guint8)protocol, external, inbound_remote(self, remote));

    np_nat_index_prefetch(&self->inbound, hash);
    return hash;
}

void
np_nat_mappings_prefetch_found(const NpNatMappings *self, gboolean outbound, guint32 hash)
{
    guint32 at = hash;
    guint32 number = 0;

    if (!np_nat_index_next(outbound ? &self->outbound : &self->inbound, hash, &at, &number))
        return;
    __builtin_prefetch(&self->mappings[number].internal);
    __builtin_prefetch(&self->mappings[number].external);
}

guint32
np_nat_mappings_add(NpNatMappings *self, const NpNatMapping *mapping)
{
    guint32 number = take_slot(self);
    const NpNatEnd *remote = inbound_remote(self, &mapping->remote);

    if (number == NONE)
        return NONE;
    self->mappings[number] = *mapping;
    self->mappings[number].serial = ++self->last_serial;
    self->n_live++;
    np_nat_index_insert(&self->outbound,
                        hash_of(self, mapping->protocol, &mapping->internal, &mapping->remote),
                        number);
    np_nat_index_insert(&self->inbound,
                        hash_of(self, mapping->protocol, &mapping->external, remote), number);
    np_nat_wheel_file(&self->wheel, number, mapping->deadline);
    if (self->chained)
        chain(self, number);
    return number;
}

void
np_nat_mappings_remove(NpNatMappings *self, guint32 number)
{
    NpNatMapping *mapping = &self->mappings[number];
    const NpNatEnd *remote = inbound_remote(self, &mapping->remote);

    np_nat_index_remove(&self->outbound,
                        hash_of(self, mapping->protocol, &mapping->internal, &mapping->remote),
                        number);
    np_nat_index_remove(&self->inbound,
                        hash_of(self, mapping->protocol, &mapping->external, remote), number);
    np_nat_wheel_remove(&self->wheel, number);
    if (self->chained)
        unchain(self, number);
    mapping->serial = 0; /* belongs to no mapping: whoever kept the number sees that it is gone */
    mapping->older = self->first_free;
    self->first_free = number;
    self->n_live--;
}

void
np_nat_mappings_hasten(NpNatMappings *self, guint32 number)
{
    np_nat_wheel_remove(&self->wheel, number);
    np_nat_wheel_file(&self->wheel, number, self->mappings[number].deadline);
}

gboolean
np_nat_mappings_expired(NpNatMappings *self, NpTime now, guint32 *number)
{
    for (guint i = 0; i < EXPIRE_TRIES && np_nat_wheel_pop(&self->wheel, now, number); i++) {
        NpTime deadline = self->mappings[*number].deadline;

        np_nat_wheel_file(&self->wheel, *number, deadline);
        if (deadline <= now)
            return TRUE;
    }
    return FALSE;
}

guint32
np_nat_mappings_oldest(NpNatMappings *self)
{
    guint32 number = NONE;
    guint32 oldest = NONE;

    for (guint i = 0; i < EVICT_TRIES && np_nat_wheel_pop_first(&self->wheel, &number); i++) {
        np_nat_wheel_file(&self->wheel, number, self->mappings[number].deadline);
        if (oldest == NONE || self->mappings[number].deadline < self->mappings[oldest].deadline)
            oldest = number;
    }
    return oldest;
}
