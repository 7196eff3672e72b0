/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What libFuzzer calls
 *
 * A fuzz target is this one function. `make fuzz` links it with libFuzzer; replay.c runs it in
 * `make check` over its corpus, with any compiler.
 */

#include <glib.h>

/* Always returns 0. What is wrong aborts. */
int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);
