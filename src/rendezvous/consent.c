/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/consent.h"

#include "rendezvous/message.h"

gboolean
np_rendezvous_consent_parse(NpRendezvousConsent *self, const char *text)
{
    g_auto(GStrv) ids = g_strsplit(text, ",", -1);

    *self = (NpRendezvousConsent){ .others = NP_RENDEZVOUS_CONSENT_NO };
    if (g_str_equal(text, "ask"))
        self->others = NP_RENDEZVOUS_CONSENT_ASK;
    else if (g_str_equal(text, "all"))
        self->others = NP_RENDEZVOUS_CONSENT_YES;
    else if (!g_str_equal(text, "none"))
        for (guint i = 0; i == 0 || ids[i] != NULL; i++) {
            if (ids[i] == NULL || !np_rendezvous_message_is_id(ids[i])) {
                np_rendezvous_consent_clear(self);
                return FALSE;
            }
            np_rendezvous_consent_name(self, ids[i]);
        }
    return TRUE;
}

void
np_rendezvous_consent_clear(NpRendezvousConsent *self)
{
    g_clear_pointer(&self->named, g_hash_table_unref);
    self->others = NP_RENDEZVOUS_CONSENT_NO;
}

void
np_rendezvous_consent_name(NpRendezvousConsent *self, const char *id)
{
    if (self->named == NULL)
        self->named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(self->named, g_strdup(id));
}

NpRendezvousConsentAnswer
np_rendezvous_consent(const NpRendezvousConsent *self, const char *id)
{
    if (self->named != NULL && g_hash_table_contains(self->named, id))
        return NP_RENDEZVOUS_CONSENT_YES;
    return self->others;
}
