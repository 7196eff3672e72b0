/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * From what a person typed to the servers of a run
 *
 * All names are looked up at the same time, so that one slow name server costs its time once.
 */

#include "natprobe-run.h"

/*
 * Adds the addresses behind @names, of @only that family unless it is NP_FAMILY_NONE, to @run. What
 * has no port gets both of STUN's. FALSE with one sentence if that leaves nothing to ask or a name
 * is none; TRUE also if a signal came, then the run is marked as interrupted.
 */
gboolean np_lookup_servers(NpRun *run, char *const *names, NpFamily only, GError **error);
