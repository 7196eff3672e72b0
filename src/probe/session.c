/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/session.h"

#include <string.h>

#include "stun/builder.h"
#include "stun/message.h"

/* Requests are padded to what a server may answer with, so that no answer is ever longer. */
#define REQUEST_SIZE 128
#define FIRST_SOCKET 1
#define FIRST_TCP_SOCKET 1000000

/* RFC 792 and RFC 4443: the errors that mean something to a question. */
#define ICMP_UNREACHABLE 3
#define ICMP_PORT_UNREACHABLE 3
#define ICMP_TIME_EXCEEDED 11
#define ICMP6_UNREACHABLE 1
#define ICMP6_PORT_UNREACHABLE 4
#define ICMP6_TIME_EXCEEDED 3

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

gboolean
np_probe_session_is_self(const NpProbeSession *self, const NpAddress *host)
{
    if (np_address_is_set(&self->seen_local) && np_address_same_host(&self->seen_local, host))
        return TRUE;
    for (guint i = 0; i < self->asks->len; i++) {
        const NpProbeAsk *ask = self->asks->pdata[i];

        if (np_probe_session_believes(self, ask) && np_address_same_host(&ask->answer.mapped, host))
            return TRUE;
    }
    return FALSE;
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

NpProbeAskState
np_probe_session_state(const NpProbeSession *self, const NpProbeAsk *ask, NpTime now)
{
    return np_probe_ask_state(ask, &self->path, now);
}

static NpProbeAsk *
find_ask(const NpProbeSession *self, const guint8 id[NP_PROBE_ASK_ID_SIZE], guint *copy)
{
    for (guint i = 0; i < self->asks->len; i++) {
        gint found = np_probe_ask_find_copy(self->asks->pdata[i], id);

        if (found >= 0) {
            *copy = (guint)found;
            return self->asks->pdata[i];
        }
    }
    return NULL;
}

static gboolean
read_mapped(const NpStunMessage *message, NpAddress *mapped)
{
    return np_stun_message_address(message, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, mapped) ||
           np_stun_message_address(message, NP_STUN_ATTR_DRAFT_XOR_MAPPED_ADDRESS, mapped) ||
           np_stun_message_address(message, NP_STUN_ATTR_MAPPED_ADDRESS, mapped);
}

/* The endpoint has shown that it wants our questions: they may now come at the usual rate. */
static void
prove_host(NpProbeSession *self, const NpAddress *host)
{
    for (guint i = 0; i < self->asks->len; i++) {
        NpProbeAsk *ask = self->asks->pdata[i];

        if (np_address_same_host(&ask->to, host))
            ask->unproven = FALSE;
    }
}

/* RFC 5780, section 6: two addresses times two ports, of which the server names the far corner. */
static void
learn_grid(NpProbeSession *self, const NpProbeServer *server)
{
    NpAddress here = server->address;
    NpAddress other = server->other;
    NpAddress corners[3];

    if (!np_address_is_set(&other))
        return;
    corners[0] = np_address_with_port(&here, other.port);
    corners[1] = other;
    corners[2] = np_address_with_port(&other, here.port);
    for (guint i = 0; i < G_N_ELEMENTS(corners); i++)
        np_probe_servers_add(&self->servers, &corners[i], FALSE);
}

static void
learn_from_plain(NpProbeSession *self,
                 NpProbeServer *server,
                 const NpStunMessage *message,
                 NpTime rtt)
{
    g_autofree char *software = np_stun_message_text(message, NP_STUN_ATTR_SOFTWARE);
    NpAddress named = { 0 };

    server->rtt = MIN(server->rtt, rtt);
    if (server->answered)
        return;
    server->answered = TRUE;
    prove_host(self, &server->address);
    if (software != NULL)
        g_strlcpy(server->software, software, sizeof server->software);
    if (np_stun_message_address(message, NP_STUN_ATTR_OTHER_ADDRESS, &named) ||
        np_stun_message_address(message, NP_STUN_ATTR_CHANGED_ADDRESS, &named))
        np_probe_server_name_other(server, &named);
    /* One step from what the person named: a learnt endpoint's alternates add no knowledge. */
    if (server->given)
        learn_grid(self, server);
}

/*
 * Behind any NAT a socket has one mapping towards an endpoint, and no other socket has the same:
 * answers could not find their way back. A server that says otherwise is wrong about mappings.
 */
static gboolean
contradicts(const NpProbeAsk *one, const NpProbeAsk *two, const NpAddress *mapped)
{
    return two->has_answer && np_address_equal(&one->to, &two->to) &&
           np_address_is_set(&two->answer.mapped) &&
           (one->socket == two->socket) != np_address_equal(mapped, &two->answer.mapped);
}

static void
look_for_contradictions(NpProbeSession *self,
                        NpProbeServer *server,
                        const NpProbeAsk *ask,
                        const NpAddress *mapped)
{
    for (guint i = 0; i < self->asks->len; i++) {
        if (contradicts(ask, self->asks->pdata[i], mapped)) {
            server->contradictions++;
            return;
        }
    }
}

static void
take_answer(NpProbeSession *self, NpTime now, const NpStunMessage *message, const NpDatagram *in)
{
    const guint change_flags = NP_PROBE_ASK_CHANGE_IP | NP_PROBE_ASK_CHANGE_PORT;
    NpProbeAnswer answer = { .from = in->from, .to = in->to };
    NpProbeServer *server = NULL;
    guint copy = 0;
    NpProbeAsk *ask = find_ask(self, message->id, &copy);
    NpTime rtt = 0;

    if (ask == NULL || ask->socket != in->socket) {
        self->counters.stray++;
        server = np_probe_servers_find(&self->servers, &in->from);
        if (server != NULL)
            server->strays = TRUE;
        return;
    }
    /* A copy is timed, and believed, once: who answers twice says nothing new. */
    if (ask->answered & 1u << copy)
        return;
    server = np_probe_servers_find(&self->servers, &ask->to);
    /* What another endpoint says is no answer of this one, unless it was asked for that. */
    if (server != NULL && !(ask->flags & change_flags) &&
        !np_address_equal(&in->from, &server->address)) {
        server->wrong_source = in->from;
        return;
    }
    if (message->class == NP_STUN_ERROR) {
        if (!np_stun_message_error(message, &answer.error))
            answer.error = NP_STUN_SERVER_ERROR;
    } else if (!read_mapped(message, &answer.mapped) || answer.mapped.family != self->family ||
               !np_address_is_destination(&answer.mapped)) {
        self->counters.garbage++;
        if (server != NULL)
            server->garbage = TRUE;
        return;
    }
    rtt = MIN(in->arrived, now) - ask->sent[copy];
    if (!(ask->flags & NP_PROBE_ASK_UNOWED))
        np_probe_path_add_rtt(&self->path, MAX(rtt, 0));
    ask->answered |= 1u << copy;
    if (server != NULL && (ask->flags & change_flags))
        np_probe_server_show_change(server, ask->flags & change_flags, &in->from, answer.error);
    else if (server != NULL && answer.error == 0)
        learn_from_plain(self, server, message, rtt);
    else if (server != NULL)
        server->error = answer.error;
    if (server != NULL && answer.error == 0)
        look_for_contradictions(self, server, ask, &answer.mapped);
    if (np_address_is_set(&in->to) && !np_address_is_any(&in->to))
        self->seen_local = np_address_with_port(&in->to, 0);
    if (!ask->has_answer) {
        ask->has_answer = TRUE;
        ask->answer = answer;
    }
}

/* One of our own requests has come back: over a hairpin, or from something that only echoes. */
static void
take_request(NpProbeSession *self, const NpStunMessage *message, const NpDatagram *in)
{
    guint copy = 0;
    NpProbeAsk *ask = find_ask(self, message->id, &copy);
    NpProbeServer *server = NULL;

    if (ask == NULL) {
        self->counters.stray++;
        return;
    }
    if (ask->flags & NP_PROBE_ASK_LOOP) {
        ask->answered |= 1u << copy;
        if (!ask->has_answer) {
            ask->has_answer = TRUE;
            ask->answer = (NpProbeAnswer){ .from = in->from, .to = in->to };
        }
        return;
    }
    server = np_probe_servers_find(&self->servers, &in->from);
    if (server != NULL)
        server->echoes = TRUE;
}

/* Loss is judged from questions that a server which answers at all must have answered. */
static void
measure_loss(NpProbeSession *self, NpTime now)
{
    self->path.n_sent = self->path.n_answered = 0;
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

            self->path.n_sent += answered || copy < ripe;
            self->path.n_answered += answered;
        }
    }
}

