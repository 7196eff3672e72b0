/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-raw.h"

#include <string.h>

static guint
get(const guint8 *at)
{
    return (guint)at[0] << 8 | at[1];
}

static void
set(guint8 *at, guint value)
{
    at[0] = (guint8)(value >> 8);
    at[1] = (guint8)value;
}

/* RFC 1071, as slowly as it can be written. */
static guint
sum(guint start, const guint8 *data, gsize size)
{
    guint64 total = start;

    for (gsize i = 0; i < size; i++)
        total += i % 2 == 0 ? (guint64)data[i] << 8 : data[i];
    while (total > 0xffff)
        total = (total & 0xffff) + (total >> 16);
    return (guint)total;
}

static gsize
ip_header(const guint8 *bytes)
{
    return bytes[0] >> 4 == 6 ? 40 : (gsize)(bytes[0] & 15) * 4;
}

static guint
pseudo(const guint8 *bytes, gsize size, guint protocol)
{
    guint start = (guint)(size - ip_header(bytes)) + protocol;

    return bytes[0] >> 4 == 6 ? sum(start, bytes + 8, 32) : sum(start, bytes + 12, 8);
}

static guint
protocol_of(const guint8 *bytes)
{
    return bytes[0] >> 4 == 6 ? bytes[6] : bytes[9];
}

static gsize
checksum_offset(guint protocol)
{
    return protocol == 17 ? 6 : protocol == 6 ? 16 : 2;
}

/* The sum over transport header and data, 0xffff if the checksum in it is right. */
static guint
transport_sum(const guint8 *bytes, gsize size)
{
    guint protocol = protocol_of(bytes);
    guint start = protocol == 1 ? 0 : pseudo(bytes, size, protocol);

    return sum(start, bytes + ip_header(bytes), size - ip_header(bytes));
}

static void
seal(FixtureRaw *self)
{
    gsize at = ip_header(self->bytes) + checksum_offset(protocol_of(self->bytes));

    if (self->bytes[0] >> 4 == 4) {
        set(self->bytes + 10, 0);
        set(self->bytes + 10, 0xffff ^ sum(0, self->bytes, ip_header(self->bytes)));
    }
    set(self->bytes + at, 0);
    set(self->bytes + at, 0xffff ^ transport_sum(self->bytes, self->size));
}

static FixtureRaw
ip_packet(const NpAddress *source, const NpAddress *destination, guint protocol, gsize size)
{
    gboolean v6 = source->family == NP_FAMILY_IPV6;
    FixtureRaw raw = { .size = (v6 ? 40 : 20) + size };

    if (v6) {
        raw.bytes[0] = 0x60;
        set(raw.bytes + 4, (guint)size);
        raw.bytes[6] = (guint8)protocol;
        raw.bytes[7] = 64;
        memcpy(raw.bytes + 8, source->bytes, 16);
        memcpy(raw.bytes + 24, destination->bytes, 16);
    } else {
        raw.bytes[0] = 0x45;
        set(raw.bytes + 2, (guint)raw.size);
        set(raw.bytes + 4, 0x1234);
        raw.bytes[8] = 64;
        raw.bytes[9] = (guint8)protocol;
        memcpy(raw.bytes + 12, source->bytes, 4);
        memcpy(raw.bytes + 16, destination->bytes, 4);
    }
    return raw;
}

