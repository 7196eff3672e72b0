/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stun/grid.h"

typedef struct {
    NpStunEndpoint endpoint;
    guint other_port;
    guint other_address;
    guint other_both;
} Node;

struct NpStunGrid {
    Node *nodes;
    guint n_nodes;
};

static guint
find_in_group(const NpStunGrid *self, guint group, const NpAddress *host, guint16 port)
{
    for (guint i = 0; i < self->n_nodes; i++) {
        const NpStunEndpoint *endpoint = &self->nodes[i].endpoint;

        if (endpoint->group == group && endpoint->local.port == port &&
            np_address_same_host(&endpoint->local, host))
            return i;
    }
    return NP_STUN_NOWHERE;
}

/* Takes @candidate for the opposite corner of @node if the other two corners exist. */
static gboolean
complete(const NpStunGrid *self, Node *node, guint candidate)
{
    const NpStunEndpoint *here = &node->endpoint;
    const NpStunEndpoint *there = &self->nodes[candidate].endpoint;
    guint other_port = 0;
    guint other_address = 0;

    if (here->group != there->group || here->local.family != there->local.family ||
        here->local.port == there->local.port || np_address_same_host(&here->local, &there->local))
        return FALSE;
    other_port = find_in_group(self, here->group, &here->local, there->local.port);
    other_address = find_in_group(self, here->group, &there->local, here->local.port);
    if (other_port == NP_STUN_NOWHERE || other_address == NP_STUN_NOWHERE)
        return FALSE;
    node->other_port = other_port;
    node->other_address = other_address;
    node->other_both = candidate;
    return TRUE;
}

static guint
first_other_port(const NpStunGrid *self, const NpStunEndpoint *here)
{
    for (guint i = 0; i < self->n_nodes; i++) {
        const NpStunEndpoint *there = &self->nodes[i].endpoint;

        if (here->group == there->group && here->local.port != there->local.port &&
            np_address_same_host(&here->local, &there->local))
            return i;
    }
    return NP_STUN_NOWHERE;
}

static void
find_partners(const NpStunGrid *self, Node *node)
{
    for (guint i = 0; i < self->n_nodes; i++)
        if (complete(self, node, i))
            return;
    node->other_port = first_other_port(self, &node->endpoint);
    node->other_address = NP_STUN_NOWHERE;
    node->other_both = NP_STUN_NOWHERE;
}

NpStunGrid *
np_stun_grid_new(const NpStunEndpoint *endpoints, guint n_endpoints)
{
    NpStunGrid *self = g_new0(NpStunGrid, 1);

    self->nodes = g_new0(Node, n_endpoints);
    self->n_nodes = n_endpoints;
    for (guint i = 0; i < n_endpoints; i++)
        self->nodes[i].endpoint = endpoints[i];
    for (guint i = 0; i < n_endpoints; i++)
        find_partners(self, &self->nodes[i]);
    return self;
}

void
np_stun_grid_free(NpStunGrid *self)
{
    if (self == NULL)
        return;
    g_free(self->nodes);
    g_free(self);
}

guint
np_stun_grid_find(const NpStunGrid *self, const NpAddress *local)
{
    for (guint i = 0; i < self->n_nodes; i++)
        if (np_address_equal(&self->nodes[i].endpoint.local, local))
            return i;
    return NP_STUN_NOWHERE;
}

const NpStunEndpoint *
np_stun_grid_endpoint(const NpStunGrid *self, guint index)
{
    g_assert(index < self->n_nodes);
    return &self->nodes[index].endpoint;
}

guint
np_stun_grid_partner(const NpStunGrid *self,
                     guint index,
                     gboolean other_address,
                     gboolean other_port)
{
    const Node *node = NULL;

    g_assert(index < self->n_nodes);
    node = &self->nodes[index];
    if (other_address)
        return other_port ? node->other_both : node->other_address;
    return other_port ? node->other_port : index;
}
