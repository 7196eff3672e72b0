/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Exact where exactness is cheap: the birthday law is the hypergeometric one and not its usual
 * exponential approximation, which asks for two probes too many on a full port range and for far
 * too many on a small block.
 */

#include "punch/odds.h"

#include <math.h>

/*
 * New flows on a shared network come in clumps: over windows of 100 ms their variance is 1.5 to 2
 * times their mean, so they are counted as negative binomial rather than Poisson. The larger figure
 * is the careful one.
 */
#define CLUMPING 2.0

double
np_punch_odds_birthday(guint range, guint held, guint probed)
{
    double miss = 1.0;

    if (range == 0)
        return 0.0;
    held = MIN(held, range);
    probed = MIN(probed, range);
    if (held + probed > range)
        return 1.0;
    for (guint i = 0; i < probed; i++)
        miss *= (double)(range - held - i) / (range - i);
    return 1.0 - miss;
}

guint
np_punch_odds_balanced(guint range, double probability)
{
    /* 1 - exp(-k k / N) is a hair too low, so the answer lies at or just below this k. */
    guint k = (guint)ceil(sqrt(range * log(1.0 / (1.0 - probability))));

    g_return_val_if_fail(range > 0 && probability > 0.0 && probability < 1.0, 0);
    while (k > 1 && np_punch_odds_birthday(range, k - 1, k - 1) >= probability)
        k--;
    return k;
}

double
np_punch_odds_skipped(guint below, double mean)
{
    double size = mean / (CLUMPING - 1.0);
    double term = pow(1.0 / CLUMPING, size); /* of exactly i = 0 */
    double sum = 0.0;

    for (guint i = 0; i < below; i++) {
        sum += term;
        term *= (i + size) / (i + 1) * (1.0 - 1.0 / CLUMPING);
    }
    return MIN(sum, 1.0);
}

double
np_punch_odds_crossed_bursts(guint burst, double flows, double age, double rate)
{
    /* Each side's burst must reach past the ports that others took meanwhile, and must not have a
     * port taken by others just where the peer aims. */
    double one_side = np_punch_odds_skipped(burst, flows * age) / (1.0 + flows / rate);

    return one_side * one_side;
}