FixtureRaw
fixture_raw_data(NpNatProtocol protocol,
                 const char *source,
                 const char *destination,
                 const char *payload)
{
    static const guint headers[NP_NAT_N_PROTOCOLS] = {
        [NP_NAT_UDP] = 8, [NP_NAT_TCP] = 20, [NP_NAT_ECHO] = 8
    };
    NpAddress from = { 0 };
    NpAddress to = { 0 };
    guint number = protocol == NP_NAT_UDP ? 17 : 6;
    gsize size = headers[protocol] + strlen(payload);
    FixtureRaw raw;
    guint8 *at = NULL;

    np_address_parse(&from, source, 0);
    np_address_parse(&to, destination, 0);
    if (protocol == NP_NAT_ECHO)
        number = from.family == NP_FAMILY_IPV6 ? 58 : 1;
    raw = ip_packet(&from, &to, number, size);
    at = raw.bytes + raw.size - size;
    switch (protocol) {
    case NP_NAT_UDP:
        set(at + 4, (guint)size);
        break;
    case NP_NAT_TCP:
        set(at + 6, 1000); /* low half of the sequence number */
        at[12] = 5 << 4;
        at[13] = NP_NAT_ACK;
        break;
    case NP_NAT_ECHO:
        at[0] = from.family == NP_FAMILY_IPV6 ? 128 : 8;
        if (from.port == 0)
            at[0] = from.family == NP_FAMILY_IPV6 ? 129 : 0;
        set(at + 4, from.port + to.port);
        break;
    case NP_NAT_N_PROTOCOLS:
        break;
    }
    if (protocol != NP_NAT_ECHO) {
        set(at, from.port);
        set(at + 2, to.port);
    }
    memcpy(at + headers[protocol], payload, strlen(payload));
    seal(&raw);
    return raw;
}

FixtureRaw
fixture_raw_error(
    const char *offender, const char *to, guint8 type, const FixtureRaw *quoted, gsize n_quoted)
{
    NpAddress from = { 0 };
    NpAddress destination = { 0 };
    gsize n = MIN(n_quoted, quoted->size);
    FixtureRaw raw;

    np_address_parse(&from, offender, 0);
    np_address_parse(&destination, to, 0);
    raw = ip_packet(&from, &destination, from.family == NP_FAMILY_IPV6 ? 58 : 1, 8 + n);
    raw.bytes[raw.size - n - 8] = type;
    memcpy(raw.bytes + raw.size - n, quoted->bytes, n);
    seal(&raw);
    return raw;
}

FixtureRaw
fixture_raw_fragment(const FixtureRaw *whole, gsize offset, gsize n_bytes, guint16 id)
{
    gsize n = MIN(n_bytes, whole->size - 20 - offset);
    gboolean more = 20 + offset + n < whole->size;
    FixtureRaw raw = { .size = 20 + n };

    memcpy(raw.bytes, whole->bytes, 20);
    memcpy(raw.bytes + 20, whole->bytes + 20 + offset, n);
    set(raw.bytes + 2, (guint)raw.size);
    set(raw.bytes + 4, id);
    set(raw.bytes + 6, (more ? 0x2000 : 0) | (guint)(offset / 8));
    set(raw.bytes + 10, 0);
    set(raw.bytes + 10, 0xffff ^ sum(0, raw.bytes, 20));
    return raw;
}

void
fixture_raw_set_ttl(FixtureRaw *self, guint8 ttl)
{
    self->bytes[self->bytes[0] >> 4 == 6 ? 7 : 8] = ttl;
    seal(self);
}

void
fixture_raw_set_flags(FixtureRaw *self, guint8 flags)
{
    self->bytes[ip_header(self->bytes) + 13] = flags;
    seal(self);
}

gboolean
fixture_raw_is_sound(const guint8 *bytes, gsize size)
{
    gboolean v4 = bytes[0] >> 4 == 4;
    const guint8 *transport = bytes + ip_header(bytes);
    guint protocol = protocol_of(bytes);
    gboolean error = (protocol == 1 && (transport[0] == 3 || transport[0] == 11)) ||
                     (protocol == 58 && transport[0] < 128);

    if (v4 && (sum(0, bytes, ip_header(bytes)) != 0xffff || get(bytes + 2) != size))
        return FALSE;
    if (transport_sum(bytes, size) != 0xffff)
        return FALSE;
    if (error && transport[8] >> 4 == 4)
        return sum(0, transport + 8, ip_header(transport + 8)) == 0xffff;
    return TRUE;
}
