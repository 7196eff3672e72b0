/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-trace.h"

static const char *const event_names[] = {
    [NP_SOCKET_OPENED] = "opened",     [NP_SOCKET_FAILED] = "failed",
    [NP_SOCKET_ACCEPTED] = "accepted", [NP_SOCKET_CONNECTED] = "connected",
    [NP_SOCKET_WRITABLE] = "writable", [NP_SOCKET_EOF] = "eof",
    [NP_SOCKET_RESET] = "reset",       [NP_SOCKET_CLOSED] = "closed",
    [NP_SOCKET_ICMP] = "icmp",
};

static const char *const action_names[] = {
    [NP_DO_OPEN] = "open",     [NP_DO_LISTEN] = "listen",     [NP_DO_CONNECT] = "connect",
    [NP_DO_SEND] = "send",     [NP_DO_SHUTDOWN] = "shutdown", [NP_DO_CLOSE] = "close",
    [NP_DO_NOTIFY] = "notify",
};

static void
trace_start(gpointer trace, NpTime now, const NpHostLimits *limits)
{
    NpTrace *self = trace;

    g_string_append(self->text, "start\n");
    self->ops->start(self->machine, now, limits);
}

static void
trace_receive(gpointer trace, NpTime now, const NpDatagram *in)
{
    NpTrace *self = trace;

    g_string_append_printf(self->text, "received %.*s\n", (int)in->size, (const char *)in->data);
    self->ops->receive(self->machine, now, in);
}

static void
trace_report(gpointer trace, NpTime now, const NpSocketEvent *event)
{
    NpTrace *self = trace;

    g_string_append_printf(self->text, "%s\n", event_names[event->kind]);
    self->ops->report(self->machine, now, event);
}

static void
trace_expire(gpointer trace, NpTime now)
{
    NpTrace *self = trace;

    g_string_append(self->text, "expired\n");
    self->ops->expire(self->machine, now);
}

static NpTime
trace_deadline(gconstpointer trace)
{
    const NpTrace *self = trace;

    return self->ops->deadline(self->machine);
}

static void
append_action(GString *text, const NpAction *action)
{
    gsize size = 0;
    const char *data = NULL;

    g_string_append_printf(text, "-> %s", action_names[action->kind]);
    if (action->kind == NP_DO_SEND) {
        data = g_bytes_get_data(action->send.payload, &size);
        g_string_append_printf(text, " %.*s", (int)size, data);
    } else if (action->kind == NP_DO_NOTIFY) {
        g_string_append_printf(text, " %u about %" G_GUINT64_FORMAT, action->notice.code,
                               action->notice.subject);
    }
    g_string_append_c(text, '\n');
}

static gboolean
trace_take(gpointer trace, NpAction *action)
{
    NpTrace *self = trace;
    gboolean is_one = self->ops->take(self->machine, action);

    if (is_one)
        append_action(self->text, action);
    return is_one;
}

const NpMachineOps np_trace_ops = {
    .start = trace_start,
    .receive = trace_receive,
    .report = trace_report,
    .expire = trace_expire,
    .deadline = trace_deadline,
    .take = trace_take,
};

void
np_trace_init(NpTrace *self, const NpMachineOps *ops, gpointer machine)
{
    *self = (NpTrace){ .ops = ops, .machine = machine, .text = g_string_new(NULL) };
}

void
np_trace_clear(NpTrace *self)
{
    g_string_free(self->text, TRUE);
}
