/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/session.h"

#include "lab/process.h"
#include "lab/sandbox.h"

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
    const NpLabErrand *errand;
    NpLab *lab;
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

static gboolean
start_server(Session *self, GError **error)
{
    pid_t pid = 0;
    gboolean good = np_lab_start(self->lab, &pid, error);

    if (pid > 0)
        self->companions[self->n_companions++] = pid;
    return good;
}

static pid_t
start(const Session *self, const char *where, const char *const *argv, gboolean foreground)
{
    g_auto(GStrv) environment = NULL;
    NpLabProgram program = { .argv = argv, .foreground = foreground };
    NpLabHost host;

    if (!np_lab_find(self->lab, where, &host))
        return -1;
    environment = np_lab_environment(self->lab, &host, g_get_environ());
    program.node = host.node;
    program.environment = environment;
    return np_lab_process_start(np_lab_get_network(self->lab), &program);
}

static void
start_companion(Session *self, const char *command, const char *where)
{
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    pid_t pid = command == NULL ? 0 : start(self, where, argv, FALSE);

    if (pid > 0)
        self->companions[self->n_companions++] = pid;
}

static void
start_command(Session *self, NpLabSide site)
{
    pid_t pid = start(self, np_lab_side_text(site), self->errand->command, TRUE);

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

        if (np_lab_needs(self->lab, pid)) {
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
    const NpLabErrand *errand = self->errand;
    sigset_t signals;
    GError *error = NULL;

    np_lab_sandbox_signals(&signals);
    self->lab = np_lab_new(&errand->plan, &error);
    if (self->lab == NULL || !start_server(self, &error)) {
        complain(error);
        return EXIT_NO_LAB;
    }
    for (guint i = 0; i < NP_LAB_N_SITES; i++)
        start_companion(self, errand->companions[i], np_lab_side_text((NpLabSide)i));
    start_companion(self, errand->second, "second");
    /* What was typed or sent so far was meant for us; from here on it is the command's. */
    if (np_lab_sandbox_interrupted() != 0)
        return 128 + np_lab_sandbox_interrupted();
    start_command(self, NP_LAB_LEFT);
    if (errand->both)
        start_command(self, NP_LAB_RIGHT);
    wait_for_command(self, &signals);
    dismiss_companions(self, &signals);
    return self->status;
}

int
np_lab_session_run(const NpLabErrand *errand)
{
    Session self = { .errand = errand };
    GError *error = NULL;
    int status = np_lab_sandbox_run(session_body, &self, &error);

    if (status >= 0)
        return status;
    complain(error);
    return EXIT_NO_LAB;
}
