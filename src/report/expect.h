/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Expectations of a NAT's behaviour, as a person types them
 *
 *     udp.mapping=endpoint-independent,filtering!=address-and-port-dependent,rfc3489=open|full cone
 *
 * An expectation holds if everything that is still possible meets it, fails if nothing does, and is
 * undecided in between.
 */

#include "nat/profile.h"
#include "report/document.h"

typedef struct NpExpect NpExpect;

NpExpect *np_expect_new(void);
void np_expect_free(NpExpect *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpExpect, np_expect_free)

typedef enum {
    NP_EXPECT_ERROR_MALFORMED,
} NpExpectError;
#define NP_EXPECT_ERROR np_expect_error_quark()
GQuark np_expect_error_quark(void);

/*
 * Adds the expectations of a comma-separated list. On error one sentence that names the bad key or
 * value and lists the good ones; nothing is added.
 */
gboolean np_expect_add(NpExpect *self, const char *text, GError **error);

/* Adds a check per expectation. A profile that was not measured is NULL. */
void np_expect_evaluate(const NpExpect *self,
                        const NpProfile *udp,
                        const NpProfile *udp6,
                        NpDocument *document);
