/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "util/secret.h"

gboolean
np_secret_equal(const guint8 *a, const guint8 *b, gsize size)
{
    guint8 difference = 0;

    for (gsize i = 0; i < size; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}
