/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/session.h"

#include "lab/process.h"
#include "lab/sandbox.h"
#include "lab/server.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a companion may take to end, once told to. */
#define GRACE_NS 1000000000L

#define EXIT_NO_LAB 2

#define MAX_FOREGROUND 2
#define MAX_COMPANIONS (NP_LAB_N_SITES + 2)

typedef struct {
    const NpLabPlan *plan;
    NpLabTopology *topology;
    NpLabNetwork *network;
    NpLabServer *server;
    pid_t wire; /* 0: none */
    pid_t foreground[MAX_FOREGROUND];
    guint n_foreground;
    pid_t companions[MAX_COMPANIONS];
    guint n_companions;
    int status; /* the worst so far */
} Session;

static void
complain(GError *error)
{
    fprintf(stderr, "natlab: %s\n", error->message);
    g_error_free(error);
}

static char **
set(char **environment, const char *name, const char *value)
{
    return g_environ_setenv(environment, name, value == NULL ? "" : value, TRUE);
}

static char **
make_server_environment(void)
{
    char **environment = g_get_environ();

    environment = set(environment, "NATLAB_SIDE", "server");
    environment = set(environment, "NATLAB_SERVER", NP_LAB_SERVER);
    environment = set(environment, "NATLAB_SERVER_ALT", NP_LAB_SERVER_ALT);
    environment = set(environment, "NATLAB_SERVER6", NP_LAB_SERVER6);
    return set(environment, "NATLAB_SERVER6_ALT", NP_LAB_SERVER6_ALT);
}

static char **
make_environment(const Session *self, const char *side, NpLabSide site, gboolean is_second)
{
    const NpLabPlan *plan = self->plan;
    NpLabSide other = site == NP_LAB_LEFT ? NP_LAB_RIGHT : NP_LAB_LEFT;
    const NpLabSite *own = &self->topology->sites[site];
    const NpLabSite *peer = &self->topology->sites[other];
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, plan->wire.seed);
    char **environment = make_server_environment();

    environment = set(environment, "NATLAB_SIDE", side);
    environment = set(environment, "NATLAB_PEER", peer->present ? np_lab_side_text(other) : NULL);
    environment = set(environment, "NATLAB_PEER_EXTERNAL", peer->external);
    environment = set(environment, "NATLAB_SPEC", plan->spec_texts[site]);
    environment = set(environment, "NATLAB_ADDRESS", is_second ? own->second_local : own->local);
    environment = set(environment, "NATLAB_EXTERNAL",
                      is_second && !own->translated ? own->second_local : own->external);
    return set(environment, "NATLAB_SEED", seed);
}

static gboolean
start_wire(Session *self, GError **error)
{
    const NpLabTopology *topology = self->topology;
    g_autoptr(NpLabWire) wire = np_lab_wire_new(&self->plan->wire);
    gboolean good = np_lab_network_enter(self->network, topology->wire);

    for (guint i = 0; good && i < topology->spans->len; i++) {
        const NpLabSpan *span = &g_array_index(topology->spans, NpLabSpan, i);

        good = np_lab_wire_join(wire, span->inner, span->outer, error);
    }
    /* The sockets are bound: nothing is lost between now and the first turn of the loop. */
    self->wire = good ? fork() : -1;
    if (self->wire == 0) {
        np_lab_wire_run(wire);
        fprintf(stderr, "natlab: the wire cannot go on: %s\n", g_strerror(errno));
        _exit(EXIT_NO_LAB);
    }
    if (np_lab_network_leave(self->network) && self->wire > 0)
        return TRUE;
    if (error != NULL && *error == NULL)
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "no wire: %s",
                    g_strerror(errno));
    return FALSE;
}

static gboolean
build(Session *self, GError **error)
{
    const NpLabWireConfig *wire = &self->plan->wire;
    gboolean wired = wire->delay > 0 || wire->jitter > 0 || wire->loss > 0;
    g_autoptr(GError) no_resolver = NULL;
    g_autofree char *hosts = NULL;

    self->topology = np_lab_topology_new(self->plan->specs, wired);
    hosts = np_lab_topology_hosts(self->topology);
    self->network = np_lab_network_new(self->topology, error);
    if (self->network == NULL || (wired && !start_wire(self, error)))
        return FALSE;
    /* No resolver is reachable in here; with none named, asking for one fails at once. Where the
     * file does not exist none is named anyway. */
    if (!np_lab_sandbox_replace_file("/etc/resolv.conf", "# natlab: no resolver\n", &no_resolver))
        g_debug("%s", no_resolver->message);
    return np_lab_sandbox_replace_file("/etc/hosts", hosts, error);
}

