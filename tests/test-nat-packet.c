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

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(an_error_quotes_the_packet_and_goes_back_to_its_source),
        { 0 },
    };

    return np_test_main("nat.packet", tests);
}
