/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One natprobe behind one NAT of the lab, held against the truth
 */

#include "fixture-tally.h"
#include "nat/spec.h"

/* Each lab is probed from both addresses of the server, the second time with the NAT still warm. */
#define NP_TRIAL_RUNS 2

typedef struct {
    const char *spec; /* borrowed */
    guint delay_ms;   /* one way */
    double loss_percent;
    guint seed;
} NpTrial;

typedef struct {
    gboolean applies; /* the axis means something behind this NAT */
    NpScore score;
    char *verdict; /* as printed, numbers included */
    char *truth;
} NpTrialAxis;

typedef struct {
    NpTrialAxis axes[NP_NAT_N_AXES];
    double milliseconds; /* natprobe's own account */
    char *failure;       /* what went wrong where there is no result at all; or NULL */
} NpTrialRun;

typedef struct {
    NpTrialRun runs[NP_TRIAL_RUNS];
} NpTrialResult;

/* The axes that are scored. */
extern const NpNatAxis np_trial_axes[];
extern const guint np_trial_n_axes;

/* Runs the lab; blocks until it is over. @programs is the folder of natlab and natprobe. */
void np_trial_run(const NpTrial *self, const char *programs, NpTrialResult *result);
void np_trial_result_clear(NpTrialResult *result);
