/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * natprobe beside the tools people use otherwise, behind the same NATs in the same labs
 *
 * Mapping and filtering only, which is what the others tell.
 */

#include "fixture-tally.h"

/* Runs every tool that is there @runs times behind each of some NATs and prints the table. */
void np_contest_run(const char *programs, double loss_percent, guint runs);
