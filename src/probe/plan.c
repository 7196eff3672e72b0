/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The plan knows no test: it starts the experiments, hands every input to the session, lets each
 * experiment advance, and stops when all are settled.
 */

#include "probe/plan.h"

#include "probe/allocation.h"
#include "probe/carrier.h"
#include "probe/filtering.h"
#include "probe/hairpin.h"
#include "probe/intake.h"
#include "probe/mapping.h"
#include "probe/reach.h"
#include "probe/unsolicited.h"

/* Allocation comes first at the start, so that its mappings follow one another without a gap.
 * Conclusions follow the order: mapping, filtering and carrier are known before unsolicited is
 * judged. */
enum {
    REACH,
    MAPPING,
    ALLOCATION,
    FILTERING,
    CARRIER,
    UNSOLICITED,
    HAIRPIN,
    N_EXPERIMENTS,
};

static const NpProbeExperimentOps *const experiments[N_EXPERIMENTS] = {
    [REACH] = &np_probe_reach_ops,           [MAPPING] = &np_probe_mapping_ops,
    [ALLOCATION] = &np_probe_allocation_ops, [FILTERING] = &np_probe_filtering_ops,
    [CARRIER] = &np_probe_carrier_ops,       [UNSOLICITED] = &np_probe_unsolicited_ops,
    [HAIRPIN] = &np_probe_hairpin_ops,
};

typedef enum {
    PLAN_NEW,
    PLAN_RUNNING,
    PLAN_DONE,
} PlanState;

struct NpProbePlan {
    PlanState state;
    NpProbeSession session;
    gpointer experiments[N_EXPERIMENTS];
    NpProfile profile;
    NpWhy why_port; /* NP_WHY_NONE unless a socket could not have the port asked for */
    NpTime timeout;
    NpTime started;
    NpTime ended;
};

NpProbePlan *
np_probe_plan_new(const NpProbeConfig *config)
{
    NpProbePlan *self = NULL;

    g_return_val_if_fail(config->n_servers > 0, NULL);
    self = g_new0(NpProbePlan, 1);
    np_probe_session_init(&self->session, config->family, &config->rng);
    np_profile_init(&self->profile);
    self->session.local = config->local;
    self->session.first_port = config->source_port;
    g_strlcpy(self->session.interface, config->interface, sizeof self->session.interface);
    for (guint i = 0; i < config->n_servers; i++)
        np_probe_servers_add(&self->session.servers, &config->servers[i], TRUE);
    for (guint i = 0; i < N_EXPERIMENTS; i++)
        self->experiments[i] = experiments[i]->create();
    self->timeout = config->timeout;
    return self;
}

void
np_probe_plan_free(NpProbePlan *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; i < N_EXPERIMENTS; i++)
        experiments[i]->destroy(self->experiments[i]);
    np_probe_session_clear(&self->session);
    np_profile_clear(&self->profile);
    g_free(self);
}

void
np_probe_plan_finish(NpProbePlan *self, NpTime now)
{
    if (self->state == PLAN_DONE)
        return;
    self->state = PLAN_DONE;
    self->ended = now;
    for (guint i = 0; i < N_EXPERIMENTS; i++)
        experiments[i]->conclude(self->experiments[i], &self->session, now, &self->profile);
    for (guint i = 0; i < self->session.asks->len; i++) {
        const NpProbeAsk *ask = self->session.asks->pdata[i];

        if (np_probe_session_believes(&self->session, ask))
            np_profile_add_external(&self->profile, &ask->answer.mapped);
    }
    np_probe_session_close_all(&self->session);
    np_outbox_notify(&self->session.outbox, NP_PROBE_DONE, 0);
}

static void
advance(NpProbePlan *self, NpTime now)
{
    gboolean settled = TRUE;

    for (guint i = 0; i < N_EXPERIMENTS; i++)
        experiments[i]->advance(self->experiments[i], &self->session, now);
    for (guint i = 0; settled && i < N_EXPERIMENTS; i++)
        settled = experiments[i]->settled(self->experiments[i], &self->session, now);
    if (settled || now >= self->started + self->timeout)
        np_probe_plan_finish(self, now);
}

