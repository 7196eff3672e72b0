/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/session.h"

#include <string.h>

#include "stun/builder.h"

/* Requests are padded to what a server may answer with, so that no answer is ever longer. */
#define REQUEST_SIZE 128
#define FIRST_SOCKET 1
#define FIRST_TCP_SOCKET 1000000

void
np_probe_session_init(NpProbeSession *self, NpFamily family, const NpRng *rng)
{
    *self = (NpProbeSession){
        .family = family,
        .local = np_address_any(family, 0),
        .rng = *rng,
        .next_socket = FIRST_SOCKET,
        .next_tcp_socket = FIRST_TCP_SOCKET,
        .sockets = g_array_new(FALSE, FALSE, sizeof(NpProbeSocket)),
        .asks = g_ptr_array_new_with_free_func(g_free),
    };
    np_outbox_init(&self->outbox);
    np_probe_path_init(&self->path);
    np_probe_servers_init(&self->servers);
}

void
np_probe_session_clear(NpProbeSession *self)
{
    np_outbox_clear(&self->outbox);
    np_probe_servers_clear(&self->servers);
    g_clear_pointer(&self->sockets, g_array_unref);
    g_clear_pointer(&self->asks, g_ptr_array_unref);
}

NpSocketId
np_probe_session_open(NpProbeSession *self, guint16 port)
{
    NpProbeSocket socket = {
        .id = self->next_socket,
        .local = self->local,
        .wanted_port = port,
    };
    NpAction action = {
        .kind = NP_DO_OPEN,
        .socket = socket.id,
        .open = { .transport = NP_TRANSPORT_UDP,
                  .local = np_address_with_port(&self->local, port) },
    };

    g_strlcpy(action.open.interface, self->interface, sizeof action.open.interface);
    g_array_append_val(self->sockets, socket);
    np_outbox_push(&self->outbox, action);
    self->next_socket++;
    return socket.id;
}

static NpProbeSocket *
find_socket(const NpProbeSession *self, NpSocketId id)
{
    if (id < FIRST_SOCKET || id - FIRST_SOCKET >= self->sockets->len)
        return NULL;
    return &g_array_index(self->sockets, NpProbeSocket, id - FIRST_SOCKET);
}

const NpProbeSocket *
np_probe_session_socket(const NpProbeSession *self, NpSocketId id)
{
    return find_socket(self, id);
}

gboolean
np_probe_session_local(const NpProbeSession *self, NpSocketId id, NpAddress *local)
{
    const NpProbeSocket *socket = find_socket(self, id);

    if (socket == NULL || socket->local.port == 0)
        return FALSE;
    if (np_address_is_any(&socket->local) && !np_address_is_set(&self->seen_local))
        return FALSE;
    *local = np_address_is_any(&socket->local)
                 ? np_address_with_port(&self->seen_local, socket->local.port)
                 : socket->local;
    return TRUE;
}

gboolean
np_probe_session_believes(const NpProbeSession *self, const NpProbeAsk *ask)
{
    const NpProbeServer *server = np_probe_servers_find(&self->servers, &ask->to);

    return ask->has_answer && np_address_is_set(&ask->answer.mapped) &&
           (server == NULL || np_probe_server_is_consistent(server));
}

static GBytes *
build_request(const NpProbeAsk *ask, const guint8 id[NP_STUN_ID_SIZE])
{
    guint8 buffer[REQUEST_SIZE];
    NpStunBuilder builder = np_stun_builder(buffer, sizeof buffer, NP_STUN_REQUEST, id);
    NpStunChange change = (ask->flags & NP_PROBE_ASK_CHANGE_IP ? NP_STUN_CHANGE_ADDRESS : 0) |
                          (ask->flags & NP_PROBE_ASK_CHANGE_PORT ? NP_STUN_CHANGE_PORT : 0);

    if (change != 0)
        np_stun_builder_change(&builder, change);
    np_stun_builder_zeros(&builder, NP_STUN_ATTR_NATPROBE_FILL,
                          REQUEST_SIZE - np_stun_builder_size(&builder) -
                              NP_STUN_ATTRIBUTE_HEADER_SIZE);
    return g_bytes_new(buffer, np_stun_builder_finish(&builder));
}

static void
send_due_copy(NpProbeSession *self, NpTime now, NpProbeAsk *ask)
{
    guint8 id[NP_PROBE_ASK_ID_SIZE];

    if (!np_probe_ask_next_copy(ask, &self->path, now, id))
        return;
    np_outbox_push(
        &self->outbox,
        (NpAction){
            .kind = NP_DO_SEND,
            .socket = ask->socket,
            .send = { .to = ask->to, .ttl = ask->ttl, .payload = build_request(ask, id) },
        });
}

static NpProbeAsk *
new_ask(NpProbeSession *self,
        NpTime now,
        NpSocketId socket,
        const NpAddress *to,
        NpProbeAskFlags flags,
        NpTime interval)
{
    NpProbeAsk *ask = g_new(NpProbeAsk, 1);

    np_probe_ask_init(ask, socket, to, flags, interval, &self->rng, now);
    ask->unproven = !(flags & NP_PROBE_ASK_LOOP) && !np_probe_servers_is_proven(&self->servers, to);
    g_ptr_array_add(self->asks, ask);
    return ask;
}

