/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/index.h"

#include <string.h>

#define FIRST_SLOTS 32

static guint64
filed(guint32 hash, guint32 number)
{
    return (guint64)hash << 32 | (number + 1);
}

static void
allocate(NpNatIndex *self, guint32 n_slots)
{
    self->slots = g_new0(guint64, n_slots);
    self->mask = n_slots - 1;
    self->n_used = 0;
}

static void
place(NpNatIndex *self, guint64 slot)
{
    guint32 at = (guint32)(slot >> 32) & self->mask;

    while (self->slots[at] != 0)
        at = (at + 1) & self->mask;
    self->slots[at] = slot;
    self->n_used++;
}

static void
grow(NpNatIndex *self)
{
    g_autofree guint64 *old = self->slots;
    guint32 n_old = self->mask + 1;

    allocate(self, 2 * n_old);
    for (guint32 i = 0; i < n_old; i++)
        if (old[i] != 0)
            place(self, old[i]);
}

void
np_nat_index_init(NpNatIndex *self)
{
    allocate(self, FIRST_SLOTS);
}

void
np_nat_index_clear(NpNatIndex *self)
{
    g_clear_pointer(&self->slots, g_free);
}

void
np_nat_index_reset(NpNatIndex *self)
{
    memset(self->slots, 0, sizeof *self->slots * (self->mask + 1));
    self->n_used = 0;
}

void
np_nat_index_insert(NpNatIndex *self, guint32 hash, guint32 number)
{
    /* Linear probing stays short up to half full. */
    if (self->n_used > self->mask / 2)
        grow(self);
    place(self, filed(hash, number));
}

/* Moves later members of the probe run back over the gap at @hole, as far as their home allows. */
static void
close_gap(NpNatIndex *self, guint32 hole)
{
    guint32 at = hole;

    for (;;) {
        guint32 home = 0;

        at = (at + 1) & self->mask;
        if (self->slots[at] == 0)
            break;
        home = (guint32)(self->slots[at] >> 32) & self->mask;
        if (((at - home) & self->mask) < ((at - hole) & self->mask))
            continue;
        self->slots[hole] = self->slots[at];
        hole = at;
    }
    self->slots[hole] = 0;
    self->n_used--;
}

void
np_nat_index_remove(NpNatIndex *self, guint32 hash, guint32 number)
{
    guint64 wanted = filed(hash, number);

    for (guint32 at = hash & self->mask; self->slots[at] != 0; at = (at + 1) & self->mask) {
        if (self->slots[at] == wanted) {
            close_gap(self, at);
            return;
        }
    }
}

void
np_nat_index_prefetch(const NpNatIndex *self, guint32 hash)
{
    __builtin_prefetch(&self->slots[hash & self->mask]);
}

gboolean
np_nat_index_next(const NpNatIndex *self, guint32 hash, guint32 *at, guint32 *number)
{
    for (;;) {
        guint64 slot = self->slots[*at & self->mask];

        if (slot == 0)
            return FALSE;
        ++*at;
        if (slot >> 32 == hash) {
            *number = (guint32)slot - 1;
            return TRUE;
        }
    }
}
