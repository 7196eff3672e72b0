/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * CUnit behind TAP
 *
 * One program per unit. Each prints a TAP line per test, so that automake counts tests and not
 * programs, and exits non-zero by its own account: CUnit's exit status cannot be trusted.
 */

#include <CUnit/CUnit.h>
#include <glib.h>

typedef struct {
    const char *name; /* a sentence with underscores: rejects_length_past_end */
    void (*run)(void);
} NpTest;

#define NP_TEST(function)                                                                          \
    {                                                                                              \
        .name = #function, .run = function                                                         \
    }

/* Runs a table that ends with a NULL name. Returns what main() should return. */
int np_test_main(const char *suite, const NpTest *tests);

/* Fails the test and leaves the function; unlike CUnit's _FATAL it runs g_autoptr clean-ups. */
#define NP_REQUIRE(condition)                                                                      \
    do {                                                                                           \
        gboolean np_held = !!(condition);                                                          \
        CU_assertImplementation(np_held, __LINE__, #condition, __FILE__, "", CU_FALSE);            \
        if (!np_held)                                                                              \
            return;                                                                                \
    } while (0)

/* Fails with both values printed. */
#define NP_ASSERT_STR(actual, expected)                                                            \
    np_test_assert_str((actual), (expected), #actual, __FILE__, __LINE__)
#define NP_ASSERT_INT(actual, expected)                                                            \
    np_test_assert_int((gint64)(actual), (gint64)(expected), #actual, __FILE__, __LINE__)
/* As CU_ASSERT, with the label of a table row in the message. */
#define NP_ASSERT_ROW(condition, label)                                                            \
    np_test_assert_row(!!(condition), #condition, (label), __FILE__, __LINE__)

void np_test_assert_str(
    const char *actual, const char *expected, const char *what, const char *file, int line);
void
np_test_assert_int(gint64 actual, gint64 expected, const char *what, const char *file, int line);
void
np_test_assert_row(gboolean held, const char *what, const char *label, const char *file, int line);
