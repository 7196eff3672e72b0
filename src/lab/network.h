/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A topology in the kernel: a namespace per node, links, addresses, rules
 *
 * To be made inside a sandbox (lab/sandbox.h), which takes all of it away again. The namespaces
 * have no name in the file system; they live as long as a descriptor or a process in them.
 */

#include "lab/topology.h"

typedef struct NpLabNetwork NpLabNetwork;

/*
 * Borrows @topology. Returns when every link carries packets: what is sent earlier can vanish
 * without a trace. Needs ip and nft.
 */
NpLabNetwork *np_lab_network_new(const NpLabTopology *topology, GError **error);
void np_lab_network_free(NpLabNetwork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpLabNetwork, np_lab_network_free)

/*
 * The NAT at @node forgets every flow it tracks and all that its rules learnt; what arrives until
 * they are back is dropped.
 */
gboolean np_lab_network_reload(const NpLabNetwork *self,
                               const NpLabTopology *topology,
                               guint node,
                               GError **error);

/* Moves the calling process into @node. FALSE with errno set. */
gboolean np_lab_network_enter(const NpLabNetwork *self, guint node);
/* And back to where the network was made. */
gboolean np_lab_network_leave(const NpLabNetwork *self);
