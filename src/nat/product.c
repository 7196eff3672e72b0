/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/product.h"

/* What all of these do in the same way. */
#define SYMMETRIC                                                                                  \
    .passes_udp = TRUE, .translates = TRUE, .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,          \
    .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,                                                \
    .tcp_mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,                                              \
    .tcp_filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT, .tcp_crossing = TRUE, .paired = TRUE,      \
    .replies_keep_mapping = TRUE, .refresh = NP_NAT_REFRESH_BOTH

#define ANY_PORT .order = NP_NAT_ORDER_RANDOM, .first = NP_NAT_FIRST_PORT, .last = NP_NAT_LAST_PORT

/* nf_conntrack's defaults; the TCP handshake has 60 and 120 s, of which the longer is taken. */
#define LINUX_TIMERS                                                                               \
    {                                                                                              \
        .udp = 30 * NP_SECOND, .udp_stream = 120 * NP_SECOND, .tcp_transitory = 120 * NP_SECOND,   \
        .tcp_established = 432000 * NP_SECOND, .tcp_reset = 10 * NP_SECOND,                        \
        .echo = 30 * NP_SECOND, .unsolicited = 30 * NP_SECOND                                      \
    }

/* The internal port, while the tuple is free; else the port the socket already has, or a random
 * one of its class. */
#define LINUX_PORTS                                                                                \
    {                                                                                              \
        .preserve = TRUE, .share = TRUE, .reuse = TRUE, .keep_class = TRUE, ANY_PORT               \
    }

