/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-rig.h"

#include <string.h>

/* Long enough for a loaded machine; only a failing test ever waits for it. */
#define PATIENCE_MS 10000

const char *const np_rig_loopbacks[2] = { "127.0.0.1:0", "[::1]:0" };

static void
note_time(NpRig *self, NpTime now)
{
    if (now != self->now)
        self->n_at_once = 0;
    self->went_back = self->went_back || now < self->now;
    self->now = now;
}

static void
rig_start(gpointer rig, NpTime now, const NpHostLimits *limits)
{
    NpRig *self = rig;

    note_time(self, now);
    self->limits = *limits;
}

static void
rig_receive(gpointer rig, NpTime now, const NpDatagram *in)
{
    NpRig *self = rig;
    NpDatagram *copy = g_memdup2(in, sizeof *in);

    note_time(self, now);
    copy->data = g_memdup2(in->data, in->size);
    self->n_at_once++;
    self->most_at_once = MAX(self->most_at_once, self->n_at_once);
    g_ptr_array_add(self->inputs, copy);
}

static void
rig_report(gpointer rig, NpTime now, const NpSocketEvent *event)
{
    NpRig *self = rig;

    note_time(self, now);
    g_array_append_val(self->events, *event);
}

static void
rig_expire(gpointer rig, NpTime now)
{
    NpRig *self = rig;

    note_time(self, now);
    if (self->deadline <= now) {
        self->deadline = self->next_deadline;
        self->next_deadline = NP_TIME_NEVER;
        self->n_expired++;
        self->n_inputs_at_expiry = self->inputs->len;
    }
}

static NpTime
rig_deadline(gconstpointer rig)
{
    const NpRig *self = rig;

    return self->deadline;
}

static gboolean
rig_take(gpointer rig, NpAction *action)
{
    NpRig *self = rig;

    return np_outbox_take(&self->outbox, action);
}

const NpMachineOps np_rig_ops = {
    .start = rig_start,
    .receive = rig_receive,
    .report = rig_report,
    .expire = rig_expire,
    .deadline = rig_deadline,
    .take = rig_take,
};

static void
on_notice(const NpNotice *notice, gpointer user)
{
    NpRig *self = user;

    g_array_append_val(self->notices, notice->code);
}

static void
free_input(gpointer data)
{
    NpDatagram *input = data;

    g_free((gpointer)input->data);
    g_free(input);
}

NpRig *
np_rig_new_unstarted(void)
{
    NpRig *self = g_new0(NpRig, 1);

    np_outbox_init(&self->outbox);
    self->events = g_array_new(FALSE, FALSE, sizeof(NpSocketEvent));
    self->inputs = g_ptr_array_new_with_free_func(free_input);
    self->notices = g_array_new(FALSE, FALSE, sizeof(guint));
    self->deadline = NP_TIME_NEVER;
    self->next_deadline = NP_TIME_NEVER;
    self->host = np_io_host_new(&np_rig_ops, self, on_notice, self);
    np_io_host_attach(self->host, NULL);
    return self;
}

NpRig *
np_rig_new(void)
{
    NpRig *self = np_rig_new_unstarted();

    np_io_host_start(self->host);
    return self;
}

void
np_rig_free(NpRig *self)
{
    if (self == NULL)
        return;
    np_io_host_free(self->host);
    g_array_unref(self->notices);
    g_ptr_array_unref(self->inputs);
    g_array_unref(self->events);
    np_outbox_clear(&self->outbox);
    g_free(self);
}

