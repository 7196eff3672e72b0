/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Linux tracks flows by five-tuple, so by itself it is a NAT with address-and-port-dependent
 * filtering, and endpoint-independent mapping as long as it can keep the source port. Everything
 * else is taught with maps that learn from outgoing packets and expire:
 *
 *     mapped   inside endpoint (and remote host) -> outside endpoint, asked before a port is
 *              chosen: makes a chosen port stay
 *     owner    outside port -> inside endpoint: lets in whoever asks for it, from outside under
 *              endpoint-independent filtering, from inside as a hairpin
 *     known    remote host and outside port -> inside endpoint: address-dependent filtering
 *     opened   outside port and the one it wrote to -> inside endpoint: a hairpin for two that
 *              both send
 *     contacted  address-dependent filtering without translation
 *     spoilt   what a dropped packet forbids afterwards
 *
 * Names of ports: a packet going out shows its outside port as its source only after srcnat, hence
 * the chain that learns runs there. A flow that was let in by a map runs in reply direction when
 * the inside host answers; it must be learnt from as well, or the mapping expires under traffic.
 */

#include "lab/ruleset.h"

/* RFC 4787, REQ-5 asks for two minutes at least, Linux gives a stream as much. */
#define MAPPING_TIMEOUT "120s"
/* As long as conntrack keeps a flow that was never answered: its trap is open so long. */
#define SPOILT_TIMEOUT "30s"
#define TABLE_SIZE 65536

/*
 * Sequential ports go round in a range of at most so many ports, from one end of it. A ruleset is
 * one netlink message, and an ordinary user's may have net.core.wmem_default octets, 212,992: room
 * for about 6,000 ports in all of up to four rules.
 */
#define SEQUENCE_PORTS 1024
#define SEQUENCE_FIRST 20000
#define SEQUENCE_SPAN 40000

#define TRANSPORTS "meta l4proto { tcp, udp }"

typedef struct {
    const NpLabNat *nat;
    const NpNatBehaviour *behaviour;
    gboolean learns_mapped;
    gboolean learns_owner;
    gboolean learns_known;
    gboolean hairpin;
} Writer;

static void
write_map(GString *out, const char *name, const char *key, const char *timeout)
{
    g_string_append_printf(out,
                           "  map %s { type inet_proto . %s : ipv4_addr . inet_service; "
                           "flags dynamic,timeout; timeout %s; size %d; }\n",
                           name, key, timeout, TABLE_SIZE);
}

static void
write_set(GString *out, const char *name, const char *key, const char *timeout)
{
    g_string_append_printf(out,
                           "  set %s { type inet_proto . %s; flags dynamic,timeout; timeout %s; "
                           "size %d; }\n",
                           name, key, timeout, TABLE_SIZE);
}

static gboolean
both_send(const NpNatBehaviour *behaviour)
{
    return behaviour->hairpin != NP_NAT_HAIRPIN_UNSUPPORTED &&
           behaviour->hairpin_needs == NP_NAT_HAIRPIN_NEEDS_BOTH_SEND;
}

/* The key of "mapped" as an outgoing packet shows it, before and after translation. */
static const char *
mapped_key(const NpNatBehaviour *behaviour, gboolean translated)
{
    if (behaviour->mapping == NP_NAT_ENDPOINT_INDEPENDENT)
        return translated ? "meta l4proto . ct original ip saddr . ct original proto-src"
                          : "meta l4proto . ip saddr . th sport";
    return translated ? "meta l4proto . ct original ip saddr . ct original proto-src . ip daddr"
                      : "meta l4proto . ip saddr . th sport . ip daddr";
}

static void
write_maps(const Writer *self, GString *out)
{
    if (self->learns_mapped)
        write_map(out, "mapped",
                  self->behaviour->mapping == NP_NAT_ENDPOINT_INDEPENDENT
                      ? "ipv4_addr . inet_service"
                      : "ipv4_addr . inet_service . ipv4_addr",
                  MAPPING_TIMEOUT);
    if (self->learns_owner)
        write_map(out, "owner", "inet_service", MAPPING_TIMEOUT);
    if (self->learns_known)
        write_map(out, "known", "ipv4_addr . inet_service", MAPPING_TIMEOUT);
    if (both_send(self->behaviour))
        write_map(out, "opened", "inet_service . inet_service", MAPPING_TIMEOUT);
    if (self->behaviour->unsolicited == NP_NAT_UNSOLICITED_BLOCKED)
        write_set(out, "spoilt", "ipv4_addr . inet_service . inet_service", SPOILT_TIMEOUT);
}

