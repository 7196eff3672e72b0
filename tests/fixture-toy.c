/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-toy.h"

#include <string.h>

#define THE_SOCKET 1

/* What is waited after each sending; after the last, as long as an answer could ever take. */
static const NpTime waits[] = { 2 * NP_MSEC, 4 * NP_MSEC, 8 * NP_MSEC, 10 * NP_SECOND };

static void
send_again(NpToyClient *self, NpTime now)
{
    g_autofree char *text = g_strdup_printf("ping %u", self->n_sent + 1);

    self->due = now + waits[self->n_sent];
    self->n_sent++;
    np_outbox_send(&self->outbox, THE_SOCKET, &self->server, g_bytes_new(text, strlen(text)));
}

static void
finish(NpToyClient *self, NpTime now, NpToyNotice notice)
{
    self->finished = now;
    self->due = NP_TIME_NEVER;
    np_outbox_notify(&self->outbox, notice, self->n_sent);
    np_outbox_close(&self->outbox, THE_SOCKET);
}

static void
client_start(gpointer machine, G_GNUC_UNUSED NpTime now, G_GNUC_UNUSED const NpHostLimits *limits)
{
    NpToyClient *self = machine;
    NpAddress any = np_address_any(self->server.family, 0);

    np_outbox_open_udp(&self->outbox, THE_SOCKET, &any);
}

static void
client_receive(gpointer machine, NpTime now, const NpDatagram *in)
{
    NpToyClient *self = machine;

    if (self->due != NP_TIME_NEVER && np_address_equal(&in->from, &self->server))
        finish(self, now, NP_TOY_ECHOED);
}

static void
client_report(gpointer machine, NpTime now, const NpSocketEvent *event)
{
    NpToyClient *self = machine;

    if (event->kind == NP_SOCKET_OPENED)
        send_again(self, now);
}

static void
client_expire(gpointer machine, NpTime now)
{
    NpToyClient *self = machine;

    if (now < self->due)
        return;
    if (self->n_sent < G_N_ELEMENTS(waits))
        send_again(self, now);
    else
        finish(self, now, NP_TOY_GAVE_UP);
}

static NpTime
client_deadline(gconstpointer machine)
{
    const NpToyClient *self = machine;

    return self->due;
}

static gboolean
client_take(gpointer machine, NpAction *action)
{
    NpToyClient *self = machine;

    return np_outbox_take(&self->outbox, action);
}

const NpMachineOps np_toy_client_ops = {
    .start = client_start,
    .receive = client_receive,
    .report = client_report,
    .expire = client_expire,
    .deadline = client_deadline,
    .take = client_take,
};

void
np_toy_client_init(NpToyClient *self, const NpAddress *server)
{
    *self = (NpToyClient){ .server = *server, .due = NP_TIME_NEVER };
    np_outbox_init(&self->outbox);
}

void
np_toy_client_clear(NpToyClient *self)
{
    np_outbox_clear(&self->outbox);
}

static void
echo_start(gpointer machine, G_GNUC_UNUSED NpTime now, G_GNUC_UNUSED const NpHostLimits *limits)
{
    NpToyEcho *self = machine;

    np_outbox_open_udp(&self->outbox, THE_SOCKET, &self->asked);
}

static void
echo_receive(gpointer machine, G_GNUC_UNUSED NpTime now, const NpDatagram *in)
{
    NpToyEcho *self = machine;

    if (self->n_to_ignore > 0)
        self->n_to_ignore--;
    else
        np_outbox_send(&self->outbox, in->socket, &in->from, g_bytes_new(in->data, in->size));
}

static void
echo_report(gpointer machine, G_GNUC_UNUSED NpTime now, const NpSocketEvent *event)
{
    NpToyEcho *self = machine;

    if (event->kind == NP_SOCKET_OPENED)
        self->local = event->local;
}

static void
echo_expire(G_GNUC_UNUSED gpointer machine, G_GNUC_UNUSED NpTime now)
{
}

static NpTime
echo_deadline(G_GNUC_UNUSED gconstpointer machine)
{
    return NP_TIME_NEVER;
}

static gboolean
echo_take(gpointer machine, NpAction *action)
{
    NpToyEcho *self = machine;

    return np_outbox_take(&self->outbox, action);
}

const NpMachineOps np_toy_echo_ops = {
    .start = echo_start,
    .receive = echo_receive,
    .report = echo_report,
    .expire = echo_expire,
    .deadline = echo_deadline,
    .take = echo_take,
};

void
np_toy_echo_init(NpToyEcho *self, const NpAddress *asked, guint n_to_ignore)
{
    *self = (NpToyEcho){ .asked = *asked, .n_to_ignore = n_to_ignore };
    np_outbox_init(&self->outbox);
}

void
np_toy_echo_clear(NpToyEcho *self)
{
    np_outbox_clear(&self->outbox);
}
