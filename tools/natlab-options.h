/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The options of those commands of natlab that build a lab
 */

#include "lab/lab.h"

typedef struct {
    char *specs[NP_LAB_N_SITES];
    char *server;
    double delay_ms;
    double jitter_ms;
    double loss_percent;
    gint64 seed;
    /* What plan() makes of them, and a plan borrows. */
    NpNatSpec parsed[NP_LAB_N_SITES];
    char *natprobed;
} NatlabOptions;

void natlab_options_init(NatlabOptions *self);
void natlab_options_clear(NatlabOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NatlabOptions, natlab_options_clear)

/* @self must outlive parsing. */
void natlab_options_add(NatlabOptions *self, GOptionContext *context);
/* FALSE, with one sentence, if something is not as it should be. Sites come into being because they
 * are asked for or @needed. */
gboolean natlab_options_plan(NatlabOptions *self,
                             const gboolean needed[NP_LAB_N_SITES],
                             NpLabPlan *plan,
                             GError **error);
