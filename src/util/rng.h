/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Seeded random streams
 *
 * The ChaCha20 key stream (RFC 8439, 2.3) of a 256-bit seed. With a seed from the kernel the output
 * is unpredictable, as RFC 8489, section 5, asks of transaction ids; with a seed from a scenario
 * the run can be repeated byte for byte. Streams split by name, so that a component added to a
 * scenario does not disturb the draws of the others.
 */

#include <glib.h>

#define NP_RNG_SEED_SIZE 32

typedef struct {
    guint32 key[8];
    guint64 counter;
    guint8 block[64];
    guint used; /* bytes of @block already given out */
} NpRng;

NpRng np_rng_from_seed(const guint8 seed[NP_RNG_SEED_SIZE]);
/* For scenarios: a number a person can type. Not for secrets. */
NpRng np_rng_from_number(guint64 number);
/* A stream of its own, a pure function of @self's seed (not its position) and @name. */
NpRng np_rng_split(const NpRng *self, const char *name);

void np_rng_fill(NpRng *self, void *to, gsize size);
guint32 np_rng_u32(NpRng *self);
guint64 np_rng_u64(NpRng *self);
/* Uniform on [0, bound), without modulo bias. @bound must not be 0. */
guint32 np_rng_below(NpRng *self, guint32 bound);
/* Uniform on [0, 1) with 53 bits. */
double np_rng_real(NpRng *self);
