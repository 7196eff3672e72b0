/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/memory.h"

#define NONE G_MAXUINT32
/* A packet adds at most two facts; freeing more per packet than that drains any backlog. */
#define SWEEP_PER_PACKET 8

static guint32
find_slot(
    const NpNatMemory *self, guint32 hash, guint32 scope, const NpNatEnd *a, const NpNatEnd *b)
{
    guint32 at = hash;
    guint32 number = 0;

    while (np_nat_index_next(&self->index, hash, &at, &number)) {
        const NpNatFact *fact = &self->facts[number];

        if (fact->scope == scope && np_nat_end_equal(&fact->a, a) && np_nat_end_equal(&fact->b, b))
            return number;
    }
    return NONE;
}

static guint32
take_slot(NpNatMemory *self)
{
    guint32 number = self->first_free;

    if (number != NONE) {
        self->first_free = self->facts[number].scope;
        self->n_free--;
        return number;
    }
    if (self->n_slots == self->limit)
        return NONE;
    if (self->n_slots == self->capacity) {
        self->capacity = MIN(MAX(2 * self->capacity, 16), self->limit);
        self->facts = g_renew(NpNatFact, self->facts, self->capacity);
    }
    return self->n_slots++;
}

/* Free slots are chained through their scope. */
static void
give_slot(NpNatMemory *self, guint32 number)
{
    self->facts[number].scope = self->first_free;
    self->first_free = number;
    self->n_free++;
}

void
np_nat_memory_init(NpNatMemory *self, guint32 limit, guint64 seed)
{
    *self = (NpNatMemory){ .limit = limit, .first_free = NONE, .seed = seed };
    np_nat_index_init(&self->index);
    np_nat_wheel_init(&self->wheel);
}

void
np_nat_memory_clear(NpNatMemory *self)
{
    np_nat_index_clear(&self->index);
    np_nat_wheel_clear(&self->wheel);
    g_clear_pointer(&self->facts, g_free);
}

void
np_nat_memory_reset(NpNatMemory *self)
{
    np_nat_index_reset(&self->index);
    np_nat_wheel_reset(&self->wheel);
    self->n_slots = 0;
    self->n_free = 0;
    self->first_free = NONE;
}

NpNatFact *
np_nat_memory_find(
    const NpNatMemory *self, guint32 scope, const NpNatEnd *a, const NpNatEnd *b, NpTime now)
{
    guint32 number = find_slot(self, np_nat_end_hash(a, b, scope, self->seed), scope, a, b);

    if (number == NONE || self->facts[number].deadline <= now)
        return NULL;
    return &self->facts[number];
}

NpNatFact *
np_nat_memory_keep(
    NpNatMemory *self, guint32 scope, const NpNatEnd *a, const NpNatEnd *b, NpTime deadline)
{
    guint32 hash = np_nat_end_hash(a, b, scope, self->seed);
    guint32 number = find_slot(self, hash, scope, a, b);

    if (number == NONE) {
        number = take_slot(self);
        if (number == NONE)
            return NULL;
        self->facts[number] = (NpNatFact){ .a = *a, .b = *b, .scope = scope, .hash = hash };
        np_nat_index_insert(&self->index, hash, number);
        np_nat_wheel_file(&self->wheel, number, deadline);
    }
    self->facts[number].deadline = deadline;
    return &self->facts[number];
}

void
np_nat_memory_sweep(NpNatMemory *self, NpTime now)
{
    guint32 number = 0;

    for (guint i = 0; i < SWEEP_PER_PACKET && np_nat_wheel_pop(&self->wheel, now, &number); i++) {
        const NpNatFact *fact = &self->facts[number];

        if (fact->deadline > now) {
            np_nat_wheel_file(&self->wheel, number, fact->deadline);
            continue;
        }
        np_nat_index_remove(&self->index, fact->hash, number);
        give_slot(self, number);
    }
}

guint32
np_nat_memory_size(const NpNatMemory *self)
{
    return self->n_slots - self->n_free;
}
