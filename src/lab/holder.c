/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/holder.h"

#include "lab/control.h"
#include "lab/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_NO_LAB 2
#define BACKLOG 16

typedef struct {
    const NpLabPlan *plan;
    int listener;
    int ready; /* one message: "up", or why not */
    NpLab *lab;
} Keeper;

static gboolean
say(int fd, const char *text)
{
    NpLabMessage message = { .n_fds = 0 };

    g_strlcpy(message.text, text, sizeof message.text);
    return np_lab_control_send(fd, &message);
}

static void
refuse(int fd, const char *why)
{
    g_autofree char *text = g_strconcat("no ", why, NULL);

    say(fd, text);
}

/* "left", "right", ...: what np_lab_find() knows here. */
static char *
host_names(const NpLab *lab)
{
    static const char *const all[] = { "left", "right", "third", "second", "server" };
    GString *text = g_string_new(NULL);
    NpLabHost host;

    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        if (np_lab_find(lab, all[i], &host))
            g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", all[i]);
    return g_string_free(text, FALSE);
}

/* The namespaces in which a command on a host has to be, in the order of entering them. */
static gboolean
open_namespaces(const NpLab *lab, const NpLabHost *host, NpLabMessage *message)
{
    static const char *const paths[] = {
        "/proc/self/ns/user",
        "/proc/self/ns/pid",
        "/proc/self/ns/mnt",
        "/proc/self/ns/net",
    };
    gboolean inside = np_lab_network_enter(np_lab_get_network(lab), host->node);

    for (guint i = 0; inside && i < G_N_ELEMENTS(paths); i++) {
        int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            break;
        message->fds[message->n_fds++] = fd;
    }
    return np_lab_network_leave(np_lab_get_network(lab)) && message->n_fds == G_N_ELEMENTS(paths);
}

static void
close_handed(NpLabMessage *message)
{
    while (message->n_fds > 0)
        close(message->fds[--message->n_fds]);
}

/* "enter HOST": the namespaces, and what a command there is told. */
static void
answer_enter(const Keeper *self, int fd, const char *where)
{
    g_autofree char *hosts = host_names(self->lab);
    g_autofree char *why = NULL;
    g_autofree char *told = NULL;
    g_auto(GStrv) environment = NULL;
    NpLabMessage message = { .n_fds = 0 };
    NpLabHost host;

    if (!np_lab_find(self->lab, where, &host)) {
        why = g_strdup_printf("there is no host \"%s\"; the hosts are %s", where, hosts);
        refuse(fd, why);
        return;
    }
    environment = np_lab_environment(self->lab, &host, NULL);
    told = g_strjoinv("\n", environment);
    g_snprintf(message.text, sizeof message.text, "ok %s", told);
    if (open_namespaces(self->lab, &host, &message))
        np_lab_control_send(fd, &message);
    else
        refuse(fd, g_strerror(errno));
    close_handed(&message);
}

static gboolean
reboot(const Keeper *self, NpLabSide side, guint layer, guint *count, char **why)
{
    g_autoptr(GError) error = NULL;
    guint some = 0;

    if (!np_lab_reboot(self->lab, side, layer, &some, &error)) {
        *why = g_strdup(error->message);
        return FALSE;
    }
    *count += some;
    return TRUE;
}

/* "reboot [SIDE [LAYER]]", layers counted from 1 and the host outwards. */
static void
answer_reboot(const Keeper *self, int fd, char **words)
{
    g_autofree char *why = NULL;
    guint64 number = 0;
    guint layer = G_MAXUINT;
    guint count = 0;
    gboolean good = TRUE;

    if (words[1] != NULL && words[2] != NULL) {
        good = g_ascii_string_to_unsigned(words[2], 10, 1, NP_NAT_MAX_LAYERS, &number, NULL);
        layer = (guint)number - 1;
    }
    for (guint i = 0; good && i < NP_LAB_N_SITES; i++)
        if (words[1] == NULL || g_str_equal(words[1], np_lab_side_text((NpLabSide)i)))
            good = reboot(self, (NpLabSide)i, layer, &count, &why);
    if (why != NULL)
        refuse(fd, why);
    else if (count == 0)
        refuse(fd, "there is no such NAT");
    else
        say(fd, "ok");
}

