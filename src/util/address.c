/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Addresses are compared by family, host and port; the IPv6 zone counts only for link-local
 * addresses, because a global address heard on two interfaces is still the same host.
 */

#include "util/address.h"

#include <arpa/inet.h>
#include <string.h>

static guint
host_size(const NpAddress *address)
{
    return np_address_host_size(address->family);
}

static guint32
ipv4_host(const NpAddress *address)
{
    return (guint32)address->bytes[0] << 24 | (guint32)address->bytes[1] << 16 |
           (guint32)address->bytes[2] << 8 | address->bytes[3];
}

static gboolean
ipv4_within(const NpAddress *address, guint32 network, guint bits)
{
    return address->family == NP_FAMILY_IPV4 &&
           ipv4_host(address) >> (32 - bits) == network >> (32 - bits);
}

guint
np_address_host_size(NpFamily family)
{
    switch (family) {
    case NP_FAMILY_NONE:
        return 0;
    case NP_FAMILY_IPV4:
        return 4;
    case NP_FAMILY_IPV6:
        return 16;
    }
    return 0;
}

NpAddress
np_address_ipv4(guint32 host, guint16 port)
{
    NpAddress address = { .family = NP_FAMILY_IPV4, .port = port };

    address.bytes[0] = host >> 24;
    address.bytes[1] = host >> 16 & 0xff;
    address.bytes[2] = host >> 8 & 0xff;
    address.bytes[3] = host & 0xff;
    return address;
}

NpAddress
np_address_ipv6(const guint8 bytes[16], guint16 port)
{
    NpAddress address = { .family = NP_FAMILY_IPV6, .port = port };

    memcpy(address.bytes, bytes, sizeof address.bytes);
    return address;
}

NpAddress
np_address_any(NpFamily family, guint16 port)
{
    return (NpAddress){ .family = family, .port = port };
}

NpAddress
np_address_with_port(const NpAddress *address, guint16 port)
{
    NpAddress copy = *address;

    copy.port = port;
    return copy;
}

static gboolean
parse_port(const char *text, guint16 *port)
{
    guint64 value = 0;

    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT16, &value, NULL))
        return FALSE;
    *port = (guint16)value;
    return TRUE;
}

static gboolean
parse_host(NpAddress *address, const char *text)
{
    NpAddress parsed = { 0 };
    g_auto(GStrv) zone = NULL;
    guint64 scope = 0;

    if (inet_pton(AF_INET, text, parsed.bytes) == 1) {
        parsed.family = NP_FAMILY_IPV4;
    } else {
        zone = g_strsplit(text, "%", 2);
        if (zone[0] == NULL || inet_pton(AF_INET6, zone[0], parsed.bytes) != 1)
            return FALSE;
        if (zone[1] != NULL &&
            !g_ascii_string_to_unsigned(zone[1], 10, 1, G_MAXUINT32, &scope, NULL))
            return FALSE;
        parsed.family = NP_FAMILY_IPV6;
        parsed.scope = (guint32)scope;
    }
    *address = parsed;
    return TRUE;
}

