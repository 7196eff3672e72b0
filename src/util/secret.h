/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Comparing what somebody else must not be able to guess
 *
 * A comparison that stops at the first difference tells by its time how much of a guess was right.
 */

#include <glib.h>

/* Whether @size bytes are the same; takes the same time whatever they are. */
gboolean np_secret_equal(const guint8 *a, const guint8 *b, gsize size);
