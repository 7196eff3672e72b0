/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/timers.h"

void
np_rendezvous_timers_init(NpRendezvousTimers *self, const NpTime durations[NP_RENDEZVOUS_N_TIMERS])
{
    for (guint kind = 0; kind < NP_RENDEZVOUS_N_TIMERS; kind++) {
        g_queue_init(&self->queues[kind]);
        self->durations[kind] = durations[kind];
    }
}

void
np_rendezvous_timers_start(NpRendezvousTimers *self,
                           NpRendezvousTimer *timer,
                           NpRendezvousTimerKind kind,
                           NpTime now)
{
    np_rendezvous_timers_stop(self, timer);
    timer->kind = kind;
    timer->due = now + self->durations[kind];
    timer->running = TRUE;
    timer->link = (GList){ .data = timer };
    g_queue_push_tail_link(&self->queues[kind], &timer->link);
}

void
np_rendezvous_timers_stop(NpRendezvousTimers *self, NpRendezvousTimer *timer)
{
    if (!timer->running)
        return;
    g_queue_unlink(&self->queues[timer->kind], &timer->link);
    timer->running = FALSE;
}

NpTime
np_rendezvous_timers_deadline(const NpRendezvousTimers *self)
{
    NpTime deadline = NP_TIME_NEVER;

    for (guint kind = 0; kind < NP_RENDEZVOUS_N_TIMERS; kind++) {
        const GList *head = self->queues[kind].head;

        if (head != NULL)
            deadline = MIN(deadline, ((const NpRendezvousTimer *)head->data)->due);
    }
    return deadline;
}

NpRendezvousTimer *
np_rendezvous_timers_take(NpRendezvousTimers *self, NpTime now)
{
    for (guint kind = 0; kind < NP_RENDEZVOUS_N_TIMERS; kind++) {
        GList *head = self->queues[kind].head;
        NpRendezvousTimer *timer = head != NULL ? head->data : NULL;

        if (timer != NULL && timer->due <= now) {
            np_rendezvous_timers_stop(self, timer);
            return timer;
        }
    }
    return NULL;
}
