/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/stream.h"

#include "sim/tcp.h"

/* net.ipv4.ip_default_ttl. */
#define DEFAULT_TTL 64
/* Connections of a host, closed ones in TIME-WAIT included; beyond them SYNs go unanswered. */
#define MAX_CONNECTIONS 65536

struct NpSimStream {
    NpSimEvent timer;
    guint n_armed;     /* firings of @timer in the schedule */
    NpTime armed;      /* the earliest of them */
    gboolean released; /* freed with the last firing */
    NpSimEnds ends;
    NpSimHost *host;
    NpSimSocket *socket;   /* NULL while a listener's, and once the socket is gone */
    NpSimProcess *process; /* with @listener, of a connection that is being accepted */
    NpSocketId listener;
    guint8 syn_ttl; /* of the first SYN only: the real host restores the default behind it */
    gboolean established;
    gboolean flushed;
    NpSimTcp tcp;
};

static void
destroy(NpSimStream *self)
{
    np_sim_tcp_clear(&self->tcp);
    g_free(self);
}

/* Frees it now, or with the last firing of its timer. */
static void
release(NpSimStream *self)
{
    self->released = TRUE;
    if (self->n_armed == 0)
        destroy(self);
}

static void
discard_timer(NpSimEvent *event)
{
    NpSimStream *self = (NpSimStream *)event;

    self->n_armed--;
    if (self->released && self->n_armed == 0)
        destroy(self);
}

static void
arm(NpSimStream *self)
{
    NpTime deadline = np_sim_tcp_deadline(&self->tcp);

    if (deadline >= self->armed)
        return;
    self->armed = deadline;
    self->n_armed++;
    np_sim_world_schedule(np_sim_host_world(self->host), deadline, &self->timer);
}

static void
emit(NpSimStream *self, const NpSimTcpOut *out, NpTime now)
{
    NpNatPacket header = { .protocol = NP_NAT_TCP,
                           .ttl = DEFAULT_TTL,
                           .source = self->ends.local,
                           .destination = self->ends.peer,
                           .tcp = out->head };

    if (self->syn_ttl != 0 && (out->head.flags & NP_NAT_SYN) != 0) {
        header.ttl = self->syn_ttl;
        self->syn_ttl = 0;
    }
    np_sim_host_emit(self->host, &header, out->data, now);
}

static void
report(NpSimStream *self, NpSocketEventKind kind, NpWhy why)
{
    NpSocketEvent event = { .socket = self->socket->id,
                            .kind = kind,
                            .why = why,
                            .local = self->ends.local,
                            .peer = self->ends.peer };

    np_sim_process_report(self->socket->process, &event);
}

/* The connection a listener has been waiting for gets a socket of its own. */
static void
accept_self(NpSimStream *self)
{
    NpSimSocket *listener = np_sim_process_socket(self->process, self->listener);
    NpSocketEvent event = { .socket = self->listener,
                            .kind = NP_SOCKET_ACCEPTED,
                            .local = self->ends.local,
                            .peer = self->ends.peer };

    if (listener != NULL && listener->listening)
        self->socket = np_sim_process_accept(self->process, listener);
    if (self->socket == NULL) {
        np_sim_tcp_abort(&self->tcp);
        return;
    }
    self->socket->local = self->ends.local;
    self->socket->stream = self;
    np_sim_host_share_port(self->host, self->socket);
    event.accepted = self->socket->id;
    np_sim_process_report(self->process, &event);
}

static void
report_failure(NpSimStream *self, NpWhy why)
{
    if (self->socket == NULL)
        return;
    if (self->socket->closing)
        np_sim_process_finish(self->socket->process, self->socket, why);
    else if (self->established)
        report(self, NP_SOCKET_RESET, why);
    else
        report(self, NP_SOCKET_FAILED, why);
}