static void
write_inward(const Writer *self, GString *out)
{
    const char *external = self->nat->external;

    if (both_send(self->behaviour))
        g_string_append_printf(
            out,
            "  chain opening { type filter hook prerouting priority dstnat - 10;\n"
            "    iifname lan ip daddr %s " TRANSPORTS
            " update @opened { meta l4proto . th sport . th dport : ip saddr . th sport }\n"
            "  }\n",
            external);
    g_string_append(out, "  chain inward { type nat hook prerouting priority dstnat;\n");
    if (self->behaviour->filtering == NP_NAT_ENDPOINT_INDEPENDENT)
        g_string_append_printf(
            out, "    iifname wan ip daddr %s dnat ip to meta l4proto . th dport map @owner\n",
            external);
    if (self->learns_known)
        g_string_append_printf(out,
                               "    iifname wan ip daddr %s dnat ip to meta l4proto . ip saddr . "
                               "th dport map @known\n",
                               external);
    if (self->hairpin)
        g_string_append_printf(
            out, "    iifname lan ip daddr %s dnat ip to meta l4proto . %s\n", external,
            both_send(self->behaviour) ? "th dport . th sport map @opened" : "th dport map @owner");
    g_string_append(out, "  }\n");
}

/* Successive new flows take successive elements: nft can count, but not multiply. */
static void
write_sequence(const NpNatLaw *law, const char *external, GString *out)
{
    guint count = MIN(SEQUENCE_PORTS, SEQUENCE_SPAN / (guint)ABS(law->step));
    int first = law->step > 0 ? SEQUENCE_FIRST : SEQUENCE_FIRST + SEQUENCE_SPAN;

    g_string_append_printf(out, "snat to %s : numgen inc mod %u map {", external, count);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(out, "%s%u:%d", i == 0 ? "" : ",", i, first + (int)i * law->step);
    g_string_append(out, "}\n");
}

/* How a new mapping gets its port, for packets that @match. */
static void
write_allocation(const Writer *self, const char *match, GString *out)
{
    const NpNatLaw *law = &self->behaviour->law;
    const char *external = self->nat->external;

    if (self->learns_mapped)
        g_string_append_printf(out, "    %s " TRANSPORTS " snat ip to %s map @mapped\n", match,
                               mapped_key(self->behaviour, FALSE));
    switch (law->kind) {
    case NP_NAT_PRESERVING:
        break;
    case NP_NAT_SEQUENTIAL:
        /* Each rule counts for itself: TCP must not take ports out of the sequence of UDP. */
        g_string_append_printf(out, "    %s meta l4proto udp ", match);
        write_sequence(law, external, out);
        g_string_append_printf(out, "    %s meta l4proto tcp ", match);
        write_sequence(law, external, out);
        break;
    case NP_NAT_RANDOM:
        g_string_append_printf(out, "    %s " TRANSPORTS " snat to %s:%u-%u fully-random\n", match,
                               external, law->first, law->last);
        break;
    case NP_NAT_BLOCK:
        g_string_append_printf(out,
                               "    %s ip saddr %s " TRANSPORTS " snat to %s:%u-%u fully-random\n",
                               match, self->nat->subscriber, external, law->first, law->last);
        g_string_append_printf(out, "    %s " TRANSPORTS " snat to %s:%u-%u fully-random\n", match,
                               external, law->first + law->block_size, law->last + law->block_size);
        break;
    }
    g_string_append_printf(out, "    %s snat to %s\n", match, external);
}

static void
write_outward(const Writer *self, GString *out)
{
    g_string_append(out, "  chain outward { type nat hook postrouting priority srcnat;\n");
    write_allocation(self, "oifname wan", out);
    if (self->behaviour->hairpin == NP_NAT_HAIRPIN_SUPPORTED)
        write_allocation(self, "iifname lan oifname lan ct status dnat", out);
    g_string_append(out, "  }\n");
}

/*
 * The inside endpoint of an outgoing packet, whoever began the flow. The kernel gives the same
 * outside port to two of them as long as their destinations differ; the latest then owns it.
 */
