/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How far the server's clock is ahead of ours
 *
 * Each question to the server and its answer bound the offset to half a round trip either way; the
 * quickest of the last few has the tightest bound. An answer that no offset near the estimate could
 * explain means that a clock has jumped, and what was learnt before is forgotten.
 */

#include "core/time.h"

#define NP_RENDEZVOUS_CLOCK_SAMPLES 8

typedef struct {
    NpTime offset;
    NpTime rtt;
} NpRendezvousClockSample;

/* Zeroed, it knows nothing. */
typedef struct {
    NpRendezvousClockSample samples[NP_RENDEZVOUS_CLOCK_SAMPLES];
    guint n;    /* of them that count */
    guint next; /* to be replaced */
} NpRendezvousClock;

/* Asked at @sent and answered at @received by our clock, at @server by the server's. */
void np_rendezvous_clock_add(NpRendezvousClock *self, NpTime sent, NpTime received, NpTime server);
/* NULL while nothing is known. Lives until the next sample. */
const NpRendezvousClockSample *np_rendezvous_clock_best(const NpRendezvousClock *self);
/* What our clock shows when the server's shows @server_time. */
NpTime np_rendezvous_clock_local(const NpRendezvousClock *self, NpTime server_time);
