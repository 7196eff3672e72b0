/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a run learns of the path to its servers: round-trip time and loss
 *
 * Silence means something only against what the path does to packets that nobody filters. This
 * value says how long an answer may take and how often a question must be repeated until its
 * silence is no longer explained by loss.
 */

#include "core/time.h"

typedef struct {
    guint n_sent; /* copies of questions that a server must have answered, old enough to judge */
    guint n_answered; /* of those */
    NpTime rtt_min;   /* over all answered copies; NP_TIME_NEVER if none */
    NpTime rtt_max;   /* 0 if none */
    guint copies;     /* see np_probe_path_copies() */
} NpProbePath;

void np_probe_path_init(NpProbePath *self);
/* Replaces what is known of loss. */
void np_probe_path_count(NpProbePath *self, guint n_sent, guint n_answered);
void np_probe_path_add_rtt(NpProbePath *self, NpTime rtt);

/* Whether an answer has been timed at all. */
gboolean np_probe_path_is_known(const NpProbePath *self);
/* After this long an answer is lost and not late. */
NpTime np_probe_path_patience(const NpProbePath *self);
/* Probability that one question or its answer is lost: an upper estimate. */
double np_probe_path_loss(const NpProbePath *self);
/* How often to ask before giving up: enough to make silence evidence, unless the path is too bad
 * for that. */
guint np_probe_path_copies(const NpProbePath *self);
/* Whether @n_copies without an answer are evidence: loss does not explain them. */
gboolean np_probe_path_is_silence(const NpProbePath *self, guint n_copies);
/* Probability that @n_copies unanswered copies were not lost, every one of them. */
double np_probe_path_silence_confidence(const NpProbePath *self, guint n_copies);
