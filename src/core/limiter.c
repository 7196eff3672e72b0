/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/limiter.h"

/* Candidates for a network; enough that a table as large as asked for is hardly ever crowded. */
#define WAYS 4

enum {
    IPV4_PREFIX_BYTES = 3,
    IPV6_PREFIX_BYTES = 7,
};

typedef struct {
    guint64 network; /* 0: free */
    NpBucket bucket;
} Place;

struct NpLimiter {
    NpBucketRate rate;
    guint64 key;
    Place *places;
    guint64 n_sets; /* a power of two */
};

guint64
np_limiter_network(const NpAddress *address)
{
    guint bytes = address->family == NP_FAMILY_IPV4 ? IPV4_PREFIX_BYTES : IPV6_PREFIX_BYTES;
    guint64 network = address->family;

    for (guint i = 0; i < bytes; i++)
        network = network << 8 | address->bytes[i];
    return network;
}

/* The finaliser of splitmix64: every bit of the input moves every bit of the output. */
static guint64
mix(guint64 value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

NpLimiter *
np_limiter_new(const NpBucketRate *rate, guint networks, guint64 key)
{
    NpLimiter *self = g_new0(NpLimiter, 1);

    self->rate = *rate;
    self->key = key;
    self->n_sets = 1;
    while (self->n_sets * WAYS < networks)
        self->n_sets *= 2;
    self->places = g_new0(Place, self->n_sets * WAYS);
    return self;
}

void
np_limiter_free(NpLimiter *self)
{
    if (self == NULL)
        return;
    g_free(self->places);
    g_free(self);
}

static Place *
place_for(NpLimiter *self, guint64 network)
{
    /* Mixed twice with the key, so that differences of two networks do not cancel it out. */
    guint64 set = mix(mix(network ^ self->key) + self->key) & (self->n_sets - 1);
    Place *first = &self->places[set * WAYS];
    Place *quietest = first;

    for (guint i = 0; i < WAYS; i++) {
        if (first[i].network == network)
            return &first[i];
        if (first[i].bucket.full_at < quietest->bucket.full_at)
            quietest = &first[i];
    }
    *quietest = (Place){ .network = network };
    return quietest;
}

gboolean
np_limiter_take(NpLimiter *self, const NpAddress *source, NpTime now)
{
    Place *place = place_for(self, np_limiter_network(source));

    return np_bucket_take(&place->bucket, &self->rate, now);
}
