/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The keys of a SPEC: what can be said of one NAT, and in which words
 *
 *     mapping, filtering    endpoint-independent, address-dependent, address-and-port-dependent
 *     tcp-mapping, tcp-filtering   the same of TCP, where it differs
 *     allocation            preserving, sequential, random, block, delta: see NpNatPortPolicy
 *     clash                 what a port that is taken is replaced by: random, sequential, delta
 *     step, range, size, blocks, parity, class, overload, reuse    the details of it
 *     addresses, pooling    how many external addresses, and which of them a host gets
 *     hairpin               off, on, both-send, internal, internal-both-send
 *     unsolicited, spoilt   what an early packet does, and how long
 *     trap                  on: the conntrack trap, "remapped" where the mapping is kept by
 *                           preserving ports, else "blocked"
 *     answer, syn           to what nobody asked for
 *     crossing, loose       TCP
 *     fragments             any-order, in-order, dropped
 *     alg                   yes: payloads are meddled with, see nat/alg.h
 *     return                which mapping answers to a stranger leave by
 *     refresh, lifetime, stream, tcp-opening, tcp-lifetime, tcp-reset, echo-lifetime
 *     mappings, per-host, pps, full       limits
 *     udp                   no: none passes
 *     cgn                   yes: addresses of 100.64.0.0/10 on the side of the host
 *
 * Each sets one field of the settings, whatever came before it; what follows from several is
 * settled by nat/spec.
 */

#include "nat/policy.h"

typedef enum {
    NP_NAT_SPEC_KEY_MAPPING,
    NP_NAT_SPEC_KEY_FILTERING,
    NP_NAT_SPEC_KEY_ALLOCATION,
    NP_NAT_SPEC_KEY_STEP,
    NP_NAT_SPEC_KEY_SIZE,
    NP_NAT_SPEC_KEY_HAIRPIN,
    NP_NAT_SPEC_KEY_UNSOLICITED,
    NP_NAT_SPEC_KEY_TRAP,
    NP_NAT_SPEC_KEY_CGN,
    NP_NAT_SPEC_KEY_TCP_MAPPING,
    NP_NAT_SPEC_KEY_TCP_FILTERING,
    NP_NAT_SPEC_KEY_CLASH,
    NP_NAT_SPEC_KEY_RANGE,
    NP_NAT_SPEC_KEY_BLOCKS,
    NP_NAT_SPEC_KEY_PARITY,
    NP_NAT_SPEC_KEY_CLASS,
    NP_NAT_SPEC_KEY_OVERLOAD,
    NP_NAT_SPEC_KEY_REUSE,
    NP_NAT_SPEC_KEY_ADDRESSES,
    NP_NAT_SPEC_KEY_POOLING,
    NP_NAT_SPEC_KEY_SPOILT,
    NP_NAT_SPEC_KEY_ANSWER,
    NP_NAT_SPEC_KEY_SYN,
    NP_NAT_SPEC_KEY_CROSSING,
    NP_NAT_SPEC_KEY_LOOSE,
    NP_NAT_SPEC_KEY_FRAGMENTS,
    NP_NAT_SPEC_KEY_ALG,
    NP_NAT_SPEC_KEY_RETURN,
    NP_NAT_SPEC_KEY_REFRESH,
    NP_NAT_SPEC_KEY_LIFETIME,
    NP_NAT_SPEC_KEY_STREAM,
    NP_NAT_SPEC_KEY_TCP_OPENING,
    NP_NAT_SPEC_KEY_TCP_LIFETIME,
    NP_NAT_SPEC_KEY_TCP_RESET,
    NP_NAT_SPEC_KEY_ECHO_LIFETIME,
    NP_NAT_SPEC_KEY_MAPPINGS,
    NP_NAT_SPEC_KEY_PER_HOST,
    NP_NAT_SPEC_KEY_PPS,
    NP_NAT_SPEC_KEY_FULL,
    NP_NAT_SPEC_KEY_UDP,
    NP_NAT_SPEC_N_KEYS,
} NpNatSpecKey;

/* Beyond those of NpNatAllocation, what allocation= knows: NP_NAT_ORDER_DELTA. */
#define NP_NAT_SPEC_DELTA NP_NAT_N_ALLOCATIONS

/* The values of hairpin=. */
typedef enum {
    NP_NAT_SPEC_HAIRPIN_OFF,
    NP_NAT_SPEC_HAIRPIN_ON,
    NP_NAT_SPEC_HAIRPIN_BOTH_SEND,
    NP_NAT_SPEC_HAIRPIN_INTERNAL,
    NP_NAT_SPEC_HAIRPIN_INTERNAL_BOTH_SEND,
} NpNatSpecHairpin;

typedef struct {
    NpNatPolicy policy;
    guint allocation; /* NpNatAllocation or NP_NAT_SPEC_DELTA */
    NpNatPortOrder clash;
    NpNatSpecHairpin hairpin;
    gboolean trap;
    gboolean arbitrary; /* pooling */
    gboolean cgn;
    guint n_external;
    guint16 range[2]; /* first and last */
    gboolean given[NP_NAT_SPEC_N_KEYS];
} NpNatSpecSettings;

/* FALSE if there is no such key. */
gboolean np_nat_spec_key_find(const char *name, NpNatSpecKey *key);
const char *np_nat_spec_key_name(NpNatSpecKey key);
/* "off, on": what may follow the name; to be freed. */
char *np_nat_spec_key_values(NpNatSpecKey key);
/* "mapping, filtering, ...": all of the kernel's, or all of the model's alone; to be freed. */
char *np_nat_spec_key_names(gboolean model);

/* Whether only nat/translator knows what that is. */
gboolean np_nat_spec_key_needs_model(NpNatSpecKey key);
/* Whether it means nothing where nothing is translated. */
gboolean np_nat_spec_key_needs_nat(NpNatSpecKey key);

/* FALSE if @value is none of this key. */
gboolean np_nat_spec_key_apply(NpNatSpecKey key, const char *value, NpNatSpecSettings *settings);
