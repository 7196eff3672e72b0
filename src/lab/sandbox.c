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

static int
refuse(GError **error, const char *what)
{
    int saved = errno;

    for (guint i = 0; i < G_N_ELEMENTS(switches); i++) {
        g_autofree char *value = NULL;

        if (!g_file_get_contents(switches[i].path, &value, NULL, NULL) ||
            value[0] != switches[i].forbids || (value[1] != '\n' && value[1] != '\0'))
            continue;
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                    "%s: %s; it takes root, or unprivileged user namespaces, which %s = %c forbids",
                    what, g_strerror(saved), switches[i].path + strlen("/proc/sys/"),
                    switches[i].forbids);
        return -1;
    }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                "%s: %s; it takes root (in a container: CAP_SYS_ADMIN and CAP_NET_ADMIN), or "
                "unprivileged user namespaces",
                what, g_strerror(saved));
    return -1;
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

static gboolean
make_namespaces(void)
{
    const int spaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID;
    uid_t user = geteuid();
    gid_t group = getegid();

    if (unshare(spaces) == 0)
        return TRUE;
    if (errno != EPERM)
        return FALSE;
    return unshare(spaces | CLONE_NEWUSER) == 0 && map_user(user, group);
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

static int
wait_for(pid_t child, const sigset_t *signals)
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
    sigset_t signals;
    int alive[2];
    pid_t child = 0;

    np_lab_sandbox_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    if (!make_namespaces())
        return refuse(error, "cannot make namespaces");
    /* What is mounted in here stays in here. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return refuse(error, "cannot make mounts private");
    if (pipe2(alive, O_CLOEXEC) != 0 || (child = fork()) < 0)
        return refuse(error, "cannot start a process");
    if (child == 0) {
        close(alive[1]);
        tie_to_parent(alive[0]);
        /* Some containers do not allow it; then /proc shows other numbers than getpid(). */
        if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
            g_debug("/proc: %s", g_strerror(errno));
        exit(body(data));
    }
    close(alive[0]);
    return wait_for(child, &signals);
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
    gboolean good = mount("natlab", SCAFFOLD, "tmpfs", MS_NOSUID | MS_NODEV, NULL) == 0;
    int saved = 0;

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
