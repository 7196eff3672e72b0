/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/clock.h"

static void
never_goes_back(void)
{
    NpTime last = np_io_clock_now();

    for (guint i = 0; i < 10000; i++) {
        NpTime now = np_io_clock_now();

        CU_ASSERT(now >= last);
        last = now;
    }
}

static void
counts_as_glib_does(void)
{
    NpTime before = g_get_monotonic_time() * NP_USEC;
    NpTime now = np_io_clock_now();

    CU_ASSERT(now >= before);
    CU_ASSERT(now <= (g_get_monotonic_time() + 1) * NP_USEC);
}

/* Whatever else the machine does: a process that is suspended between two readings must not take
 * that time for a difference between the clocks. */
static void
knows_the_offset_of_the_wall_clock_within_microseconds(void)
{
    NpTime lowest = NP_TIME_NEVER;
    NpTime highest = 0;

    for (guint i = 0; i < 20000; i++) {
        NpTime offset = np_io_clock_wall_offset();

        lowest = MIN(lowest, offset);
        highest = MAX(highest, offset);
    }
    /* 2001, in case of doubt about the sign; and a clock that is slewed meanwhile moves less. */
    CU_ASSERT(lowest + np_io_clock_now() > 1000000000 * NP_SECOND);
    CU_ASSERT(highest - lowest < NP_MSEC / 2);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(never_goes_back),
        NP_TEST(counts_as_glib_does),
        NP_TEST(knows_the_offset_of_the_wall_clock_within_microseconds),
        { 0 },
    };

    return np_test_main("io.clock", tests);
}
