/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One ip for all links, then one ip per node and one nft per NAT side by side: what costs time is
 * starting programs, so few are started.
 */

#include "config.h"

#include "lab/network.h"

#include "lab/ready.h"
#include "lab/tracking.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define OWN_NAMESPACE "/proc/self/ns/net"

struct NpLabNetwork {
    guint n_nodes;
    int outside;     /* namespace the network was made from */
    int *namespaces; /* one per node */
};

/* ip or nft at work on a text. */
typedef struct {
    pid_t pid;
    int complaints; /* memory file with its standard error */
    const char *tool;
    const char *node;
} Job;

typedef enum {
    FOR_ALL,
    FOR_ROUTERS,
    MUST_FOR_KERNELS, /* whose routing is the kernel's */
    MUST_FOR_MODELS,
} Need;

/*
 * Set before any device is made, since devices start from "default", and the host's own defaults
 * are inherited. rp_filter would drop hairpins; redirects would tell two hosts of a LAN to go
 * around the NAT; duplicate address detection takes a second.
 */
static const struct {
    const char *path;
    const char *value;
    Need need;
} settings[] = {
    { "net/ipv4/conf/all/rp_filter", "0", FOR_ALL },
    { "net/ipv4/conf/default/rp_filter", "0", FOR_ALL },
    { "net/ipv4/conf/all/send_redirects", "0", FOR_ALL },
    { "net/ipv4/conf/default/send_redirects", "0", FOR_ALL },
    { "net/ipv4/conf/all/accept_redirects", "0", FOR_ALL },
    { "net/ipv4/conf/default/accept_redirects", "0", FOR_ALL },
    { "net/ipv6/conf/default/accept_dad", "0", FOR_ALL },
    { "net/ipv6/conf/default/accept_ra", "0", FOR_ALL },
    { "net/ipv6/conf/default/addr_gen_mode", "1", FOR_ALL },
    { "net/ipv4/ip_forward", "1", MUST_FOR_KERNELS },
    { "net/ipv4/ip_forward", "0", MUST_FOR_MODELS },
    { "net/ipv6/conf/all/forwarding", "1", FOR_ROUTERS },
    /* A bridge must not send LAN frames through the NAT's rules. Absent without br_netfilter. */
    { "net/bridge/bridge-nf-call-iptables", "0", FOR_ROUTERS },
    { "net/bridge/bridge-nf-call-ip6tables", "0", FOR_ROUTERS },
};

static gboolean
set(const char *path, const char *value)
{
    g_autofree char *whole = g_strconcat("/proc/sys/", path, NULL);
    int fd = open(whole, O_WRONLY | O_CLOEXEC);
    gboolean done = fd >= 0 && write(fd, value, strlen(value)) == (gssize)strlen(value);

    if (fd >= 0)
        close(fd);
    return done;
}

static gboolean
concerns(Need need, const NpLabNode *node)
{
    switch (need) {
    case FOR_ALL:
        return TRUE;
    case FOR_ROUTERS:
        return node->router;
    case MUST_FOR_KERNELS:
        return node->router && !node->model;
    case MUST_FOR_MODELS:
        return node->model;
    }
    g_return_val_if_reached(FALSE);
}

/* A kernel without IPv6 or br_netfilter has nothing to switch off there. */
static gboolean
configure(const NpLabNode *node)
{
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
        if (concerns(settings[i].need, node) && !set(settings[i].path, settings[i].value) &&
            settings[i].need >= MUST_FOR_KERNELS)
            return FALSE;
    return TRUE;
}

static gboolean
fail(GError **error, const char *what)
{
    int saved = errno;

    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(saved), "%s: %s", what,
                g_strerror(saved));
    return FALSE;
}

