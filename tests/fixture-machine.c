/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-machine.h"

#include <string.h>

static NpAddress
parsed(const char *text)
{
    NpAddress address = { 0 };

    g_assert_true(np_address_parse(&address, text, 0));
    return address;
}

static GBytes *
bytes(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

void
np_mirror_init(NpMirror *self)
{
    *self = (NpMirror){ 0 };
    np_outbox_init(&self->outbox);
}

void
np_mirror_clear(NpMirror *self)
{
    np_outbox_clear(&self->outbox);
}

void
np_mirror_listen(NpMirror *self, const char *end)
{
    self->ends[self->n_ends++] = parsed(end);
    np_outbox_open_udp(&self->outbox, self->n_ends, &self->ends[self->n_ends - 1]);
}

static void
mirror_start(gpointer machine, NpTime now, const NpHostLimits *limits)
{
    (void)machine;
    (void)now;
    (void)limits;
}

static void
mirror_receive(gpointer machine, NpTime now, const NpDatagram *in)
{
    NpMirror *self = machine;
    char text[NP_ADDRESS_TEXT_SIZE];

    (void)now;
    self->n_received++;
    np_outbox_send(&self->outbox, in->socket, &in->from, bytes(np_address_format(&in->from, text)));
}

static void
mirror_report(gpointer machine, NpTime now, const NpSocketEvent *event)
{
    (void)machine;
    (void)now;
    (void)event;
}

static void
mirror_expire(gpointer machine, NpTime now)
{
    (void)machine;
    (void)now;
}

static NpTime
mirror_deadline(gconstpointer machine)
{
    (void)machine;
    return NP_TIME_NEVER;
}

static gboolean
mirror_take(gpointer machine, NpAction *action)
{
    NpMirror *self = machine;

    return np_outbox_take(&self->outbox, action);
}

const NpMachineOps np_mirror_ops = {
    .start = mirror_start,
    .receive = mirror_receive,
    .report = mirror_report,
    .expire = mirror_expire,
    .deadline = mirror_deadline,
    .take = mirror_take,
};

void
np_caller_init(NpCaller *self)
{
    *self = (NpCaller){ .deadline = NP_TIME_NEVER,
                        .stream = g_string_new(NULL),
                        .events = g_array_new(FALSE, FALSE, sizeof(NpSocketEvent)) };
    np_outbox_init(&self->outbox);
}

void
np_caller_clear(NpCaller *self)
{
    np_outbox_clear(&self->outbox);
    g_clear_pointer(&self->text, g_free);
    if (self->stream != NULL)
        g_string_free(g_steal_pointer(&self->stream), TRUE);
    g_clear_pointer(&self->events, g_array_unref);
}

void
np_caller_open(NpCaller *self, NpSocketId socket, const char *local)
{
    NpAddress address = parsed(local);

    np_outbox_open_udp(&self->outbox, socket, &address);
}

void
np_caller_send(NpCaller *self, NpSocketId socket, const char *to, const char *text)
{
    NpAddress address = parsed(to);

    np_outbox_send(&self->outbox, socket, &address, bytes(text));
}

void
np_caller_open_tcp(NpCaller *self, NpSocketId socket, const char *local, gboolean reuse)
{
    NpOpen open = { .transport = NP_TRANSPORT_TCP, .local = parsed(local) };

    if (reuse)
        open.flags = NP_OPEN_REUSE_ADDRESS | NP_OPEN_REUSE_PORT;
    np_outbox_push(&self->outbox, (NpAction){ .kind = NP_DO_OPEN, .socket = socket, .open = open });
}

void
np_caller_listen(NpCaller *self, NpSocketId socket)
{
    NpListen listen = { .backlog = 10,
                        .first_accepted = 10 * socket,
                        .last_accepted = 10 * socket + 9 };

    np_outbox_push(&self->outbox,
                   (NpAction){ .kind = NP_DO_LISTEN, .socket = socket, .listen = listen });
}

void
np_caller_connect(NpCaller *self, NpSocketId socket, const char *to, guint8 ttl)
{
    np_outbox_push(&self->outbox, (NpAction){ .kind = NP_DO_CONNECT,
                                              .socket = socket,
                                              .connect = { .to = parsed(to), .ttl = ttl } });
}

void
np_caller_write(NpCaller *self, NpSocketId socket, const char *text)
{
    np_outbox_push(
        &self->outbox,
        (NpAction){ .kind = NP_DO_SEND, .socket = socket, .send = { .payload = bytes(text) } });
}

void
np_caller_shutdown(NpCaller *self, NpSocketId socket)
{
    np_outbox_push(&self->outbox, (NpAction){ .kind = NP_DO_SHUTDOWN, .socket = socket });
}

void
np_caller_close(NpCaller *self, NpSocketId socket, gboolean abort)
{
    np_outbox_push(
        &self->outbox,
        (NpAction){ .kind = NP_DO_CLOSE, .socket = socket, .close = { .abort = abort } });
}

const NpSocketEvent *
np_caller_event(const NpCaller *self, NpSocketId socket, NpSocketEventKind kind)
{
    for (guint i = self->events->len; i > 0; i--) {
        const NpSocketEvent *event = &g_array_index(self->events, NpSocketEvent, i - 1);

        if (event->socket == socket && event->kind == kind)
            return event;
    }
    return NULL;
}

static void
caller_start(gpointer machine, NpTime now, const NpHostLimits *limits)
{
    NpCaller *self = machine;

    self->now = now;
    self->max_sockets = limits->max_sockets;
}

static void
caller_receive(gpointer machine, NpTime now, const NpDatagram *in)
{
    NpCaller *self = machine;

    self->now = now;
    self->n_received++;
    self->last = *in;
    self->last.data = NULL;
    g_free(self->text);
    self->text = g_strndup((const char *)in->data, in->size);
    g_string_append_len(self->stream, (const char *)in->data, (gssize)in->size);
    np_outbox_notify(&self->outbox, NP_CALLER_NOTICE, in->socket);
}

static void
caller_report(gpointer machine, NpTime now, const NpSocketEvent *event)
{
    NpCaller *self = machine;

    self->now = now;
    g_array_append_val(self->events, *event);
}

static void
caller_expire(gpointer machine, NpTime now)
{
    NpCaller *self = machine;

    self->now = now;
    if (self->deadline > now)
        return;
    self->n_expired++;
    self->deadline = NP_TIME_NEVER;
}

static NpTime
caller_deadline(gconstpointer machine)
{
    const NpCaller *self = machine;

    return self->deadline;
}

static gboolean
caller_take(gpointer machine, NpAction *action)
{
    NpCaller *self = machine;

    return np_outbox_take(&self->outbox, action);
}

const NpMachineOps np_caller_ops = {
    .start = caller_start,
    .receive = caller_receive,
    .report = caller_report,
    .expire = caller_expire,
    .deadline = caller_deadline,
    .take = caller_take,
};
