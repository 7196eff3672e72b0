/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One run of natprobe, for one address family: all experiments side by side
 *
 * A machine (core/machine.h). It notifies its owner once, when everything is settled or the time is
 * up; then the results can be read.
 */

#include "probe/session.h"

typedef struct NpProbePlan NpProbePlan;

/* The only notice: the results stand. */
#define NP_PROBE_DONE 1

/* Silence takes longest on a lossy path; a person waits no longer than this (and five at most). */
#define NP_PROBE_DEFAULT_TIMEOUT (4500 * NP_MSEC)

typedef struct {
    NpFamily family;
    const NpAddress *servers; /* of that family, at least one; copied */
    guint n_servers;
    NpAddress local;                        /* host to bind to, or the family's wildcard */
    char interface[NP_INTERFACE_NAME_SIZE]; /* device to bind to, or empty */
    guint16 source_port;                    /* of the first mapping socket, or 0 */
    NpTime timeout;
    NpRng rng;
} NpProbeConfig;

NpProbePlan *np_probe_plan_new(const NpProbeConfig *config);
void np_probe_plan_free(NpProbePlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpProbePlan, np_probe_plan_free)

extern const NpMachineOps np_probe_plan_ops;

/* Ends the run now, with what is known so far; a notice follows. */
void np_probe_plan_finish(NpProbePlan *self, NpTime now);

/* Results, valid after the notice and as long as @self. */
const NpProfile *np_probe_plan_profile(const NpProbePlan *self);
const NpProbeServers *np_probe_plan_servers(const NpProbePlan *self);
const NpProbeCounters *np_probe_plan_counters(const NpProbePlan *self);
const NpProbePath *np_probe_plan_path(const NpProbePlan *self);
/* Time from start to notice. */
NpTime np_probe_plan_duration(const NpProbePlan *self);
/* Whether any server answered, over UDP or TCP. */
gboolean np_probe_plan_answered(const NpProbePlan *self);
/* The local host that answers came to; NP_FAMILY_NONE if none came. */
const NpAddress *np_probe_plan_local(const NpProbePlan *self);
/* Why the first mapping socket could not have its port, which ends the run; NP_WHY_NONE if it
 * could.
 */
NpWhy np_probe_plan_source_port_failure(const NpProbePlan *self);
/* The first reason why a socket could not be used; NP_WHY_NONE if all could. */
NpWhy np_probe_plan_socket_failure(const NpProbePlan *self);
