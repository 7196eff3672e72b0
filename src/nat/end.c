/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/end.h"

#include <string.h>

static const guint8 mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static gboolean
is_ipv4(const NpNatEnd *end)
{
    return memcmp(end->host, mapped_prefix, sizeof mapped_prefix) == 0;
}

NpNatEnd
np_nat_end(const NpAddress *address)
{
    NpNatEnd end = { .port = address->port };

    switch (address->family) {
    case NP_FAMILY_NONE:
        break;
    case NP_FAMILY_IPV4:
        memcpy(end.host, mapped_prefix, sizeof mapped_prefix);
        memcpy(end.host + 3, address->bytes, 4);
        break;
    case NP_FAMILY_IPV6:
        memcpy(end.host, address->bytes, 16);
        break;
    }
    return end;
}

NpAddress
np_nat_end_address(const NpNatEnd *self)
{
    NpAddress address = { .port = self->port };

    if (is_ipv4(self)) {
        address.family = NP_FAMILY_IPV4;
        memcpy(address.bytes, self->host + 3, 4);
    } else {
        address.family = NP_FAMILY_IPV6;
        memcpy(address.bytes, self->host, 16);
    }
    return address;
}

gboolean
np_nat_end_equal(const NpNatEnd *a, const NpNatEnd *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

gboolean
np_nat_end_same_host(const NpNatEnd *a, const NpNatEnd *b)
{
    return memcmp(a->host, b->host, sizeof a->host) == 0;
}

gboolean
np_nat_end_same_family(const NpNatEnd *a, const NpNatEnd *b)
{
    return is_ipv4(a) == is_ipv4(b);
}

NpNatEnd
np_nat_end_masked(const NpNatEnd *remote, NpNatDependence dependence)
{
    NpNatEnd end = { 0 };

    switch (dependence) {
    case NP_NAT_ENDPOINT_INDEPENDENT:
        break;
    case NP_NAT_ADDRESS_DEPENDENT:
        end = *remote;
        end.port = 0;
        break;
    case NP_NAT_ADDRESS_AND_PORT_DEPENDENT:
        end = *remote;
        break;
    }
    return end;
}

/* One round of multiply and fold: enough to spread what the seed already made unguessable. */
static guint64
mix(guint64 hash, guint64 value)
{
    hash = (hash ^ value) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static guint64
pair(guint32 a, guint32 b)
{
    return (guint64)a << 32 | b;
}

guint32
np_nat_end_hash(const NpNatEnd *a, const NpNatEnd *b, guint32 scope, guint64 seed)
{
    guint64 hash = mix(seed, pair(scope, (guint32)a->port << 16 | b->port));

    hash = mix(hash, pair(a->host[0], a->host[1]));
    hash = mix(hash, pair(a->host[2], a->host[3]));
    hash = mix(hash, pair(b->host[0], b->host[1]));
    hash = mix(hash, pair(b->host[2], b->host[3]));
    return (guint32)(hash >> 32);
}