static const NpNatProduct products[] = {
    {
        .name = "linux-masquerade",
        .summary = "Linux' masquerade behind a firewall that drops: most home routers, Docker, "
                   "Android tethering",
        .source = "measured on Linux 6.18; timers are nf_conntrack's",
        .policy = { SYMMETRIC, .ports = LINUX_PORTS, .timers = LINUX_TIMERS, .tcp_loose = TRUE },
    },
    {
        .name = "linux-masquerade-open",
        .summary = "the same without an input firewall: a packet that comes first spoils the "
                   "mapping",
        .source = "measured on Linux 6.18; RubyKaigi-net PR 192, Polykey PR 357",
        .policy = { SYMMETRIC, .ports = LINUX_PORTS, .timers = LINUX_TIMERS, .tcp_loose = TRUE,
                    .unsolicited = NP_NAT_UNSOLICITED_REMAPPED, .answer = NP_NAT_ANSWER_ICMP,
                    .syn_answer = NP_NAT_SYN_RESET },
    },
    {
        .name = "linux-masquerade-random",
        .summary = "Linux' masquerade with fully-random: a random port for every flow",
        .source = "measured on Linux 6.18; timers are nf_conntrack's",
        .policy = { SYMMETRIC, .ports = { .share = TRUE, ANY_PORT }, .timers = LINUX_TIMERS,
                    .tcp_loose = TRUE },
    },
    {
        .name = "pf",
        .summary = "OpenBSD's and FreeBSD's pf, pfSense, OPNsense: random ports from 50001 up",
        .source = "pf sources for ports; timers from pf.conf(5), unverified",
        .policy = { SYMMETRIC,
                    .ports = { .share = TRUE,
                               .order = NP_NAT_ORDER_RANDOM,
                               .first = 50001,
                               .last = NP_NAT_LAST_PORT },
                    .timers = { .udp = 60 * NP_SECOND,
                                .udp_stream = 60 * NP_SECOND,
                                .tcp_transitory = 120 * NP_SECOND,
                                .tcp_established = 86400 * NP_SECOND,
                                .tcp_reset = 90 * NP_SECOND,
                                .echo = 20 * NP_SECOND,
                                .unsolicited = 30 * NP_SECOND } },
    },
    {
        .name = "junos",
        .summary = "Junos MX services as shipped: symmetric, ports in sequence",
        .source = "Junos documentation for mapping and ports; timers unverified",
        .policy = { SYMMETRIC,
                    .ports = { .order = NP_NAT_ORDER_SEQUENTIAL,
                               .step = 1,
                               .first = NP_NAT_FIRST_PORT,
                               .last = NP_NAT_LAST_PORT },
                    .timers = { .udp = 30 * NP_SECOND,
                                .udp_stream = 30 * NP_SECOND,
                                .tcp_transitory = 30 * NP_SECOND,
                                .tcp_established = 1800 * NP_SECOND,
                                .tcp_reset = 5 * NP_SECOND,
                                .echo = 30 * NP_SECOND,
                                .unsolicited = 30 * NP_SECOND } },
    },
    {
        .name = "junos-blocks",
        .summary = "the same with secured port block allocation: 128 ports, at most 8 blocks",
        .source = "Junos documentation for ports; timers unverified",
        .policy = { SYMMETRIC, .ports = { ANY_PORT, .block_size = 128, .blocks_per_host = 8 },
                    .timers = { .udp = 30 * NP_SECOND,
                                .udp_stream = 30 * NP_SECOND,
                                .tcp_transitory = 30 * NP_SECOND,
                                .tcp_established = 1800 * NP_SECOND,
                                .tcp_reset = 5 * NP_SECOND,
                                .echo = 30 * NP_SECOND,
                                .unsolicited = 30 * NP_SECOND } },
    },
    {
        .name = "aws-nat-gateway",
        .summary = "AWS NAT gateway: a random port for every flow, 350 s idle",
        .source = "Tailscale, How NAT traversal works, part 2; the timer unverified",
        .policy = { SYMMETRIC, .ports = { .share = TRUE, ANY_PORT },
                    .timers = { .udp = 350 * NP_SECOND,
                                .udp_stream = 350 * NP_SECOND,
                                .tcp_transitory = 350 * NP_SECOND,
                                .tcp_established = 350 * NP_SECOND,
                                .tcp_reset = 10 * NP_SECOND,
                                .echo = 350 * NP_SECOND,
                                .unsolicited = 30 * NP_SECOND } },
    },
    {
        .name = "azure-nat-gateway",
        .summary = "Azure NAT gateway: a random one of 64512 ports for every flow, 240 s idle",
        .source = "Azure documentation for ports; the timer unverified",
        .policy = { SYMMETRIC, .ports = { .share = TRUE, ANY_PORT },
                    .timers = { .udp = 240 * NP_SECOND,
                                .udp_stream = 240 * NP_SECOND,
                                .tcp_transitory = 240 * NP_SECOND,
                                .tcp_established = 240 * NP_SECOND,
                                .tcp_reset = 10 * NP_SECOND,
                                .echo = 240 * NP_SECOND,
                                .unsolicited = 30 * NP_SECOND } },
    },
    {
        .name = "gcp-cloud-nat",
        .summary = "Google Cloud NAT with dynamic ports: symmetric, 32 ports at first, then more",
        .source = "Google documentation for ports; timers unverified",
        .policy = { SYMMETRIC, .ports = { ANY_PORT, .block_size = 32, .blocks_per_host = 8 },
                    .timers = { .udp = 30 * NP_SECOND,
                                .udp_stream = 30 * NP_SECOND,
                                .tcp_transitory = 30 * NP_SECOND,
                                .tcp_established = 1200 * NP_SECOND,
                                .tcp_reset = 30 * NP_SECOND,
                                .echo = 30 * NP_SECOND,
                                .unsolicited = 30 * NP_SECOND } },
    },
    {
        .name = "carrier",
        .cgn = TRUE,
        .summary =
            "a carrier's NAT as RFC 6888 wants it: open to everybody, 504 ports a subscriber",
        .source = "RFC 6888; ports at a sharing ratio of 128",
        .policy = { .passes_udp = TRUE,
                    .translates = TRUE,
                    .mapping = NP_NAT_ENDPOINT_INDEPENDENT,
                    .filtering = NP_NAT_ENDPOINT_INDEPENDENT,
                    .tcp_mapping = NP_NAT_ENDPOINT_INDEPENDENT,
                    .tcp_filtering = NP_NAT_ENDPOINT_INDEPENDENT,
                    .tcp_crossing = TRUE,
                    .paired = TRUE,
                    .hairpin = NP_NAT_HAIRPIN_SUPPORTED,
                    .ports = { ANY_PORT, .block_size = 504, .blocks_per_host = 1 },
                    .timers = { .udp = NP_NAT_UDP_TIMEOUT,
                                .udp_stream = NP_NAT_UDP_TIMEOUT,
                                .tcp_transitory = NP_NAT_TCP_TRANSITORY_TIMEOUT,
                                .tcp_established = NP_NAT_TCP_ESTABLISHED_TIMEOUT,
                                .tcp_reset = NP_NAT_TCP_TRANSITORY_TIMEOUT,
                                .echo = NP_NAT_ECHO_TIMEOUT,
                                .unsolicited = NP_NAT_UNSOLICITED_TIMEOUT } },
    },
    {
        .name = "carrier-cellular",
        .cgn = TRUE,
        .summary = "a carrier's NAT as cellular networks run it: symmetric, one minute idle",
        .source = "Richter et al. 2016: 40 % of cellular networks are symmetric, median 65 s idle",
        .policy = { SYMMETRIC, .ports = { ANY_PORT, .block_size = 1008, .blocks_per_host = 1 },
                    .timers = { .udp = 65 * NP_SECOND,
                                .udp_stream = 65 * NP_SECOND,
                                .tcp_transitory = NP_NAT_TCP_TRANSITORY_TIMEOUT,
                                .tcp_established = NP_NAT_TCP_ESTABLISHED_TIMEOUT,
                                .tcp_reset = NP_NAT_TCP_TRANSITORY_TIMEOUT,
                                .echo = NP_NAT_ECHO_TIMEOUT,
                                .unsolicited = NP_NAT_UNSOLICITED_TIMEOUT } },
    },
};

const NpNatProduct *
np_nat_product_all(guint *count)
{
    *count = G_N_ELEMENTS(products);
    return products;
}

const NpNatProduct *
np_nat_product_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(products); i++)
        if (g_str_equal(products[i].name, name))
            return &products[i];
    return NULL;
}

char *
np_nat_product_names(void)
{
    const char *names[G_N_ELEMENTS(products) + 1] = { NULL };

    for (guint i = 0; i < G_N_ELEMENTS(products); i++)
        names[i] = products[i].name;
    return g_strjoinv(", ", (char **)names);
}
