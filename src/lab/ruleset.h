/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A NAT's behaviour as text for nft
 *
 * Made for a namespace of its own whose interfaces are called "lan" (towards the host) and "wan".
 */

#include "nat/behaviour.h"

typedef struct {
    NpNatBehaviour behaviour;
    char external[16];   /* IPv4 address of "wan"; empty if nothing is translated */
    char subscriber[16]; /* IPv4 address of the inside host that gets the first block of ports */
    gboolean model;      /* IPv4 is not the kernel's: see lab/model.h */
} NpLabNat;

/* NULL if there is nothing to rule: a plain router. */
char *np_lab_ruleset_text(const NpLabNat *nat);
