/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/router.h"

#include "nat/raw.h"
#include "nat/rewrite.h"

/* Linux' ipfrag_time. */
#define DATAGRAM_TIMEOUT (30 * NP_SECOND)
/* Datagrams whose fragments are on their way, and bytes held for them: Linux' low threshold. */
#define MAX_DATAGRAMS 1024
#define MAX_HELD (3 * 1024 * 1024)

typedef struct {
    NpAddress source;
    NpAddress destination;
    guint32 id;
    NpNatProtocol protocol;
    NpNatSide side;
} Key;

/* A datagram in fragments. */
typedef struct {
    Key key;
    NpTime deadline;
    gboolean decided; /* the first fragment has come */
    NpNatOutcome outcome;
    NpAddress source; /* afterwards */
    NpAddress destination;
    GQueue held; /* of GBytes */
} Datagram;

typedef struct {
    NpNatSide side;
    GBytes *packet;
} Ready;

struct NpNatRouter {
    NpNatTranslator *translator;
    NpNatFragments fragments;
    GHashTable *datagrams; /* Key -> Datagram */
    GQueue by_age;         /* of Datagram; all have the same timeout, so the oldest ends first */
    gsize n_held;          /* bytes */
    GArray *ready;         /* of Ready */
    guint n_taken;
};

static guint
hash_key(gconstpointer data)
{
    const Key *key = data;

    return np_address_hash_key(&key->source) * 31 + np_address_hash_key(&key->destination) +
           key->id;
}

static gboolean
equal_keys(gconstpointer a, gconstpointer b)
{
    const Key *one = a;
    const Key *two = b;

    return one->id == two->id && one->protocol == two->protocol && one->side == two->side &&
           np_address_equal(&one->source, &two->source) &&
           np_address_equal(&one->destination, &two->destination);
}

static void
forget_oldest(NpNatRouter *self)
{
    Datagram *datagram = g_queue_pop_head(&self->by_age);
    GBytes *held = NULL;

    g_hash_table_remove(self->datagrams, &datagram->key);
    while ((held = g_queue_pop_head(&datagram->held)) != NULL) {
        self->n_held -= g_bytes_get_size(held);
        g_bytes_unref(held);
    }
    g_free(datagram);
}

static void
forget_expired(NpNatRouter *self, NpTime now)
{
    const Datagram *oldest = NULL;

    while ((oldest = g_queue_peek_head(&self->by_age)) != NULL && oldest->deadline <= now)
        forget_oldest(self);
}

static Datagram *
datagram_of(NpNatRouter *self, NpNatSide side, const NpNatPacket *packet, guint32 id, NpTime now)
{
    Key key = { .source = np_address_with_port(&packet->source, 0),
                .destination = np_address_with_port(&packet->destination, 0),
                .id = id,
                .protocol = packet->protocol,
                .side = side };
    Datagram *datagram = g_hash_table_lookup(self->datagrams, &key);

    if (datagram != NULL)
        return datagram;
    if (g_hash_table_size(self->datagrams) == MAX_DATAGRAMS)
        forget_oldest(self);
    datagram = g_new0(Datagram, 1);
    datagram->key = key;
    datagram->deadline = now + DATAGRAM_TIMEOUT;
    g_queue_init(&datagram->held);
    g_hash_table_insert(self->datagrams, &datagram->key, datagram);
    g_queue_push_tail(&self->by_age, datagram);
    return datagram;
}

static NpNatOutcome
rewrite(guint8 *bytes,
        gsize *size,
        gsize capacity,
        const NpNatPacket *before,
        const NpNatPacket *after,
        NpNatOutcome outcome)
{
    *size = np_nat_rewrite(bytes, *size, capacity, before, after);
    return *size > 0 ? outcome : NP_NAT_DROPPED_INVALID;
}

static gboolean
goes_on(NpNatOutcome outcome)
{
    return outcome == NP_NAT_TO_INSIDE || outcome == NP_NAT_TO_OUTSIDE;
}

/* A later fragment takes the way of the first. */
static NpNatOutcome
follow(
    const Datagram *datagram, guint8 *bytes, gsize *size, gsize capacity, const NpNatPacket *packet)
{
    NpNatPacket after = *packet;

    if (!goes_on(datagram->outcome) || packet->ttl <= 1)
        return NP_NAT_DROPPED_FRAGMENT;
    after.source = datagram->source;
    after.destination = datagram->destination;
    after.ttl--;
    return rewrite(bytes, size, capacity, packet, &after, datagram->outcome);
}

static void
release_held(NpNatRouter *self, Datagram *datagram)
{
    GBytes *held = NULL;

    while ((held = g_queue_pop_head(&datagram->held)) != NULL) {
        gsize size = 0;
        g_autofree guint8 *bytes = NULL;
        NpNatPacket packet;
        NpNatFragmentInfo fragment;

        self->n_held -= g_bytes_get_size(held);
        bytes = g_bytes_unref_to_data(held, &size);
        np_nat_raw_read(bytes, size, &packet, &fragment);
        if (goes_on(follow(datagram, bytes, &size, size, &packet))) {
            Ready ready = { .side = datagram->outcome == NP_NAT_TO_INSIDE ? NP_NAT_INSIDE
                                                                          : NP_NAT_OUTSIDE };

            ready.packet = g_bytes_new_take(g_steal_pointer(&bytes), size);
            g_array_append_val(self->ready, ready);
        }
    }
}

