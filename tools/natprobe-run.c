/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natprobe-run.h"

#include <glib-unix.h>
#include <net/if.h>
#include <signal.h>

#include "io/clock.h"
#include "io/entropy.h"
#include "io/host.h"

/* Two servers on two addresses and two ports each; more endpoints sharpen nothing. */
#define MAX_SERVERS 8
/* When one family is done, the other has had its chance: a broken IPv6 must not delay the answer.
 */
#define STRAGGLER_MS 700

typedef struct {
    NpRun *run;
    GMainLoop *loop;
    NpIoHost *hosts[2];
    guint n_running;
    guint straggler;
} Execution;

static void
finish(Execution *self, gboolean only_unanswered)
{
    for (guint i = 0; i < G_N_ELEMENTS(self->hosts); i++) {
        NpProbePlan *plan = self->run->families[i].plan;

        if (self->hosts[i] == NULL || (only_unanswered && np_probe_plan_answered(plan)))
            continue;
        np_probe_plan_finish(plan, np_io_host_now(self->hosts[i]));
        np_io_host_wake(self->hosts[i]);
    }
}

/* One source for look-ups and for the run: a signal between two sources would be lost. */
static gboolean
on_signal(gpointer data)
{
    NpRun *self = data;

    self->interrupted = TRUE;
    if (self->execution != NULL)
        finish(self->execution, FALSE);
    return G_SOURCE_CONTINUE;
}

void
np_run_init(NpRun *self)
{
    *self = (NpRun){
        .families = { { .family = NP_FAMILY_IPV4 }, { .family = NP_FAMILY_IPV6 } },
        .timeout = NP_PROBE_DEFAULT_TIMEOUT,
    };
    for (guint i = 0; i < G_N_ELEMENTS(self->families); i++) {
        self->families[i].servers = g_array_new(FALSE, FALSE, sizeof(NpAddress));
        self->families[i].unreached = g_array_new(FALSE, FALSE, sizeof(NpAddress));
    }
    self->signals[0] = g_unix_signal_add(SIGINT, on_signal, self);
    self->signals[1] = g_unix_signal_add(SIGTERM, on_signal, self);
}

void
np_run_clear(NpRun *self)
{
    for (guint i = 0; i < G_N_ELEMENTS(self->families); i++) {
        g_clear_pointer(&self->families[i].servers, g_array_unref);
        g_clear_pointer(&self->families[i].unreached, g_array_unref);
        g_clear_pointer(&self->families[i].plan, np_probe_plan_free);
    }
    for (guint i = 0; i < G_N_ELEMENTS(self->signals); i++)
        g_source_remove(self->signals[i]);
}

void
np_run_add_server(NpRun *self, const NpAddress *server)
{
    NpRunFamily *family = &self->families[server->family == NP_FAMILY_IPV6];

    for (guint i = 0; i < family->servers->len; i++)
        if (np_address_equal(&g_array_index(family->servers, NpAddress, i), server))
            return;
    if (family->servers->len == MAX_SERVERS)
        family->n_left_out++;
    else
        g_array_append_val(family->servers, *server);
}

gboolean
np_run_has_servers(const NpRun *self)
{
    for (guint i = 0; i < G_N_ELEMENTS(self->families); i++)
        if (self->families[i].servers->len > 0)
            return TRUE;
    return FALSE;
}

static gboolean
on_straggler(gpointer data)
{
    Execution *self = data;

    self->straggler = 0;
    finish(self, TRUE);
    return G_SOURCE_REMOVE;
}

static void
on_notice(const NpNotice *notice, gpointer data)
{
    Execution *self = data;

    g_return_if_fail(notice->code == NP_PROBE_DONE);
    self->n_running--;
    if (self->n_running == 0)
        g_main_loop_quit(self->loop);
    else if (self->straggler == 0)
        self->straggler = g_timeout_add(STRAGGLER_MS, on_straggler, self);
}

/* Through the interface that the person chose, if any. */
static NpWhy
find_route(const NpRun *run, const NpAddress *server, NpIoRoute *route)
{
    NpAddress to = *server;

    if (run->interface != NULL)
        to.scope = if_nametoindex(run->interface);
    return np_io_route_towards(&to, route);
}

/* What cannot be sent is no question, and its silence no evidence. */
static void
set_aside_unreached(const NpRun *run, NpRunFamily *family)
{
    for (guint i = family->servers->len; i-- > 0;) {
        NpAddress server = g_array_index(family->servers, NpAddress, i);
        NpIoRoute route;

        if (find_route(run, &server, &route) == NP_WHY_NONE) {
            family->route = route;
            continue;
        }
        g_array_remove_index(family->servers, i);
        g_array_prepend_val(family->unreached, server);
    }
}

static void
start_family(Execution *self, guint index)
{
    NpRunFamily *family = &self->run->families[index];
    NpProbeConfig config = {
        .family = family->family,
        .local = np_address_any(family->family, 0),
        .source_port = self->run->source_port,
        .timeout = self->run->timeout,
    };

    set_aside_unreached(self->run, family);
    if (family->servers->len == 0)
        return;
    config.servers = (const NpAddress *)(gpointer)family->servers->data;
    config.n_servers = family->servers->len;
    config.rng = np_io_entropy_rng();
    if (self->run->interface != NULL)
        g_strlcpy(config.interface, self->run->interface, sizeof config.interface);
    family->plan = np_probe_plan_new(&config);
    self->hosts[index] = np_io_host_new(&np_probe_plan_ops, family->plan, on_notice, self);
    np_io_host_attach(self->hosts[index], NULL);
    np_io_host_start(self->hosts[index]);
    self->n_running++;
}

void
np_run_execute(NpRun *self)
{
    Execution execution = { .run = self, .loop = g_main_loop_new(NULL, FALSE) };

    self->execution = &execution;
    for (guint i = 0; i < G_N_ELEMENTS(self->families); i++)
        start_family(&execution, i);
    if (execution.n_running > 0)
        g_main_loop_run(execution.loop);

    for (guint i = 0; i < G_N_ELEMENTS(execution.hosts); i++)
        g_clear_pointer(&execution.hosts[i], np_io_host_free);
    self->execution = NULL;
    if (execution.straggler != 0)
        g_source_remove(execution.straggler);
    g_main_loop_unref(execution.loop);
}

gboolean
np_run_answered(const NpRun *self)
{
    for (guint i = 0; i < G_N_ELEMENTS(self->families); i++)
        if (self->families[i].plan != NULL && np_probe_plan_answered(self->families[i].plan))
            return TRUE;
    return FALSE;
}

NpWhy
np_run_source_port_failure(const NpRun *self)
{
    for (guint i = 0; self->source_port != 0 && i < G_N_ELEMENTS(self->families); i++) {
        const NpProbePlan *plan = self->families[i].plan;
        NpWhy why = plan == NULL ? NP_WHY_NONE : np_probe_plan_source_port_failure(plan);

        if (why != NP_WHY_NONE)
            return why;
    }
    return NP_WHY_NONE;
}

NpTime
np_run_duration(const NpRun *self)
{
    NpTime longest = 0;

    for (guint i = 0; i < G_N_ELEMENTS(self->families); i++)
        if (self->families[i].plan != NULL)
            longest = MAX(longest, np_probe_plan_duration(self->families[i].plan));
    return longest;
}
