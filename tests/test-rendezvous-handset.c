/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "rendezvous/handset.h"

/* One after the other, what each order says; and the last message in @last. */
static const char *
said(NpRendezvousOrders *orders, NpRendezvousMessage *last)
{
    static char text[256];
    NpRendezvousOrder *next = NULL;

    text[0] = '\0';
    while ((next = np_rendezvous_order_take(orders)) != NULL) {
        g_autoptr(NpRendezvousOrder) order = next;

        if (order->kind == NP_RENDEZVOUS_ORDER_NOTIFY)
            g_strlcat(text, "!", sizeof text);
        g_strlcat(text, np_rendezvous_message_operation_name(order->message->operation),
                  sizeof text);
        g_strlcat(text, " ", sizeof text);
        *last = *order->message;
        last->profile = NULL;
    }
    return text;
}

static void
hear(NpRendezvousHandset *handset, NpRendezvousOperation operation, guint64 call)
{
    NpRendezvousMessage message = { .operation = operation };

    np_rendezvous_message_set_peer(&message, "bob");
    np_rendezvous_message_set_call(&message, call);
    np_rendezvous_handset_receive(handset, 0, &message);
}

static void
a_call_made_offline_is_said_when_online(void)
{
    NpRendezvousOrders orders;
    NpRendezvousHandset handset = { .orders = &orders };
    NpRendezvousMessage last;

    np_rendezvous_order_queue_init(&orders);
    CU_ASSERT(np_rendezvous_handset_call(&handset, 0, "bob"));
    NP_ASSERT_STR(said(&orders, &last), "");
    np_rendezvous_handset_online(&handset, FALSE);
    NP_ASSERT_STR(said(&orders, &last), "call ");
    np_rendezvous_handset_clear(&handset);
}

static void
a_resumed_session_hears_again_where_we_stand(void)
{
    NpRendezvousOrders orders;
    NpRendezvousHandset handset = { .orders = &orders, .online = TRUE };
    NpRendezvousMessage ready = { 0 };
    NpRendezvousMessage last;

    np_rendezvous_order_queue_init(&orders);
    np_rendezvous_clock_add(&handset.clock, 0, 8 * NP_MSEC, 0);
    np_rendezvous_consent_name(&handset.consent, "bob");
    hear(&handset, NP_RENDEZVOUS_CALL, 5);
    NP_ASSERT_STR(said(&orders, &last), "accept ");
    np_rendezvous_handset_online(&handset, TRUE);
    NP_ASSERT_STR(said(&orders, &last), "accept ");
    hear(&handset, NP_RENDEZVOUS_TOKEN, 5);
    said(&orders, &last);
    handset.online = FALSE;
    CU_ASSERT(np_rendezvous_handset_ready(&handset, "bob", &ready));
    NP_ASSERT_STR(said(&orders, &last), "");
    np_rendezvous_handset_online(&handset, TRUE);
    NP_ASSERT_STR(said(&orders, &last), "ready ");
    NP_ASSERT_INT(last.rtt, 8 * NP_MSEC);
    NP_ASSERT_INT(last.call, 5);
    np_rendezvous_handset_clear(&handset);
}

static void
glare_needs_no_further_consent(void)
{
    NpRendezvousOrders orders;
    NpRendezvousHandset handset = { .orders = &orders, .online = TRUE };
    NpRendezvousMessage last;

    np_rendezvous_order_queue_init(&orders);
    np_rendezvous_handset_call(&handset, 0, "bob");
    hear(&handset, NP_RENDEZVOUS_CALL, 5);
    NP_ASSERT_STR(said(&orders, &last), "call accept ");
    hear(&handset, NP_RENDEZVOUS_ACCEPT, 5);
    hear(&handset, NP_RENDEZVOUS_TOKEN, 5);
    NP_ASSERT_STR(said(&orders, &last), "ping !token ");
    np_rendezvous_handset_clear(&handset);
}

static void
the_end_of_another_call_is_not_the_end_of_this_one(void)
{
    NpRendezvousOrders orders;
    NpRendezvousHandset handset = { .orders = &orders, .online = TRUE };
    NpRendezvousMessage last;

    np_rendezvous_order_queue_init(&orders);
    np_rendezvous_handset_call(&handset, 0, "bob");
    hear(&handset, NP_RENDEZVOUS_RINGING, 6);
    hear(&handset, NP_RENDEZVOUS_END, 5);
    NP_ASSERT_INT(handset.n_calls, 1);
    NP_ASSERT_INT(handset.n_stale, 1);
    hear(&handset, NP_RENDEZVOUS_END, 6);
    NP_ASSERT_STR(said(&orders, &last), "call !ringing !end ");
    NP_ASSERT_INT(handset.n_calls, 0);
    np_rendezvous_handset_clear(&handset);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_call_made_offline_is_said_when_online),
        NP_TEST(a_resumed_session_hears_again_where_we_stand),
        NP_TEST(glare_needs_no_further_consent),
        NP_TEST(the_end_of_another_call_is_not_the_end_of_this_one),
        { 0 },
    };

    return np_test_main("rendezvous.handset", tests);
}
