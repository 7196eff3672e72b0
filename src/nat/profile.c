/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/profile.h"

void
np_profile_init(NpProfile *self)
{
    *self = (NpProfile){ .external = g_array_new(FALSE, FALSE, sizeof(NpAddress)) };
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
        np_verdict_init(&self->verdicts[axis], (NpNatAxis)axis);
}

void
np_profile_clear(NpProfile *self)
{
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
        np_verdict_clear(&self->verdicts[axis]);
    g_clear_pointer(&self->external, g_array_unref);
}

void
np_profile_copy(NpProfile *to, const NpProfile *from)
{
    *to = *from;
    to->external = g_array_copy(from->external);
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
        np_verdict_copy(&to->verdicts[axis], &from->verdicts[axis]);
}

void
np_profile_add_external(NpProfile *self, const NpAddress *address)
{
    NpAddress host = np_address_with_port(address, 0);

    for (guint i = 0; i < self->external->len; i++)
        if (np_address_equal(&g_array_index(self->external, NpAddress, i), &host))
            return;
    g_array_append_val(self->external, host);
}

void
np_profile_from_behaviour(NpProfile *self, const NpNatBehaviour *behaviour)
{
    np_profile_init(self);
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
        np_verdict_conclude(&self->verdicts[axis],
                            np_nat_behaviour_value(behaviour, (NpNatAxis)axis), 1.0);
    self->law = behaviour->law;
    self->hairpin_needs = behaviour->hairpin_needs;
}

const char *
np_profile_rfc3489(const NpProfile *self)
{
    guint reachable = 0, nat = 0, mapping = 0, filtering = 0;

    if (!np_verdict_decided(&self->verdicts[NP_NAT_AXIS_REACHABLE], &reachable))
        return NULL;
    if (reachable == 0)
        return "blocked";
    if (!np_verdict_decided(&self->verdicts[NP_NAT_AXIS_NAT], &nat))
        return NULL;
    /* "Symmetric" says all there is to say of the mapping, whatever the filtering. */
    if (nat == 1 && !np_verdict_decided(&self->verdicts[NP_NAT_AXIS_MAPPING], &mapping))
        return (self->verdicts[NP_NAT_AXIS_MAPPING].possible & 1u << NP_NAT_ENDPOINT_INDEPENDENT)
                   ? NULL
                   : "symmetric";
    if (nat == 1 && mapping != NP_NAT_ENDPOINT_INDEPENDENT)
        return "symmetric";
    if (!np_verdict_decided(&self->verdicts[NP_NAT_AXIS_FILTERING], &filtering))
        return NULL;
    switch ((NpNatDependence)filtering) {
    case NP_NAT_ENDPOINT_INDEPENDENT:
        return nat == 1 ? "full cone" : "open";
    case NP_NAT_ADDRESS_DEPENDENT:
        return nat == 1 ? "restricted cone" : "udp firewall";
    case NP_NAT_ADDRESS_AND_PORT_DEPENDENT:
        return nat == 1 ? "port-restricted cone" : "udp firewall";
    }
    return NULL;
}
