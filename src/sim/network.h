/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A network that delivers by address: the internet, or the LAN behind a NAT
 *
 * Nodes are attached by ports, each with a link in both directions. The internet has hops, at which
 * packets may die; a LAN has none and sends what it does not know to its gateway.
 */

#include "sim/link.h"
#include "sim/packet.h"
#include "sim/world.h"

/* Who gets a packet that arrived at a port takes it over. */
typedef void (*NpSimReceive)(gpointer node, NpSimPort *port, NpSimPacket *packet, NpTime now);

struct NpSimPort {
    NpSimNetwork *network;
    guint id; /* of the node, in the trace */
    gpointer node;
    NpSimReceive receive;
    gboolean is_endpoint; /* the node runs machines: it gets packets from the schedule only */
    NpSimLinkState up;    /* towards the network */
    NpSimLinkState down;
};

struct NpSimNetwork {
    NpSimWorld *world;
    guint id;
    GHashTable *ports; /* NpAddress with port 0 -> NpSimPort */
    NpSimPort *gateway;
    /* A firewall passes addresses through: what is attached inside is reachable outside. */
    NpSimPort *advertised_by;
    NpSimLink default_link;
    guint hops;
    NpAddress router; /* where packets die */
};

/* An address as a scenario writes it, port 0; anything else is a mistake in the scenario. */
NpAddress np_sim_network_address(const char *text);

NpSimNetwork *np_sim_network_new(NpSimWorld *world, const char *name);
void np_sim_network_free(NpSimNetwork *self);
/* Each packet crosses @hops routers; those that die are reported by @router. */
void np_sim_network_set_hops(NpSimNetwork *self, guint hops, const char *router);

/* Of nodes attached from here on. */
void np_sim_network_set_default_link(NpSimNetwork *self, const NpSimLink *link);

void np_sim_network_set_links(NpSimPort *port, const NpSimLink *up, const NpSimLink *down);
/* @id is the node's, as np_sim_trace_add_name() gave it. */
NpSimPort np_sim_network_port(NpSimNetwork *self, guint id, gpointer node, NpSimReceive receive);
/* @port must stay where it is. The port number of @address is ignored. */
void np_sim_network_attach(NpSimNetwork *self, NpSimPort *port, const NpAddress *address);
/* Sends a packet from a node into its network; takes it over. */
void np_sim_network_send(NpSimPort *port, NpSimPacket *packet, NpTime now);
