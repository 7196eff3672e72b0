/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/host.h"

#include "sim/stream.h"

/* net.ipv4.ip_local_port_range, as Linux ships it. */
#define FIRST_EPHEMERAL 32768
#define LAST_EPHEMERAL 60999
/* net.ipv4.ip_default_ttl. */
#define DEFAULT_TTL 64
/* The usual soft limit of open files. */
#define DEFAULT_MAX_SOCKETS 1024
/* RFC 9293, 3.4.1: sequence numbers of new connections count 4 us. */
#define SEQUENCE_TICK (4 * NP_USEC)
/* The largest UDP payload in IPv4. */
#define MAX_DATAGRAM 65507

struct NpSimHost {
    NpSimWorld *world;
    guint id;
    NpSimPort port;
    GArray *addresses;       /* of NpAddress, port 0 */
    GHashTable *bound;       /* transport and port -> first NpSimSocket */
    GHashTable *connections; /* NpSimEnds -> NpSimStream, owned */
    NpTime clock;
    guint max_sockets;
    guint32 secret; /* of sequence numbers */
    NpRng rng;
};

static gpointer
port_key(NpTransport transport, guint16 port)
{
    return GUINT_TO_POINTER((guint)transport << 16 | port);
}

static NpSimSocket *
first_on_port(const NpSimHost *self, NpTransport transport, guint16 port)
{
    return g_hash_table_lookup(self->bound, port_key(transport, port));
}

static const NpAddress *
first_address(const NpSimHost *self, NpFamily family)
{
    for (guint i = 0; i < self->addresses->len; i++) {
        const NpAddress *address = &g_array_index(self->addresses, NpAddress, i);

        if (address->family == family)
            return address;
    }
    return NULL;
}

static gboolean
is_mine(const NpSimHost *self, const NpAddress *address)
{
    for (guint i = 0; i < self->addresses->len; i++)
        if (np_address_same_host(&g_array_index(self->addresses, NpAddress, i), address))
            return TRUE;
    return FALSE;
}

static gboolean
overlaps(const NpAddress *a, const NpAddress *b)
{
    return a->family == b->family &&
           (np_address_same_host(a, b) || np_address_is_any(a) || np_address_is_any(b));
}

/* As bind() decides: two sockets may overlap only if both agreed to it beforehand, and with
 * SO_REUSEADDR only while neither listens. */
static gboolean
is_taken(const NpSimHost *self, const NpAddress *local, const NpOpen *open)
{
    for (const NpSimSocket *other = first_on_port(self, open->transport, local->port);
         other != NULL; other = other->next_on_port) {
        guint agreed = other->flags & open->flags;

        if (overlaps(&other->local, local) && (agreed & NP_OPEN_REUSE_PORT) == 0 &&
            ((agreed & NP_OPEN_REUSE_ADDRESS) == 0 || other->listening))
            return TRUE;
    }
    return FALSE;
}

/* Random order, no retries without end: a start by chance, then upwards. 0 if all are taken. */
static guint16
ephemeral_port(NpSimHost *self, NpTransport transport)
{
    guint n_ports = LAST_EPHEMERAL - FIRST_EPHEMERAL + 1;
    guint start = np_rng_below(&self->rng, n_ports);

    for (guint i = 0; i < n_ports; i++) {
        guint16 port = (guint16)(FIRST_EPHEMERAL + (start + i) % n_ports);

        if (first_on_port(self, transport, port) == NULL)
            return port;
    }
    return 0;
}

/* The UDP socket a datagram to @local is for: the most specific, among equals the youngest. */
static NpSimSocket *
find_socket(const NpSimHost *self, NpTransport transport, const NpAddress *local)
{
    NpSimSocket *wildcard = NULL;

    for (NpSimSocket *socket = first_on_port(self, transport, local->port); socket != NULL;
         socket = socket->next_on_port) {
        if (np_address_same_host(&socket->local, local))
            return socket;
        if (wildcard == NULL && socket->local.family == local->family &&
            np_address_is_any(&socket->local))
            wildcard = socket;
    }
    return wildcard;
}