static void
plan_start(gpointer data, NpTime now, const NpHostLimits *limits)
{
    NpProbePlan *self = data;

    (void)limits;
    self->state = PLAN_RUNNING;
    self->started = now;
    experiments[ALLOCATION]->start(self->experiments[ALLOCATION], &self->session, now);
    for (guint i = 0; i < N_EXPERIMENTS; i++)
        if (i != ALLOCATION)
            experiments[i]->start(self->experiments[i], &self->session, now);
}

static void
plan_receive(gpointer data, NpTime now, const NpDatagram *in)
{
    NpProbePlan *self = data;

    if (self->state != PLAN_RUNNING)
        return;
    if (!np_probe_reach_receive(self->experiments[REACH], in))
        np_probe_intake_receive(&self->session, now, in);
    advance(self, now);
}

/* One socket only is asked to have a certain port; measuring without it is not what was wanted. */
static gboolean
lacks_its_port(const NpProbePlan *self, const NpSocketEvent *event)
{
    const NpProbeSocket *socket = np_probe_session_socket(&self->session, event->socket);

    return event->kind == NP_SOCKET_FAILED && socket != NULL && socket->wanted_port != 0 &&
           socket->local.port == 0;
}

static void
plan_report(gpointer data, NpTime now, const NpSocketEvent *event)
{
    NpProbePlan *self = data;
    gboolean is_tcp = FALSE;

    if (self->state != PLAN_RUNNING)
        return;
    if (lacks_its_port(self, event)) {
        self->why_port = event->why;
        np_probe_plan_finish(self, now);
        return;
    }
    is_tcp = np_probe_reach_report(self->experiments[REACH], &self->session, now, event);
    if (!is_tcp && event->kind == NP_SOCKET_ICMP)
        np_probe_intake_icmp(&self->session, now, event);
    else if (!is_tcp)
        np_probe_session_report(&self->session, event);
    advance(self, now);
}

static void
plan_expire(gpointer data, NpTime now)
{
    NpProbePlan *self = data;

    if (self->state != PLAN_RUNNING)
        return;
    np_probe_session_expire(&self->session, now);
    advance(self, now);
}

static NpTime
plan_deadline(gconstpointer data)
{
    const NpProbePlan *self = data;
    NpTime deadline = NP_TIME_NEVER;

    if (self->state != PLAN_RUNNING)
        return NP_TIME_NEVER;
    deadline = MIN(np_probe_session_deadline(&self->session),
                   np_probe_reach_deadline(self->experiments[REACH]));
    return MIN(deadline, self->started + self->timeout);
}

static gboolean
plan_take(gpointer data, NpAction *action)
{
    return np_outbox_take(&((NpProbePlan *)data)->session.outbox, action);
}

const NpMachineOps np_probe_plan_ops = {
    .start = plan_start,
    .receive = plan_receive,
    .report = plan_report,
    .expire = plan_expire,
    .deadline = plan_deadline,
    .take = plan_take,
};

const NpProfile *
np_probe_plan_profile(const NpProbePlan *self)
{
    return &self->profile;
}

const NpProbeServers *
np_probe_plan_servers(const NpProbePlan *self)
{
    return &self->session.servers;
}

const NpProbeCounters *
np_probe_plan_counters(const NpProbePlan *self)
{
    return &self->session.counters;
}

const NpProbePath *
np_probe_plan_path(const NpProbePlan *self)
{
    return &self->session.path;
}

NpTime
np_probe_plan_duration(const NpProbePlan *self)
{
    return self->ended - self->started;
}

gboolean
np_probe_plan_answered(const NpProbePlan *self)
{
    return np_probe_servers_any_answered(&self->session.servers) ||
           np_probe_reach_tcp_answered(self->experiments[REACH]);
}

const NpAddress *
np_probe_plan_local(const NpProbePlan *self)
{
    return &self->session.seen_local;
}

NpWhy
np_probe_plan_source_port_failure(const NpProbePlan *self)
{
    return self->why_port;
}

NpWhy
np_probe_plan_socket_failure(const NpProbePlan *self)
{
    for (guint i = 0; i < self->session.sockets->len; i++) {
        const NpProbeSocket *socket = &g_array_index(self->session.sockets, NpProbeSocket, i);

        if (socket->failed)
            return socket->why;
    }
    return NP_WHY_NONE;
}
