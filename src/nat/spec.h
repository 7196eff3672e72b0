/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * SPEC: which NATs stand before a host, in one word of a command line
 *
 *     preset[@kernel][,key=value...][+OUTER]
 *
 * "+" puts another NAT further out: the left-most is nearest to the host. Keys change the preset
 * they follow; of a preset that is two layers itself, the outer one. Outer layers are a carrier's
 * (cgn=yes) unless they say otherwise.
 *
 *     mapping, filtering          endpoint-independent, address-dependent,
 * address-and-port-dependent allocation                  preserving, sequential, random, block
 *     step, size                  of sequential (signed), of block
 *     hairpin                     off, on, both-send, internal
 *     unsolicited                 harmless, remapped, blocked
 *     trap                        off, on: the conntrack trap, "remapped" where the mapping is kept
 *                                 by preserving ports, else "blocked"
 *     cgn                         no, yes: addresses of 100.64.0.0/10 on the side of the host
 *
 * A combination that no ruleset can build is refused, so that the truth of a SPEC is always true.
 */

#include "nat/preset.h"

typedef struct {
    guint n_layers;
    NpNatBehaviour layers[NP_NAT_MAX_LAYERS]; /* the first is nearest to the host */
} NpNatSpec;

typedef enum {
    NP_NAT_SPEC_ERROR_INVALID,
} NpNatSpecError;
#define NP_NAT_SPEC_ERROR np_nat_spec_error_quark()
GQuark np_nat_spec_error_quark(void);

/* One sentence in *@error names what is wrong and lists what would be right. */
gboolean np_nat_spec_parse(NpNatSpec *self, const char *text, GError **error);

/* What a host behind all layers meets: the truth that a probe should find. */
NpNatBehaviour np_nat_spec_truth(const NpNatSpec *self);
