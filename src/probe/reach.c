/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/reach.h"

#include "stun/builder.h"
#include "stun/message.h"

/* Most servers answer within this; a connection to one that does would be wasted. */
#define TCP_DELAY (250 * NP_MSEC)
/* A lost SYN costs the kernel a second (RFC 6298, 2.1); a second connection costs less. */
#define TCP_STAGGER (300 * NP_MSEC)
#define MAX_SERVERS 2
#define MAX_TRIES 4
/* A Binding response is a tenth of this. */
#define MAX_ANSWER 1024
/* How much longer than a TCP handshake the same path may take for a UDP answer. */
#define UDP_OVER_TCP 2

typedef struct {
    NpSocketId socket;
    NpAddress server;
    NpTime started;
    GByteArray *received;
    gboolean failed;
} Connection;

typedef struct {
    GArray *connections; /* of Connection */
    NpTime started;
    NpTime next_try; /* NP_TIME_NEVER when there is nothing more to try */
    guint n_tries;
    gboolean is_patient; /* UDP has had the time that TCP needed, and more */
    gboolean udp_answered;
    gboolean tcp_answered;
    NpAddress tcp_server;
    NpTime tcp_rtt; /* of the first handshake, NP_TIME_NEVER before */
} NpProbeReach;

static void
connection_clear(gpointer data)
{
    g_byte_array_unref(((Connection *)data)->received);
}

static gpointer
reach_create(void)
{
    NpProbeReach *self = g_new0(NpProbeReach, 1);

    self->connections = g_array_new(FALSE, FALSE, sizeof(Connection));
    g_array_set_clear_func(self->connections, connection_clear);
    self->tcp_rtt = NP_TIME_NEVER;
    return self;
}

static void
reach_destroy(gpointer data)
{
    NpProbeReach *self = data;

    g_array_unref(self->connections);
    g_free(self);
}

static void
reach_start(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeReach *self = data;

    (void)session;
    self->started = now;
    self->next_try = now + TCP_DELAY;
}

static void
connect_to(NpProbeReach *self, NpProbeSession *session, NpTime now, const NpAddress *server)
{
    Connection connection = {
        .socket = session->next_tcp_socket++,
        .server = *server,
        .started = now,
        .received = g_byte_array_new(),
    };
    NpAction open = {
        .kind = NP_DO_OPEN,
        .socket = connection.socket,
        .open = { .transport = NP_TRANSPORT_TCP, .local = session->local },
    };

    g_strlcpy(open.open.interface, session->interface, sizeof open.open.interface);
    np_outbox_push(&session->outbox, open);
    np_outbox_push(&session->outbox, (NpAction){
                                         .kind = NP_DO_CONNECT,
                                         .socket = connection.socket,
                                         .connect = { .to = *server },
                                     });
    g_array_append_val(self->connections, connection);
}

static void
reach_advance(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeReach *self = data;
    guint n_servers = 0;

    self->udp_answered = session->counters.received > 0;
    if (self->udp_answered || self->tcp_answered)
        self->next_try = NP_TIME_NEVER;
    if (self->tcp_answered && now >= self->started + UDP_OVER_TCP * self->tcp_rtt)
        self->is_patient = TRUE;
    if (now < self->next_try)
        return;
    for (guint i = 0; i < np_probe_servers_count(&session->servers) && n_servers < MAX_SERVERS;
         i++) {
        const NpProbeServer *server = np_probe_servers_at(&session->servers, i);

        if (server->given) {
            connect_to(self, session, now, &server->address);
            n_servers++;
        }
    }
    self->n_tries++;
    self->next_try = self->n_tries < MAX_TRIES ? now + TCP_STAGGER : NP_TIME_NEVER;
}

static Connection *
find_connection(NpProbeReach *self, NpSocketId socket)
{
    for (guint i = 0; i < self->connections->len; i++)
        if (g_array_index(self->connections, Connection, i).socket == socket)
            return &g_array_index(self->connections, Connection, i);
    return NULL;
}

static void
ask(NpProbeSession *session, NpSocketId socket)
{
    guint8 buffer[NP_STUN_HEADER_SIZE];
    guint8 id[NP_STUN_ID_SIZE];
    NpStunBuilder builder;

    np_rng_fill(&session->rng, id, sizeof id);
    builder = np_stun_builder(buffer, sizeof buffer, NP_STUN_REQUEST, id);
    np_outbox_push(&session->outbox,
                   (NpAction){
                       .kind = NP_DO_SEND,
                       .socket = socket,
                       .send = { .payload = g_bytes_new(buffer, np_stun_builder_finish(&builder)) },
                   });
}

