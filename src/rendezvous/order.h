/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the registry and the client want done, in order
 *
 * The counterpart of core/outbox one level up: messages instead of bytes, connections instead of
 * sockets, and look-ups of ids that are somebody else's business.
 */

#include "rendezvous/message.h"

typedef enum {
    NP_RENDEZVOUS_ORDER_SEND,     /* @message on @connection */
    NP_RENDEZVOUS_ORDER_SEND_ALL, /* @message on every connection that is logged in */
    NP_RENDEZVOUS_ORDER_DROP,     /* close @connection once all has been sent; nothing more will be
                                   * said about it */
    NP_RENDEZVOUS_ORDER_CLAIM,    /* bind @id to @fingerprint unless it is bound, in one step, and
                                   * answer with np_rendezvous_registry_owner() */
    NP_RENDEZVOUS_ORDER_CONNECT,  /* to the server with the index @connection */
    NP_RENDEZVOUS_ORDER_NOTIFY,   /* the owner: @notice about @message */
} NpRendezvousOrderKind;

typedef struct {
    NpRendezvousOrderKind kind;
    guint64 connection;
    guint notice;
    NpRendezvousMessage *message; /* owned, or NULL */
    char id[NP_RENDEZVOUS_ID_SIZE];
    guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE];
} NpRendezvousOrder;

typedef struct {
    GQueue queue; /* of NpRendezvousOrder */
} NpRendezvousOrders;

void np_rendezvous_order_free(NpRendezvousOrder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpRendezvousOrder, np_rendezvous_order_free)

void np_rendezvous_order_queue_init(NpRendezvousOrders *queue);
void np_rendezvous_order_queue_clear(NpRendezvousOrders *queue);
/* The next; NULL if there is none. Owned by the caller. */
NpRendezvousOrder *np_rendezvous_order_take(NpRendezvousOrders *queue);
/* Takes over what @message owns, which is zeroed. It may be NULL. */
NpRendezvousOrder *np_rendezvous_order_push(NpRendezvousOrders *queue,
                                            NpRendezvousOrderKind kind,
                                            guint64 connection,
                                            NpRendezvousMessage *message);
