/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * NATs people meet, as policies: "linux-masquerade", "pf", "aws-nat-gateway"
 *
 * Presets (nat/preset.h) are behaviours with a word of the RFCs for them; products are what is
 * known of devices, down to their timers. Each says where that is known from; what could not be
 * verified is marked as such.
 */

#include "nat/policy.h"

typedef struct {
    const char *name;
    const char *summary; /* one line, no full stop */
    const char *source;  /* where it is known from; "unverified" for what is from memory */
    NpNatPolicy policy;
    gboolean cgn; /* with addresses of 100.64.0.0/10 on its inner side (RFC 6598) */
} NpNatProduct;

/* The table; *@count is its length. */
const NpNatProduct *np_nat_product_all(guint *count);
/* NULL if nothing has that name. */
const NpNatProduct *np_nat_product_find(const char *name);
/* "linux-masquerade, ...": for messages. */
char *np_nat_product_names(void);
