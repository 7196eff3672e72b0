/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * natprobe's run: a plan per address family, each on a host of its own, at the same time
 */

#include "io/route.h"
#include "probe/plan.h"

/* One family's share of the run. */
typedef struct {
    NpFamily family;
    GArray *servers;   /* of NpAddress, in the order the person gave them */
    GArray *unreached; /* of NpAddress: those to which there is no route; not in servers */
    guint n_left_out;  /* more than can be used */
    NpIoRoute route;   /* towards the first of servers */
    NpProbePlan *plan; /* NULL before the run, and if there is no route */
} NpRunFamily;

typedef struct {
    NpRunFamily families[2]; /* IPv4, IPv6 */
    const char *interface;   /* borrowed, or NULL */
    guint16 source_port;
    NpTime timeout;
    gboolean interrupted; /* by a signal, and ended early */
    guint signals[2];     /* GLib's sources */
    gpointer execution;   /* while it blocks */
} NpRun;

/* From here on SIGINT and SIGTERM mark the run as interrupted, whatever it is doing. */
void np_run_init(NpRun *self);
void np_run_clear(NpRun *self);

/* Adds @server to its family, once, unless the family has all it can use. */
void np_run_add_server(NpRun *self, const NpAddress *server);
gboolean np_run_has_servers(const NpRun *self);
/* Blocks until every family with servers and a route is done, or a signal came. */
void np_run_execute(NpRun *self);

/* Whether any server answered any family. */
gboolean np_run_answered(const NpRun *self);
/* Why the source port could not be had, NP_WHY_NONE if it could or none was asked for. */
NpWhy np_run_source_port_failure(const NpRun *self);
/* The longest of the families. */
NpTime np_run_duration(const NpRun *self);