static void
write_update(GString *out, const char *map, const char *key)
{
    static const struct {
        const char *match;
        const char *verb;
        const char *direction;
    } rows[] = {
        { "ct direction original ct state new", "delete", "original" },
        { "ct direction original", "update", "original" },
        { "ct direction reply", "update", "reply" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_string_append_printf(out,
                               "    oifname wan " TRANSPORTS " %s %s @%s { %s : "
                               "ct %s ip saddr . ct %s proto-src }\n",
                               rows[i].match, rows[i].verb, map, key, rows[i].direction,
                               rows[i].direction);
}

static void
write_learning(const Writer *self, GString *out)
{
    g_string_append(out, "  chain learning { type filter hook postrouting priority srcnat + 10;\n");
    if (self->behaviour->unsolicited == NP_NAT_UNSOLICITED_BLOCKED)
        g_string_append(out, "    oifname wan ct state new meta l4proto . ip daddr . th dport . "
                             "th sport @spoilt drop\n");
    if (self->learns_mapped)
        g_string_append_printf(out,
                               "    oifname wan " TRANSPORTS
                               " ct direction original update @mapped { %s : ip saddr . th sport "
                               "}\n",
                               mapped_key(self->behaviour, TRUE));
    if (self->learns_owner)
        write_update(out, "owner", "meta l4proto . th sport");
    if (self->learns_known)
        write_update(out, "known", "meta l4proto . ip daddr . th sport");
    g_string_append(out, "  }\n");
}

static void
write_filter(const Writer *self, GString *out)
{
    g_string_append(out,
                    "  chain through { type filter hook forward priority filter; policy drop;\n"
                    "    ct state established,related accept\n"
                    "    ct status dnat accept\n"
                    "    iifname lan oifname wan accept\n"
                    "  }\n");
    g_string_append(out, "  chain itself { type filter hook input priority filter; policy drop;\n"
                         "    ct state established,related accept\n"
                         "    meta l4proto icmp accept\n");
    /*
     * The trap: what is accepted here, for a port nobody listens on, is a flow that conntrack
     * knows, and the outside port is taken as far as its sender is concerned.
     */
    if (self->behaviour->unsolicited == NP_NAT_UNSOLICITED_REMAPPED)
        g_string_append(out, "    iifname wan accept\n");
    if (self->behaviour->unsolicited == NP_NAT_UNSOLICITED_BLOCKED)
        g_string_append(out, "    iifname wan " TRANSPORTS " update @spoilt { meta l4proto . "
                             "ip saddr . th sport . th dport } drop\n");
    g_string_append(out, "  }\n");
}

static void
write_nat(const NpLabNat *nat, GString *out)
{
    const NpNatBehaviour *behaviour = &nat->behaviour;
    Writer writer = {
        .nat = nat,
        .behaviour = behaviour,
        .learns_mapped = behaviour->law.kind != NP_NAT_PRESERVING &&
                         behaviour->mapping != NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
        .learns_known = behaviour->filtering == NP_NAT_ADDRESS_DEPENDENT,
        .hairpin = behaviour->hairpin != NP_NAT_HAIRPIN_UNSUPPORTED,
    };

    writer.learns_owner = behaviour->filtering == NP_NAT_ENDPOINT_INDEPENDENT ||
                          (writer.hairpin && !both_send(behaviour));
    g_string_append(out, "table ip natlab {\n");
    write_maps(&writer, out);
    write_inward(&writer, out);
    write_outward(&writer, out);
    write_learning(&writer, out);
    write_filter(&writer, out);
    g_string_append(out, "}\n");
}

static void
write_firewall(const NpNatBehaviour *behaviour, GString *out)
{
    gboolean by_host = behaviour->filtering == NP_NAT_ADDRESS_DEPENDENT;
    gboolean blocks = behaviour->unsolicited == NP_NAT_UNSOLICITED_BLOCKED;

    g_string_append(out, "table ip natlab {\n");
    if (by_host)
        write_set(out, "contacted", "ipv4_addr . inet_service . ipv4_addr", MAPPING_TIMEOUT);
    if (blocks)
        write_set(out, "spoilt", "ipv4_addr . inet_service . inet_service", SPOILT_TIMEOUT);
    g_string_append(out,
                    "  chain through { type filter hook forward priority filter; policy drop;\n");
    if (by_host)
        g_string_append(out, "    iifname lan " TRANSPORTS " update @contacted { meta l4proto . "
                             "ip saddr . th sport . ip daddr }\n");
    g_string_append(out, "    ct state established,related accept\n");
    if (by_host)
        g_string_append(out,
                        "    iifname wan meta l4proto . ip daddr . th dport . ip saddr @contacted "
                        "accept\n");
    if (blocks)
        g_string_append(out, "    iifname wan " TRANSPORTS " update @spoilt { meta l4proto . "
                             "ip saddr . th sport . th dport } drop\n"
                             "    iifname lan meta l4proto . ip daddr . th dport . th sport "
                             "@spoilt drop\n");
    g_string_append(out, "    iifname lan accept\n"
                         "  }\n"
                         "}\n");
}

/* IPv6 is routed, behind the stateful firewall that RFC 6092 wants of a home router. */
static void
write_ipv6(GString *out)
{
    g_string_append(out,
                    "table ip6 natlab {\n"
                    "  chain through { type filter hook forward priority filter; policy drop;\n"
                    "    ct state established,related accept\n"
                    "    iifname lan accept\n"
                    "  }\n"
                    "}\n");
}

char *
np_lab_ruleset_text(const NpLabNat *nat)
{
    const NpNatBehaviour *behaviour = &nat->behaviour;
    GString *out = NULL;

    if (!behaviour->translated && behaviour->reachable &&
        behaviour->filtering == NP_NAT_ENDPOINT_INDEPENDENT)
        return NULL;
    out = g_string_new(NULL);
    if (behaviour->translated && !nat->model)
        write_nat(nat, out);
    else if (!nat->model)
        write_firewall(behaviour, out);
    write_ipv6(out);
    if (!behaviour->reachable)
        g_string_append(out, "table inet blocked {\n"
                             "  chain through { type filter hook forward priority filter - 10;\n"
                             "    meta l4proto udp drop\n"
                             "  }\n"
                             "}\n");
    return g_string_free(out, FALSE);
}
