/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/visit.h"

#include "lab/control.h"
#include "lab/process.h"
#include "lab/sandbox.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Killing what runs in a lab and taking down its network takes the kernel milliseconds. */
#define END_PATIENCE_MS 10000

/* The answer's text without its first word, or NULL with what the lab has to say against it. */
static const char *
ask(int fd, const char *request, NpLabMessage *message, GError **error)
{
    g_strlcpy(message->text, request, sizeof message->text);
    message->n_fds = 0;
    if (!np_lab_control_send(fd, message) || !np_lab_control_receive(fd, message)) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the lab does not answer");
        return NULL;
    }
    if (g_str_equal(message->text, "ok"))
        return "";
    if (g_str_has_prefix(message->text, "ok "))
        return message->text + strlen("ok ");
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                        g_str_has_prefix(message->text, "no ") ? message->text + strlen("no ")
                                                               : message->text);
    return NULL;
}

static gboolean
is_own_user_namespace(int fd)
{
    struct stat own;
    struct stat other;

    return stat("/proc/self/ns/user", &own) == 0 && fstat(fd, &other) == 0 &&
           own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

/* A directory belongs to the mounts it was opened in, so it must be found again in the others. */
static gboolean
move_in(const NpLabMessage *message)
{
    g_autofree char *directory = g_get_current_dir();

    for (guint i = 0; i < message->n_fds; i++)
        if (!(i == 0 && is_own_user_namespace(message->fds[i])) && setns(message->fds[i], 0) != 0)
            return FALSE;
    if (chdir(directory) != 0)
        g_debug("%s: %s", directory, g_strerror(errno));
    return message->n_fds > 0;
}

static char **
add_to_environment(const char *told)
{
    g_auto(GStrv) lines = g_strsplit(told, "\n", -1);
    char **environment = g_get_environ();

    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) pair = g_strsplit(lines[i], "=", 2);

        if (pair[0] != NULL && pair[1] != NULL)
            environment = g_environ_setenv(environment, pair[0], pair[1], TRUE);
    }
    return environment;
}

/* In the child of a process that has moved in, since only children change their pid namespace. */
static void G_GNUC_NORETURN
become(const char *const *command, char **environment)
{
    sigset_t signals;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    np_lab_sandbox_signals(&signals);
    sigprocmask(SIG_UNBLOCK, &signals, NULL);
    np_lab_process_become(command, environment);
}

int
np_lab_visit_run(const char *name, const char *host, const char *const *command, GError **error)
{
    g_autofree char *request = g_strconcat("enter ", host, NULL);
    g_auto(GStrv) environment = NULL;
    NpLabMessage message;
    const char *told = NULL;
    sigset_t signals;
    pid_t holder = 0;
    pid_t pid = -1;
    int fd = np_lab_control_connect(name, &holder, error);

    if (fd < 0)
        return -1;
    told = ask(fd, request, &message, error);
    close(fd);
    if (told == NULL)
        return -1;
    environment = add_to_environment(told);
    np_lab_sandbox_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    if (move_in(&message))
        pid = fork();
    if (pid == 0)
        become(command, environment);
    if (pid > 0)
        return np_lab_sandbox_wait(pid, &signals);
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "cannot enter \"%s\": %s",
                name, g_strerror(errno));
    return -1;
}

gboolean
np_lab_visit_reboot(const char *name, const char *side, const char *layer, GError **error)
{
    g_autofree char *request = g_strjoin(" ", "reboot", side, side == NULL ? NULL : layer, NULL);
    NpLabMessage message;
    pid_t holder = 0;
    int fd = np_lab_control_connect(name, &holder, error);
    gboolean done = fd >= 0 && ask(fd, request, &message, error) != NULL;

    if (fd >= 0)
        close(fd);
    return done;
}

gboolean
np_lab_visit_end(const char *name, GError **error)
{
    NpLabMessage message;
    pid_t holder = 0;
    int fd = np_lab_control_connect(name, &holder, error);
    struct pollfd end = { .events = POLLIN };
    gboolean told = FALSE;

    if (fd < 0)
        return FALSE;
    end.fd = (int)syscall(SYS_pidfd_open, holder, 0);
    told = ask(fd, "down", &message, error) != NULL;
    close(fd);
    if (told && end.fd >= 0 && poll(&end, 1, END_PATIENCE_MS) == 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "\"%s\" does not end", name);
        told = FALSE;
    }
    if (end.fd >= 0)
        close(end.fd);
    return told;
}
