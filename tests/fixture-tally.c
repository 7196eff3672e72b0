/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-tally.h"

#include <math.h>

#define BISECTIONS 60

void
np_tally_add(NpTally *self, NpScore score)
{
    self->counts[score]++;
}

guint
np_tally_total(const NpTally *self)
{
    guint total = 0;

    for (guint i = 0; i < NP_SCORE_N; i++)
        total += self->counts[i];
    return total;
}

/* P(X <= k) of a binomial variable. */
static double
binomial_below(guint k, guint n, double p)
{
    double sum = 0;

    if (p <= 0)
        return 1;
    if (p >= 1)
        return k >= n ? 1 : 0;
    for (guint i = 0; i <= k; i++)
        sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(p) +
                   (n - i) * log1p(-p));
    return sum;
}

/* The p at which P(X <= k) falls to @target. */
static double
solve(guint k, guint n, double target)
{
    double low = 0, high = 1;

    for (guint i = 0; i < BISECTIONS; i++) {
        double middle = (low + high) / 2;

        if (binomial_below(k, n, middle) > target)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

void
np_tally_interval(guint k, guint n, double level, double *low, double *high)
{
    double tail = (1 - level) / 2;

    *low = k == 0 ? 0 : solve(k - 1, n, 1 - tail);
    *high = k >= n ? 1 : solve(k, n, tail);
}

char *
np_tally_text(const NpTally *self, NpScore score)
{
    guint n = np_tally_total(self);
    double low = 0, high = 1;

    if (n == 0)
        return g_strdup("none");
    np_tally_interval(self->counts[score], n, 0.95, &low, &high);
    return g_strdup_printf("%u of %u (95 %%: %.2g to %.2g %%)", self->counts[score], n, 100 * low,
                           100 * high);
}

static gint
compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double
np_tally_quantile(GArray *values, double q)
{
    guint index = 0;

    if (values->len == 0)
        return 0;
    g_array_sort(values, compare_doubles);
    index = (guint)ceil(q * values->len);
    return g_array_index(values, double, index > 0 ? index - 1 : 0);
}
