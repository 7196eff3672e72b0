/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/entropy.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

void
np_io_entropy_fill(void *to, gsize size)
{
    guint8 *at = to;

    while (size > 0) {
        gssize n = getrandom(at, size, 0);

        /* Without randomness, transaction ids and keys could be guessed: better to stop. */
        if (n < 0 && errno != EINTR)
            g_error("The kernel gives no randomness: %s", g_strerror(errno));
        if (n > 0) {
            at += n;
            size -= (gsize)n;
        }
    }
}

NpRng
np_io_entropy_rng(void)
{
    guint8 seed[NP_RNG_SEED_SIZE];
    NpRng rng;

    np_io_entropy_fill(seed, sizeof seed);
    rng = np_rng_from_seed(seed);
    explicit_bzero(seed, sizeof seed);
    return rng;
}