static void
report_icmp(NpSimHost *self, const NpSimPacket *packet, NpTime now)
{
    const NpNatQuote *quote = &packet->header.quote;
    NpSimSocket *socket = NULL;
    NpSocketEvent report = { .kind = NP_SOCKET_ICMP,
                             .icmp = { .type = quote->type,
                                       .code = quote->code,
                                       .offender = packet->header.source,
                                       .quoted = quote->destination } };

    switch (packet->header.protocol) {
    case NP_NAT_UDP:
        break;
    case NP_NAT_TCP:
        np_sim_stream_receive_error(self, packet, now);
        return;
    case NP_NAT_ECHO:
    case NP_NAT_N_PROTOCOLS:
        return;
    }
    socket = find_socket(self, NP_TRANSPORT_UDP, &quote->source);
    if (socket == NULL)
        return;
    report.socket = socket->id;
    report.local = quote->source;
    np_sim_process_report(socket->process, &report);
}

static void
answer_echo(NpSimHost *self, NpSimPacket *packet, NpTime now)
{
    NpAddress asker = packet->header.source;

    if (packet->header.reply) {
        np_sim_packet_free(packet);
        return;
    }
    packet->header.reply = TRUE;
    packet->header.ttl = DEFAULT_TTL;
    packet->header.source = packet->header.destination;
    packet->header.destination = asker;
    np_sim_network_send(&self->port, packet, now);
}

static void
receive(gpointer host, NpSimPort *port, NpSimPacket *packet, NpTime now)
{
    NpSimHost *self = host;
    NpSimTrace *trace = np_sim_world_trace(self->world);
    NpAddress local = packet->header.destination;
    NpSimSocket *socket = NULL;

    if (packet->header.kind == NP_NAT_PACKET_ERROR) {
        report_icmp(self, packet, now);
        np_sim_packet_free(packet);
        return;
    }
    switch (packet->header.protocol) {
    case NP_NAT_UDP:
        break;
    case NP_NAT_TCP:
        np_sim_stream_receive(self, packet, now);
        return;
    case NP_NAT_ECHO:
        answer_echo(self, packet, now);
        return;
    case NP_NAT_N_PROTOCOLS:
        g_return_if_reached();
    }
    socket = find_socket(self, NP_TRANSPORT_UDP, &local);
    if (socket != NULL) {
        np_sim_trace_packet(trace, now, NP_SIM_DELIVERED, self->id, packet);
        np_sim_process_receive(socket->process, socket, packet, now);
        np_sim_packet_free(packet);
        return;
    }
    np_sim_trace_packet(trace, now, NP_SIM_NOT_WANTED, self->id, packet);
    np_sim_packet_to_error(packet, &local, NP_NAT_ERROR_PORT_UNREACHABLE);
    np_sim_network_send(port, packet, now);
}

/* What bears one's own address and comes from outside is a lie, and dropped as one: Linux calls it
 * a martian source. A NAT that hairpins without changing the source makes such packets. */
static void
arrive_from_network(gpointer host, NpSimPort *port, NpSimPacket *packet, NpTime now)
{
    NpSimHost *self = host;

    if (!is_mine(self, &packet->header.source)) {
        receive(host, port, packet, now);
        return;
    }
    np_sim_trace_packet(np_sim_world_trace(self->world), now, NP_SIM_NOT_WANTED, self->id, packet);
    np_sim_packet_free(packet);
}

static void
arrive_from_self(NpSimEvent *event, NpTime now)
{
    NpSimPacket *packet = (NpSimPacket *)event;

    receive(packet->port->node, packet->port, packet, now);
}

static void
discard_packet(NpSimEvent *event)
{
    np_sim_packet_free((NpSimPacket *)event);
}

static void
emit(NpSimHost *self, NpSimPacket *packet, NpTime now)
{
    np_sim_trace_packet(np_sim_world_trace(self->world), now, NP_SIM_SENT, self->id, packet);
    if (!is_mine(self, &packet->header.destination)) {
        np_sim_network_send(&self->port, packet, now);
        return;
    }
    packet->port = &self->port;
    packet->event = (NpSimEvent){ .fire = arrive_from_self, .discard = discard_packet };
    np_sim_world_schedule(self->world, now, &packet->event);
}