static NpNatOutcome
route_whole(NpNatRouter *self,
            NpNatSide side,
            guint8 *bytes,
            gsize *size,
            gsize capacity,
            const NpNatPacket *packet,
            NpNatPacket *after,
            NpTime now)
{
    NpNatOutcome outcome = NP_NAT_DROPPED_INVALID;
    NpAddress from = { 0 };
    NpAddress to = { 0 };

    *after = *packet;
    outcome = np_nat_translator_translate(self->translator, side, after, now);
    if (!goes_on(outcome))
        return outcome;
    outcome = rewrite(bytes, size, capacity, packet, after, outcome);
    if (goes_on(outcome) && np_nat_translator_alg(self->translator, packet, after, &from, &to))
        np_nat_rewrite_payload(bytes, *size, &from, &to);
    return outcome;
}

/* An answer to the first fragment is not the way of the others. */
static gboolean
is_answer(const NpNatPacket *before, const NpNatPacket *after)
{
    return before->kind != after->kind || before->tcp.flags != after->tcp.flags;
}

static NpNatOutcome
hold(NpNatRouter *self, Datagram *datagram, const guint8 *bytes, gsize size)
{
    if (self->fragments != NP_NAT_FRAGMENTS_ANY_ORDER || self->n_held + size > MAX_HELD)
        return NP_NAT_DROPPED_FRAGMENT;
    self->n_held += size;
    g_queue_push_tail(&datagram->held, g_bytes_new(bytes, size));
    return NP_NAT_HELD;
}

static NpNatOutcome
route_fragment(NpNatRouter *self,
               NpNatSide side,
               guint8 *bytes,
               gsize *size,
               gsize capacity,
               const NpNatPacket *packet,
               const NpNatFragmentInfo *fragment,
               NpTime now)
{
    Datagram *datagram = NULL;
    NpNatPacket after;

    if (self->fragments == NP_NAT_FRAGMENTS_DROPPED)
        return NP_NAT_DROPPED_FRAGMENT;
    forget_expired(self, now);
    datagram = datagram_of(self, side, packet, fragment->id, now);
    if (fragment->offset > 0)
        return datagram->decided ? follow(datagram, bytes, size, capacity, packet)
                                 : hold(self, datagram, bytes, *size);
    datagram->decided = TRUE;
    datagram->outcome = route_whole(self, side, bytes, size, capacity, packet, &after, now);
    datagram->source = np_address_with_port(&after.source, 0);
    datagram->destination = np_address_with_port(&after.destination, 0);
    if (is_answer(packet, &after)) {
        NpNatOutcome outcome = datagram->outcome;

        datagram->outcome = NP_NAT_DROPPED_FRAGMENT;
        release_held(self, datagram);
        return outcome;
    }
    release_held(self, datagram);
    return datagram->outcome;
}

NpNatRouter *
np_nat_router_new(NpNatTranslator *translator, NpNatFragments fragments)
{
    NpNatRouter *self = g_new0(NpNatRouter, 1);

    self->translator = translator;
    self->fragments = fragments;
    self->datagrams = g_hash_table_new(hash_key, equal_keys);
    g_queue_init(&self->by_age);
    self->ready = g_array_new(FALSE, FALSE, sizeof(Ready));
    return self;
}

void
np_nat_router_free(NpNatRouter *self)
{
    NpNatSide side = NP_NAT_INSIDE;
    GBytes *packet = NULL;

    while (np_nat_router_take(self, &side, &packet))
        g_bytes_unref(packet);
    while (!g_queue_is_empty(&self->by_age))
        forget_oldest(self);
    g_hash_table_unref(self->datagrams);
    g_array_unref(self->ready);
    g_free(self);
}

NpNatOutcome
np_nat_router_route(
    NpNatRouter *self, NpNatSide side, guint8 *bytes, gsize *size, gsize capacity, NpTime now)
{
    NpNatPacket packet;
    NpNatPacket after;
    NpNatFragmentInfo fragment;

    if (np_nat_raw_read(bytes, *size, &packet, &fragment) != NP_NAT_RAW_OK)
        return NP_NAT_DROPPED_INVALID;
    if (fragment.is_fragment)
        return route_fragment(self, side, bytes, size, capacity, &packet, &fragment, now);
    return route_whole(self, side, bytes, size, capacity, &packet, &after, now);
}

gboolean
np_nat_router_take(NpNatRouter *self, NpNatSide *side, GBytes **packet)
{
    const Ready *ready = NULL;

    if (self->n_taken == self->ready->len) {
        g_array_set_size(self->ready, 0);
        self->n_taken = 0;
        return FALSE;
    }
    ready = &g_array_index(self->ready, Ready, self->n_taken);
    *side = ready->side;
    *packet = ready->packet;
    self->n_taken++;
    return TRUE;
}
