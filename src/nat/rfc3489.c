/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/rfc3489.h"

static const char *const texts[NP_RFC3489_N_TYPES] = {
    [NP_RFC3489_OPEN] = "open",
    [NP_RFC3489_FULL_CONE] = "full cone",
    [NP_RFC3489_RESTRICTED_CONE] = "restricted cone",
    [NP_RFC3489_PORT_RESTRICTED_CONE] = "port-restricted cone",
    [NP_RFC3489_SYMMETRIC] = "symmetric",
    [NP_RFC3489_UDP_FIREWALL] = "udp firewall",
    [NP_RFC3489_BLOCKED] = "blocked",
};

static NpRfc3489
behind_nat(NpNatDependence filtering)
{
    switch (filtering) {
    case NP_NAT_ENDPOINT_INDEPENDENT:
        return NP_RFC3489_FULL_CONE;
    case NP_NAT_ADDRESS_DEPENDENT:
        return NP_RFC3489_RESTRICTED_CONE;
    case NP_NAT_ADDRESS_AND_PORT_DEPENDENT:
        return NP_RFC3489_PORT_RESTRICTED_CONE;
    }
    g_return_val_if_reached(NP_RFC3489_SYMMETRIC);
}

static gboolean
may_be(const NpProfile *profile, NpNatAxis axis, guint value)
{
    return profile->verdicts[axis].possible >> value & 1;
}

const char *
np_rfc3489_text(NpRfc3489 type)
{
    g_return_val_if_fail(type < NP_RFC3489_N_TYPES, "unknown");
    return texts[type];
}

gboolean
np_rfc3489_find(const char *text, NpRfc3489 *type)
{
    g_autofree char *wanted = g_strdelimit(g_strdup(text), "-", ' ');

    for (guint i = 0; i < NP_RFC3489_N_TYPES; i++) {
        g_autofree char *known = g_strdelimit(g_strdup(texts[i]), "-", ' ');

        if (g_str_equal(known, wanted)) {
            *type = (NpRfc3489)i;
            return TRUE;
        }
    }
    return FALSE;
}

guint
np_rfc3489_possible(const NpProfile *profile)
{
    guint types = 0;

    if (may_be(profile, NP_NAT_AXIS_REACHABLE, 0))
        types |= 1u << NP_RFC3489_BLOCKED;
    if (!may_be(profile, NP_NAT_AXIS_REACHABLE, 1))
        return types;
    for (guint filtering = 0; filtering <= NP_NAT_ADDRESS_AND_PORT_DEPENDENT; filtering++) {
        if (!may_be(profile, NP_NAT_AXIS_FILTERING, filtering))
            continue;
        if (may_be(profile, NP_NAT_AXIS_NAT, 0))
            types |= 1u << (filtering == NP_NAT_ENDPOINT_INDEPENDENT ? NP_RFC3489_OPEN
                                                                     : NP_RFC3489_UDP_FIREWALL);
        if (may_be(profile, NP_NAT_AXIS_NAT, 1) &&
            may_be(profile, NP_NAT_AXIS_MAPPING, NP_NAT_ENDPOINT_INDEPENDENT))
            types |= 1u << behind_nat((NpNatDependence)filtering);
    }
    /* "Symmetric" says all there is to say of the mapping, whatever the filtering. */
    if (may_be(profile, NP_NAT_AXIS_NAT, 1) &&
        (may_be(profile, NP_NAT_AXIS_MAPPING, NP_NAT_ADDRESS_DEPENDENT) ||
         may_be(profile, NP_NAT_AXIS_MAPPING, NP_NAT_ADDRESS_AND_PORT_DEPENDENT)))
        types |= 1u << NP_RFC3489_SYMMETRIC;
    return types;
}