static gboolean
make_namespaces(NpLabNetwork *self, const NpLabTopology *topology, GError **error)
{
    for (guint i = 0; i < self->n_nodes; i++) {
        if (unshare(CLONE_NEWNET) != 0)
            return fail(error, "cannot make a network namespace");
        if (!configure(np_lab_topology_node(topology, i)))
            return fail(error, "cannot make a namespace forward packets");
        self->namespaces[i] = open(OWN_NAMESPACE, O_RDONLY | O_CLOEXEC);
        if (self->namespaces[i] < 0)
            return fail(error, OWN_NAMESPACE);
    }
    if (!np_lab_network_leave(self))
        return fail(error, "cannot change the network namespace");
    return TRUE;
}

static int
memory_file(const char *text)
{
    int fd = memfd_create("natlab", MFD_CLOEXEC);

    if (fd < 0)
        return -1;
    if (write(fd, text, strlen(text)) != (gssize)strlen(text) || lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Debian keeps both where a user's PATH does not lead. */
static void
exec_tool(const char *const *argv)
{
    g_autofree char *path = g_strconcat(g_getenv("PATH") == NULL ? "" : g_getenv("PATH"),
                                        ":/usr/sbin:/sbin:/usr/bin:/bin", NULL);

    g_setenv("PATH", path, TRUE);
    execvp(argv[0], (char *const *)argv);
    dprintf(STDERR_FILENO, "%s is needed but cannot be started: %s\n", argv[0], g_strerror(errno));
    _exit(127);
}

static gboolean
start(const NpLabNetwork *self,
      Job *job,
      const char *const *argv,
      int namespace,
      const char *text,
      GError **error)
{
    int input = memory_file(text);

    job->tool = argv[0];
    job->complaints = memory_file("");
    if (input < 0 || job->complaints < 0)
        return fail(error, "cannot make a memory file");
    job->pid = fork();
    if (job->pid < 0)
        return fail(error, "cannot start a process");
    if (job->pid == 0) {
        if (setns(namespace, CLONE_NEWNET) != 0)
            _exit(126);
        /* A link is made in two namespaces at once, named by their descriptors. */
        for (guint i = 0; i < self->n_nodes; i++)
            fcntl(self->namespaces[i], F_SETFD, 0);
        dup2(input, STDIN_FILENO);
        dup2(job->complaints, STDOUT_FILENO);
        dup2(job->complaints, STDERR_FILENO);
        exec_tool(argv);
    }
    close(input);
    return TRUE;
}

static gboolean
finish(Job *job, GError **error)
{
    char text[512];
    gssize length = 0;
    int status = 0;

    while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    length = pread(job->complaints, text, sizeof text - 1, 0);
    close(job->complaints);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return TRUE;
    text[MAX(length, 0)] = '\0';
    g_strchomp(text);
    if (error != NULL && *error == NULL)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s failed for %s: %s", job->tool,
                    job->node, text);
    return FALSE;
}

/*
 * A veth whose two ends happen to have the same number, as is usual for the first ones of two new
 * namespaces, is not "urgent" for the kernel's link watch: it comes up with the next round, which
 * is up to a second later. Hence numbers that are different everywhere.
 */
#define FIRST_INDEX 100

static gboolean
make_links(const NpLabNetwork *self, const NpLabTopology *topology, GError **error)
{
    static const char *const argv[] = { "ip", "-batch", "-", NULL };
    g_autoptr(GString) text = g_string_new(NULL);
    Job job = { .node = "the links" };

    for (guint i = 0; i < topology->links->len; i++) {
        const NpLabLink *link = &g_array_index(topology->links, NpLabLink, i);

        g_string_append_printf(text,
                               "link add name %s index %u netns /proc/self/fd/%d type veth "
                               "peer name %s index %u netns /proc/self/fd/%d\n",
                               link->ends[0].name, FIRST_INDEX + 2 * i,
                               self->namespaces[link->ends[0].node], link->ends[1].name,
                               FIRST_INDEX + 2 * i + 1, self->namespaces[link->ends[1].node]);
    }
    return start(self, &job, argv, self->outside, text->str, error) && finish(&job, error);
}

static gboolean
set_up_nodes(const NpLabNetwork *self, const NpLabTopology *topology, GError **error)
{
    static const char *const ip[] = { "ip", "-batch", "-", NULL };
    static const char *const nft[] = { "nft", "-f", "-", NULL };
    g_autoptr(GArray) jobs = g_array_new(FALSE, TRUE, sizeof(Job));
    gboolean good = TRUE;

    for (guint i = 0; good && i < self->n_nodes; i++) {
        const NpLabNode *node = np_lab_topology_node(topology, i);
        Job job = { .node = node->name };

        good = start(self, &job, ip, self->namespaces[i], node->setup->str, error);
        if (good)
            g_array_append_val(jobs, job);
        if (!good || node->ruleset == NULL)
            continue;
        good = start(self, &job, nft, self->namespaces[i], node->ruleset, error);
        if (good)
            g_array_append_val(jobs, job);
    }
    for (guint i = 0; i < jobs->len; i++)
        good = finish(&g_array_index(jobs, Job, i), error) && good;
    return good;
}

NpLabNetwork *
np_lab_network_new(const NpLabTopology *topology, GError **error)
{
    g_autoptr(NpLabNetwork) self = g_new0(NpLabNetwork, 1);

    self->n_nodes = topology->nodes->len;
    self->namespaces = g_new(int, self->n_nodes);
    for (guint i = 0; i < self->n_nodes; i++)
        self->namespaces[i] = -1;
    self->outside = open(OWN_NAMESPACE, O_RDONLY | O_CLOEXEC);
    if (self->outside < 0) {
        fail(error, OWN_NAMESPACE);
        return NULL;
    }
    if (!make_namespaces(self, topology, error) || !make_links(self, topology, error) ||
        !set_up_nodes(self, topology, error))
        return NULL;
    for (guint i = 0; i < self->n_nodes; i++) {
        gboolean ready = np_lab_network_enter(self, i) && np_lab_ready_wait(error);

        if (!np_lab_network_leave(self) || !ready) {
            g_prefix_error(error, "%s: ", np_lab_topology_node(topology, i)->name);
            return NULL;
        }
    }
    return g_steal_pointer(&self);
}

void
np_lab_network_free(NpLabNetwork *self)
{
    for (guint i = 0; i < self->n_nodes; i++)
        if (self->namespaces[i] >= 0)
            close(self->namespaces[i]);
    if (self->outside >= 0)
        close(self->outside);
    g_free(self->namespaces);
    g_free(self);
}

/* Nothing may pass while only half is forgotten: a flow still tracked would teach new rules its old
 * mapping. */
#define SHUT                                                                                       \
    "flush ruleset\ntable inet shut {\n"                                                           \
    "  chain arriving { type filter hook prerouting priority -500; policy drop; }\n"               \
    "  chain leaving { type filter hook output priority -500; policy drop; }\n"                    \
    "}\n"

static gboolean
rule(const NpLabNetwork *self, guint node, const char *name, const char *text, GError **error)
{
    static const char *const nft[] = { "nft", "-f", "-", NULL };
    Job job = { .node = name };

    return start(self, &job, nft, self->namespaces[node], text, error) && finish(&job, error);
}

gboolean
np_lab_network_reload(const NpLabNetwork *self,
                      const NpLabTopology *topology,
                      guint node,
                      GError **error)
{
    const NpLabNode *what = np_lab_topology_node(topology, node);
    g_autofree char *again = NULL;
    gboolean flushed = FALSE;

    if (what->ruleset == NULL)
        return TRUE;
    if (!rule(self, node, what->name, SHUT, error))
        return FALSE;
    flushed = np_lab_network_enter(self, node) && np_lab_tracking_flush();
    if (!flushed)
        fail(error, "cannot flush what the kernel tracks");
    again = g_strconcat("flush ruleset\n", what->ruleset, NULL);
    return np_lab_network_leave(self) && flushed && rule(self, node, what->name, again, error);
}

gboolean
np_lab_network_enter(const NpLabNetwork *self, guint node)
{
    return setns(self->namespaces[node], CLONE_NEWNET) == 0;
}

gboolean
np_lab_network_leave(const NpLabNetwork *self)
{
    return setns(self->outside, CLONE_NEWNET) == 0;
}
