/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The proof that an address belongs to a side of a call
 *
 * The side's punch socket asks STUN under the token, whose secret keys the request's integrity; the
 * answer goes to the address that was seen, and carries a nonce. Only who receives there can echo
 * it. So the mapping that is reported is the one that will be used, and nobody's address can be
 * claimed for him. A token lives as long as its call waits for both to be ready.
 */

#include "rendezvous/message.h"
#include "util/rng.h"

/* UDP and TCP, IPv4 and IPv6. */
#define NP_RENDEZVOUS_MAX_SIGHTINGS 4

typedef struct {
    NpAddress address;
    guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE];
    gboolean proven;
} NpRendezvousSighting;

typedef struct {
    guint8 name[NP_RENDEZVOUS_SECRET_SIZE];
    guint8 secret[NP_RENDEZVOUS_KEY_SIZE];
    NpRendezvousSighting sightings[NP_RENDEZVOUS_MAX_SIGHTINGS];
    guint n_sightings;
} NpRendezvousToken;

NpRendezvousToken np_rendezvous_token(NpRng *rng);
/* A valid request came from @address: the nonce for its answer, the same for the same address.
 * FALSE if more addresses were seen than one side has. */
gboolean np_rendezvous_token_see(NpRendezvousToken *self,
                                 NpRng *rng,
                                 const NpAddress *address,
                                 guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE]);
/* FALSE if no answer had this nonce. */
gboolean np_rendezvous_token_echo(NpRendezvousToken *self,
                                  const guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE]);
NpRendezvousAddresses np_rendezvous_token_proven(const NpRendezvousToken *self);
