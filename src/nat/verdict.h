/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A verdict on one axis: what is still possible, how sure that is, and why
 *
 * An experiment narrows the set of possible values. One value left is a verdict; several are an
 * honest "cannot tell", which then carries a reason; not measured at all is neither.
 */

#include "nat/behaviour.h"

typedef struct {
    NpNatAxis axis;
    gboolean measured;
    gint leading;   /* the value to act on while several are possible, or -1 */
    guint possible; /* bit 1 << value for each value that the evidence allows; not 0 if measured */
    double confidence;   /* probability that the truth is among the possible values */
    char *why;           /* why it could not be narrowed to one value, a sentence; or NULL */
    GPtrArray *evidence; /* sentences, each about one observation */
} NpVerdict;

void np_verdict_init(NpVerdict *self, NpNatAxis axis);
void np_verdict_clear(NpVerdict *self);
void np_verdict_copy(NpVerdict *to, const NpVerdict *from);

/* Sets the verdict. A later call replaces an earlier one; the evidence stays. */
void np_verdict_conclude(NpVerdict *self, guint value, double confidence);
/* Several values remain: @possible, because of @why (a sentence without full stop). */
void np_verdict_leave_open(NpVerdict *self, guint possible, double confidence, const char *why);
/* The same, but @value among them is the one to act on. */
void
np_verdict_lean(NpVerdict *self, guint value, guint possible, double confidence, const char *why);
void np_verdict_add_evidence(NpVerdict *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* TRUE, and the value, if exactly one is left. */
gboolean np_verdict_decided(const NpVerdict *self, guint *value);
/* TRUE, and the value, if one is left or leads: what is printed as the verdict. */
gboolean np_verdict_value(const NpVerdict *self, guint *value);
/* "endpoint-independent", "address-dependent or address-and-port-dependent", "unknown"; to be
 * freed. */
char *np_verdict_text(const NpVerdict *self);
/* Every value of an axis. */
guint np_verdict_anything(NpNatAxis axis);
