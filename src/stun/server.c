/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Sockets are numbered by listener: TCP 1, UDP 2, TCP 3, UDP 4 and so on, connections from 2^32 up.
 * A listener's TCP socket is opened before its UDP socket, so that when the last socket is open
 * every listen action before it has been carried out, and LISTENING is the truth.
 */

#include "stun/server.h"

#include "core/limiter.h"
#include "core/outbox.h"
#include "stun/connections.h"

#include <string.h>

/* Places for source networks in the limiter: 64 KiB of table. */
#define LIMITED_NETWORKS 4096
#define BACKLOG 128
/* Answers that may wait for a client to read them; beyond, it gets no more. */
#define MAX_UNSENT (64 * 1024)
#define CONNECTIONS_PER_LISTENER ((NpSocketId)1 << 32)

typedef struct {
    NpAddress local;
    NpWhy failure;
    NpTransport failed;
} Listener;

struct NpStunServer {
    Listener *listeners;
    guint n_listeners;
    NpSocketId opening; /* the socket that is being opened; after the last one, one more */
    NpStunGrid *grid;
    char *software;
    NpStunResponder responder;
    NpLimiter *limiter;
    NpStunConnections connections;
    NpTime idle_timeout;
    NpStunServerCounters counters;
    NpOutbox outbox;
};

static NpSocketId
socket_of(guint listener, NpTransport transport)
{
    return 2 * (NpSocketId)listener + (transport == NP_TRANSPORT_TCP ? 1 : 2);
}

static guint
listener_of(NpSocketId socket)
{
    return (guint)((socket - 1) / 2);
}

static NpTransport
transport_of(NpSocketId socket)
{
    return socket % 2 == 1 ? NP_TRANSPORT_TCP : NP_TRANSPORT_UDP;
}

static gboolean
is_listener(const NpStunServer *self, NpSocketId socket)
{
    return socket <= 2 * (NpSocketId)self->n_listeners;
}

NpStunServer *
np_stun_server_new(const NpStunServerConfig *config)
{
    NpStunServer *self = g_new0(NpStunServer, 1);
    guint64 key = 0;

    g_assert(config->software == NULL || strlen(config->software) <= NP_STUN_SOFTWARE_LIMIT);
    self->listeners = g_new0(Listener, config->n_listeners);
    self->n_listeners = config->n_listeners;
    for (guint i = 0; i < config->n_listeners; i++)
        self->listeners[i].local = config->listeners[i];
    self->software = g_strdup(config->software);
    self->responder.software = self->software;
    memcpy(self->responder.secret, config->secret, sizeof config->secret);
    memcpy(&key, config->secret, sizeof key);
    self->limiter = np_limiter_new(&config->rate, LIMITED_NETWORKS, key);
    np_stun_connections_init(&self->connections, config->max_connections,
                             config->max_network_connections);
    self->idle_timeout = config->idle_timeout;
    np_outbox_init(&self->outbox);
    np_stun_server_set_endpoints(self, config->endpoints, config->n_endpoints);
    return self;
}

void
np_stun_server_free(NpStunServer *self)
{
    if (self == NULL)
        return;
    np_outbox_clear(&self->outbox);
    np_stun_connections_clear(&self->connections);
    np_limiter_free(self->limiter);
    np_stun_grid_free(self->grid);
    g_free(self->software);
    g_free(self->listeners);
    g_free(self);
}

void
np_stun_server_set_endpoints(NpStunServer *self, const NpStunEndpoint *endpoints, guint n_endpoints)
{
    for (guint i = 0; i < n_endpoints; i++)
        g_assert(endpoints[i].listener < self->n_listeners);
    np_stun_grid_free(self->grid);
    self->grid = np_stun_grid_new(endpoints, n_endpoints);
    self->responder.grid = self->grid;
}

NpWhy
np_stun_server_failure(const NpStunServer *self, guint listener, NpTransport *transport)
{
    g_assert(listener < self->n_listeners);
    *transport = self->listeners[listener].failed;
    return self->listeners[listener].failure;
}

const NpStunServerCounters *
np_stun_server_counters(const NpStunServer *self)
{
    return &self->counters;
}

guint
np_stun_server_n_connections(const NpStunServer *self)
{
    return np_stun_connections_count(&self->connections);
}

static gboolean
has_failed(const NpStunServer *self)
{
    for (guint i = 0; i < self->n_listeners; i++)
        if (self->listeners[i].failure != NP_WHY_NONE)
            return TRUE;
    return FALSE;
}

static void
open_next(NpStunServer *self)
{
    NpTransport transport = NP_TRANSPORT_UDP;
    NpAction open = { .kind = NP_DO_OPEN };

    self->opening++;
    if (!is_listener(self, self->opening)) {
        if (!has_failed(self))
            np_outbox_notify(&self->outbox, NP_STUN_SERVER_LISTENING, 0);
        return;
    }
    transport = transport_of(self->opening);
    open.socket = self->opening;
    open.open.transport = transport;
    open.open.local = self->listeners[listener_of(self->opening)].local;
    /* A restart must not wait for old connections to time out. */
    if (transport == NP_TRANSPORT_TCP)
        open.open.flags |= NP_OPEN_REUSE_ADDRESS;
    np_outbox_push(&self->outbox, open);
}

