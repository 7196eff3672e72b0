/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/path.h"

#include <math.h>

/* RFC 8489, 6.2.1: the initial RTO, for as long as nothing has been timed. */
#define BLIND_PATIENCE (500 * NP_MSEC)
/* RFC 8489, 6.2.1: Rc, the number of copies after which an unknown path is given up. */
#define BLIND_COPIES 7
/* Scheduling on both hosts, and one late wake-up on a busy machine. */
#define PATIENCE_FLOOR (30 * NP_MSEC)
/* At least this many copies whatever the path looked like: loss comes in bursts. */
#define MIN_COPIES 4
/* Bounded by what a question can be repeated; corresponds to a loss of 6 in 10 round trips. */
#define MAX_COPIES 23
/*
 * A run asks about ten questions whose answer may be silence; at 1e-5 each, one run in ten thousand
 * takes loss for filtering.
 */
#define FALSE_SILENCE 1e-5

void
np_probe_path_init(NpProbePath *self)
{
    *self = (NpProbePath){ .rtt_min = NP_TIME_NEVER, .copies = BLIND_COPIES };
}

/* Asked for with every packet and every question, hence kept. */
static void
update_copies(NpProbePath *self)
{
    double copies = ceil(log(FALSE_SILENCE) / log(np_probe_path_loss(self)));

    if (np_probe_path_is_known(self))
        self->copies = (guint)CLAMP(copies, MIN_COPIES, MAX_COPIES);
}

void
np_probe_path_count(NpProbePath *self, guint n_sent, guint n_answered)
{
    if (self->n_sent == n_sent && self->n_answered == n_answered)
        return;
    self->n_sent = n_sent;
    self->n_answered = n_answered;
    update_copies(self);
}

void
np_probe_path_add_rtt(NpProbePath *self, NpTime rtt)
{
    gboolean was_known = np_probe_path_is_known(self);

    self->rtt_min = MIN(self->rtt_min, rtt);
    self->rtt_max = MAX(self->rtt_max, rtt);
    if (!was_known)
        update_copies(self);
}

gboolean
np_probe_path_is_known(const NpProbePath *self)
{
    return self->rtt_min != NP_TIME_NEVER;
}

NpTime
np_probe_path_patience(const NpProbePath *self)
{
    if (!np_probe_path_is_known(self))
        return BLIND_PATIENCE;
    /* The slowest seen, and half the spread beyond it: dozens of samples leave little above that.
     */
    return self->rtt_max + (self->rtt_max - self->rtt_min) / 2 + PATIENCE_FLOOR;
}

double
np_probe_path_loss(const NpProbePath *self)
{
    /* Mean and one standard deviation of the posterior after Jeffreys' prior, Beta(1/2, 1/2), which
     * holds small samples less against the path than a flat one. */
    double n = self->n_sent + 1.0;
    double mean = (self->n_sent - self->n_answered + 0.5) / n;

    return MIN(mean + sqrt(mean * (1.0 - mean) / (n + 1.0)), 0.99);
}

guint
np_probe_path_copies(const NpProbePath *self)
{
    return self->copies;
}

gboolean
np_probe_path_is_silence(const NpProbePath *self, guint n_copies)
{
    return n_copies >= MIN_COPIES && pow(np_probe_path_loss(self), n_copies) <= FALSE_SILENCE;
}

double
np_probe_path_silence_confidence(const NpProbePath *self, guint n_copies)
{
    return 1.0 - pow(np_probe_path_loss(self), n_copies);
}