gboolean
np_address_parse(NpAddress *address, const char *text, guint16 default_port)
{
    NpAddress parsed = { 0 };
    g_autofree char *host = NULL;
    const char *end = NULL;
    guint16 port = default_port;

    if (text[0] == '[') {
        end = strchr(text, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return FALSE;
        if (end[1] == ':' && !parse_port(end + 2, &port))
            return FALSE;
        host = g_strndup(text + 1, end - text - 1);
    } else {
        end = strchr(text, ':');
        /* One colon separates a port; more than one is an IPv6 address without brackets. */
        if (end != NULL && strchr(end + 1, ':') == NULL) {
            if (!parse_port(end + 1, &port))
                return FALSE;
            host = g_strndup(text, end - text);
        } else {
            host = g_strdup(text);
        }
    }
    if (!parse_host(&parsed, host) || (text[0] == '[' && parsed.family != NP_FAMILY_IPV6))
        return FALSE;
    parsed.port = port;
    *address = parsed;
    return TRUE;
}

const char *
np_address_format_host(const NpAddress *address, char text[NP_ADDRESS_TEXT_SIZE])
{
    switch (address->family) {
    case NP_FAMILY_NONE:
        g_strlcpy(text, "none", NP_ADDRESS_TEXT_SIZE);
        break;
    case NP_FAMILY_IPV4:
        inet_ntop(AF_INET, address->bytes, text, NP_ADDRESS_TEXT_SIZE);
        break;
    case NP_FAMILY_IPV6:
        inet_ntop(AF_INET6, address->bytes, text, NP_ADDRESS_TEXT_SIZE);
        if (address->scope != 0) {
            gsize used = strlen(text);
            g_snprintf(text + used, NP_ADDRESS_TEXT_SIZE - used, "%%%u", address->scope);
        }
        break;
    }
    return text;
}

const char *
np_address_format(const NpAddress *address, char text[NP_ADDRESS_TEXT_SIZE])
{
    char host[NP_ADDRESS_TEXT_SIZE];

    np_address_format_host(address, host);
    if (address->family == NP_FAMILY_NONE)
        g_strlcpy(text, host, NP_ADDRESS_TEXT_SIZE);
    else
        g_snprintf(text, NP_ADDRESS_TEXT_SIZE,
                   address->family == NP_FAMILY_IPV6 ? "[%.60s]:%u" : "%.60s:%u", host,
                   address->port);
    return text;
}

gboolean
np_address_is_set(const NpAddress *address)
{
    return address->family != NP_FAMILY_NONE;
}

gboolean
np_address_same_host(const NpAddress *a, const NpAddress *b)
{
    if (a->family != b->family || memcmp(a->bytes, b->bytes, host_size(a)) != 0)
        return FALSE;
    return !np_address_is_link_local(a) || a->scope == b->scope;
}

gboolean
np_address_equal(const NpAddress *a, const NpAddress *b)
{
    return a->port == b->port && np_address_same_host(a, b);
}

int
np_address_compare(const NpAddress *a, const NpAddress *b)
{
    int order = 0;

    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    order = memcmp(a->bytes, b->bytes, host_size(a));
    if (order != 0)
        return order;
    if (np_address_is_link_local(a) && a->scope != b->scope)
        return a->scope < b->scope ? -1 : 1;
    return (int)a->port - (int)b->port;
}

guint
np_address_hash_key(gconstpointer address)
{
    const NpAddress *self = address;
    guint32 hash = 2166136261u ^ self->port;

    for (guint i = 0; i < host_size(self); i++)
        hash = (hash ^ self->bytes[i]) * 16777619u;
    return hash;
}

gboolean
np_address_equal_key(gconstpointer a, gconstpointer b)
{
    return np_address_equal(a, b);
}

gboolean
np_address_in_prefix(const NpAddress *address, const NpAddress *network, guint bits)
{
    guint whole = bits / 8;
    guint rest = bits % 8;

    if (address->family != network->family || bits > host_size(address) * 8)
        return FALSE;
    if (memcmp(address->bytes, network->bytes, whole) != 0)
        return FALSE;
    return rest == 0 || (address->bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}

gboolean
np_address_is_any(const NpAddress *address)
{
    for (guint i = 0; i < host_size(address); i++)
        if (address->bytes[i] != 0)
            return FALSE;
    return np_address_is_set(address);
}

gboolean
np_address_is_loopback(const NpAddress *address)
{
    static const NpAddress loopback = { .family = NP_FAMILY_IPV6, .bytes = { [15] = 1 } };

    return ipv4_within(address, 0x7f000000, 8) || np_address_in_prefix(address, &loopback, 128);
}

gboolean
np_address_is_link_local(const NpAddress *address)
{
    static const NpAddress fe80 = { .family = NP_FAMILY_IPV6, .bytes = { 0xfe, 0x80 } };

    return ipv4_within(address, 0xa9fe0000, 16) || np_address_in_prefix(address, &fe80, 10);
}

gboolean
np_address_is_private(const NpAddress *address)
{
    static const NpAddress fc00 = { .family = NP_FAMILY_IPV6, .bytes = { 0xfc } };

    return ipv4_within(address, 0x0a000000, 8) || ipv4_within(address, 0xac100000, 12) ||
           ipv4_within(address, 0xc0a80000, 16) || np_address_in_prefix(address, &fc00, 7);
}

gboolean
np_address_is_shared(const NpAddress *address)
{
    return ipv4_within(address, 0x64400000, 10);
}

gboolean
np_address_is_multicast(const NpAddress *address)
{
    return ipv4_within(address, 0xe0000000, 4) || ipv4_within(address, 0xffffffff, 32) ||
           (address->family == NP_FAMILY_IPV6 && address->bytes[0] == 0xff);
}

gboolean
np_address_is_destination(const NpAddress *address)
{
    return np_address_is_set(address) && !np_address_is_any(address) &&
           !np_address_is_multicast(address) && address->port != 0;
}