static void
free_host(gpointer host)
{
    NpSimHost *self = host;

    g_hash_table_unref(self->connections);
    g_hash_table_unref(self->bound);
    g_array_unref(self->addresses);
    g_free(self);
}

NpSimHost *
np_sim_host_new(NpSimNetwork *network, const char *name, const char *address)
{
    NpSimHost *self = g_new0(NpSimHost, 1);

    self->world = network->world;
    self->id = np_sim_trace_add_name(np_sim_world_trace(self->world), name);
    self->addresses = g_array_new(FALSE, FALSE, sizeof(NpAddress));
    self->bound = g_hash_table_new(NULL, NULL);
    self->connections = g_hash_table_new_full(np_sim_stream_hash_ends, np_sim_stream_equal_ends,
                                              NULL, (GDestroyNotify)np_sim_stream_free);
    self->max_sockets = DEFAULT_MAX_SOCKETS;
    self->rng = np_sim_world_rng(self->world, "host", name);
    self->secret = np_rng_u32(&self->rng);
    self->port = np_sim_network_port(network, self->id, self, arrive_from_network);
    self->port.is_endpoint = TRUE;
    np_sim_world_adopt(self->world, self, free_host);
    np_sim_host_add_address(self, address);
    return self;
}

void
np_sim_host_add_address(NpSimHost *self, const char *address)
{
    NpAddress parsed = np_sim_network_address(address);

    g_array_append_val(self->addresses, parsed);
    np_sim_network_attach(self->port.network, &self->port, &parsed);
}

void
np_sim_host_set_links(NpSimHost *self, const NpSimLink *up, const NpSimLink *down)
{
    np_sim_network_set_links(&self->port, up, down);
}

void
np_sim_host_set_clock(NpSimHost *self, NpTime offset)
{
    self->clock = offset;
}

void
np_sim_host_set_max_sockets(NpSimHost *self, guint max_sockets)
{
    self->max_sockets = max_sockets;
}

NpSimProcess *
np_sim_host_start(NpSimHost *self, const NpMachineOps *ops, gpointer machine)
{
    NpSimProcess *process = np_sim_process_new(self, ops, machine);

    np_sim_world_adopt(self->world, process, (GDestroyNotify)np_sim_process_free);
    return process;
}

NpSimWorld *
np_sim_host_world(const NpSimHost *self)
{
    return self->world;
}

guint
np_sim_host_id(const NpSimHost *self)
{
    return self->id;
}

NpTime
np_sim_host_clock(const NpSimHost *self)
{
    return self->clock;
}

guint
np_sim_host_max_sockets(const NpSimHost *self)
{
    return self->max_sockets;
}

NpWhy
np_sim_host_bind(NpSimHost *self, NpSimSocket *socket, const NpOpen *open)
{
    NpAddress local = open->local;

    if (first_address(self, local.family) == NULL)
        return NP_WHY_UNSUPPORTED;
    if (!np_address_is_any(&local) && !is_mine(self, &local))
        return NP_WHY_NOT_LOCAL;
    if (local.port == 0)
        local.port = ephemeral_port(self, open->transport);
    else if (is_taken(self, &local, open))
        return NP_WHY_IN_USE;
    if (local.port == 0)
        return NP_WHY_IN_USE;
    socket->flags = open->flags;
    socket->local = local;
    np_sim_host_share_port(self, socket);
    return NP_WHY_NONE;
}

void
np_sim_host_unbind(NpSimHost *self, NpSimSocket *socket)
{
    gpointer key = port_key(socket->transport, socket->local.port);
    NpSimSocket *first = g_hash_table_lookup(self->bound, key);
    NpSimSocket **link = &first;

    if (!np_address_is_set(&socket->local))
        return;
    while (*link != socket)
        link = &(*link)->next_on_port;
    *link = socket->next_on_port;
    if (first == NULL)
        g_hash_table_remove(self->bound, key);
    else
        g_hash_table_insert(self->bound, key, first);
}

