/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "rendezvous/message.h"

#include <string.h>

static void
every_operation_and_reason_has_a_name_of_its_own(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < NP_RENDEZVOUS_N_OPERATIONS; i++) {
        const char *name = np_rendezvous_message_operation_name((NpRendezvousOperation)i);

        NP_REQUIRE(name != NULL);
        NP_ASSERT_ROW(g_hash_table_add(names, (gpointer)name), name);
    }
    g_hash_table_remove_all(names);
    for (guint i = 0; i < NP_RENDEZVOUS_N_REASONS; i++) {
        const char *name = np_rendezvous_message_reason_name((NpRendezvousReason)i);
        NpRendezvousReason found = NP_RENDEZVOUS_N_REASONS;

        NP_REQUIRE(name != NULL);
        NP_ASSERT_ROW(g_hash_table_add(names, (gpointer)name), name);
        NP_ASSERT_ROW(np_rendezvous_message_find_reason(name, &found) && found == i, name);
        NP_ASSERT_ROW(np_rendezvous_message_reason_text((NpRendezvousReason)i) != NULL, name);
    }
    CU_ASSERT(!np_rendezvous_message_find_reason("because", &(NpRendezvousReason){ 0 }));
}

static void
no_field_is_both_required_and_optional(void)
{
    for (guint i = 0; i < NP_RENDEZVOUS_N_OPERATIONS; i++) {
        NpRendezvousOperation operation = (NpRendezvousOperation)i;
        guint32 both =
            np_rendezvous_message_required(operation) & np_rendezvous_message_optional(operation);

        NP_ASSERT_ROW(both == 0, np_rendezvous_message_operation_name(operation));
    }
}

static void
a_message_is_complete_with_its_required_fields(void)
{
    g_auto(NpRendezvousMessage) message = { .operation = NP_RENDEZVOUS_END };

    CU_ASSERT(!np_rendezvous_message_is_complete(&message));
    np_rendezvous_message_set_peer(&message, "bob");
    CU_ASSERT(!np_rendezvous_message_is_complete(&message));
    np_rendezvous_message_set_reason(&message, NP_RENDEZVOUS_REASON_GONE);
    CU_ASSERT(np_rendezvous_message_is_complete(&message));
    CU_ASSERT(!np_rendezvous_message_has(&message, NP_RENDEZVOUS_FIELD_CALL));
    np_rendezvous_message_set_call(&message, 7);
    CU_ASSERT(np_rendezvous_message_has(&message, NP_RENDEZVOUS_FIELD_CALL));
}

static void
a_copy_has_a_profile_of_its_own(void)
{
    static const NpNatBehaviour behaviour = { .reachable = TRUE,
                                              .mapping = NP_NAT_ADDRESS_DEPENDENT };
    g_auto(NpRendezvousMessage) copy = { 0 };
    g_auto(NpProfile) profile = { 0 };
    guint value = 0;

    np_profile_from_behaviour(&profile, &behaviour);
    {
        g_auto(NpRendezvousMessage) message = { .operation = NP_RENDEZVOUS_HELLO };

        np_rendezvous_message_set_profile(&message, &profile);
        np_rendezvous_message_set_profile(&message, &profile);
        np_rendezvous_message_copy(&copy, &message);
        CU_ASSERT(copy.profile != message.profile);
    }
    NP_REQUIRE(np_rendezvous_message_has(&copy, NP_RENDEZVOUS_FIELD_PROFILE));
    CU_ASSERT(np_verdict_decided(&copy.profile->verdicts[NP_NAT_AXIS_MAPPING], &value));
    NP_ASSERT_INT(value, NP_NAT_ADDRESS_DEPENDENT);
}

static void
ids_are_safe_in_file_names_and_shells(void)
{
    g_autofree char *longest = g_strnfill(NP_RENDEZVOUS_MAX_ID, 'x');
    g_autofree char *longer = g_strnfill(NP_RENDEZVOUS_MAX_ID + 1, 'x');
    const struct {
        const char *text;
        gboolean valid;
    } rows[] = {
        { "bob", TRUE },         { "Bob-2_x.y@example.org", TRUE },
        { longest, TRUE },       { "7", TRUE },
        { "", FALSE },           { longer, FALSE },
        { ".bob", FALSE },       { "-bob", FALSE },
        { "bo b", FALSE },       { "bo/b", FALSE },
        { "b\303\266b", FALSE }, { "bob\n", FALSE },
        { "$bob", FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        NP_ASSERT_ROW(np_rendezvous_message_is_id(rows[i].text) == rows[i].valid, rows[i].text);
}

static void
texts_are_cut_between_characters(void)
{
    NpRendezvousMessage message = { .operation = NP_RENDEZVOUS_SAY };
    g_autoptr(GString) text = g_string_new("x");

    for (guint i = 0; i < 200; i++)
        g_string_append(text, "\303\251");
    np_rendezvous_message_set_text(&message, text->str);
    NP_ASSERT_INT(strlen(message.text), NP_RENDEZVOUS_MAX_TEXT);
    g_string_erase(text, 0, 1);
    np_rendezvous_message_set_text(&message, text->str);
    NP_ASSERT_INT(strlen(message.text), NP_RENDEZVOUS_MAX_TEXT - 1);
    CU_ASSERT(g_utf8_validate(message.text, -1, NULL));
}

static void
lists_are_bounded(void)
{
    NpRendezvousAddresses list = { 0 };
    NpAddress address = np_address_ipv4(0xc0000201, 1);

    for (guint i = 0; i < NP_RENDEZVOUS_MAX_ADDRESSES; i++)
        CU_ASSERT(np_rendezvous_message_add_address(&list, &address));
    CU_ASSERT(!np_rendezvous_message_add_address(&list, &address));
    NP_ASSERT_INT(list.n, NP_RENDEZVOUS_MAX_ADDRESSES);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_operation_and_reason_has_a_name_of_its_own),
        NP_TEST(no_field_is_both_required_and_optional),
        NP_TEST(a_message_is_complete_with_its_required_fields),
        NP_TEST(a_copy_has_a_profile_of_its_own),
        NP_TEST(ids_are_safe_in_file_names_and_shells),
        NP_TEST(texts_are_cut_between_characters),
        NP_TEST(lists_are_bounded),
        { 0 },
    };

    return np_test_main("rendezvous.message", tests);
}
