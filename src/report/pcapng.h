/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A simulated trace as a capture file (pcapng, draft-ietf-opsawg-pcapng)
 *
 * One interface for each node of the world, packets with the simulator's nanoseconds, and what
 * became of each as its comment. Read by Wireshark and tcpdump. libpcap writes only the classic
 * format, which has neither names nor comments.
 */

#include "sim/trace.h"

typedef struct {
    GByteArray *bytes;       /* the file so far */
    const NpSimTrace *trace; /* borrowed: for the names of nodes */
    guint *interfaces;       /* by node: its interface + 1, 0 if it has none yet */
    guint n_nodes;
    guint n_interfaces;
} NpPcapng;

/* Starts the file. */
void np_report_pcapng_init(NpPcapng *self, const NpSimTrace *trace);
void np_report_pcapng_clear(NpPcapng *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpPcapng, np_report_pcapng_clear)

/* Adds one packet of @size bytes from its IP header on. @comment may be NULL. */
void np_report_pcapng_packet(
    NpPcapng *self, guint node, NpTime time, const guint8 *packet, gsize size, const char *comment);
/* For np_sim_world_watch(), with the NpPcapng as data: adds what was sent, translated and
 * delivered. */
void np_report_pcapng_watch(gpointer data, const NpSimRecord *record, const NpSimPacket *packet);
