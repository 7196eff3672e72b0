/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/subscriber.h"

#define NONE G_MAXUINT32

static const NpNatEnd nothing;

static NpNatEnd
host_of(const NpNatEnd *internal)
{
    return np_nat_end_masked(internal, NP_NAT_ADDRESS_DEPENDENT);
}

static guint32
hash_of(const NpNatSubscribers *self, const NpNatEnd *host)
{
    return np_nat_end_hash(host, &nothing, 0, self->seed);
}

static guint32
take_slot(NpNatSubscribers *self)
{
    guint32 number = self->first_free;

    if (number != NONE) {
        self->first_free = self->subscribers[number].next_free;
        return number;
    }
    if (self->n_slots == self->capacity) {
        self->capacity = MAX(2 * self->capacity, 4);
        self->subscribers = g_renew(NpNatSubscriber, self->subscribers, self->capacity);
    }
    return self->n_slots++;
}

void
np_nat_subscribers_init(NpNatSubscribers *self, guint64 seed)
{
    *self = (NpNatSubscribers){ .seed = seed, .first_free = NONE };
    np_nat_index_init(&self->index);
}

void
np_nat_subscribers_clear(NpNatSubscribers *self)
{
    np_nat_index_clear(&self->index);
    g_clear_pointer(&self->subscribers, g_free);
}

void
np_nat_subscribers_reset(NpNatSubscribers *self)
{
    np_nat_index_reset(&self->index);
    self->n_slots = 0;
    self->first_free = NONE;
}

guint32
np_nat_subscribers_admit(NpNatSubscribers *self, const NpNatEnd *internal)
{
    NpNatEnd host = host_of(internal);
    guint32 hash = hash_of(self, &host);
    guint32 at = hash;
    guint32 number = 0;

    while (np_nat_index_next(&self->index, hash, &at, &number))
        if (np_nat_end_equal(&self->subscribers[number].host, &host))
            return number;
    number = take_slot(self);
    self->subscribers[number] = (NpNatSubscriber){ .host = host };
    np_nat_index_insert(&self->index, hash, number);
    return number;
}

NpNatSubscriber *
np_nat_subscribers_get(const NpNatSubscribers *self, guint32 number)
{
    return &self->subscribers[number];
}

void
np_nat_subscribers_dismiss_idle(NpNatSubscribers *self, guint32 number)
{
    NpNatSubscriber *subscriber = &self->subscribers[number];

    if (subscriber->n_mappings > 0 || subscriber->n_blocks > 0)
        return;
    np_nat_index_remove(&self->index, hash_of(self, &subscriber->host), number);
    subscriber->next_free = self->first_free;
    self->first_free = number;
}
