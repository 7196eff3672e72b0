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
/*
 * nft reads the whole ruleset, sets included, before it prints a part of it. With a few tables that
 * takes milliseconds; a person who waits for a verdict should not wait for a hundred thousand
 * blocked addresses.
 */
#define NP_IO_FIREWALL_TIMEOUT_MS 500

/*
 * The same of this host. Blocks for the time above at most; if the ruleset cannot be read by then,
 * NULL, and @readable is FALSE.
 */
char *np_io_firewall_dropping_chain(gboolean *readable);