static void
listen_on(NpStunServer *self, NpSocketId socket)
{
    NpSocketId first = (listener_of(socket) + 1) * CONNECTIONS_PER_LISTENER;

    np_outbox_push(&self->outbox,
                   (NpAction){
                       .kind = NP_DO_LISTEN,
                       .socket = socket,
                       .listen = { .backlog = BACKLOG,
                                   .first_accepted = first,
                                   .last_accepted = first + CONNECTIONS_PER_LISTENER - 1 },
                   });
}

static void
note_failure(NpStunServer *self, NpSocketId socket, NpWhy why)
{
    Listener *listener = &self->listeners[listener_of(socket)];

    /* The first one explains it; a second one would only be its echo. */
    if (listener->failure != NP_WHY_NONE)
        return;
    listener->failure = why;
    listener->failed = transport_of(socket);
    np_outbox_notify(&self->outbox, NP_STUN_SERVER_LISTEN_FAILED, listener_of(socket));
}

/* Asks the responder and counts. TRUE if there is an answer and the source's network may have it.
 */
static gboolean
answer(NpStunServer *self, const NpStunQuestion *question, NpTime now, NpStunAnswer *reply)
{
    NpStunOutcome outcome = np_stun_responder_answer(&self->responder, question, now, reply);

    switch (outcome) {
    case NP_STUN_ANSWERED:
    case NP_STUN_REFUSED:
        if (!np_limiter_take(self->limiter, &question->source, now)) {
            self->counters.limited++;
            return FALSE;
        }
        self->counters.outcomes[outcome]++;
        return TRUE;
    case NP_STUN_DROPPED_FOREIGN:
    case NP_STUN_DROPPED_MALFORMED:
    case NP_STUN_DROPPED_METHOD:
    case NP_STUN_DROPPED_CLASS:
    case NP_STUN_DROPPED_FINGERPRINT:
    case NP_STUN_DROPPED_SOURCE:
    case NP_STUN_N_OUTCOMES:
        break;
    }
    self->counters.outcomes[outcome]++;
    return FALSE;
}

static void
answer_datagram(NpStunServer *self, NpTime now, const NpDatagram *in, NpReader data)
{
    NpSocketId socket = in->socket;
    const NpAddress *local = &self->listeners[listener_of(socket)].local;
    NpStunQuestion question = { .transport = NP_TRANSPORT_UDP, .source = in->from };
    NpAddress from = { 0 };
    NpStunAnswer reply;

    question.local =
        np_address_is_set(&in->to) ? np_address_with_port(&in->to, local->port) : *local;
    question.size = np_reader_left(&data);
    question.data = np_reader_bytes(&data, question.size);
    if (!answer(self, &question, now, &reply))
        return;
    if (reply.from == NP_STUN_NOWHERE) {
        from = in->to;
    } else {
        const NpStunEndpoint *endpoint = np_stun_grid_endpoint(self->grid, reply.from);

        from = endpoint->local;
        socket = socket_of(endpoint->listener, NP_TRANSPORT_UDP);
    }
    np_outbox_push(&self->outbox, (NpAction){
                                      .kind = NP_DO_SEND,
                                      .socket = socket,
                                      .send = { .to = reply.to,
                                                .from = from,
                                                .payload = g_bytes_new(reply.data, reply.size) },
                                  });
}

static void
receive_datagrams(NpStunServer *self, NpTime now, const NpDatagram *in)
{
    NpReader data = np_reader(in->data, in->size);
    gsize segment = in->segment_size != 0 ? in->segment_size : in->size;

    if (in->truncated) {
        self->counters.truncated++;
        return;
    }
    while (np_reader_left(&data) > 0)
        answer_datagram(self, now, in, np_reader_sub(&data, MIN(segment, np_reader_left(&data))));
}

static void
close_connection(NpStunServer *self, NpStunConnection *connection, gboolean abort)
{
    np_outbox_push(&self->outbox, (NpAction){
                                      .kind = NP_DO_CLOSE,
                                      .socket = connection->id,
                                      .close = { .abort = abort },
                                  });
    np_stun_connections_remove(&self->connections, connection);
}

static void
answer_message(NpStunServer *self, NpStunConnection *connection, NpTime now, NpReader message)
{
    NpStunQuestion question = {
        .transport = NP_TRANSPORT_TCP,
        .source = connection->peer,
        .local = connection->local,
    };
    NpStunAnswer reply;

    question.size = np_reader_left(&message);
    question.data = np_reader_bytes(&message, question.size);
    if (!answer(self, &question, now, &reply))
        return;
    np_stun_connections_touch(&self->connections, connection, now);
    connection->unsent += reply.size;
    np_outbox_send(&self->outbox, connection->id, &connection->peer,
                   g_bytes_new(reply.data, reply.size));
}

