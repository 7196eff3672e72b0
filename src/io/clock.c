/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/clock.h"

#include <time.h>

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
    return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
}
