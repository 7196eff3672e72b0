/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a profile says under one key: a verdict on an axis, or the RFC 3489 word
 *
 * One view of both, so that tables, JSON and expectations need not tell them apart.
 */

#include "nat/profile.h"

/* The key of the RFC 3489 word, beside those of np_nat_axis_key(). */
#define NP_FINDING_RFC3489 NP_NAT_N_AXES
#define NP_FINDING_N_KEYS (NP_NAT_N_AXES + 1)

/* What to say where a verdict was left open without a word. */
#define NP_FINDING_NO_REASON "the experiments did not decide it"

typedef struct {
    gboolean measured;
    guint possible;      /* bit 1 << value */
    const char *verdict; /* the value to act on, or "unknown" */
    char *text;          /* all that is possible: "random or block"; or "unknown" */
    double confidence;
    const char *why; /* why several are possible; or NULL. Lives as long as the profile */
} NpFinding;

/* @key is a NpNatAxis or NP_FINDING_RFC3489. */
NpFinding np_finding(const NpProfile *profile, guint key);
void np_finding_clear(NpFinding *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpFinding, np_finding_clear)

/* "mapping", "rfc3489". */
const char *np_finding_key(guint key);
guint np_finding_n_values(guint key);
const char *np_finding_value(guint key, guint value);
/* FALSE if there is no such key, or no such value under it. */
gboolean np_finding_find(const char *text, guint *key);
gboolean np_finding_find_value(guint key, const char *text, guint *value);
/* "99.9%"; never rounded up to certainty. Owned by the caller. */
char *np_finding_percent(double probability);
