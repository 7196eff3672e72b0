/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The ports of one external address: a bitmap of those in use
 */

#include <glib.h>

typedef struct {
    guint64 used[65536 / 64];
} NpNatPorts;

gboolean np_nat_ports_is_used(const NpNatPorts *self, guint port);
void np_nat_ports_set_used(NpNatPorts *self, guint port, gboolean used);
/*
 * The first free port of [@first, @last] at or after @from, wrapping round; with @stride 2 only
 * those of @from's parity, else @stride is 1. 0 if all are used. @from must lie in the range.
 */
guint
np_nat_ports_find_free(const NpNatPorts *self, guint first, guint last, guint from, guint stride);
