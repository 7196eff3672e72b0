/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire/server.h"

#include "core/outbox.h"
#include "wire/lines.h"
#include "wire/message.h"

#include <string.h>

#define LISTENER 1
#define FIRST_CONNECTION 2
#define LAST_CONNECTION G_MAXUINT64
/* A server that comes back meets all its clients at once. */
#define BACKLOG 4096
/* Bytes that may wait for a client to read them. A push is at most a line. */
#define MAX_UNSENT (64 * 1024)

typedef struct {
    NpSocketId id;
    NpWireLines lines;
    gsize unsent;
} Connection;

struct NpWireServer {
    NpAddress listen;
    NpWireServerIds ids;
    NpRendezvousRegistry *registry;
    GHashTable *connections; /* id -> Connection */
    NpOutbox outbox;
};

static void
free_connection(gpointer data)
{
    Connection *connection = data;

    np_wire_lines_clear(&connection->lines);
    g_free(connection);
}

NpWireServer *
np_wire_server_new(const NpRendezvousRegistryConfig *config,
                   const NpAddress *listen,
                   const NpWireServerIds *ids)
{
    NpWireServer *self = g_new0(NpWireServer, 1);

    self->listen = *listen;
    self->ids = *ids;
    self->registry = np_rendezvous_registry_new(config);
    self->connections = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_connection);
    np_outbox_init(&self->outbox);
    return self;
}

void
np_wire_server_free(NpWireServer *self)
{
    if (self == NULL)
        return;
    np_outbox_clear(&self->outbox);
    g_hash_table_unref(self->connections);
    np_rendezvous_registry_free(self->registry);
    g_free(self);
}

static Connection *
find(const NpWireServer *self, NpSocketId id)
{
    return g_hash_table_lookup(self->connections, &id);
}

static void
close_connection(NpWireServer *self, Connection *connection, gboolean abort)
{
    np_outbox_push(
        &self->outbox,
        (NpAction){ .kind = NP_DO_CLOSE, .socket = connection->id, .close = { .abort = abort } });
    g_hash_table_remove(self->connections, &connection->id);
}

static void
send_line(NpWireServer *self, NpTime now, Connection *connection, GBytes *line)
{
    NpSocketId id = connection->id;

    connection->unsent += g_bytes_get_size(line);
    if (connection->unsent <= MAX_UNSENT) {
        np_outbox_send(&self->outbox, id, &(NpAddress){ 0 }, g_bytes_ref(line));
        return;
    }
    close_connection(self, connection, TRUE);
    np_rendezvous_registry_gone(self->registry, now, id);
}

static void
send_all(NpWireServer *self, NpTime now, GBytes *line)
{
    g_autoptr(GList) all = g_hash_table_get_values(self->connections);

    for (const GList *at = all; at != NULL; at = at->next)
        send_line(self, now, at->data, line);
}

static void
claim(NpWireServer *self, NpTime now, const NpRendezvousOrder *order)
{
    GHashTable *owners = self->ids.owners;

    if (!g_hash_table_contains(owners, order->id) &&
        g_hash_table_size(owners) < self->ids.max_owners)
        g_hash_table_insert(owners, g_strdup(order->id),
                            g_memdup2(order->fingerprint, sizeof order->fingerprint));
    np_rendezvous_registry_owner(self->registry, now, order->connection, order->id,
                                 g_hash_table_lookup(owners, order->id));
}

/* Carries out what the registry wants. */
static void
drain(NpWireServer *self, NpTime now)
{
    NpRendezvousOrder *next = NULL;

    while ((next = np_rendezvous_registry_take(self->registry)) != NULL) {
        g_autoptr(NpRendezvousOrder) order = next;
        Connection *connection = find(self, order->connection);
        g_autoptr(GBytes) line =
            order->message != NULL ? np_wire_message_write(order->message) : NULL;

        switch (order->kind) {
        case NP_RENDEZVOUS_ORDER_SEND:
            if (connection != NULL)
                send_line(self, now, connection, line);
            break;
        case NP_RENDEZVOUS_ORDER_SEND_ALL:
            send_all(self, now, line);
            break;
        case NP_RENDEZVOUS_ORDER_DROP:
            if (connection != NULL)
                close_connection(self, connection, FALSE);
            break;
        case NP_RENDEZVOUS_ORDER_CLAIM:
            claim(self, now, order);
            break;
        case NP_RENDEZVOUS_ORDER_CONNECT:
        case NP_RENDEZVOUS_ORDER_NOTIFY:
            break;
        }
    }
}

void
np_wire_server_admit(NpWireServer *self,
                     NpTime now,
                     NpSocketId connection,
                     const guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE],
                     const NpAddress *source)
{
    Connection *added = g_new0(Connection, 1);

    added->id = connection;
    g_hash_table_insert(self->connections, &added->id, added);
    np_rendezvous_registry_connected(self->registry, now, connection, fingerprint, source);
}

NpRendezvousRegistry *
np_wire_server_registry(NpWireServer *self)
{
    return self->registry;
}

