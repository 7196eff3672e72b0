/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * IP packets as bytes, built and checked without the code under test
 */

#include "nat/packet.h"

#define NP_FIXTURE_RAW_SIZE 2048

typedef struct {
    guint8 bytes[NP_FIXTURE_RAW_SIZE];
    gsize size;
} FixtureRaw;

/* A whole packet with @payload; ports are of UDP and TCP, the identifier of an echo request is the
 * source's port and of a reply the destination's. */
FixtureRaw fixture_raw_data(NpNatProtocol protocol,
                            const char *source,
                            const char *destination,
                            const char *payload);
/* An ICMP error from @offender that quotes @quoted, cut to @n_quoted bytes. */
FixtureRaw fixture_raw_error(
    const char *offender, const char *to, guint8 type, const FixtureRaw *quoted, gsize n_quoted);
/* One fragment of an IPv4 packet: @n_bytes from @offset, multiples of 8, of what follows the IP
 * header. */
FixtureRaw fixture_raw_fragment(const FixtureRaw *whole, gsize offset, gsize n_bytes, guint16 id);
void fixture_raw_set_ttl(FixtureRaw *self, guint8 ttl);
/* Sets a TCP packet's flags. */
void fixture_raw_set_flags(FixtureRaw *self, guint8 flags);
/* Whether every checksum in it is right, that of a quoted IP header included. */
gboolean fixture_raw_is_sound(const guint8 *bytes, gsize size);
