/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The registry behind a TCP listener, as a machine
 *
 * A connection without TLS has no key to show. What it proves is the address it comes from, so that
 * stands in for the key: its digest is the fingerprint. A host that does TLS calls
 * np_wire_server_admit() itself, with the key that was shown, and passes plaintext.
 */

#include "core/machine.h"
#include "rendezvous/registry.h"

typedef struct NpWireServer NpWireServer;

/* Where claims of ids are kept: past @max_owners, ids that nobody has taken cannot be. */
typedef struct {
    GHashTable *owners; /* id -> fingerprint, both owned; borrowed, and outliving the server */
    guint max_owners;
} NpWireServerIds;

typedef enum {
    NP_WIRE_SERVER_LISTENING,
    NP_WIRE_SERVER_LISTEN_FAILED, /* subject: the NpWhy */
} NpWireServerNotice;

NpWireServer *np_wire_server_new(const NpRendezvousRegistryConfig *config,
                                 const NpAddress *listen,
                                 const NpWireServerIds *ids);
void np_wire_server_free(NpWireServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpWireServer, np_wire_server_free)

void np_wire_server_admit(NpWireServer *self,
                          NpTime now,
                          NpSocketId connection,
                          const guint8 fingerprint[NP_RENDEZVOUS_KEY_SIZE],
                          const NpAddress *source);
/* To ask, and to tell what STUN has seen; then its host drains the machine. */
NpRendezvousRegistry *np_wire_server_registry(NpWireServer *self);

extern const NpMachineOps np_wire_server_ops;
