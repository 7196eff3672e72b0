/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A bounded binary heap: what is due next
 *
 * Items come out by ascending key, and among equal keys in the order they went in, so that a
 * schedule is a function of its pushes alone. There is no removal from the middle: owners forget
 * an item by recognising it as stale when it comes out.
 */

#include <glib.h>

typedef struct {
    gint64 key;
    guint64 order; /* of the push, to break ties */
    gpointer item; /* borrowed */
} NpHeapEntry;

typedef struct {
    NpHeapEntry *entries;
    guint n_entries;
    guint capacity;
    guint limit;
    guint64 n_pushed;
} NpHeap;

/* At most @limit items at a time; memory grows as they come. */
void np_heap_init(NpHeap *self, guint limit);
void np_heap_clear(NpHeap *self);

/* FALSE, and nothing happens, if the heap is full. */
gboolean np_heap_push(NpHeap *self, gint64 key, gpointer item);
/* FALSE if the heap is empty; @key and @item may be NULL. */
gboolean np_heap_peek(const NpHeap *self, gint64 *key, gpointer *item);
gboolean np_heap_pop(NpHeap *self, gint64 *key, gpointer *item);
guint np_heap_size(const NpHeap *self);
