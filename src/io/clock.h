/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The machine's time on a real system: CLOCK_MONOTONIC, which stands still while it is suspended
 */

#include "core/time.h"

NpTime np_io_clock_now(void);

/*
 * What to subtract from a wall-clock stamp of the kernel to have it in the machine's time. Valid
 * for as long as nobody sets the clock: sample it anew wherever stamps are read.
 */
NpTime np_io_clock_wall_offset(void);