NpWhy
np_sim_host_send(NpSimHost *self, const NpSimSocket *socket, const NpSend *send, NpTime now)
{
    NpNatPacket header = { .protocol = NP_NAT_UDP,
                           .ttl = send->ttl > 0 ? send->ttl : DEFAULT_TTL,
                           .source = socket->local,
                           .destination = send->to };
    gsize size = g_bytes_get_size(send->payload);
    gsize segment = send->segment_size > 0 ? send->segment_size : MAX(size, 1);

    if (send->to.family != socket->local.family || send->to.port == 0)
        return NP_WHY_OTHER;
    if (MIN(segment, size) > MAX_DATAGRAM)
        return NP_WHY_TOO_BIG;
    if (np_address_is_any(&header.source)) {
        gboolean chosen = np_address_is_set(&send->from) && !np_address_is_any(&send->from);

        if (chosen && !is_mine(self, &send->from))
            return NP_WHY_NOT_LOCAL;
        header.source = np_address_with_port(
            chosen ? &send->from : first_address(self, send->to.family), socket->local.port);
    }
    for (gsize offset = 0; offset == 0 || offset < size; offset += segment) {
        NpSimPacket *packet =
            np_sim_packet_new(&header, send->payload, offset, MIN(segment, size - offset));

        packet->ecn = send->ecn;
        emit(self, packet, now);
    }
    return NP_WHY_NONE;
}

void
np_sim_host_emit(NpSimHost *self, const NpNatPacket *header, GBytes *payload, NpTime now)
{
    gsize size = payload == NULL ? 0 : g_bytes_get_size(payload);

    emit(self, np_sim_packet_new(header, payload, 0, size), now);
}

guint32
np_sim_host_first_sequence(const NpSimHost *self, const NpSimEnds *ends, NpTime now)
{
    guint32 place = (np_sim_stream_hash_ends(ends) ^ self->secret) * 2654435761u;

    return place + (guint32)(now / SEQUENCE_TICK);
}

NpAddress
np_sim_host_source(const NpSimHost *self, const NpAddress *local, const NpAddress *to)
{
    const NpAddress *first = first_address(self, to->family);

    if (local->family != to->family || first == NULL)
        return (NpAddress){ 0 };
    return np_address_is_any(local) ? np_address_with_port(first, local->port) : *local;
}

void
np_sim_host_share_port(NpSimHost *self, NpSimSocket *socket)
{
    gpointer key = port_key(socket->transport, socket->local.port);

    socket->next_on_port = g_hash_table_lookup(self->bound, key);
    g_hash_table_insert(self->bound, key, socket);
}

gboolean
np_sim_host_has_listener(const NpSimSocket *socket)
{
    const NpSimHost *self = np_sim_process_host(socket->process);

    for (const NpSimSocket *other = first_on_port(self, NP_TRANSPORT_TCP, socket->local.port);
         other != NULL; other = other->next_on_port)
        if (other->listening && overlaps(&other->local, &socket->local) &&
            (other->flags & socket->flags & NP_OPEN_REUSE_PORT) == 0)
            return TRUE;
    return FALSE;
}

NpSimSocket *
np_sim_host_find_listener(const NpSimHost *self, const NpAddress *local)
{
    NpSimSocket *wildcard = NULL;

    for (NpSimSocket *socket = first_on_port(self, NP_TRANSPORT_TCP, local->port); socket != NULL;
         socket = socket->next_on_port) {
        if (!socket->listening || socket->closing || !overlaps(&socket->local, local))
            continue;
        if (!np_address_is_any(&socket->local))
            return socket;
        if (wildcard == NULL)
            wildcard = socket;
    }
    return wildcard;
}

gboolean
np_sim_host_add_connection(NpSimHost *self, NpSimStream *stream)
{
    gpointer ends = (gpointer)np_sim_stream_ends(stream);

    if (g_hash_table_contains(self->connections, ends))
        return FALSE;
    return g_hash_table_insert(self->connections, ends, stream);
}

void
np_sim_host_remove_connection(NpSimHost *self, NpSimStream *stream)
{
    const NpSimEnds *ends = np_sim_stream_ends(stream);

    if (g_hash_table_lookup(self->connections, ends) == stream)
        g_hash_table_steal(self->connections, ends);
}

NpSimStream *
np_sim_host_find_connection(const NpSimHost *self, const NpSimEnds *ends)
{
    return g_hash_table_lookup(self->connections, ends);
}

guint
np_sim_host_n_connections(const NpSimHost *self)
{
    return g_hash_table_size(self->connections);
}