static void
report_events(NpSimStream *self, guint events)
{
    if ((events & NP_SIM_TCP_CONNECTED) != 0) {
        self->established = TRUE;
        if (self->tcp.passive)
            accept_self(self);
        else if (self->socket != NULL)
            report(self, NP_SOCKET_CONNECTED, NP_WHY_NONE);
    }
    if (self->tcp.received->len > 0) {
        if (self->socket != NULL && !self->socket->closing)
            np_sim_process_report_data(
                self->socket->process, self->socket->id, &self->ends.peer,
                g_bytes_new(self->tcp.received->data, self->tcp.received->len));
        g_byte_array_set_size(self->tcp.received, 0);
    }
    if ((events & NP_SIM_TCP_EOF) != 0 && self->socket != NULL && !self->socket->closing)
        report(self, NP_SOCKET_EOF, NP_WHY_NONE);
    if ((events & NP_SIM_TCP_WRITABLE) != 0 && self->socket != NULL && !self->socket->closing)
        report(self, NP_SOCKET_WRITABLE, NP_WHY_NONE);
    if ((events & NP_SIM_TCP_FLUSHED) != 0) {
        self->flushed = TRUE;
        if (self->socket != NULL && self->socket->closing)
            np_sim_process_finish(self->socket->process, self->socket, NP_WHY_NONE);
    }
    if ((events & (NP_SIM_TCP_REFUSED | NP_SIM_TCP_RESET)) != 0)
        report_failure(self, NP_WHY_REFUSED);
    if ((events & NP_SIM_TCP_TIMED_OUT) != 0)
        report_failure(self, NP_WHY_TIMED_OUT);
}

/* Carries out what the end wants after an input. @self may be gone afterwards. */
static void
settle(NpSimStream *self, NpTime now)
{
    guint events = self->tcp.events;

    self->tcp.events = 0;
    report_events(self, events);
    for (guint i = 0; i < self->tcp.out->len; i++) {
        NpSimTcpOut *out = &g_array_index(self->tcp.out, NpSimTcpOut, i);

        emit(self, out, now);
        g_clear_pointer(&out->data, g_bytes_unref);
    }
    g_array_set_size(self->tcp.out, 0);
    if (self->tcp.state != NP_SIM_TCP_CLOSED) {
        arm(self);
        return;
    }
    np_sim_host_remove_connection(self->host, self);
    if (self->socket == NULL)
        release(self);
}

static void
fire_timer(NpSimEvent *event, NpTime now)
{
    NpSimStream *self = (NpSimStream *)event;

    self->n_armed--;
    if (now >= self->armed)
        self->armed = NP_TIME_NEVER;
    if (self->released) {
        if (self->n_armed == 0)
            destroy(self);
        return;
    }
    if (self->tcp.state == NP_SIM_TCP_CLOSED)
        return;
    np_sim_tcp_expire(&self->tcp, now);
    settle(self, now);
}

static NpSimStream *
stream_new(NpSimHost *host, NpSimEnds ends, NpTime now)
{
    NpSimStream *self = g_new0(NpSimStream, 1);

    self->timer = (NpSimEvent){ .fire = fire_timer, .discard = discard_timer };
    self->armed = NP_TIME_NEVER;
    self->host = host;
    self->ends = ends;
    np_sim_tcp_init(&self->tcp, np_sim_host_first_sequence(host, &ends, now));
    return self;
}

NpWhy
np_sim_stream_listen(NpSimSocket *socket, const NpListen *listen)
{
    if (socket->stream != NULL || np_sim_host_has_listener(socket))
        return NP_WHY_IN_USE;
    socket->listening = TRUE;
    socket->listen = *listen;
    return NP_WHY_NONE;
}

