/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Where the server listens, and where clients will find it
 *
 * A person names a few addresses; a wildcard among them stands for every address of the host. From
 * both comes the list of endpoints that may stand in for each other (stun/grid.h). Endpoints are
 * put into groups by one question: can a client that reaches the one be expected to reach the
 * other? To offer an OTHER-ADDRESS that the client cannot reach would look like a filtering NAT.
 */

#include "io/interfaces.h"
#include "stun/grid.h"

typedef enum {
    NP_SERVER_ERROR_LISTENER, /* a listener that cannot be, or not beside the others */
    NP_SERVER_ERROR_OPTION,   /* an option that does not exist or has no such value */
} NpServerError;
#define NP_SERVER_ERROR np_server_error_quark()
GQuark np_server_error_quark(void);

typedef struct {
    GArray *addresses;   /* of NpAddress, each with a port */
    GPtrArray *origins;  /* for each: what a person wrote, to begin a sentence with */
    NpAddress alternate; /* host of np_server_listeners_add_alternate(); unset for none */
    GArray *endpoints;   /* of NpStunEndpoint, after np_server_listeners_expand() */
} NpServerListeners;

/* More are refused: each is two descriptors, and nobody has meant it. */
#define NP_SERVER_MAX_LISTENERS 64

void np_server_listeners_init(NpServerListeners *self);
void np_server_listeners_clear(NpServerListeners *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpServerListeners, np_server_listeners_clear)

/* Refuses port 0, multicast, and what is there already or covered by a wildcard. */
gboolean np_server_listeners_add(NpServerListeners *self,
                                 const char *origin,
                                 const NpAddress *address,
                                 GError **error);
/*
 * Completes a grid with a second address: every port is served on it, its own port (0 for none) on
 * every address of its family, and one port alone gets the next one beside it. Call it once, after
 * all listeners of that family were added.
 */
gboolean np_server_listeners_add_alternate(NpServerListeners *self,
                                           const char *origin,
                                           const NpAddress *alternate,
                                           GError **error);
/*
 * Makes the endpoints, @interfaces being of NpIoInterface. May be called again when the addresses
 * of the host have changed; tells whether the endpoints have.
 */
gboolean np_server_listeners_expand(NpServerListeners *self, const GArray *interfaces);
