/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "sim/trace.h"

static NpSimPacket *
packet_of(const char *source, const char *destination)
{
    NpNatPacket head = { .ttl = 64 };
    g_autoptr(GBytes) payload = g_bytes_new_static("abcdefghij", 10);

    np_address_parse(&head.source, source, 0);
    np_address_parse(&head.destination, destination, 0);
    return np_sim_packet_new(&head, payload, 0, 10);
}

static void
tells_what_happened_in_a_line(void)
{
    NpSimTrace trace;
    g_autoptr(NpSimPacket) packet = packet_of("10.0.0.2:5", "192.0.2.1:7");
    g_autofree char *tail = NULL;
    guint left = 0;
    guint nat = 0;

    np_sim_trace_init(&trace);
    left = np_sim_trace_add_name(&trace, "left");
    nat = np_sim_trace_add_name(&trace, "nat");
    np_sim_trace_packet(&trace, 12345678, NP_SIM_SENT, left, packet);
    np_sim_trace_translated(&trace, NP_SECOND, nat, NP_NAT_DROPPED_FULL, packet);
    np_sim_packet_to_error(packet, &packet->header.destination, NP_NAT_ERROR_TIME_EXCEEDED);
    np_sim_trace_packet(&trace, 2 * NP_SECOND, NP_SIM_LOST, nat, packet);
    np_sim_trace_notice(&trace, 3 * NP_SECOND, left, 4, 5);
    tail = np_sim_trace_tail(&trace);
    NP_ASSERT_STR(tail, "0.012345678 left sent udp 10.0.0.2:5 > 192.0.2.1:7 ttl 64, 10 bytes\n"
                        "1.000000000 nat translated udp 10.0.0.2:5 > 192.0.2.1:7 ttl 64, 10 bytes "
                        "(dropped: full)\n"
                        "2.000000000 nat lost icmp 11/0 192.0.2.1:0 > 10.0.0.2:0 about "
                        "10.0.0.2:5 > 192.0.2.1:7\n"
                        "3.000000000 left notice 4 about 5\n");
    np_sim_trace_clear(&trace);
}

/* The digest of a trace of one packet after @change. */
static guint64
digest_of(guint change)
{
    NpSimTrace trace;
    g_autoptr(NpSimPacket) packet = packet_of("10.0.0.2:5", "192.0.2.1:7");
    guint node = 0;

    np_sim_trace_init(&trace);
    np_sim_trace_add_name(&trace, "one");
    np_sim_trace_add_name(&trace, "two");
    switch (change) {
    case 1:
        packet->header.source.port++;
        break;
    case 2:
        packet->header.destination.bytes[3]++;
        break;
    case 3:
        packet->header.ttl--;
        break;
    case 4:
        packet->offset = 1;
        packet->size = 9;
        break;
    case 5:
        node = 1;
        break;
    default:
        break;
    }
    np_sim_trace_packet(&trace, change == 6 ? 1 : 0, NP_SIM_SENT, node, packet);
    np_sim_trace_clear(&trace);
    return trace.digest;
}

static void
the_digest_sees_every_difference(void)
{
    NP_ASSERT_INT(digest_of(0), digest_of(0));
    for (guint i = 1; i <= 6; i++)
        for (guint j = 0; j < i; j++)
            CU_ASSERT(digest_of(i) != digest_of(j));
}

static void
the_tail_is_bounded(void)
{
    NpSimTrace trace;
    g_autofree char *tail = NULL;
    g_auto(GStrv) lines = NULL;

    np_sim_trace_init(&trace);
    np_sim_trace_add_name(&trace, "one");
    for (guint i = 0; i < 1000; i++)
        np_sim_trace_notice(&trace, 0, 0, i, 0);
    tail = np_sim_trace_tail(&trace);
    lines = g_strsplit(tail, "\n", -1);
    NP_ASSERT_INT(g_strv_length(lines), NP_SIM_TRACE_TAIL + 1);
    NP_ASSERT_STR(lines[0], "0.000000000 one notice 968 about 0");
    np_sim_trace_clear(&trace);
}

static void
count(gpointer data, const NpSimRecord *record, const NpSimPacket *packet)
{
    guint *n = data;

    (void)packet;
    *n += record->code;
}

static void
every_record_can_be_watched(void)
{
    NpSimTrace trace;
    guint sum = 0;

    np_sim_trace_init(&trace);
    np_sim_trace_add_name(&trace, "one");
    trace.watch = count;
    trace.watch_data = &sum;
    for (guint i = 1; i <= 100; i++)
        np_sim_trace_notice(&trace, 0, 0, i, 0);
    NP_ASSERT_INT(sum, 5050);
    np_sim_trace_clear(&trace);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(tells_what_happened_in_a_line),
        NP_TEST(the_digest_sees_every_difference),
        NP_TEST(the_tail_is_bounded),
        NP_TEST(every_record_can_be_watched),
        { 0 },
    };

    return np_test_main("sim.trace", tests);
}
