/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * NATPROBE-COOKIE: proof that a source receives at its address
 *
 * A forged source cannot echo what was sent to it. The cookie is a MAC over address, port and a
 * coarse time under a secret of the server, so that the server remembers nobody. Only who echoes
 * one may ask for what a forger could turn against somebody else: answers to another port, and long
 * ones.
 */

#include "core/time.h"
#include "util/address.h"

#define NP_STUN_COOKIE_SIZE 8
#define NP_STUN_COOKIE_SECRET_SIZE 32

/* A cookie is good for one to two of these. */
#define NP_STUN_COOKIE_EPOCH (60 * NP_SECOND)

void np_stun_cookie_make(guint8 cookie[NP_STUN_COOKIE_SIZE],
                         const guint8 secret[NP_STUN_COOKIE_SECRET_SIZE],
                         const NpAddress *source,
                         NpTime now);
/* Whether @cookie is one that was made for @source now or in the epoch before. */
gboolean np_stun_cookie_check(const guint8 cookie[NP_STUN_COOKIE_SIZE],
                              const guint8 secret[NP_STUN_COOKIE_SECRET_SIZE],
                              const NpAddress *source,
                              NpTime now);
