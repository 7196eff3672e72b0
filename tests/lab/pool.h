/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Trials side by side: a lab mostly waits, so several share a core
 */

#include "trial.h"

/* A one-way delay between site and server that makes a round trip of 80 ms. */
#define NP_POOL_DELAY_MS 40

typedef struct {
    GArray *jobs; /* of trials and their results */
} NpPool;

typedef void (*NpPoolEach)(const NpTrial *trial, const NpTrialResult *result, gpointer user);

void np_pool_init(NpPool *self);
void np_pool_clear(NpPool *self);
/* @spec is borrowed until clear. */
void np_pool_add(NpPool *self, const char *spec, guint delay_ms, double loss_percent, guint seed);
/* Every preset and product, and what can be switched on and off in them. */
void np_pool_add_every_nat(NpPool *self, double loss_percent, guint seed);
/* Runs all; results are handed over in the order of adding, each as soon as it is there. */
void np_pool_run(NpPool *self, const char *programs, NpPoolEach each, gpointer user);

/* The folder that has natlab and natprobe, beside that of the running program. To be freed. */
char *np_pool_programs(void);
/* Whether this system can make a lab at all. */
gboolean np_pool_lab_works(const char *programs);
