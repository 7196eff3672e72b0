/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A NAT of the lab that is nat/translator: a process between "lan" and "wan" of its namespace
 *
 * It sees every IPv4 packet that comes in at one of the two, and sends at the other what the
 * translator makes of it. The kernel does not forward there, but it resolves neighbours, has the
 * router's own address on the LAN, and routes IPv6.
 *
 * A TUN device would do the same with the kernel's routing before and after it. That takes a hop
 * off each packet twice, answers for the NAT when the last one is gone, and needs a device that
 * ordinary users may not open.
 */

#include "lab/network.h"

#include <sys/types.h>

typedef struct NpLabModel NpLabModel;

/*
 * Starts the process for @layer of @topology, whose SPEC says @model. Same @seed, same random
 * ports. Packets that come from now on are translated.
 */
NpLabModel *np_lab_model_new(const NpLabNetwork *network,
                             const NpLabTopology *topology,
                             const NpLabLayer *layer,
                             guint64 seed,
                             GError **error);
/* Leaves the process alone, whose fate is the sandbox's. */
void np_lab_model_free(NpLabModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpLabModel, np_lab_model_free)

pid_t np_lab_model_pid(const NpLabModel *self);
/* It forgets everything, and has when this returns. FALSE if it does not answer. */
gboolean np_lab_model_reboot(NpLabModel *self);
