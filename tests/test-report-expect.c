/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "harness.h"
#include "report/expect.h"

/* A cone whose filter is known to look at addresses, perhaps at ports too. */
static void
half_known(NpProfile *profile)
{
    const NpNatBehaviour behaviour = { .reachable = TRUE, .translated = TRUE };

    np_profile_from_behaviour(profile, &behaviour);
    np_verdict_leave_open(&profile->verdicts[NP_NAT_AXIS_FILTERING],
                          1u << NP_NAT_ADDRESS_DEPENDENT | 1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                          0.9987, "a second server address would tell");
    profile->verdicts[NP_NAT_AXIS_UNSOLICITED].measured = FALSE;
}

static void
an_expectation_is_weighed_against_all_that_is_possible(void)
{
    static const struct {
        const char *text;
        NpCheckOutcome outcome;
    } rows[] = {
        { "mapping=endpoint-independent", NP_CHECK_PASSED },
        { "udp.mapping = endpoint-independent", NP_CHECK_PASSED },
        { "mapping=address-dependent", NP_CHECK_FAILED },
        { "mapping!=address-dependent", NP_CHECK_PASSED },
        { "mapping!=endpoint-independent", NP_CHECK_FAILED },
        { "filtering=address-dependent", NP_CHECK_UNDECIDED },
        { "filtering!=address-dependent", NP_CHECK_UNDECIDED },
        { "filtering=address-dependent|address-and-port-dependent", NP_CHECK_PASSED },
        { "filtering=endpoint-independent", NP_CHECK_FAILED },
        { "filtering!=endpoint-independent", NP_CHECK_PASSED },
        { "filtering!=endpoint-independent|address-dependent", NP_CHECK_UNDECIDED },
        { "rfc3489=restricted cone|port-restricted-cone", NP_CHECK_PASSED },
        { "rfc3489=restricted-cone", NP_CHECK_UNDECIDED },
        { "rfc3489!=symmetric", NP_CHECK_PASSED },
        { "rfc3489=full cone", NP_CHECK_FAILED },
        { "unsolicited=harmless", NP_CHECK_UNDECIDED },
        { "cgn=no", NP_CHECK_PASSED },
        { "udp6.mapping=endpoint-independent", NP_CHECK_UNDECIDED },
    };
    g_auto(NpProfile) profile = { 0 };

    half_known(&profile);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpExpect) expect = np_expect_new();
        g_autoptr(NpDocument) document = np_document_new("test");

        NP_ASSERT_ROW(np_expect_add(expect, rows[i].text, NULL), rows[i].text);
        np_expect_evaluate(expect, &profile, NULL, document);
        NP_REQUIRE(document->checks->len == 1);
        NP_ASSERT_ROW(g_array_index(document->checks, NpCheck, 0).outcome == rows[i].outcome,
                      rows[i].text);
    }
}

static void
each_family_is_asked_for_itself(void)
{
    g_auto(NpProfile) four = { 0 };
    g_auto(NpProfile) six = { 0 };
    const NpNatBehaviour open = { .reachable = TRUE };
    g_autoptr(NpExpect) expect = np_expect_new();
    g_autoptr(NpDocument) document = np_document_new("test");

    half_known(&four);
    np_profile_from_behaviour(&six, &open);
    CU_ASSERT(np_expect_add(expect, "nat=translated,udp6.nat=none", NULL));
    CU_ASSERT(np_expect_add(expect, "udp6.nat=translated", NULL));
    np_expect_evaluate(expect, &four, &six, document);
    NP_ASSERT_INT(np_document_count(document, NP_CHECK_PASSED), 2);
    NP_ASSERT_INT(np_document_count(document, NP_CHECK_FAILED), 1);
}

