/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/verdict.h"

#define EI (1u << NP_NAT_ENDPOINT_INDEPENDENT)
#define AD (1u << NP_NAT_ADDRESS_DEPENDENT)
#define APD (1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT)

static void
what_was_not_measured_is_unknown(void)
{
    NpVerdict verdict;
    g_autofree char *text = NULL;
    guint value = 99;

    np_verdict_init(&verdict, NP_NAT_AXIS_MAPPING);
    text = np_verdict_text(&verdict);
    NP_ASSERT_STR(text, "unknown");
    CU_ASSERT_FALSE(verdict.measured);
    NP_ASSERT_INT(verdict.possible, EI | AD | APD);
    CU_ASSERT_FALSE(np_verdict_decided(&verdict, &value));
    CU_ASSERT_FALSE(np_verdict_value(&verdict, &value));
    NP_ASSERT_INT(value, 99);
    np_verdict_clear(&verdict);
}

static void
names_what_is_left(void)
{
    static const struct {
        guint possible;
        gint decided;
        const char *text;
    } rows[] = {
        { EI, NP_NAT_ENDPOINT_INDEPENDENT, "endpoint-independent" },
        { AD, NP_NAT_ADDRESS_DEPENDENT, "address-dependent" },
        { APD, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, "address-and-port-dependent" },
        { EI | AD, -1, "endpoint-independent or address-dependent" },
        { AD | APD, -1, "address-dependent or address-and-port-dependent" },
        { EI | AD | APD, -1, "unknown" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpVerdict verdict;
        g_autofree char *text = NULL;
        guint value = 0;

        np_verdict_init(&verdict, NP_NAT_AXIS_FILTERING);
        np_verdict_leave_open(&verdict, rows[i].possible, 0.9, "a second server would tell");
        text = np_verdict_text(&verdict);
        NP_ASSERT_STR(text, rows[i].text);
        NP_ASSERT_ROW(np_verdict_decided(&verdict, &value) == (rows[i].decided >= 0), rows[i].text);
        NP_ASSERT_INT(value, MAX(rows[i].decided, 0));
        NP_ASSERT_STR(verdict.why, "a second server would tell");
        np_verdict_clear(&verdict);
    }
}

static void
the_last_conclusion_holds_and_evidence_stays(void)
{
    NpVerdict verdict;
    guint value = 0;

    np_verdict_init(&verdict, NP_NAT_AXIS_MAPPING);
    np_verdict_lean(&verdict, NP_NAT_ADDRESS_DEPENDENT, AD | APD, 0.5, "two are left");
    np_verdict_add_evidence(&verdict, "port %u was seen", 4711u);
    np_verdict_conclude(&verdict, NP_NAT_ENDPOINT_INDEPENDENT, 0.99);
    CU_ASSERT_TRUE(np_verdict_value(&verdict, &value));
    NP_ASSERT_INT(value, NP_NAT_ENDPOINT_INDEPENDENT);
    CU_ASSERT_DOUBLE_EQUAL(verdict.confidence, 0.99, 0);
    CU_ASSERT_PTR_NULL(verdict.why);
    NP_ASSERT_INT(verdict.evidence->len, 1);
    NP_ASSERT_STR(verdict.evidence->pdata[0], "port 4711 was seen");
    np_verdict_clear(&verdict);
}

static void
a_leaning_is_a_value_but_no_decision(void)
{
    NpVerdict verdict;
    guint value = 0;

    np_verdict_init(&verdict, NP_NAT_AXIS_HAIRPIN);
    np_verdict_lean(&verdict, NP_NAT_HAIRPIN_UNSUPPORTED,
                    1u << NP_NAT_HAIRPIN_UNSUPPORTED | 1u << NP_NAT_HAIRPIN_SUPPORTED_INTERNAL, 0.8,
                    "one host cannot see an internal source");
    CU_ASSERT_FALSE(np_verdict_decided(&verdict, &value));
    value = 99;
    CU_ASSERT_TRUE(np_verdict_value(&verdict, &value));
    NP_ASSERT_INT(value, NP_NAT_HAIRPIN_UNSUPPORTED);
    np_verdict_clear(&verdict);
}

static void
a_copy_shares_nothing(void)
{
    NpVerdict original, copy;

    np_verdict_init(&original, NP_NAT_AXIS_MAPPING);
    np_verdict_leave_open(&original, EI | AD, 0.7, "one address only");
    np_verdict_add_evidence(&original, "first");
    np_verdict_copy(&copy, &original);
    np_verdict_add_evidence(&original, "second");
    np_verdict_clear(&original);
    NP_ASSERT_INT(copy.possible, EI | AD);
    NP_ASSERT_STR(copy.why, "one address only");
    NP_ASSERT_INT(copy.evidence->len, 1);
    NP_ASSERT_STR(copy.evidence->pdata[0], "first");
    np_verdict_clear(&copy);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(what_was_not_measured_is_unknown),
        NP_TEST(names_what_is_left),
        NP_TEST(the_last_conclusion_holds_and_evidence_stays),
        NP_TEST(a_leaning_is_a_value_but_no_decision),
        NP_TEST(a_copy_shares_nothing),
        { 0 },
    };

    return np_test_main("nat.verdict", tests);
}
