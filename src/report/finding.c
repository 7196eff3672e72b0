/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/finding.h"

#include <math.h>

#include "nat/rfc3489.h"

/* What the RFC 3489 word is made of, in the order in which it asks. */
static const NpNatAxis rfc3489_axes[] = {
    NP_NAT_AXIS_REACHABLE,
    NP_NAT_AXIS_NAT,
    NP_NAT_AXIS_MAPPING,
    NP_NAT_AXIS_FILTERING,
};

static char *
join_possible(guint key, guint possible)
{
    GString *text = g_string_new(NULL);

    for (guint value = 0; value < np_finding_n_values(key); value++)
        if (possible >> value & 1)
            g_string_append_printf(text, "%s%s", text->len > 0 ? " or " : "",
                                   np_finding_value(key, value));
    return g_string_free(text, FALSE);
}

static NpFinding
axis_finding(const NpVerdict *verdict)
{
    NpFinding self = {
        .measured = verdict->measured,
        .possible = verdict->possible,
        .verdict = "unknown",
        .confidence = verdict->confidence,
        .why = verdict->why,
    };
    guint value = 0;

    if (np_verdict_value(verdict, &value))
        self.verdict = np_nat_axis_value(verdict->axis, value);
    return self;
}

static NpFinding
rfc3489_finding(const NpProfile *profile)
{
    const char *word = np_profile_rfc3489(profile);
    NpFinding self = {
        .measured = profile->verdicts[NP_NAT_AXIS_REACHABLE].measured,
        .possible = np_rfc3489_possible(profile),
        .verdict = word != NULL ? word : "unknown",
        .confidence = 1.0,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rfc3489_axes); i++) {
        const NpVerdict *verdict = &profile->verdicts[rfc3489_axes[i]];

        /* All of them must be right, and each may be wrong for a reason of its own. */
        if (verdict->measured)
            self.confidence *= verdict->confidence;
        if (word == NULL && self.why == NULL)
            self.why = verdict->why;
    }
    return self;
}

NpFinding
np_finding(const NpProfile *profile, guint key)
{
    NpFinding self = key == NP_FINDING_RFC3489 ? rfc3489_finding(profile)
                                               : axis_finding(&profile->verdicts[key]);
    gboolean anything = self.possible == (1u << np_finding_n_values(key)) - 1;

    self.text =
        !self.measured || anything ? g_strdup("unknown") : join_possible(key, self.possible);
    return self;
}

void
np_finding_clear(NpFinding *self)
{
    g_clear_pointer(&self->text, g_free);
}

const char *
np_finding_key(guint key)
{
    return key == NP_FINDING_RFC3489 ? "rfc3489" : np_nat_axis_key((NpNatAxis)key);
}

guint
np_finding_n_values(guint key)
{
    return key == NP_FINDING_RFC3489 ? NP_RFC3489_N_TYPES : np_nat_axis_n_values((NpNatAxis)key);
}

const char *
np_finding_value(guint key, guint value)
{
    return key == NP_FINDING_RFC3489 ? np_rfc3489_text((NpRfc3489)value)
                                     : np_nat_axis_value((NpNatAxis)key, value);
}

gboolean
np_finding_find(const char *text, guint *key)
{
    for (guint i = 0; i < NP_FINDING_N_KEYS; i++) {
        if (g_str_equal(text, np_finding_key(i))) {
            *key = i;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
np_finding_find_value(guint key, const char *text, guint *value)
{
    NpRfc3489 type = NP_RFC3489_OPEN;

    if (key != NP_FINDING_RFC3489)
        return np_nat_axis_find_value((NpNatAxis)key, text, value);
    if (!np_rfc3489_find(text, &type))
        return FALSE;
    *value = type;
    return TRUE;
}

char *
np_finding_percent(double probability)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    double tenths = floor(probability * 1000 + 1e-6) / 10;

    return g_strdup_printf("%s%%", g_ascii_formatd(number, sizeof number, "%g", tenths));
}