/* FALSE if that was the end. */
static gboolean
answer(const Keeper *self)
{
    int fd = np_lab_control_accept(self->listener);
    g_auto(GStrv) words = NULL;
    NpLabMessage request = { .n_fds = 0 };
    gboolean goes_on = TRUE;

    if (fd < 0)
        return TRUE;
    if (np_lab_control_receive(fd, &request)) {
        close_handed(&request);
        words = g_strsplit(request.text, " ", -1);
        goes_on = g_strcmp0(words[0], "down") != 0;
        if (!goes_on)
            say(fd, "ok");
        else if (g_strcmp0(words[0], "enter") == 0 && words[1] != NULL)
            answer_enter(self, fd, words[1]);
        else if (g_strcmp0(words[0], "reboot") == 0)
            answer_reboot(self, fd, words);
        else
            refuse(fd, "this lab does not understand");
    }
    close(fd);
    return goes_on;
}

/* As the first process of its namespace it inherits whatever loses its parent. FALSE if the wire or
 * a NAT has ended: what is found in such a lab is no finding. */
static gboolean
reap(const Keeper *self)
{
    gboolean whole = TRUE;
    pid_t pid = 0;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        whole = whole && !np_lab_needs(self->lab, pid);
    return whole;
}

static int
keep(const Keeper *self, int signals)
{
    struct pollfd fds[] = {
        { .fd = self->listener, .events = POLLIN },
        { .fd = signals, .events = POLLIN },
    };

    for (;;) {
        struct signalfd_siginfo info = { 0 };

        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno != EINTR)
            return STATUS_NO_LAB;
        if (fds[0].revents != 0 && !answer(self))
            return 0;
        if (fds[1].revents == 0 || read(signals, &info, sizeof info) != sizeof info)
            continue;
        if (info.ssi_signo != SIGCHLD)
            return 128 + (int)info.ssi_signo;
        if (!reap(self)) {
            fprintf(stderr, "natlab: the wire or a NAT has ended, and so does the lab\n");
            return STATUS_NO_LAB;
        }
    }
}

static int
keeper_body(gpointer data)
{
    Keeper *self = data;
    g_autoptr(GError) error = NULL;
    sigset_t set;
    pid_t server = 0;
    int signals = -1;

    np_lab_sandbox_signals(&set);
    signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    self->lab = np_lab_new(self->plan, &error);
    if (self->lab == NULL || !np_lab_start(self->lab, &server, &error)) {
        refuse(self->ready, error->message);
        return STATUS_NO_LAB;
    }
    /* Nobody waits for it any more if this fails. */
    if (signals < 0 || !say(self->ready, "ok"))
        return STATUS_NO_LAB;
    close(self->ready);
    return keep(self, signals);
}

/* Away from the terminal and from everything that whoever started this has open. */
static void
detach(const Keeper *self, int log)
{
    int low = MIN(self->listener, self->ready);
    int high = MAX(self->listener, self->ready);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    setsid();
    dup2(null, STDIN_FILENO);
    dup2(log >= 0 ? log : null, STDOUT_FILENO);
    dup2(log >= 0 ? log : null, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, (guint)low - 1, 0);
    if (high - low > 1)
        close_range((guint)low + 1, (guint)high - 1, 0);
    close_range((guint)high + 1, G_MAXUINT, 0);
}

static void G_GNUC_NORETURN
hold(Keeper *self, int log)
{
    g_autoptr(GError) error = NULL;
    int status = 0;

    detach(self, log);
    /* Who connects asks who listens, and waits for him to end. */
    if (listen(self->listener, BACKLOG) != 0)
        _exit(STATUS_NO_LAB);
    status = np_lab_sandbox_run(keeper_body, self, &error);
    refuse(self->ready, status < 0 ? error->message : "it ended before it was up");
    _exit(status < 0 ? STATUS_NO_LAB : status);
}

gboolean
np_lab_holder_start(const char *name, const NpLabPlan *plan, const char *log, GError **error)
{
    Keeper keeper = { .plan = plan, .listener = np_lab_control_bind(name, error) };
    NpLabMessage message = { .n_fds = 0 };
    int out = log == NULL ? -1 : open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    int ready[2] = { -1, -1 };
    pid_t pid = -1;

    if (keeper.listener < 0)
        return FALSE;
    if ((log == NULL || out >= 0) &&
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ready) == 0)
        pid = fork();
    keeper.ready = ready[1];
    if (pid == 0)
        hold(&keeper, out);
    if (pid < 0)
        g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "%s: %s",
                    log != NULL && out < 0 ? log : name, g_strerror(errno));
    close(keeper.listener);
    close(ready[1]);
    if (out >= 0)
        close(out);
    if (pid < 0)
        return FALSE;
    if (np_lab_control_receive(ready[0], &message) && g_str_equal(message.text, "ok"))
        return TRUE;
    waitpid(pid, NULL, 0);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                g_str_has_prefix(message.text, "no ") ? message.text + strlen("no ")
                                                      : "the lab ended before it was up");
    return FALSE;
}
