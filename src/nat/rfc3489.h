/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The words of RFC 3489, section 5, which people search for
 *
 * A projection of the axes that loses information: one way only, and never used to decide anything.
 */

#include "nat/profile.h"

typedef enum {
    NP_RFC3489_OPEN,
    NP_RFC3489_FULL_CONE,
    NP_RFC3489_RESTRICTED_CONE,
    NP_RFC3489_PORT_RESTRICTED_CONE,
    NP_RFC3489_SYMMETRIC,
    NP_RFC3489_UDP_FIREWALL,
    NP_RFC3489_BLOCKED,
    NP_RFC3489_N_TYPES,
} NpRfc3489;

/* "port-restricted cone". */
const char *np_rfc3489_text(NpRfc3489 type);
/* Reads a text with spaces or hyphens between its words; FALSE if there is no such type. */
gboolean np_rfc3489_find(const char *text, NpRfc3489 *type);

/* Bit 1 << type for each type that the profile leaves possible; never 0. */
guint np_rfc3489_possible(const NpProfile *profile);
