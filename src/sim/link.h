/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One direction of a link: delay, jitter, loss, rate, reordering, duplication
 *
 * Jitter alone never reorders: a packet waits behind its predecessors, as in a queue. Reordering
 * is asked for by itself.
 */

#include "core/time.h"
#include "util/rng.h"

/* All zero is an ideal link. */
typedef struct {
    NpTime delay;
    NpTime jitter;    /* uniform on [0, jitter], added to the delay */
    double loss;      /* probability */
    double duplicate; /* probability of a second copy */
    double reorder;   /* probability of being held back while later packets pass */
    guint64 rate;     /* bits a second; 0: unlimited */
    guint queue;      /* bytes that may wait for the rate; 0: one tenth of a second's worth */
} NpSimLink;

typedef enum {
    NP_SIM_LINK_PASSED,
    NP_SIM_LINK_LOST,
    NP_SIM_LINK_QUEUE_FULL,
} NpSimLinkFate;

typedef struct {
    NpSimLink link;
    NpRng rng;
    NpTime busy_until;   /* the last packet has left the queue */
    NpTime last_arrival; /* of those in order */
} NpSimLinkState;

void np_sim_link_init(NpSimLinkState *self, const NpSimLink *link, NpRng rng);
/* An ideal link needs no event: its packets arrive as they are sent. */
gboolean np_sim_link_is_ideal(const NpSimLinkState *self);
/* What becomes of a packet of @size bytes; @arrival is set if it passes. */
NpSimLinkFate np_sim_link_transmit(NpSimLinkState *self, gsize size, NpTime now, NpTime *arrival);
/* Whether a packet that passed arrives twice; the copy is then transmitted as another. */
gboolean np_sim_link_duplicates(NpSimLinkState *self);