NpWhy
np_sim_stream_connect(NpSimSocket *socket, const NpConnect *connect, NpTime now)
{
    NpSimHost *host = np_sim_process_host(socket->process);
    NpAddress local = np_sim_host_source(host, &socket->local, &connect->to);
    NpSimStream *self = NULL;

    if (socket->stream != NULL || socket->listening || !np_address_is_destination(&connect->to))
        return NP_WHY_OTHER;
    if (!np_address_is_set(&local))
        return NP_WHY_UNREACHABLE;
    self = stream_new(host, (NpSimEnds){ local, connect->to }, now);
    if (!np_sim_host_add_connection(host, self)) {
        release(self);
        return NP_WHY_NOT_LOCAL; /* EADDRNOTAVAIL */
    }
    self->socket = socket;
    self->syn_ttl = connect->ttl;
    socket->stream = self;
    socket->local = local;
    np_sim_tcp_connect(&self->tcp, now);
    settle(self, now);
    return NP_WHY_NONE;
}

NpWhy
np_sim_stream_send(NpSimSocket *socket, GBytes *payload, NpTime now)
{
    NpSimStream *self = socket->stream;
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(payload, &size);

    if (self == NULL)
        return NP_WHY_OTHER;
    if (self->tcp.state == NP_SIM_TCP_CLOSED)
        return NP_WHY_NONE; /* the end of the connection is reported already */
    if (!np_sim_tcp_send(&self->tcp, data, size, now))
        return NP_WHY_LIMIT;
    settle(self, now);
    return NP_WHY_NONE;
}

void
np_sim_stream_shutdown(NpSimSocket *socket, NpTime now)
{
    if (socket->stream == NULL || socket->stream->tcp.state == NP_SIM_TCP_CLOSED)
        return;
    np_sim_tcp_shutdown(&socket->stream->tcp, now);
    settle(socket->stream, now);
}

/* Ends the connection, with a reset where there is a peer to hear it. */
static void
abort_stream(NpSimStream *self, NpTime now)
{
    self->socket->stream = NULL;
    self->socket = NULL;
    if (self->tcp.state == NP_SIM_TCP_CLOSED) {
        release(self);
        return;
    }
    np_sim_tcp_abort(&self->tcp);
    settle(self, now);
}

gboolean
np_sim_stream_close(NpSimSocket *socket, gboolean abort, NpTime now)
{
    NpSimStream *self = socket->stream;

    if (self == NULL)
        return TRUE;
    if (abort || !self->established || self->tcp.state == NP_SIM_TCP_CLOSED) {
        abort_stream(self, now);
        return TRUE;
    }
    if (self->flushed) {
        np_sim_stream_detach(socket);
        return TRUE;
    }
    socket->closing = TRUE;
    np_sim_tcp_shutdown(&self->tcp, now);
    settle(self, now);
    return FALSE;
}

void
np_sim_stream_detach(NpSimSocket *socket)
{
    NpSimStream *self = socket->stream;

    if (self == NULL)
        return;
    socket->stream = NULL;
    self->socket = NULL;
    if (self->tcp.state == NP_SIM_TCP_CLOSED)
        release(self);
}

void
np_sim_stream_free(NpSimStream *self)
{
    release(self);
}

static void
refuse(NpSimHost *host, NpSimPacket *packet, NpTime now)
{
    np_sim_trace_packet(np_sim_world_trace(np_sim_host_world(host)), now, NP_SIM_NOT_WANTED,
                        np_sim_host_id(host), packet);
    if (np_nat_packet_to_reset(&packet->header, packet->size))
        np_sim_host_emit(host, &packet->header, NULL, now);
}

/* A SYN for a listener. */
static void
begin_accepting(NpSimHost *host, NpSimSocket *listener, const NpSimPacket *packet, NpTime now)
{
    NpSimStream *self = NULL;

    if (listener->listen.first_accepted > listener->listen.last_accepted ||
        np_sim_host_n_connections(host) >= MAX_CONNECTIONS)
        return;
    self = stream_new(host, (NpSimEnds){ packet->header.destination, packet->header.source }, now);
    self->process = listener->process;
    self->listener = listener->id;
    np_sim_host_add_connection(host, self);
    np_sim_tcp_accept(&self->tcp, &packet->header.tcp, now);
    settle(self, now);
}

