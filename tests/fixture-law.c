/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-law.h"

#include <math.h>

#define MAX_ADDRESSES 8
#define FIRST_EPHEMERAL 32768
#define N_EPHEMERAL 28232

const FixtureKnown fixture_law_known[] = {
    { "preserving", NP_NAT_PRESERVING, { .kind = FIXTURE_PRESERVING, FIXTURE_ALL_PORTS } },
    { "preserving, 30 % taken",
      NP_NAT_PRESERVING,
      { .kind = FIXTURE_PRESERVING, FIXTURE_ALL_PORTS, .taken = 0.3 } },
    { "preserving, 30 % taken, else the next",
      NP_NAT_PRESERVING,
      { .kind = FIXTURE_PRESERVING_ELSE_NEXT, .taken = 0.3 } },
    { "offset", NP_NAT_PRESERVING, { .kind = FIXTURE_OFFSET, .step = -7000 } },
    { "sequential", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(1, 0) } },
    { "sequential, 35/s", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(1, 35) } },
    { "sequential, 300/s", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(1, 300) } },
    { "sequential, 1000/s", NP_NAT_SEQUENTIAL, { FIXTURE_COUNTER(-1, 1000) } },
    { "sequential by 5, 10 % taken",
      NP_NAT_SEQUENTIAL,
      { .kind = FIXTURE_SEQUENTIAL,
        FIXTURE_ALL_PORTS,
        .step = 5,
        .foreign_rate = 100,
        .taken = 0.1 } },
    { "sequential, parity kept",
      NP_NAT_SEQUENTIAL,
      { .kind = FIXTURE_SEQUENTIAL_PARITY, FIXTURE_ALL_PORTS, .step = 1, .foreign_rate = 100 } },
    { "sequential in a block of 512",
      NP_NAT_SEQUENTIAL,
      { .kind = FIXTURE_SEQUENTIAL, .first = 2048, .size = 512, .step = 1, .foreign_rate = 35 } },
    { "sequential on each of 4 addresses",
      NP_NAT_SEQUENTIAL,
      { FIXTURE_COUNTER(1, 100), .n_addresses = 4, .per_address = TRUE } },
    { "sequential over 4 addresses",
      NP_NAT_SEQUENTIAL,
      { FIXTURE_COUNTER(1, 100), .n_addresses = 4 } },
    { "random", NP_NAT_RANDOM, { .kind = FIXTURE_RANDOM, FIXTURE_ALL_PORTS } },
    { "random, pf", NP_NAT_RANDOM, { .kind = FIXTURE_RANDOM, .first = 50001, .size = 15535 } },
    { "random, 20000 ports",
      NP_NAT_RANDOM,
      { .kind = FIXTURE_RANDOM, .first = 30000, .size = 20000 } },
    { "random, parity kept", NP_NAT_RANDOM, { .kind = FIXTURE_RANDOM_PARITY, FIXTURE_ALL_PORTS } },
    { "random over 4 addresses",
      NP_NAT_RANDOM,
      { .kind = FIXTURE_RANDOM, FIXTURE_ALL_PORTS, .n_addresses = 4 } },
    { "block of 64", NP_NAT_BLOCK, { FIXTURE_BLOCK_OF(64) } },
    { "block of 512", NP_NAT_BLOCK, { FIXTURE_BLOCK_OF(512) } },
    { "block of 1000", NP_NAT_BLOCK, { FIXTURE_BLOCK_OF(1000) } },
    { "block of 2016", NP_NAT_BLOCK, { FIXTURE_BLOCK_OF(2016) } },
    { "block of 4096", NP_NAT_BLOCK, { FIXTURE_BLOCK_OF(4096) } },
    { "block of 512 on each of 3 addresses",
      NP_NAT_BLOCK,
      { FIXTURE_BLOCK_OF(512), .n_addresses = 3, .per_address = TRUE } },
    { "MAP-E, 240 ports",
      NP_NAT_BLOCK,
      { .kind = FIXTURE_PORT_SET, .psid_offset = 4, .psid_bits = 8 } },
    { "MAP-E, 1008 ports",
      NP_NAT_BLOCK,
      { .kind = FIXTURE_PORT_SET, .psid_offset = 6, .psid_bits = 6 } },
};

const guint fixture_law_n_known = G_N_ELEMENTS(fixture_law_known);

typedef struct {
    const FixtureNat *nat;
    NpRng *rng;
    guint counters[MAX_ADDRESSES]; /* offset in the range of the port given out last */
    guint starts[MAX_ADDRESSES];   /* of a block on each address */
    guint16 psid;
    NpTime now;
} Nat;

/* One copy of the packet that makes a mapping, on its way. */
typedef struct {
    NpTime at;
    guint socket;
    guint copy;
} Packet;

static guint
poisson(NpRng *rng, double mean)
{
    double limit = exp(-mean), product = np_rng_real(rng);
    guint count = 0;

    if (mean > 100) {
        /* Normal approximation by the sum of twelve uniforms. */
        double sum = -6;

        for (guint i = 0; i < 12; i++)
            sum += np_rng_real(rng);
        return (guint)MAX(0, mean + sum * sqrt(mean) + 0.5);
    }
    while (product > limit) {
        product *= np_rng_real(rng);
        count++;
    }
    return count;
}

guint
fixture_law_foreign(NpRng *rng, double mean)
{
    guint bunches = poisson(rng, mean / 1.25);
    guint count = bunches;

    /* One in four brings a second flow. */
    for (guint i = 0; i < bunches; i++)
        count += np_rng_below(rng, 4) == 0 ? 1 : 0;
    return count;
}

