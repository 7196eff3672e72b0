/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "rendezvous/order.h"

static void
orders_come_out_in_order_and_own_their_messages(void)
{
    static const NpNatBehaviour behaviour = { .reachable = TRUE };
    g_autoptr(NpRendezvousOrder) first = NULL;
    g_autoptr(NpRendezvousOrder) second = NULL;
    g_auto(NpProfile) profile = { 0 };
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_HELLO };
    NpRendezvousOrders orders;

    np_profile_from_behaviour(&profile, &behaviour);
    np_rendezvous_message_set_profile(&message, &profile);
    np_rendezvous_order_queue_init(&orders);
    np_rendezvous_order_push(&orders, NP_RENDEZVOUS_ORDER_SEND, 7, &message);
    CU_ASSERT(message.profile == NULL && message.has == 0);
    np_rendezvous_order_push(&orders, NP_RENDEZVOUS_ORDER_DROP, 7, NULL);
    first = np_rendezvous_order_take(&orders);
    second = np_rendezvous_order_take(&orders);
    NP_REQUIRE(first != NULL && second != NULL);
    NP_ASSERT_INT(first->kind, NP_RENDEZVOUS_ORDER_SEND);
    NP_ASSERT_INT(first->connection, 7);
    CU_ASSERT(first->message->profile != NULL);
    NP_ASSERT_INT(second->kind, NP_RENDEZVOUS_ORDER_DROP);
    CU_ASSERT(np_rendezvous_order_take(&orders) == NULL);
    message = (NpRendezvousMessage){ 0 };
    np_rendezvous_message_set_profile(&message, &profile);
    np_rendezvous_order_push(&orders, NP_RENDEZVOUS_ORDER_SEND, 8, &message);
    np_rendezvous_order_queue_clear(&orders);
    CU_ASSERT(np_rendezvous_order_take(&orders) == NULL);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(orders_come_out_in_order_and_own_their_messages),
        { 0 },
    };

    return np_test_main("rendezvous.order", tests);
}
