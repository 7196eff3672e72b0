/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A NAT between two networks: nat/translator as a router
 *
 * Its inside is a LAN of its own, on which hosts and further NATs are attached.
 */

#include "nat/translator.h"
#include "sim/network.h"

typedef struct NpSimNat NpSimNat;

/*
 * A NAT on @outside with @external, its first external address (NULL for a firewall that only
 * filters), which is @gateway to its inside. It belongs to the world.
 */
NpSimNat *np_sim_nat_new(NpSimNetwork *outside,
                         const char *name,
                         const NpNatPolicy *policy,
                         const char *external,
                         const char *gateway);
/* One more for the pool. */
void np_sim_nat_add_external(NpSimNat *self, const char *address);
/* Of its connection to the outside; the LAN's are the hosts' own. */
void np_sim_nat_set_links(NpSimNat *self, const NpSimLink *up, const NpSimLink *down);
NpSimNetwork *np_sim_nat_inside(NpSimNat *self);
/* For its counters, and to reboot it. */
NpNatTranslator *np_sim_nat_translator(NpSimNat *self);

/* What other hosts on the LAN do all the time. */
typedef struct {
    double flows; /* new ones a second, each a socket of its own */
    double
        dispersion; /* variance to mean of their number in a time; 1 is Poisson, more is bursty */
} NpSimTraffic;

/* Starts background traffic, whose packets consume mappings and go nowhere. Once per NAT. */
void np_sim_nat_add_traffic(NpSimNat *self, const NpSimTraffic *traffic);
