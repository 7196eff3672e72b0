/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire/client.h"

#include "core/outbox.h"
#include "wire/lines.h"
#include "wire/message.h"

struct NpWireClient {
    NpRendezvousClient *client;
    NpAddress *servers;
    NpSocketId socket; /* the latest, of which there is one at a time */
    gboolean open;
    NpWireLines lines;
    GQueue notices; /* of NpRendezvousOrder */
    NpOutbox outbox;
};

static void
free_order(gpointer order)
{
    np_rendezvous_order_free(order);
}

NpWireClient *
np_wire_client_new(const NpRendezvousClientConfig *config, const NpAddress *servers)
{
    NpWireClient *self = g_new0(NpWireClient, 1);

    self->client = np_rendezvous_client_new(config);
    self->servers = g_memdup2(servers, config->n_servers * sizeof *servers);
    g_queue_init(&self->notices);
    np_outbox_init(&self->outbox);
    return self;
}

void
np_wire_client_free(NpWireClient *self)
{
    if (self == NULL)
        return;
    np_outbox_clear(&self->outbox);
    g_queue_clear_full(&self->notices, free_order);
    np_wire_lines_clear(&self->lines);
    np_rendezvous_client_free(self->client);
    g_free(self->servers);
    g_free(self);
}

NpRendezvousClient *
np_wire_client_rendezvous(NpWireClient *self)
{
    return self->client;
}

static void
close_socket(NpWireClient *self)
{
    if (self->open)
        np_outbox_close(&self->outbox, self->socket);
    self->open = FALSE;
    np_wire_lines_clear(&self->lines);
}

static void
connect_to(NpWireClient *self, const NpAddress *server)
{
    close_socket(self);
    self->socket++;
    self->open = TRUE;
    np_outbox_push(&self->outbox,
                   (NpAction){ .kind = NP_DO_OPEN,
                               .socket = self->socket,
                               .open = { .transport = NP_TRANSPORT_TCP,
                                         .local = np_address_any(server->family, 0) } });
    np_outbox_push(
        &self->outbox,
        (NpAction){ .kind = NP_DO_CONNECT, .socket = self->socket, .connect = { .to = *server } });
}

void
np_wire_client_flush(NpWireClient *self)
{
    NpRendezvousOrder *next = NULL;

    while ((next = np_rendezvous_client_take(self->client)) != NULL) {
        g_autoptr(NpRendezvousOrder) order = next;

        switch (order->kind) {
        case NP_RENDEZVOUS_ORDER_SEND:
            if (self->open)
                np_outbox_send(&self->outbox, self->socket, &(NpAddress){ 0 },
                               np_wire_message_write(order->message));
            break;
        case NP_RENDEZVOUS_ORDER_DROP:
            close_socket(self);
            break;
        case NP_RENDEZVOUS_ORDER_CONNECT:
            connect_to(self, &self->servers[order->connection]);
            break;
        case NP_RENDEZVOUS_ORDER_NOTIFY:
            np_outbox_notify(&self->outbox, order->notice, 0);
            g_queue_push_tail(&self->notices, g_steal_pointer(&order));
            break;
        case NP_RENDEZVOUS_ORDER_SEND_ALL:
        case NP_RENDEZVOUS_ORDER_CLAIM:
            break;
        }
    }
}

NpRendezvousOrder *
np_wire_client_take_notice(NpWireClient *self)
{
    return g_queue_pop_head(&self->notices);
}

static void
lose(NpWireClient *self, NpTime now)
{
    close_socket(self);
    np_rendezvous_client_lost(self->client, now);
}

static void
on_start(gpointer machine, NpTime now, G_GNUC_UNUSED const NpHostLimits *limits)
{
    NpWireClient *self = machine;

    np_rendezvous_client_start(self->client, now);
    np_wire_client_flush(self);
}

static void
on_receive(gpointer machine, NpTime now, const NpDatagram *in)
{
    NpWireClient *self = machine;
    NpReader input = np_reader(in->data, in->size);
    NpReader line = { 0 };

    /* Any line may be the connection's last. */
    while (self->open && in->socket == self->socket) {
        NpWireLinesOutcome outcome = np_wire_lines_next(&self->lines, &input, &line);
        g_auto(NpRendezvousMessage) message = { 0 };
        NpWireOutcome read = NP_WIRE_MALFORMED;
        gsize size = 0;

        if (outcome == NP_WIRE_LINES_MORE)
            break;
        size = np_reader_left(&line);
        if (outcome == NP_WIRE_LINES_LINE)
            read = np_wire_message_read(&message, (const char *)np_reader_bytes(&line, size), size);
        /* What is no message comes from no server of ours; what we do not know, from a later one.
         */
        if (read == NP_WIRE_OK)
            np_rendezvous_client_receive(self->client, now, &message);
        else if (read == NP_WIRE_MALFORMED)
            lose(self, now);
        np_wire_client_flush(self);
    }
}

static void
on_report(gpointer machine, NpTime now, const NpSocketEvent *event)
{
    NpWireClient *self = machine;

    if (!self->open || event->socket != self->socket)
        return;
    switch (event->kind) {
    case NP_SOCKET_CONNECTED:
        np_rendezvous_client_connected(self->client, now);
        break;
    case NP_SOCKET_RESET:
    case NP_SOCKET_CLOSED:
        /* There is nothing left to close. */
        self->open = FALSE;
        G_GNUC_FALLTHROUGH;
    case NP_SOCKET_FAILED:
    case NP_SOCKET_EOF:
        lose(self, now);
        break;
    case NP_SOCKET_OPENED:
    case NP_SOCKET_ACCEPTED:
    case NP_SOCKET_WRITABLE:
    case NP_SOCKET_ICMP:
        break;
    }
    np_wire_client_flush(self);
}

static void
on_expire(gpointer machine, NpTime now)
{
    NpWireClient *self = machine;

    np_rendezvous_client_expire(self->client, now);
    np_wire_client_flush(self);
}

static NpTime
on_deadline(gconstpointer machine)
{
    const NpWireClient *self = machine;

    return np_rendezvous_client_deadline(self->client);
}

static gboolean
on_take(gpointer machine, NpAction *action)
{
    NpWireClient *self = machine;

    return np_outbox_take(&self->outbox, action);
}

const NpMachineOps np_wire_client_ops = {
    .start = on_start,
    .receive = on_receive,
    .report = on_report,
    .expire = on_expire,
    .deadline = on_deadline,
    .take = on_take,
};
