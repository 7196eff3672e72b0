/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A packet on its way through a simulated network
 */

#include "nat/packet.h"
#include "sim/event.h"

typedef struct NpSimPort NpSimPort;

typedef struct {
    NpSimEvent event; /* its next arrival */
    NpNatPacket header;
    GBytes *payload; /* NULL for none; may be shared with other packets */
    gsize offset;    /* of this packet's part in @payload */
    gsize size;
    guint8 ecn;
    NpSimPort *port; /* at one end of which it will arrive */
    gboolean up;     /* at the network's end, else at the node's */
} NpSimPacket;

/* Shares @payload, which may be NULL. */
NpSimPacket *
np_sim_packet_new(const NpNatPacket *header, GBytes *payload, gsize offset, gsize size);
NpSimPacket *np_sim_packet_copy(const NpSimPacket *self);
void np_sim_packet_free(NpSimPacket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpSimPacket, np_sim_packet_free)

const guint8 *np_sim_packet_data(const NpSimPacket *self);
/* As on the wire: with IP and transport headers. */
gsize np_sim_packet_wire_size(const NpSimPacket *self);
/* Its payload as bytes of its own, to be changed. */
guint8 *np_sim_packet_own_data(NpSimPacket *self);
/* After its header was turned into an error. */
void np_sim_packet_drop_payload(NpSimPacket *self);
/* Turns it into the ICMP error about itself. */
void np_sim_packet_to_error(NpSimPacket *self, const NpAddress *from, NpNatError error);
