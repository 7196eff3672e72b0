/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/process.h"

#include "sim/host.h"

struct NpSimProcess {
    NpSimEvent timer;
    NpTime armed; /* earliest firing of @timer in the schedule, in the world's time */
    NpSimHost *host;
    NpSimWorld *world;
    const NpMachineOps *ops;
    gpointer machine; /* borrowed; NULL once stopped */
    gboolean started;
    GHashTable *sockets; /* id -> NpSimSocket */
    GQueue notices;      /* of NpNotice */
};

typedef struct {
    NpSimEvent event;
    NpSimProcess *process;
    NpSocketEvent report;
} Report;

static NpTime
local_time(const NpSimProcess *self, NpTime now)
{
    return now + np_sim_host_clock(self->host);
}

static void
arm(NpSimProcess *self)
{
    NpTime deadline = self->ops->deadline(self->machine);

    if (deadline == NP_TIME_NEVER)
        return;
    deadline = MAX(deadline - np_sim_host_clock(self->host), np_sim_world_now(self->world));
    if (deadline >= self->armed)
        return;
    self->armed = deadline;
    np_sim_world_schedule(self->world, deadline, &self->timer);
}

static void
open_socket(NpSimProcess *self, NpSocketId id, const NpOpen *open)
{
    NpSimSocket *socket = g_new0(NpSimSocket, 1);
    NpSocketEvent report = { .socket = id, .kind = NP_SOCKET_OPENED };
    guint limit = np_sim_host_max_sockets(self->host);

    socket->process = self;
    socket->id = id;
    if (g_hash_table_size(self->sockets) >= limit)
        report.why = NP_WHY_LIMIT;
    else
        report.why = np_sim_host_bind(self->host, socket, open);
    if (!g_hash_table_insert(self->sockets, &socket->id, socket))
        g_warning("a machine opened socket %" G_GUINT64_FORMAT " twice", id);
    if (report.why != NP_WHY_NONE)
        report.kind = NP_SOCKET_FAILED;
    report.local = socket->local;
    np_sim_process_report(self, &report);
}

static void
send_on(NpSimProcess *self, const NpSimSocket *socket, const NpSend *send)
{
    NpSocketEvent report = { .socket = socket->id, .kind = NP_SOCKET_FAILED };

    if (!np_address_is_set(&socket->local))
        return; /* the failed open was reported */
    report.why = np_sim_host_send(self->host, socket, send, np_sim_world_now(self->world));
    if (report.why != NP_WHY_NONE)
        np_sim_process_report(self, &report);
}

static void
notify(NpSimProcess *self, const NpNotice *notice)
{
    np_sim_trace_notice(np_sim_world_trace(self->world), np_sim_world_now(self->world),
                        np_sim_host_id(self->host), notice->code, notice->subject);
    g_queue_push_tail(&self->notices, g_memdup2(notice, sizeof *notice));
}

static void
refuse(NpSimProcess *self, NpSocketId id)
{
    NpSocketEvent report = { .socket = id, .kind = NP_SOCKET_FAILED, .why = NP_WHY_UNSUPPORTED };

    np_sim_process_report(self, &report);
}

static void
perform(NpSimProcess *self, const NpAction *action)
{
    NpSimSocket *socket = g_hash_table_lookup(self->sockets, &action->socket);

    if (socket == NULL && action->kind != NP_DO_OPEN && action->kind != NP_DO_NOTIFY) {
        g_warning("a machine used socket %" G_GUINT64_FORMAT ", which is not open", action->socket);
        return;
    }
    switch (action->kind) {
    case NP_DO_OPEN:
        open_socket(self, action->socket, &action->open);
        break;
    case NP_DO_SEND:
        send_on(self, socket, &action->send);
        break;
    case NP_DO_CLOSE:
        g_hash_table_remove(self->sockets, &action->socket);
        break;
    case NP_DO_LISTEN:
    case NP_DO_CONNECT:
    case NP_DO_SHUTDOWN:
        refuse(self, action->socket);
        break;
    case NP_DO_NOTIFY:
        notify(self, &action->notice);
        break;
    }
}

