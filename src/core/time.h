/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Time as the protocol code sees it
 *
 * Nanoseconds since an origin that is the host's business: a monotonic clock on a real machine,
 * zero at the start of a simulation. Nanoseconds, because a pacer at thousands of packets a second
 * and kernel time stamps both need more than microseconds; 63 bits of them last 292 years.
 */

#include <glib.h>

typedef gint64 NpTime;

#define NP_TIME_NEVER G_MAXINT64
#define NP_USEC ((NpTime)1000)
#define NP_MSEC ((NpTime)1000000)
#define NP_SECOND ((NpTime)1000000000)
