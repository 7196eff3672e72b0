/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/server.h"

#include "probe/ask.h"

/* What a person can name on a command line, and the grids learnt from it; more adds no knowledge.
 */
#define MAX_SERVERS 16
/* One answer could have been changed on the way; a second one that cannot be true was not. */
#define MIN_CONTRADICTIONS 2

void
np_probe_servers_init(NpProbeServers *self)
{
    self->list = g_array_sized_new(FALSE, FALSE, sizeof(NpProbeServer), MAX_SERVERS);
}

void
np_probe_servers_clear(NpProbeServers *self)
{
    g_clear_pointer(&self->list, g_array_unref);
}

guint
np_probe_servers_count(const NpProbeServers *self)
{
    return self->list->len;
}

NpProbeServer *
np_probe_servers_at(const NpProbeServers *self, guint index)
{
    return &g_array_index(self->list, NpProbeServer, index);
}

NpProbeServer *
np_probe_servers_find(const NpProbeServers *self, const NpAddress *address)
{
    for (guint i = 0; i < self->list->len; i++)
        if (np_address_equal(&np_probe_servers_at(self, i)->address, address))
            return np_probe_servers_at(self, i);
    return NULL;
}

gboolean
np_probe_servers_add(NpProbeServers *self, const NpAddress *address, gboolean given)
{
    NpProbeServer server = { .address = *address, .given = given, .rtt = NP_TIME_NEVER };

    if (self->list->len == MAX_SERVERS || np_probe_servers_find(self, address) != NULL)
        return FALSE;
    g_array_append_val(self->list, server);
    return TRUE;
}

gboolean
np_probe_servers_is_proven(const NpProbeServers *self, const NpAddress *host)
{
    for (guint i = 0; i < self->list->len; i++) {
        const NpProbeServer *server = np_probe_servers_at(self, i);

        if (np_address_same_host(&server->address, host) && (server->given || server->answered))
            return TRUE;
    }
    return FALSE;
}

const NpProbeServer *
np_probe_servers_replacement(const NpProbeServers *self, const NpAddress *address)
{
    for (guint i = 0; i < self->list->len; i++) {
        const NpProbeServer *server = np_probe_servers_at(self, i);

        if (server->answered && np_probe_server_is_consistent(server) &&
            !np_address_equal(&server->address, address))
            return server;
    }
    return NULL;
}

gboolean
np_probe_servers_any_answered(const NpProbeServers *self)
{
    for (guint i = 0; i < self->list->len; i++)
        if (np_probe_servers_at(self, i)->answered)
            return TRUE;
    return FALSE;
}

gboolean
np_probe_servers_any_refused(const NpProbeServers *self)
{
    for (guint i = 0; i < self->list->len; i++)
        if (np_probe_servers_at(self, i)->refused)
            return TRUE;
    return FALSE;
}

gboolean
np_probe_servers_host_answered(const NpProbeServers *self, const NpAddress *host)
{
    for (guint i = 0; i < self->list->len; i++) {
        const NpProbeServer *server = np_probe_servers_at(self, i);

        if (server->answered && np_address_same_host(&server->address, host))
            return TRUE;
    }
    return FALSE;
}

gboolean
np_probe_servers_endpoint_answered(const NpProbeServers *self, const NpAddress *endpoint)
{
    const NpProbeServer *server = np_probe_servers_find(self, endpoint);

    return server != NULL && server->answered;
}

/* Addresses that mean something else, or somebody else, on every network. */
static gboolean
is_local_scope(const NpAddress *address)
{
    return np_address_is_private(address) || np_address_is_link_local(address) ||
           np_address_is_loopback(address) || np_address_is_shared(address);
}

/*
 * A server on the internet has no business naming a host of the client's own network, which would
 * then be asked in its place: with that anybody could look for hosts behind the NAT.
 */
void
np_probe_server_name_other(NpProbeServer *self, const NpAddress *named)
{
    self->named = *named;
    if (named->family != self->address.family || !np_address_is_destination(named) ||
        np_address_is_loopback(named) != np_address_is_loopback(&self->address) ||
        (is_local_scope(named) && !is_local_scope(&self->address)))
        return;
    self->other = *named;
}

void
np_probe_server_show_change(NpProbeServer *self, guint change, const NpAddress *from, guint error)
{
    /* Who cannot change the address may still change the port. */
    if (error != 0)
        self->change_refused |=
            change & NP_PROBE_ASK_CHANGE_IP ? NP_PROBE_ASK_CHANGE_IP : NP_PROBE_ASK_CHANGE_PORT;
    else if (np_address_equal(from, &self->address))
        self->change_ignored = TRUE;
    else if (np_address_same_host(from, &self->address))
        self->change_shown |= NP_PROBE_ASK_CHANGE_PORT;
    else
        self->change_shown |= NP_PROBE_ASK_CHANGE_IP;
}

gboolean
np_probe_server_is_consistent(const NpProbeServer *self)
{
    return self->contradictions < MIN_CONTRADICTIONS;
}

gboolean
np_probe_server_alternate(const NpProbeServer *self, guint change, NpAddress *alternate)
{
    NpAddress other = self->other;

    if (!np_address_is_set(&other))
        return FALSE;
    /* A server that names itself on the axis in question has no alternate there. */
    if ((change & NP_PROBE_ASK_CHANGE_IP) && np_address_same_host(&other, &self->address))
        return FALSE;
    if ((change & NP_PROBE_ASK_CHANGE_PORT) && other.port == self->address.port)
        return FALSE;
    *alternate = change & NP_PROBE_ASK_CHANGE_IP ? other : self->address;
    alternate->port = change & NP_PROBE_ASK_CHANGE_PORT ? other.port : self->address.port;
    return TRUE;
}