static gboolean
is_bare_syn(const NpSimPacket *packet)
{
    return (packet->header.tcp.flags & (NP_NAT_SYN | NP_NAT_ACK | NP_NAT_RST)) == NP_NAT_SYN;
}

/* A new SYN with a later number may have the ends of a connection that lingers (RFC 9293, 3.6.1).
 */
static NpSimStream *
unless_superseded(NpSimStream *self, const NpSimPacket *packet)
{
    if (self == NULL || self->tcp.state != NP_SIM_TCP_TIME_WAIT || !is_bare_syn(packet) ||
        (gint32)(packet->header.tcp.sequence - self->tcp.expected) <= 0)
        return self;
    np_sim_host_remove_connection(self->host, self);
    self->tcp.state = NP_SIM_TCP_CLOSED;
    if (self->socket == NULL)
        release(self);
    return NULL;
}

void
np_sim_stream_receive(NpSimHost *host, NpSimPacket *packet, NpTime now)
{
    NpSimTrace *trace = np_sim_world_trace(np_sim_host_world(host));
    NpSimEnds ends = { packet->header.destination, packet->header.source };
    NpSimStream *self = np_sim_host_find_connection(host, &ends);
    NpSimSocket *listener = NULL;

    self = unless_superseded(self, packet);
    if (self == NULL && is_bare_syn(packet))
        listener = np_sim_host_find_listener(host, &packet->header.destination);
    if (self != NULL || listener != NULL)
        np_sim_trace_packet(trace, now, NP_SIM_DELIVERED, np_sim_host_id(host), packet);
    if (self != NULL) {
        np_sim_tcp_receive(&self->tcp, &packet->header.tcp, np_sim_packet_data(packet),
                           packet->size, now);
        settle(self, now);
    } else if (listener != NULL) {
        begin_accepting(host, listener, packet, now);
    } else {
        refuse(host, packet, now);
    }
    np_sim_packet_free(packet);
}

/* tcp_v4_err(): what is still opening fails with any error; nothing else does. */
void
np_sim_stream_receive_error(NpSimHost *host, const NpSimPacket *packet, NpTime now)
{
    const NpNatQuote *quote = &packet->header.quote;
    NpSimEnds ends = { quote->source, quote->destination };
    NpSimStream *self = np_sim_host_find_connection(host, &ends);
    gboolean v6 = quote->source.family == NP_FAMILY_IPV6;
    gboolean refused = v6 ? quote->type == 1 && quote->code == 4
                          : quote->type == 3 && (quote->code == 2 || quote->code == 3);
    NpSocketEvent event = { .kind = NP_SOCKET_ICMP,
                            .icmp = { .type = quote->type,
                                      .code = quote->code,
                                      .offender = packet->header.source,
                                      .quoted = quote->destination } };

    if (self == NULL || self->socket == NULL || self->established)
        return;
    event.socket = self->socket->id;
    event.local = self->ends.local;
    event.peer = self->ends.peer;
    np_sim_process_report(self->socket->process, &event);
    report_failure(self, refused ? NP_WHY_REFUSED : NP_WHY_UNREACHABLE);
    self->tcp.state = NP_SIM_TCP_CLOSED;
    settle(self, now);
}

const NpSimEnds *
np_sim_stream_ends(const NpSimStream *self)
{
    return &self->ends;
}

guint
np_sim_stream_hash_ends(gconstpointer ends)
{
    const NpSimEnds *self = ends;

    return np_address_hash_key(&self->local) * 31 + np_address_hash_key(&self->peer);
}

gboolean
np_sim_stream_equal_ends(gconstpointer a, gconstpointer b)
{
    const NpSimEnds *one = a;
    const NpSimEnds *two = b;

    return np_address_equal(&one->local, &two->local) && np_address_equal(&one->peer, &two->peer);
}
