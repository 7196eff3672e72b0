/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "util/heap.h"

#define FIRST_CAPACITY 32

static gboolean
before(const NpHeapEntry *a, const NpHeapEntry *b)
{
    return a->key < b->key || (a->key == b->key && a->order < b->order);
}

static void
sift_up(NpHeap *self, guint at, NpHeapEntry entry)
{
    while (at > 0) {
        guint parent = (at - 1) / 2;

        if (!before(&entry, &self->entries[parent]))
            break;
        self->entries[at] = self->entries[parent];
        at = parent;
    }
    self->entries[at] = entry;
}

static void
sift_down(NpHeap *self, guint at, NpHeapEntry entry)
{
    for (;;) {
        guint child = 2 * at + 1;

        if (child >= self->n_entries)
            break;
        if (child + 1 < self->n_entries && before(&self->entries[child + 1], &self->entries[child]))
            child++;
        if (!before(&self->entries[child], &entry))
            break;
        self->entries[at] = self->entries[child];
        at = child;
    }
    self->entries[at] = entry;
}

void
np_heap_init(NpHeap *self, guint limit)
{
    *self = (NpHeap){ .limit = limit };
}

void
np_heap_clear(NpHeap *self)
{
    g_clear_pointer(&self->entries, g_free);
    self->n_entries = 0;
    self->capacity = 0;
}

gboolean
np_heap_push(NpHeap *self, gint64 key, gpointer item)
{
    NpHeapEntry entry = { .key = key, .order = self->n_pushed, .item = item };

    if (self->n_entries == self->limit)
        return FALSE;
    if (self->n_entries == self->capacity) {
        guint64 doubled = MAX(2 * (guint64)self->capacity, FIRST_CAPACITY);

        self->capacity = (guint)MIN(doubled, self->limit);
        self->entries = g_renew(NpHeapEntry, self->entries, self->capacity);
    }
    self->n_pushed++;
    self->n_entries++;
    sift_up(self, self->n_entries - 1, entry);
    return TRUE;
}

gboolean
np_heap_peek(const NpHeap *self, gint64 *key, gpointer *item)
{
    if (self->n_entries == 0)
        return FALSE;
    if (key != NULL)
        *key = self->entries[0].key;
    if (item != NULL)
        *item = self->entries[0].item;
    return TRUE;
}

gboolean
np_heap_pop(NpHeap *self, gint64 *key, gpointer *item)
{
    if (!np_heap_peek(self, key, item))
        return FALSE;
    self->n_entries--;
    if (self->n_entries > 0)
        sift_down(self, 0, self->entries[self->n_entries]);
    return TRUE;
}

guint
np_heap_size(const NpHeap *self)
{
    return self->n_entries;
}
