/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * TCP on a host: which connection or listener a segment is for, and what its machine hears of it
 *
 * As Linux decides: a connection, one that is still opening included, before any listener; the
 * most specific listener; a reset for what belongs to nobody. Two connections cannot have the same
 * ends, so a connect from a port on which a listener has already accepted the peer fails.
 */

#include "sim/host.h"

NpWhy np_sim_stream_listen(NpSimSocket *socket, const NpListen *listen);
NpWhy np_sim_stream_connect(NpSimSocket *socket, const NpConnect *connect, NpTime now);
NpWhy np_sim_stream_send(NpSimSocket *socket, GBytes *payload, NpTime now);
void np_sim_stream_shutdown(NpSimSocket *socket, NpTime now);
/* FALSE if the socket must stay until np_sim_process_finish(). */
gboolean np_sim_stream_close(NpSimSocket *socket, gboolean abort, NpTime now);
/* The socket goes away without anybody being told. */
void np_sim_stream_detach(NpSimSocket *socket);
/* Of a host that ends. */
void np_sim_stream_free(NpSimStream *self);

/* A segment for @host; takes it over. */
void np_sim_stream_receive(NpSimHost *host, NpSimPacket *packet, NpTime now);
/* An ICMP error about a segment of @host. */
void np_sim_stream_receive_error(NpSimHost *host, const NpSimPacket *packet, NpTime now);

/* For the host's table of connections: its keys are NpSimEnds. */
const NpSimEnds *np_sim_stream_ends(const NpSimStream *self);
guint np_sim_stream_hash_ends(gconstpointer ends);
gboolean np_sim_stream_equal_ends(gconstpointer a, gconstpointer b);
