/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The way a packet to some address would leave this machine
 *
 * The kernel is asked for the decision itself instead of for its tables: policy routing, metrics
 * and split default routes of VPNs are its business. Nothing is sent.
 */

#include "core/machine.h"

typedef struct {
    NpAddress source;  /* local address it would come from, port 0 */
    NpAddress gateway; /* first router, port 0; unset if the destination is on the link */
    guint interface_index;
    char interface[NP_INTERFACE_NAME_SIZE];
} NpIoRoute;

/* NP_WHY_NONE, or why there is no route; then @route is zeroed. */
NpWhy np_io_route_towards(const NpAddress *to, NpIoRoute *route);
