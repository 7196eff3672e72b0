/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything is written in network byte order, as the byte-order magic in the first block tells.
 */

#include "report/pcapng.h"

#include <string.h>

#include "nat/compose.h"
#include "util/writer.h"

#define SECTION_HEADER 0x0a0d0d0a
#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define INTERFACE_DESCRIPTION 1
#define ENHANCED_PACKET 6
/*
 * Packets have no link here; but libpcap 1.10 refuses a second interface of LINKTYPE_RAW, so each
 * is given the header of an Ethernet frame from its node to nobody.
 */
#define LINKTYPE_ETHERNET 1
#define ETHERNET_HEADER 14
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
/* A locally administered address, whose last four bytes number the node. */
#define NODE_PREFIX 0x0200
#define OPTION_END 0
#define OPTION_COMMENT 1
#define OPTION_IF_NAME 2
#define OPTION_IF_TSRESOL 9
#define NANOSECONDS 9
/* Type and length before the body, length behind it. */
#define BLOCK_OVERHEAD 12
/* The longest option we write; what is longer is cut. */
#define MAX_TEXT 255
#define MAX_PACKET 65535
/* Room for the fixed fields, two options and their padding. */
#define MAX_BLOCK (MAX_PACKET + 2 * MAX_TEXT + 128)

static void
pad(NpWriter *body)
{
    np_writer_zeros(body, (4 - body->size % 4) % 4);
}

static void
add_option(NpWriter *body, guint16 code, const void *value, gsize size)
{
    np_writer_u16(body, code);
    np_writer_u16(body, (guint16)size);
    np_writer_bytes(body, value, size);
    pad(body);
}

static void
add_text(NpWriter *body, guint16 code, const char *text)
{
    add_option(body, code, text, MIN(strlen(text), MAX_TEXT));
}

static void
end_options(NpWriter *body)
{
    add_option(body, OPTION_END, NULL, 0);
}

static void
add_block(NpPcapng *self, guint32 type, const NpWriter *body)
{
    guint8 edge[8];
    guint32 total = (guint32)(np_writer_finish(body) + BLOCK_OVERHEAD);
    NpWriter head = np_writer(edge, sizeof edge);

    g_return_if_fail(!body->failed);
    np_writer_u32(&head, type);
    np_writer_u32(&head, total);
    g_byte_array_append(self->bytes, edge, sizeof edge);
    g_byte_array_append(self->bytes, body->data, (guint)body->size);
    g_byte_array_append(self->bytes, edge + 4, 4);
}

void
np_report_pcapng_init(NpPcapng *self, const NpSimTrace *trace)
{
    guint8 bytes[32];
    NpWriter body = np_writer(bytes, sizeof bytes);

    *self = (NpPcapng){ .bytes = g_byte_array_new(), .trace = trace };
    np_writer_u32(&body, BYTE_ORDER_MAGIC);
    np_writer_u16(&body, 1);
    np_writer_u16(&body, 0);
    /* Section length: not specified. */
    np_writer_u64(&body, G_MAXUINT64);
    add_block(self, SECTION_HEADER, &body);
}

void
np_report_pcapng_clear(NpPcapng *self)
{
    g_clear_pointer(&self->bytes, g_byte_array_unref);
    g_clear_pointer(&self->interfaces, g_free);
}

static void
describe_interface(NpPcapng *self, guint node)
{
    static const guint8 resolution = NANOSECONDS;
    guint8 bytes[MAX_TEXT + 64];
    NpWriter body = np_writer(bytes, sizeof bytes);

    np_writer_u16(&body, LINKTYPE_ETHERNET);
    np_writer_u16(&body, 0);
    /* No limit to the length of what is captured. */
    np_writer_u32(&body, 0);
    add_text(&body, OPTION_IF_NAME, np_sim_trace_name(self->trace, node));
    add_option(&body, OPTION_IF_TSRESOL, &resolution, 1);
    end_options(&body);
    add_block(self, INTERFACE_DESCRIPTION, &body);
}

static guint
interface_of(NpPcapng *self, guint node)
{
    if (node >= self->n_nodes) {
        self->interfaces = g_renew(guint, self->interfaces, node + 1);
        memset(self->interfaces + self->n_nodes, 0, (node + 1 - self->n_nodes) * sizeof(guint));
        self->n_nodes = node + 1;
    }
    if (self->interfaces[node] == 0) {
        describe_interface(self, node);
        self->interfaces[node] = ++self->n_interfaces;
    }
    return self->interfaces[node] - 1;
}

void
np_report_pcapng_packet(
    NpPcapng *self, guint node, NpTime time, const guint8 *packet, gsize size, const char *comment)
{
    guint interface = interface_of(self, node);
    g_autofree guint8 *bytes = g_malloc(MAX_BLOCK);
    NpWriter body = np_writer(bytes, MAX_BLOCK);
    guint64 stamp = (guint64)time;
    gboolean is_ipv6 = size > 0 && packet[0] >> 4 == 6;

    g_return_if_fail(size <= MAX_PACKET);
    np_writer_u32(&body, interface);
    np_writer_u32(&body, (guint32)(stamp >> 32));
    np_writer_u32(&body, (guint32)stamp);
    np_writer_u32(&body, (guint32)size + ETHERNET_HEADER);
    np_writer_u32(&body, (guint32)size + ETHERNET_HEADER);
    np_writer_zeros(&body, 6);
    np_writer_u16(&body, NODE_PREFIX);
    np_writer_u32(&body, node);
    np_writer_u16(&body, is_ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
    np_writer_bytes(&body, packet, size);
    pad(&body);
    if (comment != NULL) {
        add_text(&body, OPTION_COMMENT, comment);
        end_options(&body);
    }
    add_block(self, ENHANCED_PACKET, &body);
}

void
np_report_pcapng_watch(gpointer data, const NpSimRecord *record, const NpSimPacket *packet)
{
    NpPcapng *self = data;
    g_autofree guint8 *bytes = NULL;
    g_autofree char *text = NULL;
    gsize size = 0;

    if (packet == NULL)
        return;
    bytes = g_malloc(MAX_PACKET);
    size = np_nat_compose(bytes, MAX_PACKET, &record->header, np_sim_packet_data(packet),
                          record->size);
    if (size == 0)
        return;
    text = np_sim_trace_text(self->trace, record);
    np_report_pcapng_packet(self, record->node, record->time, bytes, size, text);
}
