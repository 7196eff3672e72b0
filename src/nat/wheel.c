/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/wheel.h"

#include <string.h>

/* 128 s a turn: typical timeouts stay below a few turns, and 2 KiB are cheap to make and clear. */
#define N_SLOTS 512
#define NONE G_MAXUINT32
/* Marks a previous that is a slot, not a number. */
#define SLOT_FLAG (1u << 31)

static void
empty_slots(NpNatWheel *self)
{
    memset(self->slots, 0xff, N_SLOTS * sizeof *self->slots); /* NONE */
    self->hand = 0;
}

static void
unlink_from_slot(NpNatWheel *self, guint32 number)
{
    NpNatWheelLink *link = &self->links[number];

    if ((link->previous & SLOT_FLAG) != 0)
        self->slots[link->previous & ~SLOT_FLAG] = link->next;
    else
        self->links[link->previous].next = link->next;
    if (link->next != NONE)
        self->links[link->next].previous = link->previous;
}

void
np_nat_wheel_init(NpNatWheel *self)
{
    *self = (NpNatWheel){ .slots = g_new(guint32, N_SLOTS) };
    empty_slots(self);
}

void
np_nat_wheel_clear(NpNatWheel *self)
{
    g_clear_pointer(&self->slots, g_free);
    g_clear_pointer(&self->links, g_free);
}

void
np_nat_wheel_reset(NpNatWheel *self)
{
    gint64 hand = self->hand;

    empty_slots(self);
    self->hand = hand;
}

void
np_nat_wheel_file(NpNatWheel *self, guint32 number, NpTime due)
{
    /* Anything farther than a turn is filed at its end, to be filed again there. */
    gint64 tick = CLAMP(due / NP_NAT_WHEEL_TICK, self->hand, self->hand + N_SLOTS - 1);
    guint32 slot = (guint32)(tick % N_SLOTS);
    NpNatWheelLink *link = NULL;

    if (number >= self->n_links) {
        self->n_links = MAX(2 * self->n_links, number + 16);
        self->links = g_renew(NpNatWheelLink, self->links, self->n_links);
    }
    link = &self->links[number];
    link->next = self->slots[slot];
    link->previous = slot | SLOT_FLAG;
    if (link->next != NONE)
        self->links[link->next].previous = number;
    self->slots[slot] = number;
}

void
np_nat_wheel_remove(NpNatWheel *self, guint32 number)
{
    unlink_from_slot(self, number);
}

gboolean
np_nat_wheel_pop(NpNatWheel *self, NpTime now, guint32 *number)
{
    gint64 until = now / NP_NAT_WHEEL_TICK;

    /* After a long sleep one turn visits every slot. */
    self->hand = MAX(self->hand, until - N_SLOTS);
    for (; self->hand < until; self->hand++) {
        guint32 first = self->slots[self->hand % N_SLOTS];

        if (first != NONE) {
            unlink_from_slot(self, first);
            *number = first;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
np_nat_wheel_pop_first(NpNatWheel *self, guint32 *number)
{
    for (gint64 tick = self->hand; tick < self->hand + N_SLOTS; tick++) {
        guint32 first = self->slots[tick % N_SLOTS];

        if (first != NONE) {
            unlink_from_slot(self, first);
            *number = first;
            return TRUE;
        }
    }
    return FALSE;
}
