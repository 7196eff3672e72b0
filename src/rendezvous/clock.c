/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/clock.h"

/* Two honest clocks drift apart by a tenth of this between the oldest sample and the newest. */
#define DRIFT (10 * NP_MSEC)

void
np_rendezvous_clock_add(NpRendezvousClock *self, NpTime sent, NpTime received, NpTime server)
{
    NpRendezvousClockSample sample = { .rtt = received - sent };
    const NpRendezvousClockSample *best = np_rendezvous_clock_best(self);
    NpTime difference = 0;

    if (sample.rtt < 0)
        return;
    sample.offset = server - sent - sample.rtt / 2;
    if (best != NULL) {
        difference = sample.offset - best->offset;
        if (ABS(difference) > (sample.rtt + best->rtt) / 2 + DRIFT)
            *self = (NpRendezvousClock){ 0 };
    }
    self->samples[self->next] = sample;
    self->next = (self->next + 1) % NP_RENDEZVOUS_CLOCK_SAMPLES;
    self->n = MIN(self->n + 1, NP_RENDEZVOUS_CLOCK_SAMPLES);
}

const NpRendezvousClockSample *
np_rendezvous_clock_best(const NpRendezvousClock *self)
{
    const NpRendezvousClockSample *best = NULL;

    for (guint i = 0; i < self->n; i++)
        if (best == NULL || self->samples[i].rtt < best->rtt)
            best = &self->samples[i];
    return best;
}

NpTime
np_rendezvous_clock_local(const NpRendezvousClock *self, NpTime server_time)
{
    const NpRendezvousClockSample *best = np_rendezvous_clock_best(self);

    return best != NULL ? server_time - best->offset : server_time;
}
