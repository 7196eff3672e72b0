/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "util/rng.h"

#include <string.h>

static guint32
rotate(guint32 value, guint bits)
{
    return value << bits | value >> (32 - bits);
}

static void
quarter_round(guint32 *x, guint a, guint b, guint c, guint d)
{
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 7);
}

static guint32
little_endian(const guint8 *at)
{
    return (guint32)at[0] | (guint32)at[1] << 8 | (guint32)at[2] << 16 | (guint32)at[3] << 24;
}

/* RFC 8439, 2.3, with the 64-bit counter of the original cipher and no nonce. */
static void
refill(NpRng *self)
{
    static const guint32 constants[4] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
    guint32 input[16] = { 0 };
    guint32 x[16];

    memcpy(input, constants, sizeof constants);
    memcpy(input + 4, self->key, sizeof self->key);
    input[12] = (guint32)self->counter;
    input[13] = (guint32)(self->counter >> 32);
    self->counter++;

    memcpy(x, input, sizeof x);
    for (guint round = 0; round < 10; round++) {
        quarter_round(x, 0, 4, 8, 12);
        quarter_round(x, 1, 5, 9, 13);
        quarter_round(x, 2, 6, 10, 14);
        quarter_round(x, 3, 7, 11, 15);
        quarter_round(x, 0, 5, 10, 15);
        quarter_round(x, 1, 6, 11, 12);
        quarter_round(x, 2, 7, 8, 13);
        quarter_round(x, 3, 4, 9, 14);
    }
    for (guint i = 0; i < 16; i++) {
        guint32 word = x[i] + input[i];
        for (guint byte = 0; byte < 4; byte++)
            self->block[4 * i + byte] = (guint8)(word >> (8 * byte));
    }
    self->used = 0;
}

NpRng
np_rng_from_seed(const guint8 seed[NP_RNG_SEED_SIZE])
{
    NpRng rng = { .used = sizeof rng.block };

    for (guint i = 0; i < G_N_ELEMENTS(rng.key); i++)
        rng.key[i] = little_endian(seed + 4 * i);
    return rng;
}

static NpRng
from_digest(GChecksum *checksum)
{
    guint8 digest[NP_RNG_SEED_SIZE];
    gsize size = sizeof digest;

    g_checksum_get_digest(checksum, digest, &size);
    return np_rng_from_seed(digest);
}

NpRng
np_rng_from_number(guint64 number)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint64 fixed = GUINT64_TO_LE(number);

    g_checksum_update(checksum, (const guchar *)&fixed, sizeof fixed);
    return from_digest(checksum);
}

NpRng
np_rng_split(const NpRng *self, const char *name)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

    for (guint i = 0; i < G_N_ELEMENTS(self->key); i++) {
        guint32 word = GUINT32_TO_LE(self->key[i]);
        g_checksum_update(checksum, (const guchar *)&word, sizeof word);
    }
    g_checksum_update(checksum, (const guchar *)name, (gssize)strlen(name));
    return from_digest(checksum);
}

void
np_rng_fill(NpRng *self, void *to, gsize size)
{
    guint8 *out = to;

    while (size > 0) {
        gsize some = MIN(size, sizeof self->block - self->used);

        if (some == 0) {
            refill(self);
            continue;
        }
        memcpy(out, self->block + self->used, some);
        self->used += (guint)some;
        out += some;
        size -= some;
    }
}

guint32
np_rng_u32(NpRng *self)
{
    guint32 value = 0;

    np_rng_fill(self, &value, sizeof value);
    return GUINT32_FROM_LE(value);
}

guint64
np_rng_u64(NpRng *self)
{
    guint64 value = 0;

    np_rng_fill(self, &value, sizeof value);
    return GUINT64_FROM_LE(value);
}

guint32
np_rng_below(NpRng *self, guint32 bound)
{
    guint32 reject = 0;
    guint32 value = 0;

    g_return_val_if_fail(bound > 0, 0);
    /* Draws below 2^32 mod bound would be one too many of the small results. */
    reject = (guint32)(-bound) % bound;
    do
        value = np_rng_u32(self);
    while (value < reject);
    return value % bound;
}

double
np_rng_real(NpRng *self)
{
    return (double)(np_rng_u64(self) >> 11) / 9007199254740992.0;
}
