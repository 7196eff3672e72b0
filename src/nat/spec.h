/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * SPEC: which NATs stand before a host, in one word of a command line
 *
 *     preset[@kernel|@model][,key=value...][+OUTER]
 *
 * "+" puts another NAT further out: the left-most is nearest to the host. Keys change the preset
 * they follow; of a preset that is two layers itself, the outer one. Outer layers are a carrier's
 * (cgn=yes) unless they say otherwise. The keys are in nat/spec-key.h.
 *
 * @kernel, the default, is Linux' own NAT with rules that make it do as asked; @model is
 * nat/translator, which can do anything a policy can say. A combination that cannot be built is
 * refused, so that the truth of a SPEC is always true.
 */

#include "nat/policy.h"
#include "nat/preset.h"

typedef struct {
    NpNatBehaviour behaviour; /* what a host behind it finds */
    gboolean model;           /* FALSE: the kernel's NAT; the rest is the model's */
    NpNatPolicy policy;
    guint n_external; /* addresses on its outer side */
} NpNatSpecLayer;

typedef struct {
    guint n_layers;
    NpNatSpecLayer layers[NP_NAT_MAX_LAYERS]; /* the first is nearest to the host */
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
