/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * natprobe's plan behind a NAT of the simulator, against our own server
 */

#include "nat/policy.h"
#include "probe/plan.h"

#define NP_PROBE_FIXTURE_SERVER "192.0.2.1"
#define NP_PROBE_FIXTURE_SERVER_ALT "192.0.2.2"
#define NP_PROBE_FIXTURE_EXTERNAL "198.51.100.1"

typedef struct {
    guint64 seed;
    NpNatBehaviour behaviour;
    const NpNatPolicy *policy; /* overrides what @behaviour makes, unless NULL */
    gboolean one_address;      /* the server has no other one */
    gboolean one_port;         /* natprobe is told of the first port only */
    gboolean behind_carrier;   /* a second NAT of full-cone kind further out */
    NpTime delay;              /* one way; 40 ms if 0 */
    double loss;               /* each way */
    double flows;              /* of other hosts, per second */
} NpProbeScenario;

/* EIM, filtering as the word says; the base of most scenarios. */
NpNatBehaviour np_probe_behaviour(NpNatDependence mapping, NpNatDependence filtering);

/* Runs it to the end. The caller frees the plan, which has its results. */
NpProbePlan *np_probe_scenario_run(const NpProbeScenario *scenario);

/* The verdict's text, as np_verdict_text(), of one run. To be freed. */
char *np_probe_scenario_verdict(const NpProbeScenario *scenario, NpNatAxis axis);
