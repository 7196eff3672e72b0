/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-raw.h"
#include "harness.h"
#include "nat/compose.h"
#include "nat/raw.h"

#include <string.h>

static NpNatPacket
packet_of(NpNatProtocol protocol, const char *source, const char *destination)
{
    NpNatPacket packet = { .protocol = protocol, .ttl = 64 };

    np_address_parse(&packet.source, source, 0);
    np_address_parse(&packet.destination, destination, 0);
    return packet;
}

static const struct {
    NpNatProtocol protocol;
    const char *source;
    const char *destination;
} rows[] = {
    { NP_NAT_UDP, "10.0.0.2:5000", "192.0.2.1:80" },
    { NP_NAT_TCP, "10.0.0.2:5000", "192.0.2.1:80" },
    { NP_NAT_ECHO, "10.0.0.2:77", "192.0.2.1:0" },
    { NP_NAT_UDP, "[fd00::2]:5000", "[2001:db8::1]:80" },
    { NP_NAT_TCP, "[fd00::2]:5000", "[2001:db8::1]:80" },
    { NP_NAT_ECHO, "[fd00::2]:77", "[2001:db8::1]:0" },
};

static void
expect_same(const NpNatPacket *read, const NpNatPacket *written, const char *label)
{
    NP_ASSERT_ROW(read->kind == written->kind && read->protocol == written->protocol, label);
    NP_ASSERT_ROW(np_address_equal(&read->source, &written->source), label);
    NP_ASSERT_ROW(np_address_equal(&read->destination, &written->destination), label);
    NP_ASSERT_ROW(read->ttl == written->ttl && read->reply == written->reply, label);
    NP_ASSERT_ROW(memcmp(&read->tcp, &written->tcp, sizeof read->tcp) == 0, label);
}

static void
what_it_writes_is_read_as_it_was(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (gsize size = 0; size < 30; size++) {
            NpNatPacket packet = packet_of(rows[i].protocol, rows[i].source, rows[i].destination);
            guint8 bytes[200];
            g_autofree char *payload = g_strnfill(size, 'p');
            gsize whole = 0;
            NpNatPacket again;
            NpNatFragmentInfo fragment;

            if (rows[i].protocol == NP_NAT_TCP)
                packet.tcp = (NpNatSegment){ NP_NAT_SYN | NP_NAT_ACK, 123456789, 987654321 };
            whole = np_nat_compose(bytes, sizeof bytes, &packet, (const guint8 *)payload, size);
            NP_ASSERT_ROW(whole > size && fixture_raw_is_sound(bytes, whole), rows[i].source);
            NP_ASSERT_INT(np_nat_raw_read(bytes, whole, &again, &fragment), NP_NAT_RAW_OK);
            expect_same(&again, &packet, rows[i].source);
            CU_ASSERT(memcmp(bytes + whole - size, payload, size) == 0);
        }
    }
}

static void
an_error_without_its_packet_quotes_what_is_known(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatPacket packet = packet_of(rows[i].protocol, rows[i].source, rows[i].destination);
        NpAddress source = packet.source;
        NpAddress destination = packet.destination;
        guint8 bytes[200];
        gsize whole = 0;
        NpNatPacket again;
        NpNatFragmentInfo fragment;

        np_nat_packet_to_error(&packet, &destination, NP_NAT_ERROR_PORT_UNREACHABLE);
        whole = np_nat_compose(bytes, sizeof bytes, &packet, NULL, 0);
        NP_ASSERT_ROW(whole > 0 && fixture_raw_is_sound(bytes, whole), rows[i].source);
        NP_ASSERT_INT(np_nat_raw_read(bytes, whole, &again, &fragment), NP_NAT_RAW_OK);
        expect_same(&again, &packet, rows[i].source);
        NP_ASSERT_ROW(np_address_equal(&again.quote.source, &source), rows[i].source);
        NP_ASSERT_ROW(np_address_equal(&again.quote.destination, &destination), rows[i].source);
    }
}

static void
a_reply_bears_the_identifier_of_its_receiver(void)
{
    NpNatPacket packet = packet_of(NP_NAT_ECHO, "192.0.2.1:0", "10.0.0.2:77");
    guint8 bytes[200];
    gsize whole = 0;
    NpNatPacket again;
    NpNatFragmentInfo fragment;

    packet.reply = TRUE;
    whole = np_nat_compose(bytes, sizeof bytes, &packet, NULL, 0);
    NP_ASSERT_INT(np_nat_raw_read(bytes, whole, &again, &fragment), NP_NAT_RAW_OK);
    expect_same(&again, &packet, "reply");
}

static void
refuses_what_does_not_fit(void)
{
    NpNatPacket packet = packet_of(NP_NAT_UDP, "10.0.0.2:5000", "192.0.2.1:80");
    g_autofree guint8 *bytes = g_malloc0(70000);
    g_autofree guint8 *payload = g_malloc0(70000);

    NP_ASSERT_INT(np_nat_compose(bytes, 28, &packet, payload, 1), 0);
    NP_ASSERT_INT(np_nat_compose(bytes, 28, &packet, payload, 0), 28);
    NP_ASSERT_INT(np_nat_compose(bytes, 70000, &packet, payload, 65507), 65535);
    NP_ASSERT_INT(np_nat_compose(bytes, 70000, &packet, payload, 65508), 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(what_it_writes_is_read_as_it_was),
        NP_TEST(an_error_without_its_packet_quotes_what_is_known),
        NP_TEST(a_reply_bears_the_identifier_of_its_receiver),
        NP_TEST(refuses_what_does_not_fit),
        { 0 },
    };

    return np_test_main("nat.compose", tests);
}
