/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/call.h"

#include <string.h>

#define BIT(field) (1u << NP_RENDEZVOUS_FIELD_##field)

/*
 * A push needs half a round trip; the other half covers a queue on the way, the guard the time both
 * need to prepare. What a client claims of its round trip delays nobody longer than the bound.
 */
#define MAX_RTT NP_SECOND
#define GUARD (50 * NP_MSEC)

static void
file(NpRendezvousCall *self, NpRendezvousRole role, NpRendezvousPeer *peer)
{
    g_assert(peer->n_calls < NP_RENDEZVOUS_MAX_CALLS);
    self->sides[role] = (NpRendezvousSide){ .call = self, .peer = peer };
    peer->calls[peer->n_calls] = self;
    peer->n_calls++;
}

static void
unfile(NpRendezvousCall *self, NpRendezvousPeer *peer)
{
    guint i = 0;

    while (peer->calls[i] != self)
        i++;
    peer->n_calls--;
    peer->calls[i] = peer->calls[peer->n_calls];
}

NpRendezvousCall *
np_rendezvous_call_new(guint64 id, NpRendezvousPeer *caller, NpRendezvousPeer *callee)
{
    NpRendezvousCall *self = g_new0(NpRendezvousCall, 1);

    self->id = id;
    file(self, NP_RENDEZVOUS_CALLER, caller);
    file(self, NP_RENDEZVOUS_CALLEE, callee);
    return self;
}

void
np_rendezvous_call_free(NpRendezvousCall *self)
{
    for (guint role = 0; role < NP_RENDEZVOUS_N_ROLES; role++) {
        NpRendezvousSide *side = &self->sides[role];

        unfile(self, side->peer);
        if (side->ready != NULL)
            np_rendezvous_message_clear(side->ready);
        g_free(side->ready);
    }
    g_free(self);
}

NpRendezvousRole
np_rendezvous_call_role(const NpRendezvousCall *self, const NpRendezvousPeer *peer)
{
    return self->sides[NP_RENDEZVOUS_CALLER].peer == peer ? NP_RENDEZVOUS_CALLER
                                                          : NP_RENDEZVOUS_CALLEE;
}

static NpRendezvousRole
other(NpRendezvousRole role)
{
    return role == NP_RENDEZVOUS_CALLER ? NP_RENDEZVOUS_CALLEE : NP_RENDEZVOUS_CALLER;
}

NpRendezvousCall *
np_rendezvous_call_find(const NpRendezvousPeer *peer, const char *id)
{
    for (guint i = 0; i < peer->n_calls; i++) {
        NpRendezvousCall *call = peer->calls[i];

        if (g_str_equal(call->sides[other(np_rendezvous_call_role(call, peer))].peer->id, id))
            return call;
    }
    return NULL;
}

gboolean
np_rendezvous_call_is_ready(const NpRendezvousCall *self)
{
    return self->agreed && self->sides[NP_RENDEZVOUS_CALLER].ready != NULL &&
           self->sides[NP_RENDEZVOUS_CALLEE].ready != NULL;
}

NpRendezvousMessage
np_rendezvous_call_message(const NpRendezvousCall *self,
                           NpRendezvousRole to,
                           NpRendezvousOperation operation)
{
    NpRendezvousMessage message = { .operation = operation };

    np_rendezvous_message_set_peer(&message, self->sides[other(to)].peer->id);
    np_rendezvous_message_set_call(&message, self->id);
    return message;
}

static gboolean
share_host(const NpRendezvousAddresses *a, const NpRendezvousAddresses *b)
{
    for (guint i = 0; i < a->n; i++)
        for (guint j = 0; j < b->n; j++)
            if (np_address_same_host(&a->at[i], &b->at[j]))
                return TRUE;
    return FALSE;
}

/*
 * Host addresses are claims, not proofs. They help where both sides may be on one LAN, which shows
 * by a public address in common; and then only addresses that mean nothing elsewhere. A public one
 * could be anybody's: its owner proves it, or keeps it.
 */
static NpRendezvousAddresses
hosts_to_tell(const NpRendezvousAddresses *hosts, gboolean neighbours)
{
    NpRendezvousAddresses list = { 0 };

    for (guint i = 0; neighbours && i < hosts->n; i++)
        if (np_address_is_private(&hosts->at[i]) || np_address_is_link_local(&hosts->at[i]))
            np_rendezvous_message_add_address(&list, &hosts->at[i]);
    return list;
}

NpRendezvousMessage
np_rendezvous_call_push(const NpRendezvousCall *self,
                        NpRendezvousRole to,
                        NpTime server_time,
                        NpTime start)
{
    const NpRendezvousSide *peer = &self->sides[other(to)];
    const NpProfile *profile = peer->ready->profile;
    NpRendezvousMessage message = np_rendezvous_call_message(self, to, NP_RENDEZVOUS_PUSH);

    message.role = to;
    message.start = start;
    message.server_time = server_time;
    message.own = np_rendezvous_token_proven(&self->sides[to].token);
    message.reflexive = np_rendezvous_token_proven(&peer->token);
    message.hosts =
        hosts_to_tell(&peer->ready->hosts, share_host(&message.own, &message.reflexive));
    message.capabilities = peer->peer->capabilities;
    memcpy(message.key, peer->ready->key, sizeof message.key);
    memcpy(message.signature, peer->ready->signature, sizeof message.signature);
    memcpy(message.fingerprint, peer->peer->fingerprint, sizeof message.fingerprint);
    message.has |= BIT(ROLE) | BIT(START) | BIT(SERVER_TIME) | BIT(OWN) | BIT(REFLEXIVE) |
                   BIT(HOSTS) | BIT(CAPABILITIES) | BIT(KEY) | BIT(SIGNATURE) | BIT(FINGERPRINT);
    /* One measured for this call is fresher than the one of the login. */
    if (profile == NULL)
        profile = peer->peer->profile;
    if (profile != NULL)
        np_rendezvous_message_set_profile(&message, profile);
    return message;
}

NpTime
np_rendezvous_call_lead(const NpRendezvousCall *self)
{
    NpTime slowest = 0;

    for (guint role = 0; role < NP_RENDEZVOUS_N_ROLES; role++)
        slowest = MAX(slowest, CLAMP(self->sides[role].ready->rtt, 0, MAX_RTT));
    return slowest + GUARD;
}