static void
accept_connection(NpWireServer *self, NpTime now, const NpSocketEvent *event)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE];
    gsize size = sizeof fingerprint;

    g_checksum_update(checksum, event->peer.bytes, sizeof event->peer.bytes);
    g_checksum_get_digest(checksum, fingerprint, &size);
    np_wire_server_admit(self, now, event->accepted, fingerprint, &event->peer);
}

static void
receive_line(NpWireServer *self, NpTime now, NpSocketId id, NpReader line)
{
    g_auto(NpRendezvousMessage) message = { 0 };
    gsize size = np_reader_left(&line);

    switch (np_wire_message_read(&message, (const char *)np_reader_bytes(&line, size), size)) {
    case NP_WIRE_OK:
        np_rendezvous_registry_receive(self->registry, now, id, &message);
        break;
    case NP_WIRE_MALFORMED:
        np_rendezvous_registry_refuse(self->registry, now, id, NP_RENDEZVOUS_REASON_MALFORMED);
        break;
    case NP_WIRE_UNKNOWN:
        np_rendezvous_registry_refuse(self->registry, now, id, NP_RENDEZVOUS_REASON_UNKNOWN);
        break;
    }
    drain(self, now);
}

static void
on_start(gpointer machine, G_GNUC_UNUSED NpTime now, G_GNUC_UNUSED const NpHostLimits *limits)
{
    NpWireServer *self = machine;

    np_outbox_push(&self->outbox, (NpAction){ .kind = NP_DO_OPEN,
                                              .socket = LISTENER,
                                              .open = { .transport = NP_TRANSPORT_TCP,
                                                        .local = self->listen,
                                                        .flags = NP_OPEN_REUSE_ADDRESS } });
    np_outbox_push(&self->outbox, (NpAction){ .kind = NP_DO_LISTEN,
                                              .socket = LISTENER,
                                              .listen = { .backlog = BACKLOG,
                                                          .first_accepted = FIRST_CONNECTION,
                                                          .last_accepted = LAST_CONNECTION } });
}

static void
on_receive(gpointer machine, NpTime now, const NpDatagram *in)
{
    NpWireServer *self = machine;
    NpReader input = np_reader(in->data, in->size);
    Connection *connection = NULL;
    NpReader line = { 0 };

    /* Any line may be the connection's last. */
    while ((connection = find(self, in->socket)) != NULL) {
        NpWireLinesOutcome outcome = np_wire_lines_next(&connection->lines, &input, &line);

        if (outcome == NP_WIRE_LINES_MORE)
            break;
        if (outcome == NP_WIRE_LINES_LINE) {
            receive_line(self, now, in->socket, line);
        } else {
            np_rendezvous_registry_refuse(self->registry, now, in->socket,
                                          NP_RENDEZVOUS_REASON_MALFORMED);
            drain(self, now);
        }
    }
}

static void
on_report(gpointer machine, NpTime now, const NpSocketEvent *event)
{
    NpWireServer *self = machine;
    Connection *connection = find(self, event->socket);

    switch (event->kind) {
    case NP_SOCKET_OPENED:
        np_outbox_notify(&self->outbox, NP_WIRE_SERVER_LISTENING, 0);
        break;
    case NP_SOCKET_ACCEPTED:
        accept_connection(self, now, event);
        break;
    case NP_SOCKET_WRITABLE:
        if (connection != NULL)
            connection->unsent = 0;
        break;
    case NP_SOCKET_FAILED:
        if (event->socket == LISTENER)
            np_outbox_notify(&self->outbox, NP_WIRE_SERVER_LISTEN_FAILED, event->why);
        G_GNUC_FALLTHROUGH;
    case NP_SOCKET_EOF:
        if (connection != NULL)
            close_connection(self, connection, event->kind == NP_SOCKET_FAILED);
        np_rendezvous_registry_gone(self->registry, now, event->socket);
        break;
    case NP_SOCKET_RESET:
    case NP_SOCKET_CLOSED:
        g_hash_table_remove(self->connections, &event->socket);
        np_rendezvous_registry_gone(self->registry, now, event->socket);
        break;
    case NP_SOCKET_CONNECTED:
    case NP_SOCKET_ICMP:
        break;
    }
    drain(self, now);
}

static void
on_expire(gpointer machine, NpTime now)
{
    NpWireServer *self = machine;

    np_rendezvous_registry_expire(self->registry, now);
    drain(self, now);
}

static NpTime
on_deadline(gconstpointer machine)
{
    const NpWireServer *self = machine;

    return np_rendezvous_registry_deadline(self->registry);
}

static gboolean
on_take(gpointer machine, NpAction *action)
{
    NpWireServer *self = machine;

    return np_outbox_take(&self->outbox, action);
}

const NpMachineOps np_wire_server_ops = {
    .start = on_start,
    .receive = on_receive,
    .report = on_report,
    .expire = on_expire,
    .deadline = on_deadline,
    .take = on_take,
};
