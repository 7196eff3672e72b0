/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A host: addresses, sockets, and the machines that use them
 *
 * Carries out the actions of any NpMachineOps as a Linux host would: bind conflicts, ephemeral
 * ports, source addresses, ICMP port unreachable for ports without a socket, socket limits. IPv4
 * and IPv6 sockets are separate, as with IPV6_V6ONLY; there is one interface, whatever its name.
 */

#include "sim/network.h"
#include "sim/process.h"

/* A host on @network with @address, its first. It belongs to the world. */
NpSimHost *np_sim_host_new(NpSimNetwork *network, const char *name, const char *address);
void np_sim_host_add_address(NpSimHost *self, const char *address);
void np_sim_host_set_links(NpSimHost *self, const NpSimLink *up, const NpSimLink *down);
/* What its machines see as now: the world's time plus @offset. Before any machine is started. */
void np_sim_host_set_clock(NpSimHost *self, NpTime offset);
/* Of each machine; by default as many as an unprivileged Linux process may open. */
void np_sim_host_set_max_sockets(NpSimHost *self, guint max_sockets);

/* Starts @machine, which stays the caller's and must live as long as the world or until
 * np_sim_process_stop(). The process belongs to the world. */
NpSimProcess *np_sim_host_start(NpSimHost *self, const NpMachineOps *ops, gpointer machine);

/* For processes: */

NpSimWorld *np_sim_host_world(const NpSimHost *self);
guint np_sim_host_id(const NpSimHost *self);
NpTime np_sim_host_clock(const NpSimHost *self);
guint np_sim_host_max_sockets(const NpSimHost *self);
/* Gives @socket the local end that @open asks for, or says why not. */
NpWhy np_sim_host_bind(NpSimHost *self, NpSimSocket *socket, const NpOpen *open);
void np_sim_host_unbind(NpSimHost *self, NpSimSocket *socket);
NpWhy np_sim_host_send(NpSimHost *self, const NpSimSocket *socket, const NpSend *send, NpTime now);

/* For streams: */

/* Sends a packet of its own; @payload may be NULL. */
void np_sim_host_emit(NpSimHost *self, const NpNatPacket *header, GBytes *payload, NpTime now);
/* Where a connection's sequence numbers start (RFC 9293, 3.4.1): later for a later connection
 * between the same ends. */
guint32 np_sim_host_first_sequence(const NpSimHost *self, const NpSimEnds *ends, NpTime now);
/* Where a packet to @to comes from if it leaves a socket bound to @local; unset if nowhere. */
NpAddress np_sim_host_source(const NpSimHost *self, const NpAddress *local, const NpAddress *to);
/* Files a socket under the port of its local end, which is set. */
void np_sim_host_share_port(NpSimHost *self, NpSimSocket *socket);
/* Whether another socket listens where @socket would. */
gboolean np_sim_host_has_listener(const NpSimSocket *socket);
NpSimSocket *np_sim_host_find_listener(const NpSimHost *self, const NpAddress *local);
/* FALSE if there is a connection between these ends. */
gboolean np_sim_host_add_connection(NpSimHost *self, NpSimStream *stream);
void np_sim_host_remove_connection(NpSimHost *self, NpSimStream *stream);
NpSimStream *np_sim_host_find_connection(const NpSimHost *self, const NpSimEnds *ends);
guint np_sim_host_n_connections(const NpSimHost *self);
