/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/ask.h"

#include <string.h>

/* RFC 8489, 6.2.1: the initial RTO. */
#define UNPROVEN_INTERVAL (500 * NP_MSEC)
/* Per question, to an address that only a server named; by then it has answered or never will. */
#define MAX_UNPROVEN 4

void
np_probe_ask_init(NpProbeAsk *self,
                  NpSocketId socket,
                  const NpAddress *to,
                  NpProbeAskFlags flags,
                  NpTime interval,
                  NpRng *rng,
                  NpTime now)
{
    *self = (NpProbeAsk){
        .socket = socket,
        .to = *to,
        .flags = flags,
        .interval = interval,
        .first_due = now,
    };
    np_rng_fill(rng, self->id, sizeof self->id);
}

static guint
copies_needed(const NpProbePath *path)
{
    return MIN(np_probe_path_copies(path), NP_PROBE_ASK_MAX_COPIES);
}

/* By how much less than an interval copies may be apart. */
static NpTime
most_haste(const NpProbeAsk *self)
{
    return self->interval / 3;
}

/*
 * Copies of all questions would otherwise leave together for ever, always in the same order, and
 * whoever can take only so many packets at a time (a NAT with a limit, a short queue) would always
 * drop the same ones. So each copy after the first leaves early by a bit of its own.
 */
static NpTime
haste(const NpProbeAsk *self)
{
    return most_haste(self) * self->id[self->n_copies % (NP_PROBE_ASK_ID_SIZE - 1)] / G_MAXUINT8;
}

static NpTime
next_due(const NpProbeAsk *self)
{
    NpTime last = 0;

    if (self->n_copies == 0)
        return self->first_due;
    last = self->sent[self->n_copies - 1];
    /*
     * RFC 8489, 6.2.1: doubling from the initial RTO, towards a host that may not want any of this.
     * What the NAT may swallow cannot wait so long: its few copies are spent at once.
     */
    if (self->unproven && !(self->flags & NP_PROBE_ASK_UNOWED))
        return last + (UNPROVEN_INTERVAL << (self->n_copies - 1));
    return MAX(self->sent[0] + self->n_copies * self->interval - haste(self),
               last + self->interval - most_haste(self));
}

/*
 * A refusal is an answer of a kind: repeating the question would not change it. Except on the way
 * back to ourselves, where the other socket's packet may open what has just refused.
 */
static gboolean
is_over(const NpProbeAsk *self)
{
    return self->has_answer || self->abandoned ||
           (self->refused && !(self->flags & NP_PROBE_ASK_LOOP));
}

NpProbeAskState
np_probe_ask_state(const NpProbeAsk *self, const NpProbePath *path, NpTime now)
{
    if (self->has_answer)
        return NP_PROBE_ASK_ANSWERED;
    if (is_over(self))
        return NP_PROBE_ASK_SILENT;
    if (!self->unproven && np_probe_ask_ripe_copies(self, path, now) >= copies_needed(path))
        return NP_PROBE_ASK_SILENT;
    return NP_PROBE_ASK_PENDING;
}

/* Its copies count towards the host's silence one by one, as each ripens. */
static NpTime
unproven_deadline(const NpProbeAsk *self, const NpProbePath *path)
{
    NpTime due = self->n_copies < MAX_UNPROVEN ? next_due(self) : NP_TIME_NEVER;

    if (self->judged < self->n_copies)
        due = MIN(due, self->sent[self->judged] + np_probe_path_patience(path));
    return due;
}

NpTime
np_probe_ask_deadline(const NpProbeAsk *self, const NpProbePath *path)
{
    guint needed = copies_needed(path);

    if (is_over(self) || (!self->unproven && self->judged >= needed))
        return NP_TIME_NEVER;
    if (self->unproven)
        return unproven_deadline(self, path);
    if (self->n_copies < needed)
        return next_due(self);
    return self->sent[needed - 1] + np_probe_path_patience(path);
}

gboolean
np_probe_ask_next_copy(NpProbeAsk *self,
                       const NpProbePath *path,
                       NpTime now,
                       guint8 id[NP_PROBE_ASK_ID_SIZE])
{
    guint limit = self->unproven ? MAX_UNPROVEN : copies_needed(path);

    if (is_over(self) || self->n_copies >= limit || now < next_due(self))
        return FALSE;
    memcpy(id, self->id, NP_PROBE_ASK_ID_SIZE);
    id[NP_PROBE_ASK_ID_SIZE - 1] += self->n_copies;
    self->sent[self->n_copies] = now;
    self->n_copies++;
    return TRUE;
}

gint
np_probe_ask_find_copy(const NpProbeAsk *self, const guint8 id[NP_PROBE_ASK_ID_SIZE])
{
    guint8 copy = id[NP_PROBE_ASK_ID_SIZE - 1] - self->id[NP_PROBE_ASK_ID_SIZE - 1];

    if (memcmp(id, self->id, NP_PROBE_ASK_ID_SIZE - 1) != 0 || copy >= self->n_copies)
        return -1;
    return copy;
}

void
np_probe_ask_judge(NpProbeAsk *self, const NpProbePath *path, NpTime now)
{
    guint needed = copies_needed(path);
    guint ripe = np_probe_ask_ripe_copies(self, path, now);

    if (self->unproven)
        self->judged = ripe;
    else if (ripe >= needed)
        self->judged = needed;
}

void
np_probe_ask_abandon(NpProbeAsk *self)
{
    self->abandoned = TRUE;
}

guint
np_probe_ask_ripe_copies(const NpProbeAsk *self, const NpProbePath *path, NpTime now)
{
    NpTime patience = np_probe_path_patience(path);
    guint n = 0;

    while (n < self->n_copies && now >= self->sent[n] + patience)
        n++;
    return n;
}
