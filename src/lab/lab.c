/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/lab.h"

#include "lab/sandbox.h"

#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <unistd.h>

#define STATUS_GAVE_UP 2

struct NpLab {
    const NpLabPlan *plan;
    NpLabTopology *topology;
    NpLabNetwork *network;
    NpLabModel *models[NP_LAB_N_SITES][NP_NAT_MAX_LAYERS]; /* NULL where the kernel does it */
    NpLabServer *server;
    pid_t wire; /* 0: none */
};

static gboolean
is_wired(const NpLabWireConfig *wire)
{
    return wire->delay > 0 || wire->jitter > 0 || wire->loss > 0;
}

static gboolean
start_wire(NpLab *self, GError **error)
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
        _exit(STATUS_GAVE_UP);
    }
    if (np_lab_network_leave(self->network) && self->wire > 0)
        return TRUE;
    if (error != NULL && *error == NULL)
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "no wire: %s",
                    g_strerror(errno));
    return FALSE;
}

static gboolean
start_models(NpLab *self, GError **error)
{
    for (guint i = 0; i < NP_LAB_N_SITES; i++) {
        const NpLabSite *site = &self->topology->sites[i];

        for (guint j = 0; site->present && j < site->spec.n_layers; j++) {
            if (!site->spec.layers[j].model)
                continue;
            self->models[i][j] = np_lab_model_new(self->network, self->topology, &site->layers[j],
                                                  self->plan->wire.seed, error);
            if (self->models[i][j] == NULL)
                return FALSE;
        }
    }
    return TRUE;
}

/* No resolver is reachable in here; with none named, asking for one fails at once. Where the file
 * does not exist none is named anyway. */
static gboolean
replace_files(const NpLab *self, GError **error)
{
    g_autofree char *hosts = np_lab_topology_hosts(self->topology);
    g_autoptr(GError) no_resolver = NULL;

    if (!np_lab_sandbox_replace_file("/etc/resolv.conf", "# natlab: no resolver\n", &no_resolver))
        g_debug("%s", no_resolver->message);
    return np_lab_sandbox_replace_file("/etc/hosts", hosts, error);
}