static void
drain(NpSimProcess *self)
{
    NpAction action;

    while (self->machine != NULL && self->ops->take(self->machine, &action)) {
        perform(self, &action);
        np_action_clear(&action);
    }
    if (self->machine != NULL)
        arm(self);
}

static void
start_or_expire(NpSimEvent *event, NpTime now)
{
    NpSimProcess *self = (NpSimProcess *)event;
    NpHostLimits limits = { .max_sockets = np_sim_host_max_sockets(self->host) };

    if (now >= self->armed)
        self->armed = NP_TIME_NEVER;
    if (self->machine == NULL)
        return;
    if (!self->started) {
        self->started = TRUE;
        self->ops->start(self->machine, local_time(self, now), &limits);
    } else if (self->ops->deadline(self->machine) <= local_time(self, now)) {
        self->ops->expire(self->machine, local_time(self, now));
    }
    drain(self);
}

static void
deliver_report(NpSimEvent *event, NpTime now)
{
    g_autofree Report *report = (Report *)event;
    NpSimProcess *self = report->process;

    if (self->machine == NULL || !g_hash_table_contains(self->sockets, &report->report.socket))
        return;
    self->ops->report(self->machine, local_time(self, now), &report->report);
    drain(self);
}

static void
discard_report(NpSimEvent *event)
{
    g_free(event);
}

static void
free_socket(gpointer data)
{
    NpSimSocket *socket = data;

    np_sim_host_unbind(socket->process->host, socket);
    g_free(socket);
}

NpSimProcess *
np_sim_process_new(NpSimHost *host, const NpMachineOps *ops, gpointer machine)
{
    NpSimProcess *self = g_new0(NpSimProcess, 1);

    self->host = host;
    self->world = np_sim_host_world(host);
    self->ops = ops;
    self->machine = machine;
    self->timer = (NpSimEvent){ .fire = start_or_expire };
    self->sockets = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_socket);
    g_queue_init(&self->notices);
    self->armed = np_sim_world_now(self->world);
    np_sim_world_schedule(self->world, self->armed, &self->timer);
    return self;
}

void
np_sim_process_free(NpSimProcess *self)
{
    g_hash_table_unref(self->sockets);
    g_queue_clear_full(&self->notices, g_free);
    g_free(self);
}

gboolean
np_sim_process_take_notice(NpSimProcess *self, NpNotice *notice)
{
    g_autofree NpNotice *oldest = g_queue_pop_head(&self->notices);

    if (oldest == NULL)
        return FALSE;
    *notice = *oldest;
    return TRUE;
}

gboolean
np_sim_process_has_notice(gpointer process)
{
    NpSimProcess *self = process;

    return !g_queue_is_empty(&self->notices);
}

void
np_sim_process_pump(NpSimProcess *self)
{
    drain(self);
}

void
np_sim_process_stop(NpSimProcess *self)
{
    self->machine = NULL;
    g_hash_table_remove_all(self->sockets);
}

void
np_sim_process_receive(NpSimProcess *self,
                       const NpSimSocket *socket,
                       const NpSimPacket *packet,
                       NpTime now)
{
    NpDatagram in = {
        .socket = socket->id,
        .from = packet->header.source,
        .to = packet->header.destination,
        .arrived = local_time(self, now),
        .data = np_sim_packet_data(packet),
        .size = packet->size,
        .ttl = packet->header.ttl,
        .ecn = packet->ecn,
    };

    if (!self->started)
        return;
    self->ops->receive(self->machine, in.arrived, &in);
    drain(self);
}

void
np_sim_process_report(NpSimProcess *self, const NpSocketEvent *event)
{
    Report *report = g_new(Report, 1);

    *report = (Report){ .event = { .fire = deliver_report, .discard = discard_report },
                        .process = self,
                        .report = *event };
    np_sim_world_schedule(self->world, np_sim_world_now(self->world), &report->event);
}
