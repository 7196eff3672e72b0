/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The behaviours below can be those of Linux's own NAT with the rules of lab/ruleset.c. "Random" is
 * its range for ports from 1024 up; the block is the first one of 512 ports that the ruleset hands
 * out, since a host that is alone with its carrier gets the first.
 *
 * The products at the end are points that only nat/translator reaches. Where a maker's manual or
 * source gives no number, the RFC's stays.
 */

#include "nat/preset.h"

#define UNTRANSLATED(filter)                                                                       \
    {                                                                                              \
        .reachable = TRUE, .mapping = NP_NAT_ENDPOINT_INDEPENDENT, .filtering = (filter),          \
        .law = { .kind = NP_NAT_PRESERVING }, .hairpin = NP_NAT_HAIRPIN_SUPPORTED,                 \
        .hairpin_needs = NP_NAT_HAIRPIN_NEEDS_NOTHING                                              \
    }

#define CONE(filter)                                                                               \
    {                                                                                              \
        .reachable = TRUE, .translated = TRUE, .mapping = NP_NAT_ENDPOINT_INDEPENDENT,             \
        .filtering = (filter), .law = {                                                            \
            .kind = NP_NAT_PRESERVING                                                              \
        }                                                                                          \
    }

#define RANDOM_LAW                                                                                 \
    {                                                                                              \
        .kind = NP_NAT_RANDOM, .first = NP_NAT_RANDOM_FIRST, .last = G_MAXUINT16                   \
    }

