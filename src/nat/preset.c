/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The behaviours below can be those of Linux's own NAT with the rules of lab/ruleset.c. "Random" is
 * its range for ports from 1024 up; the block is the first one of 512 ports that the ruleset hands
 * out, since a host that is alone with its carrier gets the first.
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
