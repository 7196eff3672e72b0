/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "nat/profile.h"

#include "nat/rfc3489.h"

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
    guint possible = np_rfc3489_possible(self);

    for (guint type = 0; type < NP_RFC3489_N_TYPES; type++)
        if (possible == 1u << type)
            return np_rfc3489_text((NpRfc3489)type);
    return NULL;
}
