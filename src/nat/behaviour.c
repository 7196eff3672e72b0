/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/behaviour.h"

#define MAX_VALUES 4

static const struct {
    const char *key;
    const char *values[MAX_VALUES + 1]; /* in the order of the axis' enumeration */
} axes[NP_NAT_N_AXES] = {
    [NP_NAT_AXIS_REACHABLE] = { "reachable", { "no", "yes" } },
    [NP_NAT_AXIS_NAT] = { "nat", { "none", "translated" } },
    [NP_NAT_AXIS_MAPPING] = { "mapping",
                              { "endpoint-independent", "address-dependent",
                                "address-and-port-dependent" } },
    [NP_NAT_AXIS_FILTERING] = { "filtering",
                                { "endpoint-independent", "address-dependent",
                                  "address-and-port-dependent" } },
    [NP_NAT_AXIS_ALLOCATION] = { "allocation", { "preserving", "sequential", "random", "block" } },
    [NP_NAT_AXIS_POOLING] = { "pooling", { "single", "paired", "arbitrary" } },
    [NP_NAT_AXIS_HAIRPIN] = { "hairpin", { "unsupported", "supported", "supported-internal" } },
    [NP_NAT_AXIS_UNSOLICITED] = { "unsolicited", { "harmless", "remapped", "blocked" } },
    [NP_NAT_AXIS_CGN] = { "cgn", { "no", "yes" } },
};

const char *
np_nat_axis_key(NpNatAxis axis)
{
    return axes[axis].key;
}

guint
np_nat_axis_n_values(NpNatAxis axis)
{
    return g_strv_length((char **)axes[axis].values);
}

const char *
np_nat_axis_value(NpNatAxis axis, guint value)
{
    g_return_val_if_fail(value < np_nat_axis_n_values(axis), "unknown");
    return axes[axis].values[value];
}

gboolean
np_nat_axis_find(const char *key, NpNatAxis *axis)
{
    for (guint i = 0; i < NP_NAT_N_AXES; i++) {
        if (g_str_equal(axes[i].key, key)) {
            *axis = (NpNatAxis)i;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
np_nat_axis_find_value(NpNatAxis axis, const char *text, guint *value)
{
    for (guint i = 0; axes[axis].values[i] != NULL; i++) {
        if (g_str_equal(axes[axis].values[i], text)) {
            *value = i;
            return TRUE;
        }
    }
    return FALSE;
}

const char *
np_nat_hairpin_needs_text(NpNatHairpinNeeds needs)
{
    return needs == NP_NAT_HAIRPIN_NEEDS_NOTHING ? "nothing" : "both-send";
}

guint
np_nat_behaviour_value(const NpNatBehaviour *behaviour, NpNatAxis axis)
{
    switch (axis) {
    case NP_NAT_AXIS_REACHABLE:
        return behaviour->reachable ? 1 : 0;
    case NP_NAT_AXIS_NAT:
        return behaviour->translated ? 1 : 0;
    case NP_NAT_AXIS_MAPPING:
        return behaviour->mapping;
    case NP_NAT_AXIS_FILTERING:
        return behaviour->filtering;
    case NP_NAT_AXIS_ALLOCATION:
        return behaviour->law.kind;
    case NP_NAT_AXIS_POOLING:
        return behaviour->pooling;
    case NP_NAT_AXIS_HAIRPIN:
        return behaviour->hairpin;
    case NP_NAT_AXIS_UNSOLICITED:
        return behaviour->unsolicited;
    case NP_NAT_AXIS_CGN:
        return behaviour->cgn ? 1 : 0;
    case NP_NAT_N_AXES:
        break;
    }
    g_return_val_if_reached(0);
}
