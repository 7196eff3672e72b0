/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "rendezvous/consent.h"

static void
a_policy_decides_about_those_it_does_not_name(void)
{
    static const struct {
        const char *text;
        NpRendezvousConsentAnswer bob;
        NpRendezvousConsentAnswer carol;
    } rows[] = {
        { "ask", NP_RENDEZVOUS_CONSENT_ASK, NP_RENDEZVOUS_CONSENT_ASK },
        { "all", NP_RENDEZVOUS_CONSENT_YES, NP_RENDEZVOUS_CONSENT_YES },
        { "none", NP_RENDEZVOUS_CONSENT_NO, NP_RENDEZVOUS_CONSENT_NO },
        { "bob", NP_RENDEZVOUS_CONSENT_YES, NP_RENDEZVOUS_CONSENT_NO },
        { "dave,bob", NP_RENDEZVOUS_CONSENT_YES, NP_RENDEZVOUS_CONSENT_NO },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpRendezvousConsent consent = { 0 };

        NP_ASSERT_ROW(np_rendezvous_consent_parse(&consent, rows[i].text), rows[i].text);
        NP_ASSERT_ROW(np_rendezvous_consent(&consent, "bob") == rows[i].bob, rows[i].text);
        NP_ASSERT_ROW(np_rendezvous_consent(&consent, "carol") == rows[i].carol, rows[i].text);
        np_rendezvous_consent_name(&consent, "carol");
        NP_ASSERT_ROW(np_rendezvous_consent(&consent, "carol") == NP_RENDEZVOUS_CONSENT_YES,
                      rows[i].text);
        np_rendezvous_consent_clear(&consent);
    }
}

static void
what_is_no_policy_is_refused(void)
{
    static const char *const rows[] = { "", ",", "bob,", "b b", "bob,,carol" };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpRendezvousConsent consent = { 0 };

        NP_ASSERT_ROW(!np_rendezvous_consent_parse(&consent, rows[i]), rows[i]);
        NP_ASSERT_ROW(np_rendezvous_consent(&consent, "bob") == NP_RENDEZVOUS_CONSENT_NO, rows[i]);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_policy_decides_about_those_it_does_not_name),
        NP_TEST(what_is_no_policy_is_refused),
        { 0 },
    };

    return np_test_main("rendezvous.consent", tests);
}
