/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"

#include <CUnit/TestRun.h>
#include <stdio.h>
#include <string.h>

static unsigned n_run;

static void
print_failures(const CU_pFailureRecord first)
{
    for (CU_pFailureRecord failure = first; failure != NULL; failure = failure->pNext)
        printf("# %s:%u: %s\n", failure->strFileName, failure->uiLineNumber, failure->strCondition);
}

static void
on_test_complete(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
    g_autofree char *sentence = g_strdelimit(g_strdup(test->pName), "_", ' ');

    n_run++;
    printf("%s %u - %s: %s\n", failure == NULL ? "ok" : "not ok", n_run, suite->pName, sentence);
    print_failures(failure);
    fflush(stdout);
}

int
np_test_main(const char *suite_name, const NpTest *tests)
{
    CU_pSuite suite = NULL;
    unsigned planned = 0;
    gboolean green = FALSE;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    suite = CU_add_suite(suite_name, NULL, NULL);
    for (; suite != NULL && tests[planned].name != NULL; planned++)
        CU_add_test(suite, tests[planned].name, tests[planned].run);
    printf("1..%u\n", planned);
    CU_set_test_complete_handler(on_test_complete);
    CU_run_all_tests();

    /* CU_get_error() stays 0 after failed assertions, and a program that asserts nothing proves
     * nothing. */
    green = planned > 0 && n_run == planned && CU_get_number_of_failures() == 0 &&
            CU_get_number_of_suites_failed() == 0 && CU_get_number_of_asserts() > 0 &&
            CU_get_error() == CUE_SUCCESS;
    CU_cleanup_registry();
    return green ? 0 : 1;
}

void
np_test_assert_str(
    const char *actual, const char *expected, const char *what, const char *file, int line)
{
    g_autofree char *text =
        g_strdup_printf("%s is \"%s\", expected \"%s\"", what, actual, expected);

    CU_assertImplementation(g_strcmp0(actual, expected) == 0, line, text, file, "", CU_FALSE);
}

void
np_test_assert_int(gint64 actual, gint64 expected, const char *what, const char *file, int line)
{
    g_autofree char *text = g_strdup_printf(
        "%s is %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT, what, actual, expected);

    CU_assertImplementation(actual == expected, line, text, file, "", CU_FALSE);
}

void
np_test_assert_row(gboolean held, const char *what, const char *label, const char *file, int line)
{
    g_autofree char *text = g_strdup_printf("%s [%s]", what, label);

    CU_assertImplementation(held, line, text, file, "", CU_FALSE);
}
