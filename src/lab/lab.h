/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A lab that stands: networks, NATs, wire and server, and who is where
 *
 * To be made inside a sandbox (lab/sandbox.h), which takes all of it away again.
 */

#include "lab/model.h"
#include "lab/server.h"
#include "lab/wire.h"

typedef struct {
    const NpNatSpec *specs[NP_LAB_N_SITES]; /* NULL: no such site; left must be there */
    const char *spec_texts[NP_LAB_N_SITES];
    NpLabWireConfig wire;  /* without delay, jitter and loss: plain links, no wire */
    const char *server;    /* for sh -c on the server; NULL: natprobed */
    const char *natprobed; /* its path; NULL: nothing serves by default */
} NpLabPlan;

/* A host to run something on. */
typedef struct {
    const char *name; /* "left", "second", "server": what NATLAB_SIDE says */
    guint node;
    NpLabSide site; /* not of the server */
    gboolean is_second;
    gboolean is_server;
} NpLabHost;

typedef struct NpLab NpLab;

/* Borrows @plan. Everything is up when this returns, but for the server. */
NpLab *np_lab_new(const NpLabPlan *plan, GError **error);
void np_lab_free(NpLab *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpLab, np_lab_free)

/* Starts what @plan wants on the server and waits until it is ready; *@pid is 0 if that is
 * nothing. */
gboolean np_lab_start(NpLab *self, pid_t *pid, GError **error);

const NpLabNetwork *np_lab_get_network(const NpLab *self);
/* By name: the sites there are, "second" and "server". FALSE if there is no such host. */
gboolean np_lab_find(const NpLab *self, const char *name, NpLabHost *host);
/* @environment, which is taken over, with what a command on @host is told, see lab/session.h. */
char **np_lab_environment(const NpLab *self, const NpLabHost *host, char **environment);
/* Whether @pid is one of those without which it is no lab: the wire's, or a model's. */
gboolean np_lab_needs(const NpLab *self, pid_t pid);

/*
 * NATs forget everything: that of @layer on @site, 0 being the nearest to the host, or all of that
 * site if @layer is G_MAXUINT. *@count is how many did.
 */
gboolean np_lab_reboot(NpLab *self, NpLabSide site, guint layer, guint *count, GError **error);
