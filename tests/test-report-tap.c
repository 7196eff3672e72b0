/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "report/tap.h"

static NpDocument *
sample(void)
{
    NpDocument *document = np_document_new("test");

    np_document_check(document, "a # not a directive", NP_CHECK_PASSED, "it is");
    np_document_check(document, "b", NP_CHECK_FAILED, "it is \"not\"");
    np_document_check(document, "c", NP_CHECK_UNDECIDED, "a second address would tell");
    np_document_check(document, "d\\", NP_CHECK_SKIPPED, "no IPv6 #6");
    return document;
}

static void
failures_say_why_in_yaml(void)
{
    g_autoptr(NpDocument) document = sample();
    g_autofree char *tap = np_report_tap(document);

    NP_ASSERT_STR(tap, "TAP version 13\n"
                       "1..4\n"
                       "ok 1 - a \\# not a directive\n"
                       "not ok 2 - b\n"
                       "  ---\n"
                       "  outcome: failed\n"
                       "  message: \"it is \\\"not\\\"\"\n"
                       "  ...\n"
                       "not ok 3 - c\n"
                       "  ---\n"
                       "  outcome: undecided\n"
                       "  message: \"a second address would tell\"\n"
                       "  ...\n"
                       "ok 4 - d\\\\ # SKIP skipped: no IPv6 \\#6\n");
}

static void
undecided_is_skipped_where_it_may_pass(void)
{
    g_autoptr(NpDocument) document = np_document_new("test");
    g_autofree char *tap = NULL;

    document->undecided_passes = TRUE;
    np_document_check(document, "c", NP_CHECK_UNDECIDED, "a second address would tell");
    tap = np_report_tap(document);
    NP_ASSERT_STR(tap, "TAP version 13\n"
                       "1..1\n"
                       "ok 1 - c # SKIP undecided: a second address would tell\n");
}

static void
no_checks_are_a_plan_of_none(void)
{
    g_autoptr(NpDocument) document = np_document_new("test");
    g_autofree char *tap = np_report_tap(document);

    NP_ASSERT_STR(tap, "TAP version 13\n1..0 # SKIP nothing was checked\n");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(failures_say_why_in_yaml),
        NP_TEST(undecided_is_skipped_where_it_may_pass),
        NP_TEST(no_checks_are_a_plan_of_none),
        { 0 },
    };

    return np_test_main("report.tap", tests);
}
