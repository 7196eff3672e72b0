/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Background flows come in bursts of logarithmic size at exponential intervals. Their number in any
 * window is then negative binomial, the law that measured traffic follows where Poisson does not.
 */

#include "sim/nat.h"

#include "nat/alg.h"

#include <math.h>

/* The hosts behind background flows, out of the way of any scenario's: 10.254.0.0/24. */
#define TRAFFIC_NETWORK 0x0afe0000
#define TRAFFIC_HOSTS 256
/* Where they send: 198.18.0.0/15 (RFC 2544). */
#define TRAFFIC_TARGETS 0xc6120000
#define TRAFFIC_N_TARGETS (1u << 17)
#define TRAFFIC_TTL 64

struct NpSimNat {
    NpSimEvent burst; /* the next of the background flows */
    guint id;
    NpSimWorld *world;
    NpSimNetwork *inside;
    NpNatTranslator *translator;
    NpSimPort outside_port;
    NpSimPort inside_port;
    NpSimTraffic traffic;
    NpRng rng;
};

static void
free_nat(gpointer nat)
{
    NpSimNat *self = nat;

    np_nat_translator_free(self->translator);
    g_free(self);
}

static void
receive(gpointer nat, NpSimPort *port, NpSimPacket *packet, NpTime now)
{
    NpSimNat *self = nat;
    NpNatSide side = port == &self->inside_port ? NP_NAT_INSIDE : NP_NAT_OUTSIDE;
    NpNatPacket before = packet->header;
    NpAddress from = { 0 };
    NpAddress to = { 0 };
    NpNatOutcome outcome =
        np_nat_translator_translate(self->translator, side, &packet->header, now);

    if (packet->header.kind != before.kind)
        np_sim_packet_drop_payload(packet);
    if (packet->size > 0 &&
        np_nat_translator_alg(self->translator, &before, &packet->header, &from, &to))
        np_nat_alg_apply(np_sim_packet_own_data(packet), 0, packet->size, &from, &to);
    np_sim_trace_translated(np_sim_world_trace(self->world), now, self->id, outcome, packet);
    if (outcome == NP_NAT_TO_INSIDE)
        np_sim_network_send(&self->inside_port, packet, now);
    else if (outcome == NP_NAT_TO_OUTSIDE)
        np_sim_network_send(&self->outside_port, packet, now);
    else
        np_sim_packet_free(packet);
}

/* On (0, 1]. */
static double
draw(NpSimNat *self)
{
    return 1.0 - np_rng_real(&self->rng);
}

/* Flows of one burst: the logarithmic law with parameter p = 1 - 1 / dispersion, by inversion. */
static guint
draw_burst_size(NpSimNat *self)
{
    double p = 1.0 - 1.0 / self->traffic.dispersion;
    double term = 0;
    double rest = np_rng_real(&self->rng);
    guint size = 1;

    if (!(p > 0))
        return 1;
    for (term = -p / log1p(-p); rest > term && size < G_MAXUINT16; size++) {
        rest -= term;
        term *= p * size / (size + 1.0);
    }
    return size;
}

static double
mean_burst_size(const NpSimTraffic *traffic)
{
    double p = 1.0 - 1.0 / traffic->dispersion;

    return p > 0 ? -p / ((1.0 - p) * log1p(-p)) : 1.0;
}

static void
schedule_burst(NpSimNat *self, NpTime now)
{
    double bursts = self->traffic.flows / mean_burst_size(&self->traffic);
    NpTime wait = (NpTime)(-log(draw(self)) / bursts * (double)NP_SECOND);

    np_sim_world_schedule(self->world, now + wait, &self->burst);
}

static void
send_burst(NpSimEvent *event, NpTime now)
{
    NpSimNat *self = (NpSimNat *)event;
    guint n_flows = draw_burst_size(self);

    for (guint i = 0; i < n_flows; i++) {
        guint32 host = TRAFFIC_NETWORK + np_rng_below(&self->rng, TRAFFIC_HOSTS);
        guint32 target = TRAFFIC_TARGETS + np_rng_below(&self->rng, TRAFFIC_N_TARGETS);
        guint16 port = (guint16)(1024 + np_rng_below(&self->rng, 65536 - 1024));
        NpNatPacket packet = { .protocol = NP_NAT_UDP,
                               .ttl = TRAFFIC_TTL,
                               .source = np_address_ipv4(host, port),
                               .destination = np_address_ipv4(target, port) };

        np_nat_translator_translate(self->translator, NP_NAT_INSIDE, &packet, now);
    }
    schedule_burst(self, now);
}

NpSimNat *
np_sim_nat_new(NpSimNetwork *outside,
               const char *name,
               const NpNatPolicy *policy,
               const char *external,
               const char *gateway)
{
    NpSimWorld *world = outside->world;
    NpSimNat *self = g_new0(NpSimNat, 1);
    NpAddress inside = np_sim_network_address(gateway);

    if (np_nat_policy_flaw(policy) != NULL)
        g_error("%s", np_nat_policy_flaw(policy));
    self->world = world;
    self->id = np_sim_trace_add_name(np_sim_world_trace(world), name);
    self->translator = np_nat_translator_new(policy, np_sim_world_rng(world, "nat", name));
    self->burst = (NpSimEvent){ .fire = send_burst };
    np_sim_world_adopt(world, self, free_nat);
    self->inside = np_sim_network_new(world, name);
    self->outside_port = np_sim_network_port(outside, self->id, self, receive);
    self->inside_port = np_sim_network_port(self->inside, self->id, self, receive);
    self->inside->gateway = &self->inside_port;
    if (!policy->translates)
        self->inside->advertised_by = &self->outside_port;
    np_nat_translator_set_inside(self->translator, &inside);
    np_sim_network_attach(self->inside, &self->inside_port, &inside);
    if (external != NULL)
        np_sim_nat_add_external(self, external);
    return self;
}

void
np_sim_nat_add_external(NpSimNat *self, const char *address)
{
    NpAddress external = np_sim_network_address(address);

    if (!np_nat_translator_add_external(self->translator, &external))
        g_error("a NAT can have %u external addresses", NP_NAT_MAX_EXTERNAL);
    np_sim_network_attach(self->outside_port.network, &self->outside_port, &external);
}

void
np_sim_nat_set_links(NpSimNat *self, const NpSimLink *up, const NpSimLink *down)
{
    np_sim_network_set_links(&self->outside_port, up, down);
}

NpSimNetwork *
np_sim_nat_inside(NpSimNat *self)
{
    return self->inside;
}

NpNatTranslator *
np_sim_nat_translator(NpSimNat *self)
{
    return self->translator;
}

void
np_sim_nat_add_traffic(NpSimNat *self, const NpSimTraffic *traffic)
{
    if (!(traffic->flows > 0) || !(traffic->dispersion >= 1))
        g_error("traffic needs flows, and a dispersion of at least 1");
    self->traffic = *traffic;
    self->rng = np_sim_world_rng(self->world, "traffic",
                                 np_sim_trace_name(np_sim_world_trace(self->world), self->id));
    schedule_burst(self, np_sim_world_now(self->world));
}
