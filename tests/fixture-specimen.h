/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A NAT drawn at random from the space of behaviours, the path to it, and the truth about both
 *
 * For asking how often natprobe is wrong, which no list of presets can answer. One number makes the
 * whole specimen, so that each can be looked at alone.
 */

#include "fixture-probe.h"
#include "fixture-tally.h"

typedef struct {
    NpProbeScenario scenario; /* refers to the policies below: not to be moved */
    NpNatPolicy inner;
    NpNatPolicy outer;    /* further out, if the scenario has one */
    NpNatBehaviour truth; /* what a host behind all of it meets */
} NpSpecimen;

void np_specimen_draw(NpSpecimen *self, guint64 number, double loss);

/* What can make a path or a NAT hard to probe, beyond what is drawn. */
typedef struct {
    const char *label;
    void (*apply)(NpSpecimen *specimen);
} NpSpecimenTrouble;

extern const NpSpecimenTrouble np_specimen_troubles[];
extern const guint np_specimen_n_troubles;

/* Whether the axis means anything here. */
gboolean np_specimen_has(const NpSpecimen *self, NpNatAxis axis);
/*
 * The values that no probe from one host, with the servers of the specimen, could tell from the
 * truth; the truth among them.
 */
guint np_specimen_horizon(const NpSpecimen *self, NpNatAxis axis);

/*
 * False: the truth is ruled out, or a number said with it is wrong. Unknown: the truth is possible,
 * but so is a value beyond the horizon, or nothing is said at all, or not why. Else right.
 */
NpScore np_specimen_score(const NpSpecimen *self, NpNatAxis axis, const NpProfile *profile);

typedef struct {
    gboolean applies;
    gboolean measured;
    gboolean decided; /* one value is left */
    NpScore score;
    double confidence; /* claimed: that the truth is among the values left */
} NpSpecimenVerdict;

typedef struct {
    NpSpecimenVerdict verdicts[NP_NAT_N_AXES];
    NpTime duration;
    guint n_sent;   /* packets of natprobe */
    guint64 digest; /* of all that happened */
} NpSpecimenResult;

/* Runs natprobe's plan behind it. */
void np_specimen_probe(const NpSpecimen *self, NpSpecimenResult *result);

/* A line for people: what was drawn. To be freed. */
char *np_specimen_text(const NpSpecimen *self);