NpLab *
np_lab_new(const NpLabPlan *plan, GError **error)
{
    g_autoptr(NpLab) self = g_new0(NpLab, 1);
    gboolean wired = is_wired(&plan->wire);

    self->plan = plan;
    self->topology = np_lab_topology_new(plan->specs, wired);
    self->network = np_lab_network_new(self->topology, error);
    if (self->network == NULL || !start_models(self, error) ||
        (wired && !start_wire(self, error)) || !replace_files(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
np_lab_free(NpLab *self)
{
    for (guint i = 0; i < NP_LAB_N_SITES; i++)
        for (guint j = 0; j < NP_NAT_MAX_LAYERS; j++)
            g_clear_pointer(&self->models[i][j], np_lab_model_free);
    g_clear_pointer(&self->server, np_lab_server_free);
    g_clear_pointer(&self->network, np_lab_network_free);
    g_clear_pointer(&self->topology, np_lab_topology_free);
    g_free(self);
}

gboolean
np_lab_start(NpLab *self, pid_t *pid, GError **error)
{
    const NpLabPlan *plan = self->plan;
    const NpLabHost host = { .name = "server", .node = self->topology->server, .is_server = TRUE };
    g_auto(GStrv) environment = np_lab_environment(self, &host, g_get_environ());

    *pid = 0;
    if (plan->server == NULL && plan->natprobed == NULL)
        return TRUE;
    self->server = np_lab_server_new(self->network, self->topology->server, plan->server,
                                     plan->natprobed, environment, error);
    if (self->server == NULL)
        return FALSE;
    *pid = np_lab_server_pid(self->server);
    return np_lab_server_wait(self->server, error);
}

const NpLabNetwork *
np_lab_get_network(const NpLab *self)
{
    return self->network;
}

gboolean
np_lab_find(const NpLab *self, const char *name, NpLabHost *host)
{
    const NpLabTopology *topology = self->topology;

    if (g_str_equal(name, "server")) {
        *host = (NpLabHost){ .name = "server", .node = topology->server, .is_server = TRUE };
        return TRUE;
    }
    if (g_str_equal(name, "second")) {
        *host = (NpLabHost){ .name = "second",
                             .node = topology->sites[NP_LAB_LEFT].second,
                             .site = NP_LAB_LEFT,
                             .is_second = TRUE };
        return TRUE;
    }
    for (guint i = 0; i < NP_LAB_N_SITES; i++) {
        if (!topology->sites[i].present || !g_str_equal(name, np_lab_side_text((NpLabSide)i)))
            continue;
        *host = (NpLabHost){ .name = np_lab_side_text((NpLabSide)i),
                             .node = topology->sites[i].host,
                             .site = (NpLabSide)i };
        return TRUE;
    }
    return FALSE;
}

static char **
set(char **environment, const char *name, const char *value)
{
    return g_environ_setenv(environment, name, value == NULL ? "" : value, TRUE);
}

static char **
set_site(const NpLab *self, char **environment, const NpLabHost *host)
{
    NpLabSide other = host->site == NP_LAB_LEFT ? NP_LAB_RIGHT : NP_LAB_LEFT;
    const NpLabSite *own = &self->topology->sites[host->site];
    const NpLabSite *peer = &self->topology->sites[other];

    environment = set(environment, "NATLAB_PEER", peer->present ? np_lab_side_text(other) : NULL);
    environment = set(environment, "NATLAB_PEER_EXTERNAL", peer->external);
    environment = set(environment, "NATLAB_SPEC", self->plan->spec_texts[host->site]);
    environment =
        set(environment, "NATLAB_ADDRESS", host->is_second ? own->second_local : own->local);
    return set(environment, "NATLAB_EXTERNAL",
               host->is_second && !own->translated ? own->second_local : own->external);
}

char **
np_lab_environment(const NpLab *self, const NpLabHost *host, char **environment)
{
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, self->plan->wire.seed);

    environment = set(environment, "NATLAB_SIDE", host->name);
    environment = set(environment, "NATLAB_SERVER", NP_LAB_SERVER);
    environment = set(environment, "NATLAB_SERVER_ALT", NP_LAB_SERVER_ALT);
    environment = set(environment, "NATLAB_SERVER6", NP_LAB_SERVER6);
    environment = set(environment, "NATLAB_SERVER6_ALT", NP_LAB_SERVER6_ALT);
    if (host->is_server)
        return environment;
    environment = set(environment, "NATLAB_SEED", seed);
    return set_site(self, environment, host);
}

gboolean
np_lab_needs(const NpLab *self, pid_t pid)
{
    if (pid == self->wire)
        return TRUE;
    for (guint i = 0; i < NP_LAB_N_SITES; i++)
        for (guint j = 0; j < NP_NAT_MAX_LAYERS; j++)
            if (self->models[i][j] != NULL && np_lab_model_pid(self->models[i][j]) == pid)
                return TRUE;
    return FALSE;
}

static gboolean
reboot_one(NpLab *self, NpLabSide site, guint layer, GError **error)
{
    const NpLabLayer *at = &self->topology->sites[site].layers[layer];

    if (self->models[site][layer] == NULL)
        return np_lab_network_reload(self->network, self->topology, at->node, error);
    if (np_lab_model_reboot(self->models[site][layer]))
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s does not answer",
                np_lab_topology_node(self->topology, at->node)->name);
    return FALSE;
}

gboolean
np_lab_reboot(NpLab *self, NpLabSide site, guint layer, guint *count, GError **error)
{
    const NpLabSite *where = &self->topology->sites[site];
    guint n_layers = where->present ? where->spec.n_layers : 0;

    *count = 0;
    for (guint i = 0; i < n_layers; i++) {
        if (layer != G_MAXUINT && layer != i)
            continue;
        if (!reboot_one(self, site, i, error))
            return FALSE;
        ++*count;
    }
    return TRUE;
}
