/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whose calls a client accepts without asking anybody
 */

#include <glib.h>

typedef enum {
    NP_RENDEZVOUS_CONSENT_NO,
    NP_RENDEZVOUS_CONSENT_YES,
    NP_RENDEZVOUS_CONSENT_ASK, /* the owner decides */
} NpRendezvousConsentAnswer;

/* Zeroed, it says no to everybody. */
typedef struct {
    NpRendezvousConsentAnswer others; /* to who is not named */
    GHashTable *named;                /* ids that are always welcome; or NULL */
} NpRendezvousConsent;

/* "ask", "all", "none", or ids separated by commas: then others are refused. FALSE, and @self
 * zeroed, if it is none of that. */
gboolean np_rendezvous_consent_parse(NpRendezvousConsent *self, const char *text);
void np_rendezvous_consent_clear(NpRendezvousConsent *self);
/* Naming a peer oneself is consent to its calls. */
void np_rendezvous_consent_name(NpRendezvousConsent *self, const char *id);
NpRendezvousConsentAnswer np_rendezvous_consent(const NpRendezvousConsent *self, const char *id);
