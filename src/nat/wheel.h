/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A timing wheel for entries that are refreshed far more often than they expire
 *
 * A refresh only writes the deadline in the caller's entry. The wheel holds each entry's number
 * under an earlier time, at which the caller looks at the real deadline and files it again or frees
 * it: O(1) per packet, and each entry is touched about once per lifetime. Whoever finds an entry
 * compares its deadline himself; the wheel frees memory, it does not decide what is alive.
 */

#include "core/time.h"

/* An entry comes out at most this long after the time it was filed under. */
#define NP_NAT_WHEEL_TICK (250 * NP_MSEC)

typedef struct {
    guint32 next;
    guint32 previous; /* or, for the first in a slot, the slot */
} NpNatWheelLink;

typedef struct {
    guint32 *slots; /* first number in each */
    NpNatWheelLink *links;
    guint32 n_links;
    gint64 hand; /* tick up to which all slots are empty */
} NpNatWheel;

void np_nat_wheel_init(NpNatWheel *self);
void np_nat_wheel_clear(NpNatWheel *self);
void np_nat_wheel_reset(NpNatWheel *self);

/* @number must not be filed. */
void np_nat_wheel_file(NpNatWheel *self, guint32 number, NpTime due);
void np_nat_wheel_remove(NpNatWheel *self, guint32 number);
/* Takes out an entry filed under a time before @now; FALSE if there is none. */
gboolean np_nat_wheel_pop(NpNatWheel *self, NpTime now, guint32 *number);
/* Takes out one of the entries filed under the earliest time; FALSE if the wheel is empty. */
gboolean np_nat_wheel_pop_first(NpNatWheel *self, guint32 *number);
