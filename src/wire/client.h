/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The signalling client on TCP connections, as a machine
 */

#include "core/machine.h"
#include "rendezvous/client.h"

typedef struct NpWireClient NpWireClient;

/* @servers as many as the configuration says, copied. */
NpWireClient *np_wire_client_new(const NpRendezvousClientConfig *config, const NpAddress *servers);
void np_wire_client_free(NpWireClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpWireClient, np_wire_client_free)

/* To call, accept and so on; then np_wire_client_flush(), and its host drains the machine. */
NpRendezvousClient *np_wire_client_rendezvous(NpWireClient *self);
void np_wire_client_flush(NpWireClient *self);
/* For each notify action, with a NpRendezvousNotice as its code, what it is about. Owned by the
 * caller; NULL when there is none. */
NpRendezvousOrder *np_wire_client_take_notice(NpWireClient *self);

extern const NpMachineOps np_wire_client_ops;
