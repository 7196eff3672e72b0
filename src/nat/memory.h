/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A bounded set of facts that are true for a while
 *
 * What a translator knows beside its mappings: that a filter lets some remote in, that an
 * unsolicited packet spoilt an endpoint. A fact is a scope and two ends; it carries a number.
 */

#include "nat/end.h"
#include "nat/index.h"
#include "nat/wheel.h"

typedef struct {
    NpNatEnd a;
    NpNatEnd b;
    guint32 scope;
    guint32 hash;
    guint64 value;
    NpTime deadline;
} NpNatFact;

typedef struct {
    NpNatFact *facts;
    guint32 n_slots; /* of @facts that have ever been used */
    guint32 capacity;
    guint32 n_free;
    guint32 first_free;
    guint32 limit;
    guint64 seed;
    NpNatIndex index;
    NpNatWheel wheel;
} NpNatMemory;

void np_nat_memory_init(NpNatMemory *self, guint32 limit, guint64 seed);
void np_nat_memory_clear(NpNatMemory *self);
void np_nat_memory_reset(NpNatMemory *self);

/* The fact if it holds at @now, else NULL. Valid until the next keep or sweep; its value may be
 * changed. */
NpNatFact *np_nat_memory_find(
    const NpNatMemory *self, guint32 scope, const NpNatEnd *a, const NpNatEnd *b, NpTime now);
/* Adds the fact or extends it to @deadline; returns NULL if the memory is full. */
NpNatFact *np_nat_memory_keep(
    NpNatMemory *self, guint32 scope, const NpNatEnd *a, const NpNatEnd *b, NpTime deadline);
/* Frees some of what has expired: enough, called once per packet, to keep up. */
void np_nat_memory_sweep(NpNatMemory *self, NpTime now);
/* Facts held, expired ones included until they are swept. */
guint32 np_nat_memory_size(const NpNatMemory *self);
