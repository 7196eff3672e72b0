/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "sim/packet.h"

#include <string.h>

static NpNatPacket
header(const char *source, const char *destination)
{
    NpNatPacket packet = { .ttl = 5 };

    np_address_parse(&packet.source, source, 0);
    np_address_parse(&packet.destination, destination, 0);
    return packet;
}

static void
is_a_view_of_a_shared_payload(void)
{
    NpNatPacket head = header("10.0.0.2:5", "192.0.2.1:7");
    GBytes *payload = g_bytes_new("abcdef", 6);
    g_autoptr(NpSimPacket) packet = np_sim_packet_new(&head, payload, 2, 3);
    g_autoptr(NpSimPacket) copy = NULL;

    g_bytes_unref(payload);
    packet->ecn = 2;
    copy = np_sim_packet_copy(packet);
    CU_ASSERT(memcmp(np_sim_packet_data(copy), "cde", 3) == 0);
    CU_ASSERT(np_sim_packet_data(copy) == np_sim_packet_data(packet));
    NP_ASSERT_INT(copy->ecn, 2);
}

static void
a_changed_payload_is_its_own(void)
{
    NpNatPacket head = header("10.0.0.2:5", "192.0.2.1:7");
    g_autoptr(GBytes) payload = g_bytes_new_static("abcdef", 6);
    g_autoptr(NpSimPacket) packet = np_sim_packet_new(&head, payload, 2, 3);
    g_autoptr(NpSimPacket) copy = np_sim_packet_copy(packet);

    np_sim_packet_own_data(packet)[0] = 'X';
    CU_ASSERT(memcmp(np_sim_packet_data(packet), "Xde", 3) == 0);
    CU_ASSERT(memcmp(np_sim_packet_data(copy), "cde", 3) == 0);
}

static void
counts_its_headers_on_the_wire(void)
{
    NpNatPacket four = header("10.0.0.2:5", "192.0.2.1:7");
    NpNatPacket six = header("[fd00::2]:5", "[fd01::1]:7");
    g_autoptr(NpSimPacket) one = np_sim_packet_new(&four, NULL, 0, 0);
    g_autoptr(NpSimPacket) two = np_sim_packet_new(&six, NULL, 0, 0);

    one->size = 100;
    two->size = 100;
    NP_ASSERT_INT(np_sim_packet_wire_size(one), 128);
    NP_ASSERT_INT(np_sim_packet_wire_size(two), 148);
}

static void
an_error_carries_no_payload(void)
{
    NpNatPacket head = header("10.0.0.2:5", "192.0.2.1:7");
    g_autoptr(GBytes) payload = g_bytes_new_static("abcdef", 6);
    g_autoptr(NpSimPacket) packet = np_sim_packet_new(&head, payload, 0, 6);

    np_sim_packet_to_error(packet, &head.destination, NP_NAT_ERROR_PORT_UNREACHABLE);
    NP_ASSERT_INT(packet->header.kind, NP_NAT_PACKET_ERROR);
    NP_ASSERT_INT(packet->size, 0);
    CU_ASSERT(np_sim_packet_data(packet) == NULL);
    NP_ASSERT_INT(np_sim_packet_wire_size(packet), 20 + 8 + 28);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(is_a_view_of_a_shared_payload),
        NP_TEST(a_changed_payload_is_its_own),
        NP_TEST(counts_its_headers_on_the_wire),
        NP_TEST(an_error_carries_no_payload),
        { 0 },
    };

    return np_test_main("sim.packet", tests);
}