static const NpNatPreset presets[] = {
    {
        .name = "open",
        .summary = "no NAT and no firewall: the host has a public address",
        .n_layers = 1,
        .layers = { UNTRANSLATED(NP_NAT_ENDPOINT_INDEPENDENT) },
    },
    {
        .name = "firewall",
        .summary = "a public address behind a stateful firewall",
        .n_layers = 1,
        .layers = { UNTRANSLATED(NP_NAT_ADDRESS_AND_PORT_DEPENDENT) },
    },
    {
        .name = "full-cone",
        .summary = "one mapping per socket, open to everybody",
        .n_layers = 1,
        .layers = { CONE(NP_NAT_ENDPOINT_INDEPENDENT) },
    },
    {
        .name = "restricted",
        .summary = "one mapping per socket, open to hosts it was used towards",
        .n_layers = 1,
        .layers = { CONE(NP_NAT_ADDRESS_DEPENDENT) },
    },
    {
        .name = "port-restricted",
        .summary = "one mapping per socket, open to endpoints it was used towards; usual at home",
        .n_layers = 1,
        .layers = { CONE(NP_NAT_ADDRESS_AND_PORT_DEPENDENT) },
    },
    {
        .name = "symmetric-random",
        .summary = "a mapping per destination, with a random port",
        .n_layers = 1,
        .layers = { {
            .reachable = TRUE,
            .translated = TRUE,
            .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
            .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
            .law = RANDOM_LAW,
        } },
    },
    {
        .name = "symmetric-sequential",
        .summary = "a mapping per destination, ports at a fixed step (step=1)",
        .n_layers = 1,
        .layers = { {
            .reachable = TRUE,
            .translated = TRUE,
            .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
            .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
            .law = { .kind = NP_NAT_SEQUENTIAL, .step = 1 },
        } },
    },
    {
        .name = "address-dependent",
        .summary = "a mapping per destination host, with a random port, open to that host",
        .n_layers = 1,
        .layers = { {
            .reachable = TRUE,
            .translated = TRUE,
            .mapping = NP_NAT_ADDRESS_DEPENDENT,
            .filtering = NP_NAT_ADDRESS_DEPENDENT,
            .law = RANDOM_LAW,
        } },
    },
    {
        .name = "block",
        .summary = "a mapping per destination, random in a block per subscriber (size=512)",
        .n_layers = 1,
        .layers = { {
            .reachable = TRUE,
            .translated = TRUE,
            .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
            .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
            .law = { .kind = NP_NAT_BLOCK,
                     .first = NP_NAT_BLOCK_FIRST,
                     .last = NP_NAT_BLOCK_FIRST + NP_NAT_BLOCK_SIZE - 1,
                     .block_size = NP_NAT_BLOCK_SIZE },
        } },
    },
    {
        .name = "double",
        .summary = "port-restricted at home, and again at a carrier with 100.64.0.0/10 between",
        .n_layers = 2,
        .layers = { CONE(NP_NAT_ADDRESS_AND_PORT_DEPENDENT),
                    {
                        .reachable = TRUE,
                        .translated = TRUE,
                        .mapping = NP_NAT_ENDPOINT_INDEPENDENT,
                        .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                        .law = { .kind = NP_NAT_PRESERVING },
                        .cgn = TRUE,
                    } },
    },
    {
        .name = "udp-blocked",
        .summary = "a NAT that drops all UDP, in both directions",
        .n_layers = 1,
        .layers = { {
            .reachable = FALSE,
            .translated = TRUE,
            .mapping = NP_NAT_ENDPOINT_INDEPENDENT,
            .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
            .law = { .kind = NP_NAT_PRESERVING },
        } },
    },
    {
        /* nf_nat_core.c: a tuple is kept if it is unique, else a random port of its class that
         * prefers one in use by the same source; nf_conntrack-sysctl.rst: the timeouts. */
        .name = "linux",
        .summary = "Linux' masquerade: ports kept and shared, so that one socket looks like a cone",
        .spec = "port-restricted@model,mapping=address-and-port-dependent,overload=yes,reuse=yes,"
                "class=yes,loose=yes,refresh=both,lifetime=30,stream=120,tcp-opening=120,"
                "tcp-lifetime=432000,tcp-reset=10,echo-lifetime=30",
    },
    {
        /* pf.conf(5): translation to a random port of 50001-65535 for each state; udp.first and
         * udp.multiple, tcp.opening, tcp.established, tcp.closed, icmp.first. */
        .name = "pf",
        .summary = "OpenBSD's and FreeBSD's pf: a random high port for every flow",
        .spec = "symmetric-random@model,range=50001-65535,refresh=both,lifetime=60,"
                "tcp-opening=30,tcp-lifetime=86400,tcp-reset=90,echo-lifetime=20",
    },
    {
        /* Juniper, Junos OS Interfaces Configuration Guide, "Configuring Pools of Addresses and
         * Ports" (sequential allocation is the default) and "Configuring NAT Rules" (symmetric);
         * the inactivity timeout is the services interface's default. */
        .name = "junos",
        .summary = "Junos' services as they come: a mapping per destination, ports in a row",
        .spec = "symmetric-sequential@model,refresh=both,lifetime=30",
    },
    {
        /* Amazon VPC User Guide, "NAT gateways": 55,000 connections to each destination from ports
         * 1024-65535; idle connections end after 350 seconds. */
        .name = "aws",
        .summary = "a NAT gateway of AWS: a random port for every flow, 350 seconds",
        .spec = "symmetric-random@model,refresh=both,lifetime=350,tcp-lifetime=350",
    },
    {
        /* Azure NAT Gateway documentation, "SNAT" and "TCP idle timeout": 64,512 ports for each
         * address; four minutes, for UDP not configurable. */
        .name = "azure",
        .summary = "a NAT gateway of Azure: a random port for every flow, four minutes",
        .spec = "symmetric-random@model,refresh=both,lifetime=240,tcp-lifetime=240",
    },
    {
        /* Cloud NAT overview, "Ports": 64 for each machine at least, with dynamic allocation more
         * as they run out, endpoint-independent mapping off; "Timeouts": UDP 30, TCP established
         * 1200, transitory 30, ICMP 30 seconds. */
        .name = "gcp",
        .summary = "Google's Cloud NAT: 64 ports for each machine, more when they run out",
        .spec = "block@model,size=64,blocks=8,refresh=both,lifetime=30,tcp-opening=30,tcp-lifetime="
                "1200,"
                "echo-lifetime=30",
    },
    {
        /* RFC 6888, REQ-1 (RFC 4787's behaviour), 2 (paired), 4 (a quota) and 14 (blocks), RFC
         * 7422's idea of a few blocks for each subscriber; the idle time is the median that Richter
         * et al. (IMC 2016) found in fixed networks. */
        .name = "carrier",
        .summary = "a carrier's NAT by the book: a cone, in blocks of ports of 4 addresses",
        .spec = "full-cone@model,allocation=block,size=512,blocks=4,per-host=2048,addresses=4,"
                "hairpin=on,lifetime=35,cgn=yes",
    },
};

const NpNatPreset *
np_nat_preset_all(guint *count)
{
    *count = G_N_ELEMENTS(presets);
    return presets;
}

const NpNatPreset *
np_nat_preset_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(presets); i++)
        if (g_str_equal(presets[i].name, name))
            return &presets[i];
    return NULL;
}

char *
np_nat_preset_names(void)
{
    const char *names[G_N_ELEMENTS(presets) + 1] = { NULL };

    for (guint i = 0; i < G_N_ELEMENTS(presets); i++)
        names[i] = presets[i].name;
    return g_strjoinv(", ", (char **)names);
}
