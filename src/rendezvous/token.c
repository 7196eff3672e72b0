/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/token.h"

#include <string.h>

NpRendezvousToken
np_rendezvous_token(NpRng *rng)
{
    NpRendezvousToken self = { 0 };

    np_rng_fill(rng, self.name, sizeof self.name);
    np_rng_fill(rng, self.secret, sizeof self.secret);
    return self;
}

gboolean
np_rendezvous_token_see(NpRendezvousToken *self,
                        NpRng *rng,
                        const NpAddress *address,
                        guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE])
{
    NpRendezvousSighting *sighting = self->sightings;
    const NpRendezvousSighting *end = sighting + self->n_sightings;

    while (sighting < end && !np_address_equal(&sighting->address, address))
        sighting++;
    if (sighting == end) {
        if (self->n_sightings == NP_RENDEZVOUS_MAX_SIGHTINGS)
            return FALSE;
        *sighting = (NpRendezvousSighting){ .address = *address };
        np_rng_fill(rng, sighting->nonce, sizeof sighting->nonce);
        self->n_sightings++;
    }
    memcpy(nonce, sighting->nonce, sizeof sighting->nonce);
    return TRUE;
}

gboolean
np_rendezvous_token_echo(NpRendezvousToken *self, const guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE])
{
    for (guint i = 0; i < self->n_sightings; i++) {
        if (memcmp(self->sightings[i].nonce, nonce, NP_RENDEZVOUS_SECRET_SIZE) == 0) {
            self->sightings[i].proven = TRUE;
            return TRUE;
        }
    }
    return FALSE;
}

NpRendezvousAddresses
np_rendezvous_token_proven(const NpRendezvousToken *self)
{
    NpRendezvousAddresses list = { 0 };

    for (guint i = 0; i < self->n_sightings; i++)
        if (self->sightings[i].proven)
            np_rendezvous_message_add_address(&list, &self->sightings[i].address);
    return list;
}