static gboolean
start_server(Session *self, GError **error)
{
    g_auto(GStrv) environment = make_server_environment();

    if (self->plan->server == NULL && self->plan->natprobed == NULL)
        return TRUE;
    self->server = np_lab_server_new(self->network, self->topology->server, self->plan->server,
                                     self->plan->natprobed, environment, error);
    if (self->server == NULL)
        return FALSE;
    self->companions[self->n_companions++] = np_lab_server_pid(self->server);
    return np_lab_server_wait(self->server, error);
}

static void
start_companion(Session *self, const char *command, NpLabSide site, gboolean is_second)
{
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    const char *side = is_second ? "second" : np_lab_side_text(site);
    g_auto(GStrv) environment = make_environment(self, side, site, is_second);
    NpLabProgram program = {
        .node = is_second ? self->topology->sites[site].second : self->topology->sites[site].host,
        .argv = argv,
        .environment = environment,
    };
    pid_t pid = 0;

    if (command == NULL)
        return;
    pid = np_lab_process_start(self->network, &program);
    if (pid > 0)
        self->companions[self->n_companions++] = pid;
}

static void
start_command(Session *self, NpLabSide site)
{
    g_auto(GStrv) environment = make_environment(self, np_lab_side_text(site), site, FALSE);
    NpLabProgram program = {
        .node = self->topology->sites[site].host,
        .argv = self->plan->command,
        .environment = environment,
        .foreground = TRUE,
    };
    pid_t pid = np_lab_process_start(self->network, &program);

    if (pid > 0)
        self->foreground[self->n_foreground++] = pid;
    else
        self->status = EXIT_NO_LAB;
}

/* Takes @pid out of the list. */
static gboolean
forget(pid_t *pids, guint *count, pid_t pid)
{
    for (guint i = 0; i < *count; i++) {
        if (pids[i] == pid) {
            pids[i] = pids[--*count];
            return TRUE;
        }
    }
    return FALSE;
}

static void
reap(Session *self)
{
    int status = 0;
    pid_t pid = 0;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        int worth = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

        if (pid == self->wire) {
            /* What a command finds on a dead wire is no finding. */
            self->status = EXIT_NO_LAB;
            self->n_foreground = 0;
        } else if (forget(self->foreground, &self->n_foreground, pid)) {
            self->status = MAX(self->status, worth);
        }
        if (forget(self->companions, &self->n_companions, pid) && self->n_foreground > 0 &&
            worth != 0)
            fprintf(stderr, "natlab: a companion ended early, with status %d\n", worth);
    }
}

static void
wait_for_command(Session *self, const sigset_t *signals)
{
    while (self->n_foreground > 0) {
        siginfo_t info;

        if (sigwaitinfo(signals, &info) < 0)
            continue;
        if (info.si_signo == SIGCHLD) {
            reap(self);
            continue;
        }
        for (guint i = 0; info.si_code != SI_KERNEL && i < self->n_foreground; i++)
            kill(self->foreground[i], info.si_signo);
    }
}

static void
dismiss_companions(Session *self, const sigset_t *signals)
{
    const struct timespec grace = { .tv_nsec = GRACE_NS - 1 };

    for (guint i = 0; i < self->n_companions; i++)
        kill(-self->companions[i], SIGTERM);
    while (self->n_companions > 0 && sigtimedwait(signals, NULL, &grace) >= 0)
        reap(self);
}

static int
session_body(gpointer data)
{
    Session *self = data;
    const NpLabPlan *plan = self->plan;
    sigset_t signals;
    GError *error = NULL;

    np_lab_sandbox_signals(&signals);
    if (!build(self, &error) || !start_server(self, &error)) {
        complain(error);
        return EXIT_NO_LAB;
    }
    for (guint i = 0; i < NP_LAB_N_SITES; i++)
        start_companion(self, plan->companions[i], (NpLabSide)i, FALSE);
    start_companion(self, plan->second, NP_LAB_LEFT, TRUE);
    /* What was typed or sent so far was meant for us; from here on it is the command's. */
    if (np_lab_sandbox_interrupted() != 0)
        return 128 + np_lab_sandbox_interrupted();
    start_command(self, NP_LAB_LEFT);
    if (plan->both)
        start_command(self, NP_LAB_RIGHT);
    wait_for_command(self, &signals);
    dismiss_companions(self, &signals);
    return self->status;
}

int
np_lab_session_run(const NpLabPlan *plan)
{
    Session self = { .plan = plan };
    GError *error = NULL;
    int status = np_lab_sandbox_run(session_body, &self, &error);

    if (status >= 0)
        return status;
    complain(error);
    return EXIT_NO_LAB;
}
