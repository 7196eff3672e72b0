/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a person should know beside the verdicts: servers that misbehave, and why nothing answered
 */

#include "natprobe-run.h"

/* Sentences (char *) about @run's servers, possibly none. NULL-terminated. */
GPtrArray *np_notes_collect(const NpRun *run);
/* One sentence on why there is no result at all; to be freed. */
char *np_notes_why_nothing(const NpRun *run);
