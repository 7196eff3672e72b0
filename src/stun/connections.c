/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stun/connections.h"

#include "core/limiter.h"

/* RFC 8489 names no limit for TCP. A Binding request of ours stays below this even when padded. */
#define MAX_MESSAGE 2048

static void
connection_free(gpointer data)
{
    NpStunConnection *self = data;

    np_stun_stream_clear(&self->stream);
    g_free(self);
}

void
np_stun_connections_init(NpStunConnections *self, guint max, guint max_network)
{
    *self = (NpStunConnections){
        .by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, connection_free),
        .by_activity = G_QUEUE_INIT,
        .max = max,
        .max_network = max_network,
    };
}

void
np_stun_connections_clear(NpStunConnections *self)
{
    g_clear_pointer(&self->by_id, g_hash_table_unref);
    g_queue_init(&self->by_activity);
}

guint
np_stun_connections_count(const NpStunConnections *self)
{
    return g_hash_table_size(self->by_id);
}

static guint
count_of_network(const NpStunConnections *self, guint64 network)
{
    guint count = 0;

    for (const GList *link = self->by_activity.head; link != NULL; link = link->next)
        if (((const NpStunConnection *)link->data)->network == network)
            count++;
    return count;
}

NpStunConnection *
np_stun_connections_add(NpStunConnections *self,
                        NpSocketId id,
                        const NpAddress *local,
                        const NpAddress *peer,
                        NpTime now)
{
    guint64 network = np_limiter_network(peer);
    NpStunConnection *connection = NULL;

    if (np_stun_connections_count(self) >= self->max ||
        count_of_network(self, network) >= self->max_network)
        return NULL;
    connection = g_new0(NpStunConnection, 1);
    connection->id = id;
    connection->local = *local;
    connection->peer = *peer;
    connection->network = network;
    connection->active = now;
    connection->link.data = connection;
    np_stun_stream_init(&connection->stream, MAX_MESSAGE);
    g_hash_table_insert(self->by_id, &connection->id, connection);
    g_queue_push_tail_link(&self->by_activity, &connection->link);
    return connection;
}

NpStunConnection *
np_stun_connections_find(const NpStunConnections *self, NpSocketId id)
{
    return g_hash_table_lookup(self->by_id, &id);
}

void
np_stun_connections_touch(NpStunConnections *self, NpStunConnection *connection, NpTime now)
{
    connection->active = now;
    g_queue_unlink(&self->by_activity, &connection->link);
    g_queue_push_tail_link(&self->by_activity, &connection->link);
}

void
np_stun_connections_remove(NpStunConnections *self, NpStunConnection *connection)
{
    g_queue_unlink(&self->by_activity, &connection->link);
    g_hash_table_remove(self->by_id, &connection->id);
}

NpStunConnection *
np_stun_connections_oldest(const NpStunConnections *self)
{
    const GList *head = self->by_activity.head;

    return head != NULL ? head->data : NULL;
}