void
np_probe_session_receive(NpProbeSession *self, NpTime now, const NpDatagram *in)
{
    NpStunMessage message;

    self->counters.received++;
    if (np_stun_message_parse(&message, in->data, in->size) != NP_STUN_OK) {
        NpProbeServer *server = np_probe_servers_find(&self->servers, &in->from);

        self->counters.garbage++;
        if (server != NULL)
            server->garbage = TRUE;
        return;
    }
    switch (message.class) {
    case NP_STUN_REQUEST:
        take_request(self, &message, in);
        break;
    case NP_STUN_INDICATION:
        self->counters.stray++;
        break;
    case NP_STUN_SUCCESS:
    case NP_STUN_ERROR:
        take_answer(self, now, &message, in);
        break;
    }
    measure_loss(self, now);
}

static gboolean
is_time_exceeded(const NpProbeSession *self, const NpIcmp *icmp)
{
    return icmp->type ==
           (self->family == NP_FAMILY_IPV6 ? ICMP6_TIME_EXCEEDED : ICMP_TIME_EXCEEDED);
}

static gboolean
is_unreachable(const NpProbeSession *self, const NpIcmp *icmp)
{
    return icmp->type == (self->family == NP_FAMILY_IPV6 ? ICMP6_UNREACHABLE : ICMP_UNREACHABLE);
}

