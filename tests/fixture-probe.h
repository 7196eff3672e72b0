/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * natprobe's plan behind a NAT of the simulator, against our own server
 */

#include "nat/policy.h"
#include "probe/plan.h"
#include "sim/link.h"

#define NP_PROBE_FIXTURE_SERVER "192.0.2.1"
#define NP_PROBE_FIXTURE_SERVER_ALT "192.0.2.2"
#define NP_PROBE_FIXTURE_EXTERNAL "198.51.100.1"

typedef struct {
    guint64 seed;
    NpNatBehaviour behaviour;
    const NpNatPolicy *policy; /* overrides what @behaviour makes, unless NULL */
    gboolean one_address;      /* the server has no other one */
    gboolean one_port;         /* natprobe is told of the first port only */
    gboolean behind_carrier;   /* a second NAT further out, of full-cone kind */
    const NpNatPolicy *outer;  /* overrides its kind, unless NULL */
    gboolean outer_is_home;    /* between the two lies a private network, not a shared one */
    guint n_external;          /* addresses of the outermost NAT; one if 0 */
    NpSimLink link;            /* to the internet, each way; the delay is 40 ms if 0 */
    double flows;              /* of other hosts behind each NAT, per second */
} NpProbeScenario;

typedef struct {
    NpProbePlan *plan; /* has the results */
    guint64 digest;    /* of all that happened */
    guint n_sent;      /* packets of natprobe */
} NpProbeRun;

/* EIM, filtering as the word says; the base of most scenarios. */
NpNatBehaviour np_probe_behaviour(NpNatDependence mapping, NpNatDependence filtering);

/* Runs it to the end. The caller frees the plan. */
NpProbeRun np_probe_scenario_play(const NpProbeScenario *scenario);
/* The same, where only the plan matters. */
NpProbePlan *np_probe_scenario_run(const NpProbeScenario *scenario);

/* The verdict's text, as np_verdict_text(), of one run. To be freed. */
char *np_probe_scenario_verdict(const NpProbeScenario *scenario, NpNatAxis axis);

/* For tests of mapping and of filtering, which are alike: the truth behind all nine combinations,
 * and what is left open against a server with one address. */
void np_probe_assert_every_dependence(NpNatAxis axis);
void np_probe_assert_one_address(NpNatAxis axis);
/*
 * That a NAT with room for some dozens of mappings of a host, wherever in the run the room gives
 * out, is at most left open, and never taken for one that does anything else than @truth.
 */
void
np_probe_assert_survives_want_of_room(const NpProbeScenario *scenario, NpNatAxis axis, guint truth);
