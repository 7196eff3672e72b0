/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A token bucket for each network that talks to us
 *
 * Networks, not addresses: a source can be forged, and a victim's neighbours are victims too. A
 * network is an IPv4 /24 or an IPv6 /56.
 *
 * The table has a fixed size. A network that is not in it takes the place of the one among a few
 * candidates that was quiet longest, which then is forgotten and starts with a full bucket when it
 * returns: with more networks at a time than places, the limit grows softer and memory does not.
 */

#include "core/bucket.h"
#include "util/address.h"

typedef struct NpLimiter NpLimiter;

/* What a network is: its prefix, with the family. Never 0 for a set address. */
guint64 np_limiter_network(const NpAddress *address);

/*
 * Room for at least @networks. @key makes the places unpredictable, so that nobody can choose
 * sources that push a certain network out.
 */
NpLimiter *np_limiter_new(const NpBucketRate *rate, guint networks, guint64 key);
void np_limiter_free(NpLimiter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpLimiter, np_limiter_free)

/* Takes a token of @source's network. FALSE if it has none. */
gboolean np_limiter_take(NpLimiter *self, const NpAddress *source, NpTime now);
