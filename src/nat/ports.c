/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Searched a word at a time: a carrier's NAT runs with nearly all ports taken, and there a search
 * by draws alone would not end.
 */

#include "nat/ports.h"

#define EVEN_BITS G_GUINT64_CONSTANT(0x5555555555555555)

gboolean
np_nat_ports_is_used(const NpNatPorts *self, guint port)
{
    return (self->used[port / 64] >> port % 64 & 1) != 0;
}

void
np_nat_ports_set_used(NpNatPorts *self, guint port, gboolean used)
{
    guint64 bit = (guint64)1 << port % 64;

    if (used)
        self->used[port / 64] |= bit;
    else
        self->used[port / 64] &= ~bit;
}

/* Within [@from, @last], no wrapping; 0 if there is none. */
static guint
search(const NpNatPorts *self, guint from, guint last, guint64 eligible)
{
    for (guint word = from / 64; word <= last / 64; word++) {
        guint64 available = ~self->used[word] & eligible;

        if (word == from / 64)
            available &= G_MAXUINT64 << from % 64;
        if (word == last / 64)
            available &= G_MAXUINT64 >> (63 - last % 64);
        if (available != 0)
            return word * 64 + (guint)__builtin_ctzll(available);
    }
    return 0;
}

guint
np_nat_ports_find_free(const NpNatPorts *self, guint first, guint last, guint from, guint stride)
{
    guint64 eligible = G_MAXUINT64;
    guint port = 0;

    if (stride == 2)
        eligible = from % 2 == 0 ? EVEN_BITS : ~EVEN_BITS;
    port = search(self, from, last, eligible);
    if (port == 0 && from > first)
        port = search(self, first, from - 1, eligible);
    return port;
}
