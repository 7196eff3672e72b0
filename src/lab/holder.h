/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A lab that stays until it is told to end
 *
 * Two processes: the holder waits outside the sandbox, the keeper is the sandbox's first process
 * and does what it is asked for. If either dies, so does the lab.
 */

#include "lab/lab.h"

/*
 * Builds @plan in the background, under @name. Returns when it is up: commands can be run in it
 * (lab/visit.h), and it is nobody's child. What its processes write goes to @log, appended, or
 * nowhere if that is NULL. FALSE: there is no lab, and nothing of it is left.
 */
gboolean
np_lab_holder_start(const char *name, const NpLabPlan *plan, const char *log, GError **error);
