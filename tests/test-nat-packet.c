/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/packet.h"

static void
an_error_quotes_the_packet_and_goes_back_to_its_source(void)
{
    static const struct {
        const char *source, *destination, *router;
        NpNatError error;
        guint8 type, code;
    } rows[] = {
        { "10.0.0.2:5", "192.0.2.1:7", "198.18.0.1", NP_NAT_ERROR_TIME_EXCEEDED, 11, 0 },
        { "10.0.0.2:5", "192.0.2.1:7", "192.0.2.1", NP_NAT_ERROR_PORT_UNREACHABLE, 3, 3 },
        { "10.0.0.2:5", "192.0.2.1:7", "192.0.2.1", NP_NAT_ERROR_PROHIBITED, 3, 13 },
        { "[fd00::2]:5", "[fd01::1]:7", "fd02::1", NP_NAT_ERROR_TIME_EXCEEDED, 3, 0 },
        { "[fd00::2]:5", "[fd01::1]:7", "fd01::1", NP_NAT_ERROR_PORT_UNREACHABLE, 1, 4 },
        { "[fd00::2]:5", "[fd01::1]:7", "fd01::1", NP_NAT_ERROR_PROHIBITED, 1, 1 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatPacket packet = { .ttl = 1 };
        NpAddress router = { 0 };
        char text[NP_ADDRESS_TEXT_SIZE];

        np_address_parse(&packet.source, rows[i].source, 0);
        np_address_parse(&packet.destination, rows[i].destination, 0);
        np_address_parse(&router, rows[i].router, 0);
        np_nat_packet_to_error(&packet, &router, rows[i].error);
        NP_ASSERT_INT(packet.kind, NP_NAT_PACKET_ERROR);
        NP_ASSERT_INT(packet.quote.type, rows[i].type);
        NP_ASSERT_INT(packet.quote.code, rows[i].code);
        CU_ASSERT(packet.ttl > 1);
        CU_ASSERT(np_address_equal(&packet.source, &router));
        CU_ASSERT(np_address_same_host(&packet.destination, &packet.quote.source));
        NP_ASSERT_STR(np_address_format(&packet.quote.source, text), rows[i].source);
        NP_ASSERT_STR(np_address_format(&packet.quote.destination, text), rows[i].destination);
    }
}

static void
a_reset_answers_as_a_closed_port_would(void)
{
    static const struct {
        guint8 flags;
        gsize size;
        guint8 reset;
        guint32 sequence, acknowledgment;
    } rows[] = {
        { NP_NAT_SYN, 0, NP_NAT_RST | NP_NAT_ACK, 0, 1001 },
        { NP_NAT_SYN, 5, NP_NAT_RST | NP_NAT_ACK, 0, 1006 },
        { NP_NAT_FIN, 5, NP_NAT_RST | NP_NAT_ACK, 0, 1006 },
        { NP_NAT_ACK, 5, NP_NAT_RST, 2000, 0 },
        { NP_NAT_SYN | NP_NAT_ACK, 0, NP_NAT_RST, 2000, 0 },
    };
    NpNatPacket reset = { .protocol = NP_NAT_TCP, .tcp = { .flags = NP_NAT_RST } };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatPacket packet = {
            .protocol = NP_NAT_TCP,
            .source = np_address_ipv4(0x0a000002, 5),
            .destination = np_address_ipv4(0xc0000201, 7),
            .tcp = { .flags = rows[i].flags, .sequence = 1000, .acknowledgment = 2000 }
        };

        CU_ASSERT(np_nat_packet_to_reset(&packet, rows[i].size));
        NP_ASSERT_INT(packet.tcp.flags, rows[i].reset);
        NP_ASSERT_INT(packet.tcp.sequence, rows[i].sequence);
        NP_ASSERT_INT(packet.tcp.acknowledgment, rows[i].acknowledgment);
        NP_ASSERT_INT(packet.source.port, 7);
        NP_ASSERT_INT(packet.destination.port, 5);
    }
    CU_ASSERT(!np_nat_packet_to_reset(&reset, 0));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(an_error_quotes_the_packet_and_goes_back_to_its_source),
        NP_TEST(a_reset_answers_as_a_closed_port_would),
        { 0 },
    };

    return np_test_main("nat.packet", tests);
}