NpProbeAsk *
np_probe_session_ask(NpProbeSession *self,
                     NpTime now,
                     NpSocketId socket,
                     const NpAddress *to,
                     NpProbeAskFlags flags,
                     NpTime interval)
{
    NpProbeAsk *ask = new_ask(self, now, socket, to, flags, interval);

    send_due_copy(self, now, ask);
    return ask;
}

NpProbeAsk *
np_probe_session_ask_hop(NpProbeSession *self,
                         NpTime now,
                         NpSocketId socket,
                         const NpAddress *to,
                         guint8 ttl,
                         NpTime interval)
{
    NpProbeAsk *ask = new_ask(self, now, socket, to, NP_PROBE_ASK_UNOWED, interval);

    ask->ttl = ttl;
    ask->unproven = FALSE;
    send_due_copy(self, now, ask);
    return ask;
}

gboolean
np_probe_session_waits_for(const NpProbeSession *self, const NpProbeAsk *ask, NpTime now)
{
    return ask != NULL && np_probe_ask_state(ask, &self->path, now) == NP_PROBE_ASK_PENDING;
}

void
np_probe_session_report(NpProbeSession *self, const NpSocketEvent *event)
{
    NpProbeSocket *socket = find_socket(self, event->socket);

    if (socket == NULL)
        return;
    switch (event->kind) {
    case NP_SOCKET_OPENED:
        socket->local.port = event->local.port;
        if (!np_address_is_any(&event->local))
            socket->local = event->local;
        break;
    case NP_SOCKET_FAILED:
        socket->failed = TRUE;
        socket->why = event->why;
        break;
    case NP_SOCKET_ICMP:
    case NP_SOCKET_ACCEPTED:
    case NP_SOCKET_CONNECTED:
    case NP_SOCKET_WRITABLE:
    case NP_SOCKET_EOF:
    case NP_SOCKET_RESET:
    case NP_SOCKET_CLOSED:
        break;
    }
}

/* Loss is judged from questions that a server which answers at all must have answered. */
void
np_probe_session_measure(NpProbeSession *self, NpTime now)
{
    guint n_sent = 0, n_answered = 0;

    for (guint i = 0; i < self->asks->len; i++) {
        const NpProbeAsk *ask = self->asks->pdata[i];
        const NpProbeServer *server = NULL;
        guint ripe = np_probe_ask_ripe_copies(ask, &self->path, now);

        if (ask->flags != NP_PROBE_ASK_PLAIN)
            continue;
        server = np_probe_servers_find(&self->servers, &ask->to);
        if (server == NULL || !server->answered)
            continue;
        for (guint copy = 0; copy < ask->n_copies; copy++) {
            gboolean answered = ask->answered >> copy & 1;

            n_sent += answered || copy < ripe;
            n_answered += answered;
        }
    }
    np_probe_path_count(&self->path, n_sent, n_answered);
}

/*
 * A host that only a server's word named gets few packets from each socket; what counts as its
 * silence is therefore all of them together.
 */
static void
give_up_unproven(NpProbeSession *self, NpTime now)
{
    for (guint i = 0; i < self->asks->len; i++) {
        NpProbeAsk *ask = self->asks->pdata[i];
        guint ripe = 0;

        if (!ask->unproven || ask->abandoned)
            continue;
        for (guint j = 0; j < self->asks->len; j++) {
            const NpProbeAsk *other = self->asks->pdata[j];

            if (other->unproven && !(other->flags & NP_PROBE_ASK_UNOWED) &&
                np_address_same_host(&other->to, &ask->to))
                ripe += np_probe_ask_ripe_copies(other, &self->path, now);
        }
        if (ripe >= np_probe_path_copies(&self->path))
            np_probe_ask_abandon(ask);
    }
}

void
np_probe_session_expire(NpProbeSession *self, NpTime now)
{
    np_probe_session_measure(self, now);
    give_up_unproven(self, now);
    for (guint i = 0; i < self->asks->len; i++) {
        NpProbeAsk *ask = self->asks->pdata[i];

        send_due_copy(self, now, ask);
        np_probe_ask_judge(ask, &self->path, now);
    }
}

NpTime
np_probe_session_deadline(const NpProbeSession *self)
{
    NpTime deadline = NP_TIME_NEVER;

    for (guint i = 0; i < self->asks->len; i++)
        deadline = MIN(deadline, np_probe_ask_deadline(self->asks->pdata[i], &self->path));
    return deadline;
}

void
np_probe_session_close_all(NpProbeSession *self)
{
    for (NpSocketId id = FIRST_SOCKET; id < self->next_socket; id++)
        np_outbox_close(&self->outbox, id);
    for (NpSocketId id = FIRST_TCP_SOCKET; id < self->next_tcp_socket; id++)
        np_outbox_close(&self->outbox, id);
}