/* Nobody listens; as opposed to a router on the way that has no route or is not allowed to. */
static gboolean
is_port_unreachable(const NpProbeSession *self, const NpIcmp *icmp)
{
    guint8 code = self->family == NP_FAMILY_IPV6 ? ICMP6_PORT_UNREACHABLE : ICMP_PORT_UNREACHABLE;

    return is_unreachable(self, icmp) && icmp->code == code &&
           np_address_same_host(&icmp->offender, &icmp->quoted);
}

static void
take_icmp(NpProbeSession *self, const NpSocketEvent *event)
{
    NpProbeServer *server = np_probe_servers_find(&self->servers, &event->icmp.quoted);

    for (guint i = 0; i < self->asks->len; i++) {
        NpProbeAsk *ask = self->asks->pdata[i];

        if (ask->socket != event->socket || !np_address_equal(&ask->to, &event->icmp.quoted))
            continue;
        if (is_time_exceeded(self, &event->icmp)) {
            ask->hop = event->icmp.offender;
            np_probe_ask_abandon(ask);
        } else if (is_unreachable(self, &event->icmp)) {
            ask->refused = TRUE;
        }
    }
    if (server != NULL && is_port_unreachable(self, &event->icmp))
        server->refused = TRUE;
}

void
np_probe_session_report(NpProbeSession *self, NpTime now, const NpSocketEvent *event)
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
        take_icmp(self, event);
        break;
    case NP_SOCKET_ACCEPTED:
    case NP_SOCKET_CONNECTED:
    case NP_SOCKET_WRITABLE:
    case NP_SOCKET_EOF:
    case NP_SOCKET_RESET:
    case NP_SOCKET_CLOSED:
        break;
    }
    measure_loss(self, now);
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
    measure_loss(self, now);
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
