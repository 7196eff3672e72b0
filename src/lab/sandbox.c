/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where a file system is mounted for a moment to make a file on it; any directory would do. */
#define SCAFFOLD "/tmp"

/* Any of these, set so, keeps ordinary users from making namespaces. */
static const struct {
    const char *path;
    char forbids;
} switches[] = {
    { "/proc/sys/user/max_user_namespaces", '0' },
    { "/proc/sys/kernel/unprivileged_userns_clone", '0' },
    { "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1' },
};

/* What the new process takes along. */
typedef struct {
    gboolean mapped; /* into a user namespace of its own */
    uid_t user;      /* as outside */
    gid_t group;
    int alive[2];   /* a pipe whose other end closes when the caller dies */
    int trouble[2]; /* a sentence comes out if there can be no sandbox */
} Move;

/* Says in one sentence what keeps this user from it, if it can be known. */
static char *
explain(const char *what)
{
    int saved = errno;

    for (guint i = 0; i < G_N_ELEMENTS(switches); i++) {
        g_autofree char *value = NULL;

        if (!g_file_get_contents(switches[i].path, &value, NULL, NULL) ||
            value[0] != switches[i].forbids || (value[1] != '\n' && value[1] != '\0'))
            continue;
        return g_strdup_printf("%s: %s; it takes root, or unprivileged user namespaces, which "
                               "%s = %c forbids",
                               what, g_strerror(saved), switches[i].path + strlen("/proc/sys/"),
                               switches[i].forbids);
    }
    return g_strdup_printf("%s: %s; it takes root (in a container: CAP_SYS_ADMIN and "
                           "CAP_NET_ADMIN), or unprivileged user namespaces",
                           what, g_strerror(saved));
}

static gboolean
write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    gboolean good = fd >= 0 && write(fd, text, strlen(text)) == (gssize)strlen(text);
    int saved = errno;

    if (fd >= 0)
        close(fd);
    errno = saved;
    return good;
}

/* The caller becomes root of a user namespace in which nobody else exists. */
static gboolean
map_user(uid_t user, gid_t group)
{
    g_autofree char *users = g_strdup_printf("0 %u 1", user);
    g_autofree char *groups = g_strdup_printf("0 %u 1", group);

    return write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", users) &&
           write_file("/proc/self/gid_map", groups);
}

/*
 * fork() into new namespaces. The caller stays where it is, unlike after unshare(), and its whole
 * family with it, so that it may still have children outside.
 */
static pid_t
fork_into(int spaces)
{
    return (pid_t)syscall(SYS_clone, SIGCHLD | spaces, NULL, NULL, NULL, NULL);
}

void
np_lab_sandbox_signals(sigset_t *set)
{
    static const int signals[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };

    sigemptyset(set);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaddset(set, signals[i]);
}

int
np_lab_sandbox_interrupted(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    sigset_t pending;

    sigpending(&pending);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++)
        if (sigismember(&pending, signals[i]))
            return signals[i];
    return 0;
}

/* Dies with the caller: by the kernel's hand, and if it died before that was arranged, by our own.
 */
static void
tie_to_parent(int alive)
{
    struct pollfd fd = { .fd = alive, .events = POLLIN };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (poll(&fd, 1, 0) != 0)
        _exit(128 + SIGKILL);
}

/* The first steps of the new process. NULL, or what went wrong. */
static char *
move_in(const Move *move)
{
    if (move->mapped && !map_user(move->user, move->group))
        return explain("cannot become root of a user namespace");
    /* What is mounted in here stays in here. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return explain("cannot make mounts private");
    /* Some containers do not allow it; then /proc shows other numbers than getpid(). */
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
        g_debug("/proc: %s", g_strerror(errno));
    return NULL;
}

static void G_GNUC_NORETURN
live(const Move *move, NpLabSandboxBody body, gpointer data)
{
    g_autofree char *trouble = NULL;

    close(move->alive[1]);
    close(move->trouble[0]);
    tie_to_parent(move->alive[0]);
    trouble = move_in(move);
    if (trouble == NULL)
        exit(body(data));
    if (write(move->trouble[1], trouble, strlen(trouble)) < 0)
        g_debug("%s", trouble);
    _exit(1);
}

int
np_lab_sandbox_wait(pid_t child, const sigset_t *signals)
{
    int status = 0;

    for (;;) {
        siginfo_t info;

        if (sigwaitinfo(signals, &info) < 0)
            continue;
        if (info.si_signo != SIGCHLD) {
            if (info.si_code != SI_KERNEL)
                kill(child, info.si_signo);
            continue;
        }
        if (waitpid(child, &status, WNOHANG) != child)
            continue;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

int
np_lab_sandbox_run(NpLabSandboxBody body, gpointer data, GError **error)
{
    const int spaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID;
    Move move = { .user = geteuid(), .group = getegid() };
    g_autofree char *trouble = NULL;
    char told[512] = "";
    sigset_t signals;
    pid_t child = -1;
    int status = 0;

    np_lab_sandbox_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    if (pipe2(move.alive, O_CLOEXEC) == 0 && pipe2(move.trouble, O_CLOEXEC | O_NONBLOCK) == 0) {
        child = fork_into(spaces);
        move.mapped = child < 0 && errno == EPERM;
        if (move.mapped)
            child = fork_into(spaces | CLONE_NEWUSER);
    }
    if (child == 0)
        live(&move, body, data);
    if (child < 0) {
        trouble = explain("cannot make namespaces");
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, trouble);
        return -1;
    }
    close(move.alive[0]);
    status = np_lab_sandbox_wait(child, &signals);
    if (read(move.trouble[0], told, sizeof told - 1) <= 0)
        return status;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, told);
    return -1;
}

static gboolean
put_in_place(const char *path, const char *text)
{
    g_autofree char *source = NULL;
    int fd = open(SCAFFOLD "/file", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    gboolean good = FALSE;

    if (fd < 0)
        return FALSE;
    source = g_strdup_printf("/proc/self/fd/%d", fd);
    good = write(fd, text, strlen(text)) == (gssize)strlen(text) &&
           mount(source, path, NULL, MS_BIND, NULL) == 0;
    close(fd);
    return good;
}

gboolean
np_lab_sandbox_replace_file(const char *path, const char *text, GError **error)
{
    gboolean good = FALSE;
    int saved = 0;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    good = mount("natlab", SCAFFOLD, "tmpfs", MS_NOSUID | MS_NODEV, NULL) == 0;
    if (good) {
        good = put_in_place(path, text);
        saved = errno;
        umount2(SCAFFOLD, MNT_DETACH);
        errno = saved;
    }
    if (!good)
        g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "%s: %s", path,
                    g_strerror(errno));
    return good;
}