void
np_rig_run(NpRig *self)
{
    np_io_host_wake(self->host);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

static gboolean
on_timeout(gpointer timed_out)
{
    *(gboolean *)timed_out = TRUE;
    return G_SOURCE_CONTINUE;
}

guint
np_rig_count(const NpRig *self, NpSocketEventKind kind)
{
    guint n = 0;

    for (guint i = 0; i < self->events->len; i++)
        if (g_array_index(self->events, NpSocketEvent, i).kind == kind)
            n++;
    return n;
}

static guint
count_events(const NpRig *self, guint kind)
{
    return np_rig_count(self, (NpSocketEventKind)kind);
}

static guint
count_inputs(const NpRig *self, G_GNUC_UNUSED guint kind)
{
    return self->inputs->len;
}

static guint
count_expiries(const NpRig *self, G_GNUC_UNUSED guint kind)
{
    return self->n_expired;
}

static gboolean
await(NpRig *self, guint (*count)(const NpRig *, guint), guint kind, guint n)
{
    gboolean timed_out = FALSE;
    guint timeout = g_timeout_add(PATIENCE_MS, on_timeout, &timed_out);

    np_io_host_wake(self->host);
    while (count(self, kind) < n && !timed_out)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timeout);
    return !timed_out;
}

gboolean
np_rig_await(NpRig *self, NpSocketEventKind kind, guint n)
{
    return await(self, count_events, kind, n);
}

gboolean
np_rig_await_inputs(NpRig *self, guint n)
{
    return await(self, count_inputs, 0, n);
}

gboolean
np_rig_await_expiries(NpRig *self, guint n)
{
    return await(self, count_expiries, 0, n);
}

const NpSocketEvent *
np_rig_event(const NpRig *self, NpSocketEventKind kind, NpSocketId socket)
{
    for (guint i = self->events->len; i > 0; i--) {
        const NpSocketEvent *event = &g_array_index(self->events, NpSocketEvent, i - 1);

        if (event->kind == kind && event->socket == socket)
            return event;
    }
    return NULL;
}

const NpDatagram *
np_rig_input(const NpRig *self, guint index)
{
    return g_ptr_array_index(self->inputs, index);
}

GString *
np_rig_stream(const NpRig *self, NpSocketId socket)
{
    GString *bytes = g_string_new(NULL);

    for (guint i = 0; i < self->inputs->len; i++) {
        const NpDatagram *input = np_rig_input(self, i);

        if (input->socket == socket)
            g_string_append_len(bytes, (const char *)input->data, (gssize)input->size);
    }
    return bytes;
}

NpAddress
np_rig_open(NpRig *self, NpSocketId socket, NpTransport transport, const char *text)
{
    NpAction action = {
        .kind = NP_DO_OPEN,
        .socket = socket,
        .open = { .transport = transport },
    };
    const NpSocketEvent *opened = NULL;

    g_assert_true(np_address_parse(&action.open.local, text, 0));
    np_outbox_push(&self->outbox, action);
    np_rig_run(self);
    opened = np_rig_event(self, NP_SOCKET_OPENED, socket);
    return opened != NULL ? opened->local : (NpAddress){ 0 };
}

void
np_rig_send(NpRig *self, NpSocketId socket, const NpAddress *to, const char *text)
{
    np_outbox_send(&self->outbox, socket, to, g_bytes_new(text, strlen(text)));
}

void
np_rig_close(NpRig *self, NpSocketId socket, gboolean abort)
{
    np_outbox_push(&self->outbox, (NpAction){
                                      .kind = NP_DO_CLOSE,
                                      .socket = socket,
                                      .close = { .abort = abort },
                                  });
}

NpAddress
np_rig_listen(NpRig *self, NpSocketId socket, const char *text, NpSocketId first, NpSocketId last)
{
    NpAddress local = np_rig_open(self, socket, NP_TRANSPORT_TCP, text);

    np_outbox_push(&self->outbox,
                   (NpAction){
                       .kind = NP_DO_LISTEN,
                       .socket = socket,
                       .listen = { .backlog = 64, .first_accepted = first, .last_accepted = last },
                   });
    np_rig_run(self);
    return local;
}

void
np_rig_connect(NpRig *self, NpSocketId socket, const char *text, NpConnect connect)
{
    np_rig_open(self, socket, NP_TRANSPORT_TCP, text);
    np_outbox_push(&self->outbox,
                   (NpAction){ .kind = NP_DO_CONNECT, .socket = socket, .connect = connect });
}
