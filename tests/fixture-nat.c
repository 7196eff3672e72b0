/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-nat.h"

#include <string.h>

#define TTL 64

NpNatPolicy
np_bench_policy(void)
{
    NpNatBehaviour behaviour = {
        .reachable = TRUE,
        .translated = TRUE,
        .mapping = NP_NAT_ENDPOINT_INDEPENDENT,
        .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
        .law = { .kind = NP_NAT_RANDOM },
    };

    return np_nat_policy_from_behaviour(&behaviour);
}

NpBench
np_bench_new(const NpNatPolicy *policy, guint n_external)
{
    NpBench bench = { .translator = np_nat_translator_new(policy, np_rng_from_number(7)) };
    NpAddress inside = np_bench_address("10.0.0.1:0");

    g_assert(np_nat_policy_flaw(policy) == NULL);
    for (guint i = 0; i < n_external; i++) {
        NpAddress external = np_address_ipv4(0xcb007101 + i, 0);
        g_assert_true(np_nat_translator_add_external(bench.translator, &external));
    }
    np_nat_translator_set_inside(bench.translator, &inside);
    return bench;
}

void
np_bench_clear(NpBench *self)
{
    g_clear_pointer(&self->translator, np_nat_translator_free);
}

NpAddress
np_bench_address(const char *text)
{
    NpAddress address = { 0 };

    g_assert_true(np_address_parse(&address, text, 0));
    return address;
}

static NpNatOutcome
pass(NpBench *self, NpNatSide side, const NpAddress *from, const NpAddress *to)
{
    self->packet =
        (NpNatPacket){ .protocol = NP_NAT_UDP, .ttl = TTL, .source = *from, .destination = *to };
    self->outcome = np_nat_translator_translate(self->translator, side, &self->packet, self->now);
    return self->outcome;
}

NpAddress
np_bench_send(NpBench *self, const char *from, const char *to)
{
    NpAddress source = np_bench_address(from);
    NpAddress destination = np_bench_address(to);

    if (pass(self, NP_NAT_INSIDE, &source, &destination) != NP_NAT_TO_OUTSIDE)
        return np_address_any(NP_FAMILY_IPV4, 0);
    return self->packet.source;
}

NpNatOutcome
np_bench_segment(
    NpBench *self, NpNatSide side, const NpAddress *from, const NpAddress *to, const char *flags)
{
    static const struct {
        char letter;
        guint8 flag;
    } letters[] = {
        { 'S', NP_NAT_SYN }, { 'A', NP_NAT_ACK }, { 'F', NP_NAT_FIN }, { 'R', NP_NAT_RST }
    };

    self->packet = (NpNatPacket){ .protocol = NP_NAT_TCP,
                                  .ttl = TTL,
                                  .source = *from,
                                  .destination = *to,
                                  .tcp = { .sequence = 1000, .acknowledgment = 2000 } };
    for (gsize i = 0; i < G_N_ELEMENTS(letters); i++)
        if (strchr(flags, letters[i].letter) != NULL)
            self->packet.tcp.flags |= letters[i].flag;
    self->outcome = np_nat_translator_translate(self->translator, side, &self->packet, self->now);
    return self->outcome;
}

NpNatOutcome
np_bench_send_inside(NpBench *self, const char *from, const NpAddress *to)
{
    NpAddress source = np_bench_address(from);

    return pass(self, NP_NAT_INSIDE, &source, to);
}

gboolean
np_bench_arrives(NpBench *self, const char *from, const NpAddress *to, const char *expected)
{
    NpAddress source = np_bench_address(from);
    NpAddress inside = np_bench_address(expected);

    return pass(self, NP_NAT_OUTSIDE, &source, to) == NP_NAT_TO_INSIDE &&
           np_address_equal(&self->packet.destination, &inside) &&
           np_address_equal(&self->packet.source, &source);
}
