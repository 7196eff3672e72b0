/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/process.h"

#include "sim/host.h"
#include "sim/stream.h"

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
    GBytes *data;     /* of a stream; then only socket and peer of the report count */
    gboolean is_last; /* its socket is gone with it */
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

/* Reports lead to actions and actions to reports. */
static void deliver_report(NpSimEvent *event, NpTime now);

static void
free_report(NpSimEvent *event)
{
    Report *report = (Report *)event;

    g_clear_pointer(&report->data, g_bytes_unref);
    g_free(report);
}

static void
schedule_report(NpSimProcess *self, Report what)
{
    Report *report = g_memdup2(&what, sizeof what);

    report->event = (NpSimEvent){ .fire = deliver_report, .discard = free_report };
    report->process = self;
    np_sim_world_schedule(self->world, np_sim_world_now(self->world), &report->event);
}

/* As on the real host: after these the number is dead and the port free. Of failures, not those of
 * a send; they come from the action alone. */
static gboolean
is_the_end(NpSocketEventKind kind)
{
    switch (kind) {
    case NP_SOCKET_FAILED:
    case NP_SOCKET_RESET:
    case NP_SOCKET_CLOSED:
        return TRUE;
    case NP_SOCKET_OPENED:
    case NP_SOCKET_ACCEPTED:
    case NP_SOCKET_CONNECTED:
    case NP_SOCKET_WRITABLE:
    case NP_SOCKET_EOF:
    case NP_SOCKET_ICMP:
        break;
    }
    return FALSE;
}