gboolean
np_probe_reach_report(gpointer data,
                      NpProbeSession *session,
                      NpTime now,
                      const NpSocketEvent *event)
{
    NpProbeReach *self = data;
    Connection *connection = find_connection(self, event->socket);

    if (connection == NULL)
        return FALSE;
    switch (event->kind) {
    case NP_SOCKET_CONNECTED:
        self->tcp_rtt = MIN(self->tcp_rtt, now - connection->started);
        ask(session, connection->socket);
        break;
    case NP_SOCKET_FAILED:
    case NP_SOCKET_RESET:
    case NP_SOCKET_EOF:
        connection->failed = TRUE;
        break;
    case NP_SOCKET_OPENED:
    case NP_SOCKET_ACCEPTED:
    case NP_SOCKET_WRITABLE:
    case NP_SOCKET_CLOSED:
    case NP_SOCKET_ICMP:
        break;
    }
    return TRUE;
}

gboolean
np_probe_reach_receive(gpointer data, const NpDatagram *in)
{
    NpProbeReach *self = data;
    Connection *connection = find_connection(self, in->socket);
    NpStunMessage message;

    if (connection == NULL)
        return FALSE;
    if (connection->failed || connection->received->len + in->size > MAX_ANSWER) {
        connection->failed = TRUE;
        return TRUE;
    }
    g_byte_array_append(connection->received, in->data, (guint)in->size);
    if (np_stun_message_parse(&message, connection->received->data, connection->received->len) ==
            NP_STUN_OK &&
        (message.class == NP_STUN_SUCCESS || message.class == NP_STUN_ERROR)) {
        self->tcp_answered = TRUE;
        self->tcp_server = connection->server;
    }
    return TRUE;
}

NpTime
np_probe_reach_deadline(gconstpointer data)
{
    const NpProbeReach *self = data;
    NpTime deadline = self->next_try;

    if (self->tcp_answered && !self->udp_answered && !self->is_patient)
        deadline = MIN(deadline, self->started + UDP_OVER_TCP * self->tcp_rtt);
    return deadline;
}

gboolean
np_probe_reach_tcp_answered(gconstpointer data)
{
    return ((const NpProbeReach *)data)->tcp_answered;
}

static gboolean
reach_settled(gconstpointer data, const NpProbeSession *session, NpTime now)
{
    const NpProbeReach *self = data;

    (void)session;
    (void)now;
    if (self->udp_answered)
        return TRUE;
    if (self->tcp_answered)
        return self->is_patient;
    if (self->next_try != NP_TIME_NEVER)
        return FALSE;
    for (guint i = 0; i < self->connections->len; i++)
        if (!g_array_index(self->connections, Connection, i).failed)
            return FALSE;
    return TRUE;
}

static void
reach_conclude(gpointer data, const NpProbeSession *session, NpTime now, NpProfile *profile)
{
    const NpProbeReach *self = data;
    NpVerdict *verdict = &profile->verdicts[NP_NAT_AXIS_REACHABLE];
    char server[NP_ADDRESS_TEXT_SIZE];
    guint copies = 0;

    if (self->udp_answered) {
        np_verdict_conclude(verdict, TRUE, 1.0);
        np_verdict_add_evidence(verdict, "%u datagrams came back", session->counters.received);
        return;
    }
    if (!self->tcp_answered)
        return;
    if (np_probe_servers_any_refused(&session->servers)) {
        np_verdict_leave_open(verdict, np_verdict_anything(NP_NAT_AXIS_REACHABLE), 1.0,
                              "the server listens on TCP only, and says so by ICMP; one that "
                              "listens on UDP would tell");
        return;
    }
    for (guint i = 0; i < session->asks->len; i++)
        copies += np_probe_ask_ripe_copies(session->asks->pdata[i], &session->path, now);
    np_verdict_conclude(verdict, FALSE, np_probe_path_silence_confidence(&session->path, copies));
    np_verdict_add_evidence(verdict, "%s answers over TCP, but none of %u datagrams",
                            np_address_format(&self->tcp_server, server), copies);
}

const NpProbeExperimentOps np_probe_reach_ops = {
    .name = "reach",
    .create = reach_create,
    .destroy = reach_destroy,
    .start = reach_start,
    .advance = reach_advance,
    .settled = reach_settled,
    .conclude = reach_conclude,
};
