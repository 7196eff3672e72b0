/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * This machine's own packet filter
 *
 * What a filtering test finds may be the work of the host itself; where the ruleset can be read,
 * the chain that drops by default is named, so that no NAT is blamed for it.
 */

#include <glib.h>

/*
 * The input chain that drops what no rule accepts, as "inet filter input", in the text that
 * `nft list chains` prints; NULL if there is none. To be freed.
 */
char *np_io_firewall_find_dropping_chain(const char *chains);
/* The same of this host; if its ruleset cannot be read, NULL, and @readable is FALSE. */
char *np_io_firewall_dropping_chain(gboolean *readable);
