/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/clock.h"

#include <time.h>

/*
 * Two clocks cannot be read at once, and a process may be suspended between the readings. That is
 * seen by reading one of them on both sides of the other: anything within a few microseconds is as
 * good as a stamp gets, and more than a few attempts are not worth their time.
 */
#define CLOSE_ENOUGH (5 * NP_USEC)
#define MAX_READINGS 4

static NpTime
read_clock(clockid_t id)
{
    struct timespec at;

    clock_gettime(id, &at);
    return at.tv_sec * NP_SECOND + at.tv_nsec;
}

NpTime
np_io_clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

NpTime
np_io_clock_wall_offset(void)
{
    NpTime best_gap = NP_TIME_NEVER;
    NpTime offset = 0;

    for (guint i = 0; i < MAX_READINGS && best_gap > CLOSE_ENOUGH; i++) {
        NpTime before = read_clock(CLOCK_MONOTONIC);
        NpTime wall = read_clock(CLOCK_REALTIME);
        NpTime gap = read_clock(CLOCK_MONOTONIC) - before;

        if (gap < best_gap) {
            best_gap = gap;
            offset = wall - (before + gap / 2);
        }
    }
    return offset;
}
