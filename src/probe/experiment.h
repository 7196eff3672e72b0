/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an experiment is to the plan
 *
 * An experiment asks questions through the session and, when they are settled, narrows verdicts in
 * the profile. It knows nothing of the others; all run at the same time, each on sockets of its
 * own.
 */

#include "probe/session.h"

typedef struct {
    const char *name;
    gpointer (*create)(void);
    void (*destroy)(gpointer self);
    /* Opens sockets and asks what can be asked before anything is known. */
    void (*start)(gpointer self, NpProbeSession *session, NpTime now);
    /* After every input: asks what has become possible. */
    void (*advance)(gpointer self, NpProbeSession *session, NpTime now);
    /* Nothing more will be learnt. */
    gboolean (*settled)(gconstpointer self, const NpProbeSession *session, NpTime now);
    /* Called once, settled or out of time, in the plan's order: earlier verdicts may be used. */
    void (*conclude)(gpointer self, const NpProbeSession *session, NpTime now, NpProfile *profile);
} NpProbeExperimentOps;
