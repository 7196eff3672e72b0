/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A wire with delay, jitter and loss, in user space
 *
 * Not every kernel has netem. Frames that come in at one interface are held and sent out at the
 * other.
 */

#include "core/time.h"
#include "util/rng.h"

typedef struct {
    NpTime delay;  /* one way */
    NpTime jitter; /* each packet is late by a uniform part of this as well, so order may change */
    double loss;   /* chance of a packet, each way, 0 to 1 */
    guint64 seed;  /* the same packets with the same seed: the same are lost */
} NpLabWireConfig;

typedef struct NpLabWire NpLabWire;

NpLabWire *np_lab_wire_new(const NpLabWireConfig *config);
void np_lab_wire_free(NpLabWire *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpLabWire, np_lab_wire_free)

/*
 * Joins two interfaces of the calling process' network namespace, which must be up already. Each
 * direction draws from a stream of its own that is named after its interface.
 */
gboolean np_lab_wire_join(NpLabWire *self, const char *inner, const char *outer, GError **error);

/* Carries frames for ever; returns only with errno set, if it cannot. */
void np_lab_wire_run(NpLabWire *self);
