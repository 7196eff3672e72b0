/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * NATs that do nothing but give out ports, and what a probe sees of them
 *
 * Written apart from nat/translator on purpose: the classifier is not to be judged by a model that
 * shares its author's idea of a counter.
 */

#include "nat/law.h"
#include "util/rng.h"

typedef enum {
    FIXTURE_PRESERVING, /* else a random port */
    FIXTURE_PRESERVING_ELSE_NEXT,
    FIXTURE_OFFSET,
    FIXTURE_SEQUENTIAL,
    FIXTURE_SEQUENTIAL_PARITY, /* the next port of the internal port's parity */
    FIXTURE_RANDOM,
    FIXTURE_RANDOM_PARITY,
    FIXTURE_PORT_SET, /* MAP-E, random in it */
} FixtureKind;

typedef struct {
    FixtureKind kind;
    guint16 first; /* the range; a port set ignores it */
    guint size;
    gint step;            /* sequential; offset: the constant */
    double taken;         /* share of ports that are in use by others */
    double foreign_rate;  /* mappings per second made by others, in bunches */
    guint n_addresses;    /* external addresses, chosen at random; 0 is 1 */
    gboolean per_address; /* a counter or a block on each */
    guint psid_offset;    /* port set: bits before the PSID, and of it */
    guint psid_bits;
} FixtureNat;

#define FIXTURE_ALL_PORTS .first = 1024, .size = 64512
#define FIXTURE_BLOCK_OF(n) .kind = FIXTURE_RANDOM, .first = 1024 + 9 * (n), .size = (n)
#define FIXTURE_COUNTER(by, rate)                                                                  \
    .kind = FIXTURE_SEQUENTIAL, FIXTURE_ALL_PORTS, .step = (by), .foreign_rate = (rate)

/* A NAT and the answer to look for. */
typedef struct {
    const char *label;
    NpNatAllocation truth;
    FixtureNat nat;
} FixtureKnown;

/* One of each sort. */
extern const FixtureKnown fixture_law_known[];
extern const guint fixture_law_n_known;

typedef struct {
    guint n;         /* mappings made */
    NpTime spacing;  /* between their first packets */
    double loss;     /* of a packet, each way; a lost request or answer is repeated */
    guint copies;    /* at most; 0 is 1 */
    NpTime interval; /* between copies */
    gboolean counted_internal_ports; /* internal ports in a row instead of random ones */
} FixtureProbe;

/* Fills @samples, at least @probe->n of them; returns how many were answered. */
guint fixture_law_probe(const FixtureNat *nat,
                        const FixtureProbe *probe,
                        NpRng *rng,
                        NpNatSample *samples);
/* Poisson numbers in bunches: variance over mean about 1.5. */
guint fixture_law_foreign(NpRng *rng, double mean);
