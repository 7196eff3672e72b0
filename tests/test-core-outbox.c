/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/outbox.h"
#include "harness.h"

static void
actions_leave_in_the_order_they_came(void)
{
    NpOutbox outbox;
    NpAction action;

    np_outbox_init(&outbox);
    for (guint round = 0; round < 3; round++) {
        for (guint i = 0; i < 100; i++)
            np_outbox_notify(&outbox, i, round);
        for (guint i = 0; i < 100; i++) {
            NP_REQUIRE(np_outbox_take(&outbox, &action));
            NP_ASSERT_INT(action.kind, NP_DO_NOTIFY);
            NP_ASSERT_INT(action.notice.code, i);
            NP_ASSERT_INT(action.notice.subject, round);
        }
        CU_ASSERT_FALSE(np_outbox_take(&outbox, &action));
    }
    np_outbox_clear(&outbox);
}

static void
may_be_filled_while_it_is_drained(void)
{
    NpOutbox outbox;
    NpAction action;

    np_outbox_init(&outbox);
    np_outbox_close(&outbox, 1);
    np_outbox_close(&outbox, 2);
    CU_ASSERT_TRUE(np_outbox_take(&outbox, &action));
    np_outbox_close(&outbox, 3);
    CU_ASSERT_TRUE(np_outbox_take(&outbox, &action));
    NP_ASSERT_INT(action.socket, 2);
    CU_ASSERT_TRUE(np_outbox_take(&outbox, &action));
    NP_ASSERT_INT(action.socket, 3);
    NP_ASSERT_INT(action.kind, NP_DO_CLOSE);
    CU_ASSERT_FALSE(np_outbox_take(&outbox, &action));
    np_outbox_clear(&outbox);
}

static void
an_open_is_udp_without_flags(void)
{
    NpAddress local = np_address_ipv4(0x7f000001, 3478);
    NpOutbox outbox;
    NpAction action;

    np_outbox_init(&outbox);
    np_outbox_open_udp(&outbox, 7, &local);
    CU_ASSERT_TRUE(np_outbox_take(&outbox, &action));
    NP_ASSERT_INT(action.kind, NP_DO_OPEN);
    NP_ASSERT_INT(action.socket, 7);
    NP_ASSERT_INT(action.open.transport, NP_TRANSPORT_UDP);
    CU_ASSERT_TRUE(np_address_equal(&action.open.local, &local));
    NP_ASSERT_STR(action.open.interface, "");
    NP_ASSERT_INT(action.open.flags, 0);
    np_outbox_clear(&outbox);
}

static gboolean freed;

static void
note_freed(gpointer unused)
{
    (void)unused;
    freed = TRUE;
}

static GBytes *
watched_payload(void)
{
    freed = FALSE;
    return g_bytes_new_with_free_func("x", 1, note_freed, NULL);
}

static void
the_taker_of_a_send_owns_its_payload(void)
{
    NpAddress to = np_address_ipv4(0x7f000001, 9);
    NpOutbox outbox;
    NpAction action;

    np_outbox_init(&outbox);
    np_outbox_send(&outbox, 7, &to, watched_payload());
    NP_REQUIRE(np_outbox_take(&outbox, &action));
    np_outbox_clear(&outbox);
    CU_ASSERT_FALSE(freed);
    NP_ASSERT_INT(action.kind, NP_DO_SEND);
    CU_ASSERT_TRUE(np_address_equal(&action.send.to, &to));
    NP_ASSERT_INT(g_bytes_get_size(action.send.payload), 1);
    np_action_clear(&action);
    CU_ASSERT_TRUE(freed);
}

static void
what_nobody_took_is_freed(void)
{
    NpAddress to = np_address_ipv4(0x7f000001, 9);
    NpOutbox outbox;

    np_outbox_init(&outbox);
    np_outbox_send(&outbox, 7, &to, watched_payload());
    np_outbox_clear(&outbox);
    CU_ASSERT_TRUE(freed);
    np_outbox_clear(&outbox);
}

static void
every_reason_completes_a_sentence(void)
{
    for (guint why = NP_WHY_NONE; why <= NP_WHY_OTHER; why++) {
        const char *text = np_why_text((NpWhy)why);

        NP_REQUIRE(text != NULL);
        CU_ASSERT_TRUE(g_ascii_islower(text[0]));
        CU_ASSERT_FALSE(g_str_has_suffix(text, "."));
        for (guint other = NP_WHY_NONE; other < why; other++)
            NP_ASSERT_ROW(!g_str_equal(text, np_why_text((NpWhy)other)), text);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(actions_leave_in_the_order_they_came),
        NP_TEST(may_be_filled_while_it_is_drained),
        NP_TEST(an_open_is_udp_without_flags),
        NP_TEST(the_taker_of_a_send_owns_its_payload),
        NP_TEST(what_nobody_took_is_freed),
        NP_TEST(every_reason_completes_a_sentence),
        { 0 },
    };

    return np_test_main("core.outbox", tests);
}
