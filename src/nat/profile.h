/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The profile: all that is known about the NAT in front of one host, for one transport and family
 *
 * The value that probe produces, punch plans from, rendezvous carries and report prints.
 */

#include "nat/verdict.h"
#include "util/address.h"

typedef struct {
    NpVerdict verdicts[NP_NAT_N_AXES];
    GArray *external; /* of NpAddress, port 0: external addresses seen, each once */
    /* Details, each valid while its axis is decided as named. */
    NpNatLaw law;                    /* allocation */
    double entropy_bits;             /* allocation: of the next port, given what was seen */
    guint samples;                   /* allocation: mappings behind the law */
    NpNatHairpinNeeds hairpin_needs; /* hairpin: supported, either source */
} NpProfile;

void np_profile_init(NpProfile *self);
void np_profile_clear(NpProfile *self);
void np_profile_copy(NpProfile *to, const NpProfile *from);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpProfile, np_profile_clear)

/* Adds the host of @address to the external addresses, once. */
void np_profile_add_external(NpProfile *self, const NpAddress *address);

/* A profile in which everything is known for certain: what a perfect probe would say of @behaviour.
 */
void np_profile_from_behaviour(NpProfile *self, const NpNatBehaviour *behaviour);

/*
 * The RFC 3489 word, section 5: "open", "full cone", "restricted cone", "port-restricted cone",
 * "symmetric", "udp firewall", "blocked"; NULL where the axes do not decide it.
 */
const char *np_profile_rfc3489(const NpProfile *self);
