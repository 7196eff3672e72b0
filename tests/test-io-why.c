/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/why.h"

#include <errno.h>

static void
names_the_reason_behind_each_error(void)
{
    static const struct {
        const char *label;
        int error_number;
        NpWhy why;
    } rows[] = {
        { "no error", 0, NP_WHY_NONE },
        { "EADDRINUSE", EADDRINUSE, NP_WHY_IN_USE },
        { "EADDRNOTAVAIL", EADDRNOTAVAIL, NP_WHY_NOT_LOCAL },
        { "EACCES", EACCES, NP_WHY_PERMISSION },
        { "EPERM", EPERM, NP_WHY_PERMISSION },
        { "ENETUNREACH", ENETUNREACH, NP_WHY_UNREACHABLE },
        { "EHOSTUNREACH", EHOSTUNREACH, NP_WHY_UNREACHABLE },
        { "ENETDOWN", ENETDOWN, NP_WHY_UNREACHABLE },
        { "ECONNREFUSED", ECONNREFUSED, NP_WHY_REFUSED },
        { "ECONNRESET", ECONNRESET, NP_WHY_REFUSED },
        { "EPIPE", EPIPE, NP_WHY_REFUSED },
        { "ETIMEDOUT", ETIMEDOUT, NP_WHY_TIMED_OUT },
        { "EMSGSIZE", EMSGSIZE, NP_WHY_TOO_BIG },
        { "EMFILE", EMFILE, NP_WHY_LIMIT },
        { "ENFILE", ENFILE, NP_WHY_LIMIT },
        { "ENOBUFS", ENOBUFS, NP_WHY_LIMIT },
        { "ENOMEM", ENOMEM, NP_WHY_LIMIT },
        { "EAFNOSUPPORT", EAFNOSUPPORT, NP_WHY_UNSUPPORTED },
        { "ENOPROTOOPT", ENOPROTOOPT, NP_WHY_UNSUPPORTED },
        { "any other", EDOM, NP_WHY_OTHER },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        NP_ASSERT_ROW(np_io_why(rows[i].error_number) == rows[i].why, rows[i].label);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(names_the_reason_behind_each_error),
        { 0 },
    };

    return np_test_main("io.why", tests);
}
