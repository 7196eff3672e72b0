/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A world in virtual time
 *
 * Owns the clock, the schedule, the trace and everything built in it. What happens is a function of
 * the scenario and the seed alone: events are ordered by (time, order of scheduling), and each
 * component draws from a stream of its own, so that adding one does not disturb the others.
 *
 * A typical scenario: np_sim_world_new(), hosts on np_sim_world_internet() and behind NATs
 * (sim/host.h, sim/nat.h), machines started on them, np_sim_world_run(). Text arguments are
 * numeric addresses; a wrong one is a mistake in the scenario and aborts.
 */

#include "sim/event.h"
#include "sim/trace.h"
#include "util/rng.h"

typedef struct NpSimWorld NpSimWorld;
typedef struct NpSimNetwork NpSimNetwork;

typedef enum {
    NP_SIM_ERROR_STEPS, /* more events than the cap: the scenario does not settle */
    NP_SIM_ERROR_TIME,  /* the time cap came before what was waited for */
    NP_SIM_ERROR_QUIET, /* nothing is left to happen, and what was waited for did not */
    NP_SIM_ERROR_FULL,  /* too many events are pending */
} NpSimError;
#define NP_SIM_ERROR np_sim_error_quark()
GQuark np_sim_error_quark(void);

NpSimWorld *np_sim_world_new(guint64 seed);
void np_sim_world_free(NpSimWorld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpSimWorld, np_sim_world_free)

NpTime np_sim_world_now(const NpSimWorld *self);
/* The network that routes by address, to which everything public is attached. */
NpSimNetwork *np_sim_world_internet(NpSimWorld *self);
/* Equal for two runs if the same happened in both. */
guint64 np_sim_world_digest(const NpSimWorld *self);
/* Calls @watch for every record from now on. */
void np_sim_world_watch(NpSimWorld *self, NpSimWatch watch, gpointer data);

/* Caps of each run from here on; by default ten million steps and one hour. */
void np_sim_world_set_caps(NpSimWorld *self, guint64 max_steps, NpTime max_time);
/*
 * Runs until @done answers TRUE, which it is asked after every event. FALSE with the tail of the
 * trace in @error if a cap is hit or nothing is left to happen.
 */
typedef gboolean (*NpSimDone)(gpointer data);
gboolean np_sim_world_run(NpSimWorld *self, NpSimDone done, gpointer data, GError **error);
/* Runs until the clock shows @until, whether or not anything happens. */
gboolean np_sim_world_run_until(NpSimWorld *self, NpTime until, GError **error);

/* For components: */

NpSimTrace *np_sim_world_trace(NpSimWorld *self);
/* A random stream by name. */
NpRng np_sim_world_rng(const NpSimWorld *self, const char *kind, const char *name);
/* Fires @event at @when, or as soon as possible if that is past. Borrows it. */
void np_sim_world_schedule(NpSimWorld *self, NpTime when, NpSimEvent *event);
/* Frees @component by @destroy with the world, the latest first. */
void np_sim_world_adopt(NpSimWorld *self, gpointer component, GDestroyNotify destroy);