static void
open_socket(NpSimProcess *self, NpSocketId id, const NpOpen *open)
{
    NpSimSocket *socket = g_new0(NpSimSocket, 1);
    NpSocketEvent report = { .socket = id, .kind = NP_SOCKET_OPENED };
    guint limit = np_sim_host_max_sockets(self->host);

    socket->process = self;
    socket->id = id;
    socket->transport = open->transport;
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

static NpWhy
send_on(NpSimProcess *self, NpSimSocket *socket, const NpSend *send, NpTime now)
{
    if (socket->transport == NP_TRANSPORT_TCP)
        return np_sim_stream_send(socket, send->payload, now);
    return np_sim_host_send(self->host, socket, send, now);
}

static void
close_socket(NpSimProcess *self, NpSimSocket *socket, gboolean abort, NpTime now)
{
    if (socket->closing && !abort)
        return;
    if (socket->transport == NP_TRANSPORT_UDP || abort) {
        np_sim_stream_close(socket, TRUE, now);
        g_hash_table_remove(self->sockets, &socket->id);
        return;
    }
    socket->closing = TRUE;
    if (np_sim_stream_close(socket, FALSE, now))
        np_sim_process_finish(self, socket, NP_WHY_NONE);
}

static void
notify(NpSimProcess *self, const NpNotice *notice)
{
    np_sim_trace_notice(np_sim_world_trace(self->world), np_sim_world_now(self->world),
                        np_sim_host_id(self->host), notice->code, notice->subject);
    g_queue_push_tail(&self->notices, g_memdup2(notice, sizeof *notice));
}

/* Actions on a socket that is open, or was. */
static void
perform_on(NpSimProcess *self, NpSimSocket *socket, const NpAction *action)
{
    NpTime now = np_sim_world_now(self->world);
    NpSocketEvent report = { .socket = socket->id, .kind = NP_SOCKET_FAILED };
    gboolean usable = np_address_is_set(&socket->local) && !socket->closing;

    if (action->kind == NP_DO_CLOSE) {
        close_socket(self, socket, action->close.abort, now);
        return;
    }
    if (!usable)
        return; /* that was reported */
    switch (action->kind) {
    case NP_DO_LISTEN:
        report.why = np_sim_stream_listen(socket, &action->listen);
        break;
    case NP_DO_CONNECT:
        report.why = np_sim_stream_connect(socket, &action->connect, now);
        break;
    case NP_DO_SEND:
        report.why = send_on(self, socket, &action->send, now);
        break;
    case NP_DO_SHUTDOWN:
        np_sim_stream_shutdown(socket, now);
        break;
    case NP_DO_OPEN:
    case NP_DO_CLOSE:
    case NP_DO_NOTIFY:
        break;
    }
    if (report.why != NP_WHY_NONE)
        schedule_report(self, (Report){ .report = report, .is_last = action->kind != NP_DO_SEND });
}

static void
perform(NpSimProcess *self, const NpAction *action)
{
    NpSimSocket *socket = NULL;

    switch (action->kind) {
    case NP_DO_OPEN:
        open_socket(self, action->socket, &action->open);
        break;
    case NP_DO_NOTIFY:
        notify(self, &action->notice);
        break;
    case NP_DO_LISTEN:
    case NP_DO_CONNECT:
    case NP_DO_SEND:
    case NP_DO_SHUTDOWN:
    case NP_DO_CLOSE:
        socket = np_sim_process_socket(self, action->socket);
        /* A number that is dead is ignored: the report that killed it may have crossed this. */
        if (socket != NULL)
            perform_on(self, socket, action);
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
deliver_data(NpSimProcess *self, const Report *report, NpTime now)
{
    NpDatagram in = { .socket = report->report.socket,
                      .from = report->report.peer,
                      .arrived = local_time(self, now) };

    in.data = g_bytes_get_data(report->data, &in.size);
    self->ops->receive(self->machine, in.arrived, &in);
}

/* Whether the machine still wants to hear it. */
static gboolean
is_current(NpSimProcess *self, const NpSocketEvent *event)
{
    const NpSimSocket *socket = np_sim_process_socket(self, event->socket);

    return self->machine != NULL && socket != NULL &&
           (!socket->closing || event->kind == NP_SOCKET_CLOSED);
}

static void
deliver_report(NpSimEvent *event, NpTime now)
{
    Report *report = (Report *)event;
    NpSimProcess *self = report->process;
    const NpSocketEvent *what = &report->report;
    NpSocketId accepted = what->accepted;

    if (is_current(self, what)) {
        if (report->is_last)
            g_hash_table_remove(self->sockets, &what->socket);
        if (report->data != NULL)
            deliver_data(self, report, now);
        else
            self->ops->report(self->machine, local_time(self, now), what);
        drain(self);
    } else if (what->kind == NP_SOCKET_ACCEPTED && np_sim_process_socket(self, accepted) != NULL) {
        close_socket(self, np_sim_process_socket(self, accepted), TRUE, now);
    }
    free_report(event);
}

static void
free_socket(gpointer data)
{
    NpSimSocket *socket = data;

    np_sim_stream_detach(socket);
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
    GHashTableIter iter;
    gpointer socket = NULL;

    self->machine = NULL;
    g_hash_table_iter_init(&iter, self->sockets);
    while (g_hash_table_iter_next(&iter, NULL, &socket))
        np_sim_stream_close(socket, TRUE, np_sim_world_now(self->world));
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
    schedule_report(self, (Report){ .report = *event, .is_last = is_the_end(event->kind) });
}

void
np_sim_process_report_data(NpSimProcess *self,
                           NpSocketId socket,
                           const NpAddress *from,
                           GBytes *data)
{
    schedule_report(self, (Report){ .report = { .socket = socket, .peer = *from }, .data = data });
}

NpSimHost *
np_sim_process_host(const NpSimProcess *self)
{
    return self->host;
}

NpSimSocket *
np_sim_process_socket(const NpSimProcess *self, NpSocketId id)
{
    return g_hash_table_lookup(self->sockets, &id);
}

NpSimSocket *
np_sim_process_accept(NpSimProcess *self, NpSimSocket *listener)
{
    NpSimSocket *socket = NULL;

    if (listener->listen.first_accepted > listener->listen.last_accepted ||
        g_hash_table_size(self->sockets) >= np_sim_host_max_sockets(self->host))
        return NULL;
    socket = g_new0(NpSimSocket, 1);
    socket->process = self;
    socket->id = listener->listen.first_accepted++;
    socket->transport = NP_TRANSPORT_TCP;
    socket->flags = listener->flags;
    g_hash_table_insert(self->sockets, &socket->id, socket);
    return socket;
}

void
np_sim_process_finish(NpSimProcess *self, const NpSimSocket *socket, NpWhy why)
{
    NpSocketEvent event = { .socket = socket->id, .kind = NP_SOCKET_CLOSED, .why = why };

    np_sim_process_report(self, &event);
}
