/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/pcapng.h"

#include <gio/gio.h>
#include <stdio.h>

#include "harness.h"
#include "probe/plan.h"
#include "sim/host.h"
#include "util/reader.h"

typedef struct {
    guint sections, interfaces, packets, comments;
    guint64 last_stamp;
} Content;

/* Walks the blocks as a reader of the format does. FALSE at the first thing that is wrong. */
static gboolean
walk(const GByteArray *file, Content *content)
{
    NpReader reader = np_reader(file->data, file->len);

    while (np_reader_left(&reader) > 0) {
        guint32 type = np_reader_u32(&reader);
        guint32 total = np_reader_u32(&reader);
        NpReader body = { 0 };

        if (reader.failed || total % 4 != 0 || total < 12)
            return FALSE;
        body = np_reader_sub(&reader, total - 12);
        if (np_reader_u32(&reader) != total || body.failed)
            return FALSE;
        if (type == 0x0a0d0d0a) {
            content->sections++;
        } else if (type == 1) {
            content->interfaces++;
        } else if (type == 6) {
            guint32 interface = np_reader_u32(&body);
            guint64 stamp = np_reader_u64(&body);
            guint32 size = np_reader_u32(&body);

            if (interface >= content->interfaces || stamp < content->last_stamp)
                return FALSE;
            content->last_stamp = stamp;
            np_reader_skip(&body, 4 + (size + 3) / 4 * 4);
            content->comments += np_reader_u16(&body) == 1;
            content->packets++;
        }
    }
    return !reader.failed;
}

static void
begins_with_a_section_and_nothing_else(void)
{
    NpSimTrace trace;
    g_auto(NpPcapng) capture = { 0 };
    Content content = { 0 };

    np_sim_trace_init(&trace);
    np_report_pcapng_init(&capture, &trace);
    CU_ASSERT(walk(capture.bytes, &content));
    NP_ASSERT_INT(capture.bytes->len, 28);
    NP_ASSERT_INT(content.sections, 1);
    np_sim_trace_clear(&trace);
}

static void
describes_each_node_once_and_before_its_packets(void)
{
    static const guint8 packet[21] = { 0x45 };
    NpSimTrace trace;
    g_auto(NpPcapng) capture = { 0 };
    Content content = { 0 };
    guint one = 0, two = 0;

    np_sim_trace_init(&trace);
    one = np_sim_trace_add_name(&trace, "one");
    two = np_sim_trace_add_name(&trace, "two");
    np_report_pcapng_init(&capture, &trace);
    np_report_pcapng_packet(&capture, two, 1, packet, sizeof packet, NULL);
    np_report_pcapng_packet(&capture, one, 2, packet, sizeof packet, "a comment");
    np_report_pcapng_packet(&capture, two, 5 * NP_SECOND, packet, 0, "");
    NP_REQUIRE(walk(capture.bytes, &content));
    NP_ASSERT_INT(content.interfaces, 2);
    NP_ASSERT_INT(content.packets, 3);
    NP_ASSERT_INT(content.last_stamp, 5 * NP_SECOND);
    np_sim_trace_clear(&trace);
}

/* A world of two hosts that speak STUN; the file is left in @capture. */
static void
capture_a_world(NpSimWorld *world, NpPcapng *capture)
{
    NpSimHost *host = np_sim_host_new(np_sim_world_internet(world), "client", "198.51.100.9");
    NpProbeConfig config = {
        .family = NP_FAMILY_IPV4,
        .n_servers = 1,
        .local = np_address_any(NP_FAMILY_IPV4, 0),
        .timeout = NP_SECOND,
        .rng = np_rng_from_number(1),
    };
    NpAddress server = np_address_ipv4(0xc0000201, 3478);
    g_autoptr(NpProbePlan) plan = NULL;
    NpSimProcess *process = NULL;

    np_sim_host_new(np_sim_world_internet(world), "nobody", "192.0.2.1");
    config.servers = &server;
    plan = np_probe_plan_new(&config);
    np_report_pcapng_init(capture, np_sim_world_trace(world));
    np_sim_world_watch(world, np_report_pcapng_watch, capture);
    process = np_sim_host_start(host, &np_probe_plan_ops, plan);
    np_sim_world_run(world, np_sim_process_has_notice, process, NULL);
    np_sim_process_stop(process);
}

static void
holds_every_packet_of_a_world(void)
{
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    g_auto(NpPcapng) capture = { 0 };
    Content content = { 0 };

    capture_a_world(world, &capture);
    NP_REQUIRE(walk(capture.bytes, &content));
    CU_ASSERT(content.packets > 50);
    NP_ASSERT_INT(content.comments, content.packets);
    CU_ASSERT(content.interfaces >= 2);
}

static void
can_be_read_by_tcpdump(void)
{
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    g_auto(NpPcapng) capture = { 0 };
    Content content = { 0 };
    g_autofree char *tcpdump = g_find_program_in_path("tcpdump");
    g_autoptr(GSubprocess) process = NULL;
    g_autoptr(GBytes) file = NULL;
    g_autoptr(GBytes) printed = NULL;
    g_auto(GStrv) lines = NULL;

    if (tcpdump == NULL) {
        printf("# tcpdump is not installed\n");
        CU_PASS("nothing to compare with");
        return;
    }
    capture_a_world(world, &capture);
    NP_REQUIRE(walk(capture.bytes, &content));
    process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                   G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                               NULL, tcpdump, "-n", "-r", "-", NULL);
    file = g_bytes_new(capture.bytes->data, capture.bytes->len);
    NP_REQUIRE(process != NULL &&
               g_subprocess_communicate(process, file, NULL, &printed, NULL, NULL));
    CU_ASSERT(g_subprocess_get_successful(process));
    lines = g_strsplit(g_bytes_get_data(printed, NULL), " IP ", -1);
    NP_ASSERT_INT(g_strv_length(lines) - 1, content.packets);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(begins_with_a_section_and_nothing_else),
        NP_TEST(describes_each_node_once_and_before_its_packets),
        NP_TEST(holds_every_packet_of_a_world),
        NP_TEST(can_be_read_by_tcpdump),
        { 0 },
    };

    return np_test_main("report.pcapng", tests);
}
