/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A lab from the first namespace to the last exit status
 */

#include "lab/lab.h"

typedef struct {
    NpLabPlan plan;
    const char *const *command;             /* on the left host; ends with NULL */
    gboolean both;                          /* on the right host as well */
    const char *companions[NP_LAB_N_SITES]; /* for sh -c on each site's host; NULL: none */
    const char *second;                     /* the same for the second host on the left LAN */
} NpLabErrand;

/*
 * Builds the lab in a sandbox and runs the errand in it. Returns the exit status of the command,
 * the worse one of two; 127 or 126 if it cannot be started; 2 if there can be no lab, after a
 * sentence on standard error.
 *
 * The companions read nothing, write to standard error, and are told to end (SIGTERM) when the
 * command has ended. Every command sees:
 *
 *     NATLAB_SIDE, NATLAB_PEER            left, right, third, second, server; right for left, ...
 *     NATLAB_SPEC                         what stands before this host
 *     NATLAB_ADDRESS, NATLAB_EXTERNAL     of this host: its own, and as others see it
 *     NATLAB_PEER_EXTERNAL                of the peer
 *     NATLAB_SERVER, NATLAB_SERVER_ALT, NATLAB_SERVER6, NATLAB_SERVER6_ALT
 *     NATLAB_SEED
 */
int np_lab_session_run(const NpLabErrand *errand);