static void
advance(Nat *self, NpTime now)
{
    double seconds = (double)(now - self->now) / NP_SECOND;
    guint foreign = fixture_law_foreign(self->rng, self->nat->foreign_rate * seconds);
    guint n = MAX(self->nat->n_addresses, 1);

    self->now = now;
    for (guint i = 0; i < foreign; i++) {
        guint address = self->nat->per_address ? np_rng_below(self->rng, n) : 0;
        gint64 next = (gint64)self->counters[address] + self->nat->step + 64 * self->nat->size;

        self->counters[address] = (guint)(next % self->nat->size);
    }
}

static guint16
count_on(Nat *self, guint counter)
{
    gint64 next = self->counters[counter];

    do
        next = (next + self->nat->step + 64 * (gint64)self->nat->size) % self->nat->size;
    while (np_rng_real(self->rng) < self->nat->taken);
    self->counters[counter] = (guint)next;
    return self->nat->first + (guint16)next;
}

static guint16
draw(Nat *self, guint address)
{
    return self->nat->first + self->starts[address] + np_rng_below(self->rng, self->nat->size);
}

static guint16
draw_from_port_set(Nat *self)
{
    guint a = self->nat->psid_offset;
    guint m = 16 - a - self->nat->psid_bits;
    guint top = 1 + np_rng_below(self->rng, (1u << a) - 1);

    return top << (16 - a) | self->psid << m | np_rng_below(self->rng, 1u << m);
}

static guint16
allocate(Nat *self, guint16 internal, guint address)
{
    guint counter = self->nat->per_address ? address : 0;
    gboolean taken = np_rng_real(self->rng) < self->nat->taken;
    guint16 port;

    switch (self->nat->kind) {
    case FIXTURE_PRESERVING:
        return taken ? draw(self, 0) : internal;
    case FIXTURE_PRESERVING_ELSE_NEXT:
        return taken ? internal + 1 + np_rng_below(self->rng, 3) : internal;
    case FIXTURE_OFFSET:
        return internal + self->nat->step;
    case FIXTURE_SEQUENTIAL:
        return count_on(self, counter);
    case FIXTURE_SEQUENTIAL_PARITY:
        do
            port = count_on(self, counter);
        while (((port ^ internal) & 1) != 0);
        return port;
    case FIXTURE_RANDOM:
        return draw(self, counter);
    case FIXTURE_RANDOM_PARITY:
        do
            port = draw(self, counter);
        while (((port ^ internal) & 1) != 0);
        return port;
    case FIXTURE_PORT_SET:
        return draw_from_port_set(self);
    }
    g_assert_not_reached();
}

static int
compare_packets(gconstpointer a, gconstpointer b)
{
    const Packet *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->socket < y->socket ? -1 : x->socket > y->socket;
}

static void
start(Nat *self, const FixtureNat *nat, NpRng *rng)
{
    *self = (Nat){ .nat = nat, .rng = rng };
    for (guint i = 0; i < MAX_ADDRESSES; i++) {
        guint room = 65536 - nat->first - nat->size;

        self->counters[i] = nat->size > 0 ? np_rng_below(rng, nat->size) : 0;
        self->starts[i] = nat->per_address && nat->size > 0 && nat->n_addresses > 1
                              ? np_rng_below(rng, room / nat->size + 1) * nat->size
                              : 0;
    }
    if (nat->kind == FIXTURE_PORT_SET)
        self->psid = np_rng_below(rng, 1u << nat->psid_bits);
}

guint
fixture_law_probe(const FixtureNat *nat,
                  const FixtureProbe *probe,
                  NpRng *rng,
                  NpNatSample *samples)
{
    Packet packets[NP_NAT_LAW_MAX_SAMPLES * 8];
    gboolean mapped[NP_NAT_LAW_MAX_SAMPLES] = { FALSE };
    gboolean answered[NP_NAT_LAW_MAX_SAMPLES] = { FALSE };
    guint copies = MAX(probe->copies, 1), n_packets = 0, n = 0;
    guint16 first_port = FIRST_EPHEMERAL + np_rng_below(rng, N_EPHEMERAL - probe->n);
    NpNatSample all[NP_NAT_LAW_MAX_SAMPLES];
    Nat self;

    g_assert(probe->n <= NP_NAT_LAW_MAX_SAMPLES && copies <= 8);
    start(&self, nat, rng);
    for (guint i = 0; i < probe->n; i++) {
        guint16 port = probe->counted_internal_ports
                           ? first_port + i
                           : FIRST_EPHEMERAL + np_rng_below(rng, N_EPHEMERAL);

        all[i] = (NpNatSample){ .internal_port = port, .at = i * probe->spacing, .order = i };
        for (guint copy = 0; copy < copies; copy++)
            packets[n_packets++] = (Packet){ all[i].at + copy * probe->interval, i, copy };
    }
    qsort(packets, n_packets, sizeof(Packet), compare_packets);
    for (guint i = 0; i < n_packets; i++) {
        guint socket = packets[i].socket;
        guint address = np_rng_below(rng, MAX(nat->n_addresses, 1));

        if (answered[socket] || np_rng_real(rng) < probe->loss)
            continue;
        if (!mapped[socket]) {
            advance(&self, packets[i].at);
            all[socket].external = np_address_ipv4(
                0xc6336401 + address, allocate(&self, all[socket].internal_port, address));
            mapped[socket] = TRUE;
        }
        if (np_rng_real(rng) < probe->loss)
            continue;
        answered[socket] = TRUE;
        all[socket].retried = packets[i].copy > 0;
    }
    for (guint i = 0; i < probe->n; i++)
        if (answered[i])
            samples[n++] = all[i];
    return n;
}