static void
receive_stream(NpStunServer *self, NpTime now, const NpDatagram *in)
{
    NpStunConnection *connection = np_stun_connections_find(&self->connections, in->socket);
    NpReader input = np_reader(in->data, in->size);
    NpReader message = { 0 };

    if (connection == NULL)
        return;
    while (connection->unsent <= MAX_UNSENT &&
           np_stun_stream_next(&connection->stream, &input, &message))
        answer_message(self, connection, now, message);
    if (connection->unsent > MAX_UNSENT || np_stun_stream_is_broken(&connection->stream)) {
        self->counters.broken++;
        close_connection(self, connection, TRUE);
    }
}

static void
accept_connection(NpStunServer *self, NpTime now, const NpSocketEvent *event)
{
    if (np_stun_connections_add(&self->connections, event->accepted, &event->local, &event->peer,
                                now) != NULL) {
        self->counters.accepted++;
        return;
    }
    self->counters.turned_away++;
    np_outbox_push(&self->outbox, (NpAction){
                                      .kind = NP_DO_CLOSE,
                                      .socket = event->accepted,
                                      .close = { .abort = TRUE },
                                  });
}

static void
report_listener(NpStunServer *self, NpTime now, const NpSocketEvent *event)
{
    gboolean is_tcp = transport_of(event->socket) == NP_TRANSPORT_TCP;

    switch (event->kind) {
    case NP_SOCKET_OPENED:
        if (is_tcp)
            listen_on(self, event->socket);
        open_next(self);
        break;
    case NP_SOCKET_FAILED:
        /* Of an open UDP socket: an answer that could not be sent, lost like any other. */
        if (event->socket == self->opening || is_tcp)
            note_failure(self, event->socket, event->why);
        if (event->socket == self->opening)
            open_next(self);
        break;
    case NP_SOCKET_ACCEPTED:
        accept_connection(self, now, event);
        break;
    case NP_SOCKET_CONNECTED:
    case NP_SOCKET_WRITABLE:
    case NP_SOCKET_EOF:
    case NP_SOCKET_RESET:
    case NP_SOCKET_CLOSED:
    case NP_SOCKET_ICMP:
        break;
    }
}

static void
report_connection(NpStunServer *self, const NpSocketEvent *event)
{
    NpStunConnection *connection = np_stun_connections_find(&self->connections, event->socket);

    if (connection == NULL)
        return;
    switch (event->kind) {
    case NP_SOCKET_WRITABLE:
        connection->unsent = 0;
        break;
    case NP_SOCKET_EOF:
        close_connection(self, connection, FALSE);
        break;
    case NP_SOCKET_FAILED:
        self->counters.broken++;
        close_connection(self, connection, TRUE);
        break;
    case NP_SOCKET_RESET:
    case NP_SOCKET_CLOSED:
        np_stun_connections_remove(&self->connections, connection);
        break;
    case NP_SOCKET_OPENED:
    case NP_SOCKET_ACCEPTED:
    case NP_SOCKET_CONNECTED:
    case NP_SOCKET_ICMP:
        break;
    }
}

static void
on_start(gpointer machine, NpTime now, const NpHostLimits *limits)
{
    NpStunServer *self = machine;
    guint listeners = 2 * self->n_listeners;

    (void)now;
    /* Connections must not take the descriptors that listeners need. */
    if (limits->max_sockets > listeners)
        self->connections.max = MIN(self->connections.max, limits->max_sockets - listeners);
    open_next(self);
}

static void
on_receive(gpointer machine, NpTime now, const NpDatagram *in)
{
    NpStunServer *self = machine;

    if (is_listener(self, in->socket))
        receive_datagrams(self, now, in);
    else
        receive_stream(self, now, in);
}

static void
on_report(gpointer machine, NpTime now, const NpSocketEvent *event)
{
    NpStunServer *self = machine;

    if (is_listener(self, event->socket))
        report_listener(self, now, event);
    else
        report_connection(self, event);
}

static NpTime
on_deadline(gconstpointer machine)
{
    const NpStunServer *self = machine;
    const NpStunConnection *oldest = np_stun_connections_oldest(&self->connections);

    return oldest != NULL ? oldest->active + self->idle_timeout : NP_TIME_NEVER;
}

static void
on_expire(gpointer machine, NpTime now)
{
    NpStunServer *self = machine;

    while (on_deadline(self) <= now) {
        self->counters.timed_out++;
        close_connection(self, np_stun_connections_oldest(&self->connections), FALSE);
    }
}

static gboolean
on_take(gpointer machine, NpAction *action)
{
    NpStunServer *self = machine;

    return np_outbox_take(&self->outbox, action);
}

const NpMachineOps np_stun_server_ops = {
    .start = on_start,
    .receive = on_receive,
    .report = on_report,
    .expire = on_expire,
    .deadline = on_deadline,
    .take = on_take,
};
