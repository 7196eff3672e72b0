/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/server.h"

#include "lab/sandbox.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Abstract, so it needs no file, and known only in the namespace it was bound in: the server's. */
#define NOTIFY_NAME "natlab-notify"

#define POLL_INTERVAL_MS 5
#define NATPROBED_PATIENCE (5 * G_TIME_SPAN_SECOND)
#define COMMAND_PATIENCE (2 * G_TIME_SPAN_SECOND)

struct NpLabServer {
    const NpLabNetwork *network;
    guint node;
    gboolean is_natprobed;
    int notify;
    pid_t pid;
};

static int
bind_notify(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    memcpy(address.sun_path + 1, NOTIFY_NAME, strlen(NOTIFY_NAME));
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address,
                        offsetof(struct sockaddr_un, sun_path) + 1 + strlen(NOTIFY_NAME)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static GPtrArray *
natprobed_arguments(const char *path)
{
    static const char *const addresses[] = {
        NP_LAB_SERVER,
        NP_LAB_SERVER_ALT,
        "[" NP_LAB_SERVER6 "]",
        "[" NP_LAB_SERVER6_ALT "]",
    };
    static const guint ports[] = { 3478, 3479, 2222, 3333 };
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(argv, g_strdup(path));
    for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(ports); j++) {
            g_ptr_array_add(argv, g_strdup("--listen"));
            g_ptr_array_add(argv, g_strdup_printf("%s:%u", addresses[i], ports[j]));
        }
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

NpLabServer *
np_lab_server_new(const NpLabNetwork *network,
                  guint node,
                  const char *command,
                  const char *natprobed,
                  char **environment,
                  GError **error)
{
    const char *shell[] = { "/bin/sh", "-c", command, NULL };
    g_autoptr(NpLabServer) self = g_new0(NpLabServer, 1);
    g_autoptr(GPtrArray) arguments = NULL;
    g_auto(GStrv) told =
        g_environ_setenv(g_strdupv(environment), "NOTIFY_SOCKET", "@" NOTIFY_NAME, TRUE);
    NpLabProgram program = { .node = node, .argv = shell, .environment = told };

    self->network = network;
    self->node = node;
    self->is_natprobed = command == NULL;
    self->pid = -1;
    if (command == NULL) {
        arguments = natprobed_arguments(natprobed);
        program.argv = (const char *const *)arguments->pdata;
    }
    self->notify = np_lab_network_enter(network, node) ? bind_notify() : -1;
    if (self->notify >= 0 && np_lab_network_leave(network))
        self->pid = np_lab_process_start(network, &program);
    if (self->pid > 0)
        return g_steal_pointer(&self);
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "cannot start a server: %s",
                g_strerror(errno));
    return NULL;
}

void
np_lab_server_free(NpLabServer *self)
{
    if (self->notify >= 0)
        close(self->notify);
    g_free(self);
}

pid_t
np_lab_server_pid(const NpLabServer *self)
{
    return self->pid;
}

static gboolean
has_notified(const NpLabServer *self, int patience_ms)
{
    struct pollfd fd = { .fd = self->notify, .events = POLLIN };
    char text[256];
    gssize length = 0;

    if (poll(&fd, 1, patience_ms) <= 0)
        return FALSE;
    length = recv(self->notify, text, sizeof text - 1, 0);
    if (length < 0)
        return FALSE;
    text[length] = '\0';
    return strstr(text, "READY=1") != NULL;
}

/* The tables of sockets have a line of headings each. */
static gboolean
has_bound(const NpLabServer *self)
{
    static const char *const tables[] = {
        "/proc/thread-self/net/udp",
        "/proc/thread-self/net/udp6",
        "/proc/thread-self/net/tcp",
        "/proc/thread-self/net/tcp6",
    };
    gboolean found = FALSE;

    if (!np_lab_network_enter(self->network, self->node))
        return FALSE;
    for (guint i = 0; !found && i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *text = NULL;
        const char *end = NULL;

        if (g_file_get_contents(tables[i], &text, NULL, NULL))
            end = strchr(text, '\n');
        found = end != NULL && end[1] != '\0';
    }
    return np_lab_network_leave(self->network) && found;
}

static gboolean
has_ended(const NpLabServer *self)
{
    siginfo_t info = { 0 };

    /* Left to be reaped by whoever owns the loop. */
    return waitid(P_PID, (id_t)self->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == self->pid;
}

gboolean
np_lab_server_wait(NpLabServer *self, GError **error)
{
    gint64 limit =
        g_get_monotonic_time() + (self->is_natprobed ? NATPROBED_PATIENCE : COMMAND_PATIENCE);

    while (g_get_monotonic_time() < limit && !has_ended(self)) {
        if (np_lab_sandbox_interrupted() != 0)
            return TRUE; /* nobody is going to ask it anything */
        if (has_notified(self, POLL_INTERVAL_MS))
            return TRUE;
        if (!self->is_natprobed && has_bound(self))
            return TRUE;
    }
    if (!self->is_natprobed)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "natprobed %s",
                has_ended(self) ? "ended instead of serving" : "does not become ready");
    return FALSE;
}
