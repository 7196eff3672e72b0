/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kernel's randomness, from which every machine of a real run gets its stream
 */

#include "util/rng.h"

/* Waits, at boot only, until the kernel has gathered enough. */
void np_io_entropy_fill(void *to, gsize size);
NpRng np_io_entropy_rng(void);
