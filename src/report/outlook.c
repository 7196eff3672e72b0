/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/outlook.h"

#include <math.h>

#include "punch/outlook.h"
#include "report/finding.h"

/* How a forecast feels to the person who waits. */
typedef enum {
    CHANCE_NONE,
    CHANCE_SMALL,
    CHANCE_GUESSING, /* nearly always, but only by guessing ports */
    CHANCE_SURE,
} Chance;

/* From here on a person would say that it works. */
#define WORKS 0.9
#define A_MOMENT 1.0 /* second */

/* The friends that the sentence speaks of, each by the peer that is hardest to meet among them. */
static const struct {
    const char *who;
    NpPunchPeer hardest;
} friends[] = {
    { "on open connections", NP_PUNCH_PEER_RESTRICTED_CONE },
    { "on ordinary home routers", NP_PUNCH_PEER_PORT_RESTRICTED_CONE },
    { "behind strict routers", NP_PUNCH_PEER_SYMMETRIC_RANDOM },
};

static const char *const peer_names[NP_PUNCH_N_PEERS] = {
    [NP_PUNCH_PEER_OPEN] = "no NAT",
    [NP_PUNCH_PEER_FULL_CONE] = "full cone",
    [NP_PUNCH_PEER_RESTRICTED_CONE] = "restricted cone",
    [NP_PUNCH_PEER_PORT_RESTRICTED_CONE] = "port-restricted cone",
    [NP_PUNCH_PEER_SYMMETRIC_SEQUENTIAL] = "symmetric (sequential)",
    [NP_PUNCH_PEER_SYMMETRIC_BLOCK] = "symmetric (block of 512)",
    [NP_PUNCH_PEER_SYMMETRIC_RANDOM] = "symmetric (random)",
};

static Chance
chance_of(const NpPunchForecast *forecast)
{
    if (forecast->probability <= 0.0)
        return CHANCE_NONE;
    if (forecast->probability < WORKS)
        return CHANCE_SMALL;
    return forecast->seconds > 0.0 ? CHANCE_GUESSING : CHANCE_SURE;
}

static char *
seconds_text(double seconds)
{
    if (seconds <= 0.0)
        return g_strdup("at once");
    if (seconds < 0.95)
        return g_strdup_printf("0.%d s", MAX((int)(seconds * 10 + 0.5), 1));
    return g_strdup_printf("%d s", (int)(seconds + 0.5));
}

/* Completes "friends behind strict routers ...". */
static char *
clause(const NpPunchOutlook *outlook)
{
    Chance worst = chance_of(&outlook->worst);
    Chance best = chance_of(&outlook->best);
    g_autofree char *seconds = seconds_text(outlook->worst.seconds);
    gboolean brief = outlook->worst.seconds < A_MOMENT;

    switch (worst) {
    case CHANCE_SURE:
        return g_strdup("can join you directly");
    case CHANCE_GUESSING:
        return g_strdup_printf("%s after %s%s of guessing ports",
                               best == worst ? "only" : "at worst", brief ? "" : "about ",
                               brief ? "a moment" : seconds);
    case CHANCE_SMALL:
        return g_strdup(best == worst ? "only with luck, else through a relay"
                                      : "perhaps, but this could not be told for sure");
    case CHANCE_NONE:
        return g_strdup(best == worst ? "only through a relay"
                                      : "perhaps, but this could not be told for sure");
    }
    g_return_val_if_reached(NULL);
}

static NpTone
tone_of(const Chance chances[G_N_ELEMENTS(friends)])
{
    if (chances[1] < CHANCE_GUESSING)
        return NP_TONE_BAD;
    return chances[1] == CHANCE_SURE && chances[2] >= CHANCE_GUESSING ? NP_TONE_GOOD
                                                                      : NP_TONE_DOUBTFUL;
}

static char *
friends_sentence(const NpProfile *profile, NpTone *tone)
{
    GString *sentence = g_string_new("Friends");
    g_autofree char *before = NULL;
    Chance chances[G_N_ELEMENTS(friends)];
    gboolean all_sure = TRUE;

    for (gsize i = 0; i < G_N_ELEMENTS(friends); i++) {
        NpPunchOutlook outlook = np_punch_outlook_peer(profile, friends[i].hardest);
        g_autofree char *now = clause(&outlook);

        chances[i] = chance_of(&outlook.worst);
        all_sure = all_sure && chances[i] == CHANCE_SURE;
        if (before != NULL && g_str_equal(before, now))
            g_string_append(sentence, " and");
        else if (before != NULL)
            g_string_append_printf(sentence, " %s; those", before);
        g_string_append_printf(sentence, " %s", friends[i].who);
        g_free(before);
        before = g_steal_pointer(&now);
    }
    *tone = tone_of(chances);
    if (all_sure)
        g_string_assign(sentence,
                        "All your friends can join you directly, whatever router they have.");
    else
        g_string_append_printf(sentence, " %s.", before);
    return g_string_free(sentence, FALSE);
}

