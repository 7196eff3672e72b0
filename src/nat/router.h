/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A translator for packets as bytes, fragments included
 *
 * Only the first fragment of a datagram has ports; the others follow the way it took (RFC 4787,
 * REQ-14). Those that come before it are held, within bounds, or dropped, as the policy says.
 */

#include "nat/translator.h"

typedef struct NpNatRouter NpNatRouter;

/* Borrows @translator. */
NpNatRouter *np_nat_router_new(NpNatTranslator *translator, NpNatFragments fragments);
void np_nat_router_free(NpNatRouter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpNatRouter, np_nat_router_free)

/*
 * Routes a packet that came in on @side, in place; @size becomes that of what is left in @bytes if
 * the outcome is NP_NAT_TO_INSIDE or NP_NAT_TO_OUTSIDE. With a @capacity of at least
 * NP_NAT_REWRITE_MAX_ANSWER every answer fits. @now must not decrease.
 */
NpNatOutcome np_nat_router_route(
    NpNatRouter *self, NpNatSide side, guint8 *bytes, gsize *size, gsize capacity, NpTime now);
/* After each np_nat_router_route(), until FALSE: a held fragment that is free to go on to @side.
 * The caller owns it. */
gboolean np_nat_router_take(NpNatRouter *self, NpNatSide *side, GBytes **packet);
