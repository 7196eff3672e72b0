/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "wire/message.h"
#include "wire/text.h"

#include <string.h>

static NpWireOutcome
read_text(NpRendezvousMessage *message, const char *text)
{
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');

    return np_wire_message_read(message, json, strlen(json));
}

/* As long as a message of this operation can be. */
static void
fill(NpRendezvousMessage *message, NpRendezvousOperation operation)
{
    static const guint8 host[16] = { 0x20, 0x01, 0x0d, 0xb8, 0xab, 0xcd, 0xab, 0xcd,
                                     0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd };
    static const NpNatBehaviour behaviour = {
        .reachable = TRUE,
        .translated = TRUE,
        .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
        .law = { .kind = NP_NAT_BLOCK, .first = 10000, .last = 65535, .block_size = 8192 }
    };
    NpRendezvousAddresses *lists[] = { &message->stun, &message->own, &message->reflexive,
                                       &message->hosts };
    g_auto(NpProfile) profile = { 0 };
    NpAddress address = np_address_ipv6(host, 65535);

    np_profile_from_behaviour(&profile, &behaviour);
    for (guint i = 0; i < NP_NAT_N_AXES; i++)
        np_verdict_leave_open(&profile.verdicts[i], np_verdict_anything((NpNatAxis)i), 1.0 / 3,
                              NULL);
    np_verdict_conclude(&profile.verdicts[NP_NAT_AXIS_ALLOCATION], NP_NAT_BLOCK, 1.0 / 3);
    message->operation = operation;
    np_rendezvous_message_set_profile(message, &profile);
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        while (np_rendezvous_message_add_address(lists[i], &address))
            continue;
    memset(message->id, 'i', NP_RENDEZVOUS_MAX_ID);
    memset(message->peer, 'p', NP_RENDEZVOUS_MAX_ID);
    /* Escaped, a control character takes six bytes. */
    memset(message->text, 1, NP_RENDEZVOUS_MAX_TEXT);
    memset(message->access, 1, NP_RENDEZVOUS_MAX_TEXT);
    memset(message->software, 1, NP_RENDEZVOUS_MAX_TEXT);
    message->version = message->capabilities = G_MAXUINT32;
    message->call = G_MAXUINT64 - 5;
    message->retry = message->time = message->server_time = message->start = message->rtt =
        message->keepalive = -((G_GINT64_CONSTANT(1) << 53) - 1) * NP_USEC;
    message->role = NP_RENDEZVOUS_CALLEE;
    message->reason = NP_RENDEZVOUS_REASON_NOT_LOGGED_IN;
    memset(message->signature, 0xa5, sizeof message->signature);
    message->has =
        np_rendezvous_message_required(operation) | np_rendezvous_message_optional(operation);
}

static void
the_longest_of_every_operation_reads_back(void)
{
    for (guint i = 0; i < NP_RENDEZVOUS_N_OPERATIONS; i++) {
        g_auto(NpRendezvousMessage) message = { 0 };
        g_auto(NpRendezvousMessage) back = { 0 };
        const char *label = np_rendezvous_message_operation_name((NpRendezvousOperation)i);
        g_autoptr(GBytes) line = NULL;
        g_autoptr(GBytes) again = NULL;
        gsize size = 0;
        const char *text = NULL;

        fill(&message, (NpRendezvousOperation)i);
        line = np_wire_message_write(&message);
        text = g_bytes_get_data(line, &size);
        NP_ASSERT_ROW(size <= NP_WIRE_MAX_LINE, label);
        NP_ASSERT_ROW(text[size - 1] == '\n' && memchr(text, '\n', size - 1) == NULL, label);
        NP_ASSERT_ROW(np_wire_message_read(&back, text, size - 1) == NP_WIRE_OK, label);
        NP_ASSERT_ROW(back.has == message.has, label);
        again = np_wire_message_write(&back);
        NP_ASSERT_ROW(g_bytes_equal(line, again), label);
    }
}

static void
members_mean_what_the_protocol_says(void)
{
    g_auto(NpRendezvousMessage) message = { 0 };
    char text[NP_ADDRESS_TEXT_SIZE];

    NP_REQUIRE(read_text(&message,
                         "{'op':'ready','peer':'bob','call':'00000000000000ff',"
                         "'key':'0102030405060708010203040506070801020304050607080102"
                         "030405060708','signature':'"
                         "00000000000000000000000000000000000000000000000000000000000000"
                         "00000000000000000000000000000000000000000000000000000000000000"
                         "0007','rtt':1500,'hosts':['10.0.0.2:4000','[2001:db8::1]:5']}") ==
               NP_WIRE_OK);
    NP_ASSERT_INT(message.operation, NP_RENDEZVOUS_READY);
    NP_ASSERT_STR(message.peer, "bob");
    NP_ASSERT_INT(message.call, 255);
    NP_ASSERT_INT(message.key[7], 8);
    NP_ASSERT_INT(message.signature[63], 7);
    NP_ASSERT_INT(message.rtt, 1500 * NP_USEC);
    NP_ASSERT_INT(message.hosts.n, 2);
    NP_ASSERT_STR(np_address_format(&message.hosts.at[1], text), "[2001:db8::1]:5");
}

