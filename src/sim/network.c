/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/network.h"

/* The one place where a packet with its hop limit reached turns into a report of it. */
static gboolean
survives_hops(NpSimNetwork *self, NpSimPacket *packet, NpTime now)
{
    if (packet->header.ttl > self->hops) {
        packet->header.ttl = (guint8)(packet->header.ttl - self->hops);
        return TRUE;
    }
    np_sim_trace_packet(np_sim_world_trace(self->world), now, NP_SIM_EXPIRED, self->id, packet);
    if (packet->header.kind == NP_NAT_PACKET_ERROR || !np_address_is_set(&self->router))
        return FALSE;
    np_sim_packet_to_error(packet, &self->router, NP_NAT_ERROR_TIME_EXCEEDED);
    return TRUE;
}

static NpSimPort *
route(const NpSimNetwork *self, const NpAddress *destination)
{
    NpAddress host = np_address_with_port(destination, 0);
    NpSimPort *port = g_hash_table_lookup(self->ports, &host);

    return port != NULL ? port : self->gateway;
}

static void
arrive_at_node(NpSimPort *port, NpSimPacket *packet, NpTime now)
{
    port->receive(port->node, port, packet, now);
}

static void
fire_at_node(NpSimEvent *event, NpTime now)
{
    NpSimPacket *packet = (NpSimPacket *)event;

    arrive_at_node(packet->port, packet, now);
}

static void
discard(NpSimEvent *event)
{
    np_sim_packet_free((NpSimPacket *)event);
}

/* Takes the packet over the link in one direction, at whose end @fire awaits it. */
static void
cross(NpSimPort *port,
      NpSimLinkState *link,
      NpSimPacket *packet,
      NpTime now,
      void (*fire)(NpSimEvent *, NpTime))
{
    NpSimTrace *trace = np_sim_world_trace(port->network->world);
    NpTime arrival = now;

    switch (np_sim_link_transmit(link, np_sim_packet_wire_size(packet), now, &arrival)) {
    case NP_SIM_LINK_PASSED:
        packet->port = port;
        packet->event = (NpSimEvent){ .fire = fire, .discard = discard };
        np_sim_world_schedule(port->network->world, arrival, &packet->event);
        return;
    case NP_SIM_LINK_LOST:
        np_sim_trace_packet(trace, now, NP_SIM_LOST, port->id, packet);
        break;
    case NP_SIM_LINK_QUEUE_FULL:
        np_sim_trace_packet(trace, now, NP_SIM_QUEUE_FULL, port->id, packet);
        break;
    }
    np_sim_packet_free(packet);
}

static void
transmit(NpSimPort *port,
         NpSimLinkState *link,
         NpSimPacket *packet,
         NpTime now,
         void (*fire)(NpSimEvent *, NpTime))
{
    if (np_sim_link_duplicates(link)) {
        np_sim_trace_packet(np_sim_world_trace(port->network->world), now, NP_SIM_DUPLICATED,
                            port->id, packet);
        cross(port, link, np_sim_packet_copy(packet), now, fire);
    }
    cross(port, link, packet, now, fire);
}

static void
arrive_at_network(NpSimPort *from, NpSimPacket *packet, NpTime now)
{
    NpSimNetwork *self = from->network;
    NpSimPort *to = NULL;

    if (!survives_hops(self, packet, now)) {
        np_sim_packet_free(packet);
        return;
    }
    to = route(self, &packet->header.destination);
    if (to == NULL || (to == from && to == self->gateway)) {
        np_sim_trace_packet(np_sim_world_trace(self->world), now, NP_SIM_NO_ROUTE, self->id,
                            packet);
        np_sim_packet_free(packet);
    } else if (!to->is_endpoint && np_sim_link_is_ideal(&to->down)) {
        arrive_at_node(to, packet, now);
    } else {
        transmit(to, &to->down, packet, now, fire_at_node);
    }
}

static void
fire_at_network(NpSimEvent *event, NpTime now)
{
    NpSimPacket *packet = (NpSimPacket *)event;

    arrive_at_network(packet->port, packet, now);
}

NpAddress
np_sim_network_address(const char *text)
{
    NpAddress address = { 0 };

    if (!np_address_parse(&address, text, 0) || address.port != 0)
        g_error("\"%s\" is no address without port", text);
    return address;
}

NpSimNetwork *
np_sim_network_new(NpSimWorld *world, const char *name)
{
    NpSimNetwork *self = g_new0(NpSimNetwork, 1);

    self->world = world;
    self->id = np_sim_trace_add_name(np_sim_world_trace(world), name);
    self->ports = g_hash_table_new_full(np_address_hash_key, np_address_equal_key, g_free, NULL);
    np_sim_world_adopt(world, self, (GDestroyNotify)np_sim_network_free);
    return self;
}

void
np_sim_network_free(NpSimNetwork *self)
{
    g_hash_table_unref(self->ports);
    g_free(self);
}

void
np_sim_network_set_hops(NpSimNetwork *self, guint hops, const char *router)
{
    self->hops = hops;
    self->router = np_sim_network_address(router);
}

void
np_sim_network_set_default_link(NpSimNetwork *self, const NpSimLink *link)
{
    self->default_link = *link;
}

/* A link that draws nothing needs no stream: worlds are made by the hundred thousand. */
static NpRng
link_rng(const NpSimPort *port, const NpSimLink *link, const char *direction)
{
    NpSimWorld *world = port->network->world;
    g_autofree char *name = NULL;

    if (link->jitter == 0 && !(link->loss > 0) && !(link->duplicate > 0) && !(link->reorder > 0))
        return (NpRng){ 0 };
    name =
        g_strdup_printf("%s %s", np_sim_trace_name(np_sim_world_trace(world), port->id), direction);
    return np_sim_world_rng(world, "link", name);
}

void
np_sim_network_set_links(NpSimPort *port, const NpSimLink *up, const NpSimLink *down)
{
    np_sim_link_init(&port->up, up, link_rng(port, up, "up"));
    np_sim_link_init(&port->down, down, link_rng(port, down, "down"));
}

NpSimPort
np_sim_network_port(NpSimNetwork *self, guint id, gpointer node, NpSimReceive receive)
{
    NpSimPort port = { .network = self, .id = id, .node = node, .receive = receive };

    np_sim_network_set_links(&port, &self->default_link, &self->default_link);
    return port;
}

void
np_sim_network_attach(NpSimNetwork *self, NpSimPort *port, const NpAddress *address)
{
    NpAddress host = np_address_with_port(address, 0);

    g_hash_table_insert(self->ports, g_memdup2(&host, sizeof host), port);
    if (self->advertised_by != NULL)
        np_sim_network_attach(self->advertised_by->network, self->advertised_by, address);
}

void
np_sim_network_send(NpSimPort *port, NpSimPacket *packet, NpTime now)
{
    if (np_sim_link_is_ideal(&port->up))
        arrive_at_network(port, packet, now);
    else
        transmit(port, &port->up, packet, now, fire_at_network);
}