/* What the two sides do, in words. Owned by the caller. */
static char *
manner(const NpPunchForecast *forecast)
{
    switch (forecast->strategy) {
    case NP_PUNCH_SIMULTANEOUS:
        return g_strdup("both send at the same time");
    case NP_PUNCH_REVEAL:
        return g_strdup("the side whose port changes sends first and so reveals it");
    case NP_PUNCH_PRESERVE:
        return g_strdup("the port outside is the port inside");
    case NP_PUNCH_COMB:
        return g_strdup_printf("aim %u packets at the next ports in the sequence",
                               forecast->packets);
    case NP_PUNCH_BIRTHDAY:
    case NP_PUNCH_ONE_SIDED_BIRTHDAY:
        return g_strdup_printf("each side tries %u ports until two meet", forecast->packets);
    case NP_PUNCH_BURST:
        return g_strdup_printf("each side sends %u packets to one guessed port", forecast->packets);
    case NP_PUNCH_INFEASIBLE:
        return g_strdup("only through a relay");
    case NP_PUNCH_N_STRATEGIES:
        break;
    }
    g_return_val_if_reached(NULL);
}

static char *
chance_text(const NpPunchOutlook *outlook)
{
    int worst = (int)floor(outlook->worst.probability * 100);
    int best = (int)floor(outlook->best.probability * 100);

    if (worst != best)
        return g_strdup_printf("%d to %d%%", worst, best);
    if (worst == 100)
        return g_strdup("yes");
    return worst == 0 ? g_strdup("no") : g_strdup_printf("%d%%", worst);
}

static char *
time_text(const NpPunchOutlook *outlook)
{
    double longest = MAX(outlook->worst.seconds, outlook->best.seconds);
    g_autofree char *seconds = seconds_text(longest);

    if (outlook->best.strategy == NP_PUNCH_INFEASIBLE)
        return g_strdup("");
    return outlook->best.seconds == outlook->worst.seconds ? g_steal_pointer(&seconds)
                                                           : g_strdup_printf("up to %s", seconds);
}

static gboolean
same_promise(const NpPunchOutlook *outlook)
{
    return outlook->worst.probability == outlook->best.probability &&
           outlook->worst.seconds == outlook->best.seconds;
}

static char *
how_text(const NpPunchOutlook *outlook)
{
    gboolean hopeful = outlook->worst.strategy == NP_PUNCH_INFEASIBLE;
    g_autofree char *doing = manner(hopeful ? &outlook->best : &outlook->worst);
    GString *how = NULL;

    if (same_promise(outlook))
        return g_steal_pointer(&doing);
    how = g_string_new(NULL);
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
        if (outlook->depends >> axis & 1)
            g_string_append_printf(how, "%s%s", how->len > 0 ? " and " : "depends on ",
                                   np_nat_axis_key((NpNatAxis)axis));
    g_string_append_printf(how, "%sat %s %s", how->len > 0 ? "; " : "", hopeful ? "best" : "worst",
                           doing);
    return g_string_free(how, FALSE);
}

static NpTone
outlook_tone(const NpPunchOutlook *outlook)
{
    switch (chance_of(&outlook->worst)) {
    case CHANCE_SURE:
    case CHANCE_GUESSING:
        return NP_TONE_GOOD;
    case CHANCE_SMALL:
        return NP_TONE_DOUBTFUL;
    case CHANCE_NONE:
        return outlook->best.strategy == NP_PUNCH_INFEASIBLE ? NP_TONE_BAD : NP_TONE_DOUBTFUL;
    }
    g_return_val_if_reached(NP_TONE_PLAIN);
}

char *
np_report_outlook_sentence(const NpProfile *profile, NpTone *tone)
{
    guint reachable = 0;

    if (!np_verdict_value(&profile->verdicts[NP_NAT_AXIS_REACHABLE], &reachable)) {
        *tone = NP_TONE_DOUBTFUL;
        return g_strdup("Nothing can be said about this connection: no server answered.");
    }
    if (reachable == 0) {
        *tone = NP_TONE_BAD;
        return g_strdup("Nobody can join you directly: UDP, which games and calls use, does not "
                        "get through here.");
    }
    return friends_sentence(profile, tone);
}

void
np_report_outlook_table(const NpProfile *profile, NpDocument *document)
{
    NpBlock *table = np_document_table(document);
    g_autoptr(GString) names = g_string_new(NULL);
    guint rows = 0;

    np_document_column(table, "The other side", NP_ALIGN_LEFT);
    np_document_column(table, "Direct", NP_ALIGN_LEFT);
    np_document_column(table, "Time", NP_ALIGN_LEFT);
    np_document_column(table, "How", NP_ALIGN_LEFT);
    for (guint peer = 0; peer < NP_PUNCH_N_PEERS; peer++) {
        NpPunchOutlook outlook = np_punch_outlook_peer(profile, peer);
        g_autofree char *chance = chance_text(&outlook);
        g_autofree char *time = time_text(&outlook);
        g_autofree char *how = how_text(&outlook);

        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", peer_names[peer]);
        /* Peers with the same prospect share a row. */
        if (peer + 1 < NP_PUNCH_N_PEERS) {
            NpPunchOutlook next = np_punch_outlook_peer(profile, peer + 1);

            if (np_punch_outlook_equal(&outlook, &next))
                continue;
        }
        if (rows++ == 0 && peer + 1 == NP_PUNCH_N_PEERS)
            g_string_assign(names, "anyone");
        np_document_cell(table, names->str, NP_TONE_PLAIN);
        np_document_cell(table, chance, outlook_tone(&outlook));
        np_document_cell(table, time, NP_TONE_PLAIN);
        np_document_cell(table, how, NP_TONE_PLAIN);
        g_string_truncate(names, 0);
    }
}
