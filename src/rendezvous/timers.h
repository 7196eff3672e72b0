/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Deadlines of which there are many and only a few lengths
 *
 * All timers of a kind run for the same time, so each kind is a queue in the order of starting:
 * starting, stopping and asking for the first are O(1), and a timer that was stopped is gone.
 */

#include "core/time.h"

typedef enum {
    NP_RENDEZVOUS_TIMER_LOGIN,  /* connected, and no hello came */
    NP_RENDEZVOUS_TIMER_IDLE,   /* logged in, and silent */
    NP_RENDEZVOUS_TIMER_RESUME, /* the connection is gone, the session waits */
    NP_RENDEZVOUS_TIMER_RING,   /* a call waits for consent */
    NP_RENDEZVOUS_TIMER_SETUP,  /* a call waits for both to be ready */
    NP_RENDEZVOUS_N_TIMERS,
} NpRendezvousTimerKind;

/* Zeroed, it is not running. First member of what it is about. */
typedef struct {
    GList link;
    NpRendezvousTimerKind kind;
    NpTime due;
    gboolean running;
} NpRendezvousTimer;

typedef struct {
    GQueue queues[NP_RENDEZVOUS_N_TIMERS];
    NpTime durations[NP_RENDEZVOUS_N_TIMERS];
} NpRendezvousTimers;

void np_rendezvous_timers_init(NpRendezvousTimers *self,
                               const NpTime durations[NP_RENDEZVOUS_N_TIMERS]);
/* Starts @timer, or starts it again. It stays where it is until it is stopped or taken. */
void np_rendezvous_timers_start(NpRendezvousTimers *self,
                                NpRendezvousTimer *timer,
                                NpRendezvousTimerKind kind,
                                NpTime now);
void np_rendezvous_timers_stop(NpRendezvousTimers *self, NpRendezvousTimer *timer);
NpTime np_rendezvous_timers_deadline(const NpRendezvousTimers *self);
/* One that is due, which then does not run any more; NULL if there is none. */
NpRendezvousTimer *np_rendezvous_timers_take(NpRendezvousTimers *self, NpTime now);