static void
the_check_says_what_was_found_how_surely_and_why(void)
{
    g_auto(NpProfile) profile = { 0 };
    g_autoptr(NpExpect) expect = np_expect_new();
    g_autoptr(NpDocument) document = np_document_new("test");

    half_known(&profile);
    CU_ASSERT(np_expect_add(expect, " filtering!=address-and-port-dependent , unsolicited=harmless",
                            NULL));
    np_expect_evaluate(expect, &profile, NULL, document);
    NP_REQUIRE(document->checks->len == 2);
    NP_ASSERT_STR(g_array_index(document->checks, NpCheck, 0).name,
                  "filtering!=address-and-port-dependent");
    NP_ASSERT_STR(g_array_index(document->checks, NpCheck, 0).detail,
                  "it is address-dependent or address-and-port-dependent, 99.8% sure: "
                  "a second server address would tell");
    NP_ASSERT_STR(g_array_index(document->checks, NpCheck, 1).detail, "it was not measured");
}

static void
what_cannot_be_expected_gets_one_sentence(void)
{
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        { "mapping=endpoint-independent,mappnig=x",
          "\"mappnig\" is nothing that can be expected; what can is reachable, nat, mapping, "
          "filtering, allocation, pooling, hairpin, unsolicited, cgn, rfc3489" },
        { "tcp.mapping=endpoint-independent",
          "\"tcp.mapping\" cannot be expected: only UDP is measured, as udp. and udp6." },
        { "pooling=many", "\"many\" is not a value of pooling; its values are single, paired, "
                          "arbitrary" },
        { "pooling=single|", "\"\" is not a value of pooling; its values are single, paired, "
                             "arbitrary" },
        { "pooling=", "\"pooling=\" is not an expectation: a value is missing" },
        { "pooling==single", "\"=single\" is not a value of pooling; its values are single, "
                             "paired, arbitrary" },
        { "rfc3489=cone", "\"cone\" is not a value of rfc3489; its values are open, full cone, "
                          "restricted cone, port-restricted cone, symmetric, udp firewall, "
                          "blocked" },
        { "mapping", "\"mapping\" is not an expectation: it needs a key, = or !=, and a value, as "
                     "in mapping=endpoint-independent" },
        { "", "\"\" is not an expectation: it needs a key, = or !=, and a value, as in "
              "mapping=endpoint-independent" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpProfile) profile = { 0 };
        g_autoptr(NpExpect) expect = np_expect_new();
        g_autoptr(NpDocument) document = np_document_new("test");
        g_autoptr(GError) error = NULL;

        half_known(&profile);
        NP_ASSERT_ROW(!np_expect_add(expect, rows[i].text, &error), rows[i].text);
        NP_REQUIRE(error != NULL);
        NP_ASSERT_STR(error->message, rows[i].error);
        np_expect_evaluate(expect, &profile, NULL, document);
        NP_ASSERT_ROW(document->checks->len == 0, rows[i].text);
    }
}

static void
undecided_fails_unless_it_may_pass(void)
{
    g_auto(NpProfile) profile = { 0 };
    g_autoptr(NpExpect) expect = np_expect_new();
    g_autoptr(NpDocument) document = np_document_new("test");

    half_known(&profile);
    CU_ASSERT(np_expect_add(expect, "filtering=address-dependent", NULL));
    np_expect_evaluate(expect, &profile, NULL, document);
    CU_ASSERT(!np_document_passed(document));
    document->undecided_passes = TRUE;
    CU_ASSERT(np_document_passed(document));
    CU_ASSERT(np_expect_add(expect, "filtering=endpoint-independent", NULL));
    np_expect_evaluate(expect, &profile, NULL, document);
    CU_ASSERT(!np_document_passed(document));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(an_expectation_is_weighed_against_all_that_is_possible),
        NP_TEST(each_family_is_asked_for_itself),
        NP_TEST(the_check_says_what_was_found_how_surely_and_why),
        NP_TEST(what_cannot_be_expected_gets_one_sentence),
        NP_TEST(undecided_fails_unless_it_may_pass),
        { 0 },
    };

    return np_test_main("report.expect", tests);
}
