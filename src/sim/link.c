/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/link.h"

/* How long a packet is held back at most to be overtaken, if the jitter is smaller. */
#define LEAST_HOLD (5 * NP_MSEC)
/* The default queue, as a part of a second at the link's rate. */
#define QUEUE_PARTS 10

static gboolean
happens(NpSimLinkState *self, double probability)
{
    return probability > 0 && np_rng_real(&self->rng) < probability;
}

static NpTime
uniform(NpSimLinkState *self, NpTime bound)
{
    return bound > 0 ? (NpTime)(np_rng_real(&self->rng) * (double)bound) : 0;
}

static NpTime
serialization(const NpSimLink *link, guint64 bytes)
{
    return (NpTime)((double)bytes * 8 * NP_SECOND / (double)link->rate);
}

/* Queues @size bytes for the link's rate; FALSE if there is no room. */
static gboolean
enqueue(NpSimLinkState *self, gsize size, NpTime now, NpTime *departure)
{
    const NpSimLink *link = &self->link;
    NpTime longest = 0;

    *departure = now;
    if (link->rate == 0)
        return TRUE;
    longest = link->queue > 0 ? serialization(link, link->queue) : NP_SECOND / QUEUE_PARTS;
    self->busy_until = MAX(self->busy_until, now);
    if (self->busy_until - now > longest)
        return FALSE;
    self->busy_until += serialization(link, size);
    *departure = self->busy_until;
    return TRUE;
}

void
np_sim_link_init(NpSimLinkState *self, const NpSimLink *link, NpRng rng)
{
    *self = (NpSimLinkState){ .link = *link, .rng = rng };
}

gboolean
np_sim_link_is_ideal(const NpSimLinkState *self)
{
    const NpSimLink *link = &self->link;

    return link->delay == 0 && link->jitter == 0 && !(link->loss > 0) && !(link->duplicate > 0) &&
           !(link->reorder > 0) && link->rate == 0;
}

NpSimLinkFate
np_sim_link_transmit(NpSimLinkState *self, gsize size, NpTime now, NpTime *arrival)
{
    NpTime departure = 0;

    if (!enqueue(self, size, now, &departure))
        return NP_SIM_LINK_QUEUE_FULL;
    if (happens(self, self->link.loss))
        return NP_SIM_LINK_LOST;
    *arrival = departure + self->link.delay + uniform(self, self->link.jitter);
    if (happens(self, self->link.reorder)) {
        *arrival += uniform(self, MAX(self->link.jitter, LEAST_HOLD));
    } else {
        *arrival = MAX(*arrival, self->last_arrival);
        self->last_arrival = *arrival;
    }
    return NP_SIM_LINK_PASSED;
}

gboolean
np_sim_link_duplicates(NpSimLinkState *self)
{
    return happens(self, self->link.duplicate);
}
