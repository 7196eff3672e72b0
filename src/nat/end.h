/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One end of a flow, as the translator's tables hold it
 *
 * A transport address packed to 20 bytes without holes, so that a table entry fits two cache lines
 * and keys compare as bytes. IPv4 lies in ::ffff:0:0/96 (RFC 4291, 2.5.5.2); zones are dropped,
 * because no NAT translates between links by zone.
 */

#include "nat/behaviour.h"
#include "util/address.h"

typedef struct {
    guint32 host[4];
    guint16 port;
    guint16 unused; /* 0 */
} NpNatEnd;

NpNatEnd np_nat_end(const NpAddress *address);
NpAddress np_nat_end_address(const NpNatEnd *self);
gboolean np_nat_end_equal(const NpNatEnd *a, const NpNatEnd *b);
gboolean np_nat_end_same_host(const NpNatEnd *a, const NpNatEnd *b);
gboolean np_nat_end_same_family(const NpNatEnd *a, const NpNatEnd *b);
/* The part of @remote that something of this dependence distinguishes; the rest is zero. */
NpNatEnd np_nat_end_masked(const NpNatEnd *remote, NpNatDependence dependence);
/* Depends on @seed, so that a stranger cannot aim at one bucket. */
guint32 np_nat_end_hash(const NpNatEnd *a, const NpNatEnd *b, guint32 scope, guint64 seed);
