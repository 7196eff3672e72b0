/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/order.h"

static void
free_order(gpointer order)
{
    np_rendezvous_order_free(order);
}

void
np_rendezvous_order_free(NpRendezvousOrder *self)
{
    if (self == NULL)
        return;
    if (self->message != NULL)
        np_rendezvous_message_clear(self->message);
    g_free(self->message);
    g_free(self);
}

void
np_rendezvous_order_queue_init(NpRendezvousOrders *queue)
{
    g_queue_init(&queue->queue);
}

void
np_rendezvous_order_queue_clear(NpRendezvousOrders *queue)
{
    g_queue_clear_full(&queue->queue, free_order);
}

NpRendezvousOrder *
np_rendezvous_order_take(NpRendezvousOrders *queue)
{
    return g_queue_pop_head(&queue->queue);
}

NpRendezvousOrder *
np_rendezvous_order_push(NpRendezvousOrders *queue,
                         NpRendezvousOrderKind kind,
                         guint64 connection,
                         NpRendezvousMessage *message)
{
    NpRendezvousOrder *self = g_new0(NpRendezvousOrder, 1);

    self->kind = kind;
    self->connection = connection;
    if (message != NULL) {
        self->message = g_memdup2(message, sizeof *message);
        *message = (NpRendezvousMessage){ 0 };
    }
    g_queue_push_tail(&queue->queue, self);
    return self;
}
