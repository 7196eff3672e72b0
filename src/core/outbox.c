/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/outbox.h"

void
np_action_clear(NpAction *action)
{
    if (action->kind == NP_DO_SEND)
        g_clear_pointer(&action->send.payload, g_bytes_unref);
}

const char *
np_why_text(NpWhy why)
{
    switch (why) {
    case NP_WHY_NONE:
        return "no reason was given";
    case NP_WHY_IN_USE:
        return "the port is already in use";
    case NP_WHY_NOT_LOCAL:
        return "the address is not one of this machine's";
    case NP_WHY_PERMISSION:
        return "permission was denied";
    case NP_WHY_UNREACHABLE:
        return "there is no route";
    case NP_WHY_REFUSED:
        return "the connection was refused";
    case NP_WHY_TIMED_OUT:
        return "nothing answered in time";
    case NP_WHY_TOO_BIG:
        return "the packet is too big";
    case NP_WHY_LIMIT:
        return "a limit of this machine is reached";
    case NP_WHY_UNSUPPORTED:
        return "this machine does not support it";
    case NP_WHY_OTHER:
        return "the system refused it";
    }
    return "the system refused it";
}

void
np_outbox_init(NpOutbox *self)
{
    self->actions = g_array_new(FALSE, FALSE, sizeof(NpAction));
    self->head = 0;
}

void
np_outbox_clear(NpOutbox *self)
{
    NpAction action;

    if (self->actions == NULL)
        return;
    while (np_outbox_take(self, &action))
        np_action_clear(&action);
    g_clear_pointer(&self->actions, g_array_unref);
}

gboolean
np_outbox_take(NpOutbox *self, NpAction *action)
{
    if (self->head == self->actions->len) {
        g_array_set_size(self->actions, 0);
        self->head = 0;
        return FALSE;
    }
    *action = g_array_index(self->actions, NpAction, self->head);
    self->head++;
    return TRUE;
}

void
np_outbox_push(NpOutbox *self, NpAction action)
{
    g_array_append_val(self->actions, action);
}

void
np_outbox_open_udp(NpOutbox *self, NpSocketId socket, const NpAddress *local)
{
    np_outbox_push(self, (NpAction){
                             .kind = NP_DO_OPEN,
                             .socket = socket,
                             .open = { .transport = NP_TRANSPORT_UDP, .local = *local },
                         });
}

void
np_outbox_send(NpOutbox *self, NpSocketId socket, const NpAddress *to, GBytes *payload)
{
    np_outbox_push(self, (NpAction){
                             .kind = NP_DO_SEND,
                             .socket = socket,
                             .send = { .to = *to, .payload = payload },
                         });
}

void
np_outbox_close(NpOutbox *self, NpSocketId socket)
{
    np_outbox_push(self, (NpAction){ .kind = NP_DO_CLOSE, .socket = socket });
}

void
np_outbox_notify(NpOutbox *self, guint code, guint64 subject)
{
    np_outbox_push(self, (NpAction){
                             .kind = NP_DO_NOTIFY,
                             .notice = { .code = code, .subject = subject },
                         });
}