static void
what_is_not_known_is_ignored(void)
{
    g_auto(NpRendezvousMessage) message = { 0 };
    g_auto(NpRendezvousMessage) end = { 0 };

    NP_ASSERT_INT(read_text(&message, "{'op':'ping','time':1,'mood':{'a':[1]},'peer':7}"),
                  NP_WIRE_OK);
    CU_ASSERT(!np_rendezvous_message_has(&message, NP_RENDEZVOUS_FIELD_PEER));
    NP_ASSERT_INT(read_text(&end, "{'op':'end','peer':'bob','reason':'tired'}"), NP_WIRE_OK);
    NP_ASSERT_INT(end.reason, NP_RENDEZVOUS_REASON_GONE);
}

static void
a_bad_id_reaches_whoever_can_say_so(void)
{
    g_auto(NpRendezvousMessage) hello = { 0 };
    g_auto(NpRendezvousMessage) call = { 0 };

    NP_ASSERT_INT(read_text(&hello, "{'op':'hello','version':1,'time':0,'id':'a b'}"), NP_WIRE_OK);
    NP_ASSERT_STR(hello.id, "a b");
    NP_ASSERT_INT(read_text(&call, "{'op':'call','peer':'a b'}"), NP_WIRE_MALFORMED);
}

static void
lines_that_are_no_messages_are_refused(void)
{
    static const struct {
        const char *text;
        NpWireOutcome outcome;
    } rows[] = {
        { "", NP_WIRE_MALFORMED },
        { "{}", NP_WIRE_MALFORMED },
        { "[]", NP_WIRE_MALFORMED },
        { "{'op':7}", NP_WIRE_MALFORMED },
        { "{'op':'dance'}", NP_WIRE_UNKNOWN },
        { "{'op':'Hello'}", NP_WIRE_UNKNOWN },
        { "{'op':'ping'}", NP_WIRE_MALFORMED },
        { "{'op':'ping','time':'1'}", NP_WIRE_MALFORMED },
        { "{'op':'ping','time':1.5}", NP_WIRE_MALFORMED },
        { "{'op':'ping','time':9007199254740992}", NP_WIRE_MALFORMED },
        { "{'op':'hello','version':-1,'time':0}", NP_WIRE_MALFORMED },
        { "{'op':'hello','version':1,'time':0,'profile':[]}", NP_WIRE_MALFORMED },
        { "{'op':'hello','version':1,'time':0,'session':'00'}", NP_WIRE_MALFORMED },
        { "{'op':'hello','version':1,'time':0,'software':null}", NP_WIRE_MALFORMED },
        { "{'op':'call','peer':''}", NP_WIRE_MALFORMED },
        { "{'op':'call','peer':'bob','call':'ff'}", NP_WIRE_MALFORMED },
        { "{'op':'call','peer':'bob','call':'00000000000000FF'}", NP_WIRE_MALFORMED },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpRendezvousMessage) message = { 0 };
        const NpRendezvousMessage nothing = { 0 };

        NP_ASSERT_ROW(read_text(&message, rows[i].text) == rows[i].outcome, rows[i].text);
        NP_ASSERT_ROW(message.has == nothing.has && message.profile == NULL, rows[i].text);
    }
}

static void
nobody_is_sent_where_nobody_is(void)
{
    static const char *const rows[] = { "0.0.0.0:1",   "224.0.0.1:1",      "10.0.0.1:0",
                                        "10.0.0.1",    "[::]:1",           "[ff02::1]:1",
                                        "localhost:1", "255.255.255.255:1" };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpRendezvousMessage) message = { 0 };
        g_autofree char *text = g_strdup_printf(
            "{'op':'welcome','version':1,'id':'a','session':'00000000000000000000000000000000',"
            "'resumed':false,'time':0,'server_time':0,'keepalive':1,'stun':['%s']}",
            rows[i]);

        NP_ASSERT_ROW(read_text(&message, text) == NP_WIRE_MALFORMED, rows[i]);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(the_longest_of_every_operation_reads_back),
        NP_TEST(members_mean_what_the_protocol_says),
        NP_TEST(what_is_not_known_is_ignored),
        NP_TEST(a_bad_id_reaches_whoever_can_say_so),
        NP_TEST(lines_that_are_no_messages_are_refused),
        NP_TEST(nobody_is_sent_where_nobody_is),
        { 0 },
    };

    return np_test_main("wire.message", tests);
}
