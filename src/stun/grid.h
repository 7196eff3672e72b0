/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which of its endpoints a server can answer from (RFC 5780, sections 3 and 6)
 *
 * "Change IP" and "change port" make sense only among endpoints that the same client can reach. So
 * endpoints come in groups, and partners are sought within one: addresses on the public Internet,
 * or on one private network.
 *
 *            port 1      port 2
 *   addr 1     a -------- b         of a: b changes the port, c the address, d both;
 *              |          |         all four must exist before d is offered as
 *   addr 2     c -------- d         OTHER-ADDRESS
 */

#include "util/address.h"

typedef struct {
    NpAddress local; /* neither wildcard nor port 0 */
    guint group;
    guint listener; /* the owner's own number for the socket behind it */
} NpStunEndpoint;

typedef struct NpStunGrid NpStunGrid;

/* The index of no endpoint. */
#define NP_STUN_NOWHERE G_MAXUINT

/*
 * Copies @endpoints, which keep their index. Of several possible partners the first address and the
 * first port in the list win; an endpoint listed twice counts once.
 */
NpStunGrid *np_stun_grid_new(const NpStunEndpoint *endpoints, guint n_endpoints);
void np_stun_grid_free(NpStunGrid *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpStunGrid, np_stun_grid_free)

/* NP_STUN_NOWHERE if @local is not in the grid. */
guint np_stun_grid_find(const NpStunGrid *self, const NpAddress *local);
const NpStunEndpoint *np_stun_grid_endpoint(const NpStunGrid *self, guint index);
/*
 * The endpoint that differs from @index in address, in port, or in both; itself if neither.
 * NP_STUN_NOWHERE if that cannot be served; an address can be changed only in a complete grid.
 */
guint np_stun_grid_partner(const NpStunGrid *self,
                           guint index,
                           gboolean other_address,
                           gboolean other_port);
