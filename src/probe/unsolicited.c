/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/unsolicited.h"

/* Early packets come close together: all must have passed before the socket speaks. */
#define EARLY_INTERVAL (25 * NP_MSEC)
/* The reply may never come; still four copies in 120 ms and within two round trips and a bit. */
#define REPLY_INTERVAL (40 * NP_MSEC)
/* Two sockets a sender: one could meet the port of another mapping by chance. */
#define N_EACH 2
#define SURE 0.9999
/* Who sends first: another address of the server's, or another port of the same. */
typedef enum {
    OTHER_ADDRESS,
    OTHER_PORT,
    N_SENDERS,
} Sender;

typedef struct {
    NpSocketId socket;
    const NpProbeAsk *binding;
    NpProbeAsk *early;
    /* Towards the early sender, once that has surely spoken and been filtered; NULL before. */
    const NpProbeAsk *late;
    gboolean dropped; /* the filter let the early packet in, or there is no such sender */
} Trial;

typedef struct {
    NpAddress server;
    Trial trials[N_SENDERS][N_EACH];
    /* A fresh socket, to which the early sender never sent, speaks to it right after: only beside
     * its answer does silence mean that this sender is blocked, and not that the NAT has no room
     * for another mapping. */
    const NpProbeAsk *controls[N_SENDERS];
    gboolean restarted; /* with another server */
} NpProbeUnsolicited;

static const guint change_of[N_SENDERS] = {
    [OTHER_ADDRESS] = NP_PROBE_ASK_CHANGE_IP | NP_PROBE_ASK_CHANGE_PORT,
    [OTHER_PORT] = NP_PROBE_ASK_CHANGE_PORT,
};

static gpointer
unsolicited_create(void)
{
    return g_new0(NpProbeUnsolicited, 1);
}

static void
begin(NpProbeUnsolicited *self, NpProbeSession *session, NpTime now, const NpAddress *server)
{
    self->server = *server;
    for (guint sender = 0; sender < N_SENDERS; sender++) {
        for (guint i = 0; i < N_EACH; i++) {
            Trial *trial = &self->trials[sender][i];

            *trial = (Trial){ 0 };
            trial->socket = np_probe_session_open(session, 0);
            trial->binding = np_probe_session_ask(session, now, trial->socket, &self->server,
                                                  NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
            trial->early = np_probe_session_ask(session, now, trial->socket, &self->server,
                                                change_of[sender], EARLY_INTERVAL);
        }
        self->controls[sender] = NULL;
    }
}

static void
unsolicited_start(gpointer data, NpProbeSession *session, NpTime now)
{
    NpAddress server = np_probe_servers_at(&session->servers, 0)->address;

    begin(data, session, now, &server);
}

/* The first server is dead, or worth nothing, but another lives: ask that one instead, once. */
static void
change_server(NpProbeUnsolicited *self, NpProbeSession *session, NpTime now)
{
    const NpProbeServer *server = NULL;
    NpAddress address = { 0 };

    if (self->restarted)
        return;
    for (guint sender = 0; sender < N_SENDERS; sender++) {
        for (guint i = 0; i < N_EACH; i++) {
            const NpProbeAsk *binding = self->trials[sender][i].binding;

            if (np_probe_session_believes(session, binding) ||
                np_probe_session_waits_for(session, binding, now))
                return;
        }
    }
    server = np_probe_servers_replacement(&session->servers, &self->server);
    if (server == NULL)
        return;
    address = server->address;
    self->restarted = TRUE;
    begin(self, session, now, &address);
}

/* Where the early packet, which was filtered, must have come from. */
static gboolean
find_early_sender(const NpProbeUnsolicited *self,
                  const NpProbeSession *session,
                  Sender sender,
                  NpAddress *address)
{
    const NpProbeServer *server = np_probe_servers_find(&session->servers, &self->server);

    if (server == NULL || server->change_ignored ||
        ((server->change_refused | server->change_withheld) & change_of[sender]))
        return FALSE;
    if (np_probe_server_alternate(server, change_of[sender], address))
        return TRUE;
    /* One address: the other port is the one a person named, if exactly one was named. */
    if (sender == OTHER_ADDRESS)
        return FALSE;
    for (guint i = 0; i < np_probe_servers_count(&session->servers); i++) {
        const NpProbeServer *other = np_probe_servers_at(&session->servers, i);

        if (other->given && other->address.port != self->server.port &&
            np_address_same_host(&other->address, &self->server)) {
            *address = other->address;
            return TRUE;
        }
    }
    return FALSE;
}

/*
 * Early packets still on their way when the socket speaks get in by what it then opens. They say
 * nothing any more, so whether the filter let one in is asked here and not again.
 */
static void
advance_trial(
    NpProbeUnsolicited *self, NpProbeSession *session, Sender sender, Trial *trial, NpTime now)
{
    NpAddress address = { 0 };

    if (trial->late != NULL || trial->dropped || !trial->binding->has_answer ||
        np_probe_session_waits_for(session, trial->early, now))
        return;
    if (trial->early->has_answer || !find_early_sender(self, session, sender, &address)) {
        trial->dropped = TRUE;
        return;
    }
    np_probe_ask_abandon(trial->early);
    trial->late = np_probe_session_ask(session, now, trial->socket, &address, NP_PROBE_ASK_UNOWED,
                                       REPLY_INTERVAL);
}

static void
unsolicited_advance(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeUnsolicited *self = data;

    change_server(self, session, now);
    for (guint sender = 0; sender < N_SENDERS; sender++) {
        for (guint i = 0; i < N_EACH; i++)
            advance_trial(self, session, (Sender)sender, &self->trials[sender][i], now);
        if (self->controls[sender] == NULL && self->trials[sender][0].late != NULL)
            self->controls[sender] = np_probe_session_ask(
                session, now, np_probe_session_open(session, 0), &self->trials[sender][0].late->to,
                NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
    }
}

static gboolean
is_settled(const Trial *trial, const NpProbeSession *session, NpTime now)
{
    if (trial->dropped)
        return TRUE;
    if (trial->late != NULL)
        return !np_probe_session_waits_for(session, trial->late, now);
    return !np_probe_session_waits_for(session, trial->binding, now) &&
           !np_probe_session_waits_for(session, trial->early, now);
}

static gboolean
unsolicited_settled(gconstpointer data, const NpProbeSession *session, NpTime now)
{
    const NpProbeUnsolicited *self = data;

    for (guint sender = 0; sender < N_SENDERS; sender++) {
        if (np_probe_session_waits_for(session, self->controls[sender], now))
            return FALSE;
        for (guint i = 0; i < N_EACH; i++)
            if (!is_settled(&self->trials[sender][i], session, now))
                return FALSE;
    }
    return TRUE;
}

/* Whether such a sender's packets are known to be filtered: else none was unsolicited. */
static gboolean
is_filtered(Sender sender, const NpVerdict *filtering)
{
    guint value = 0;

    if (!np_verdict_decided(filtering, &value))
        return FALSE;
    switch ((NpNatDependence)value) {
    case NP_NAT_ENDPOINT_INDEPENDENT:
        return FALSE;
    case NP_NAT_ADDRESS_DEPENDENT:
        return sender == OTHER_ADDRESS;
    case NP_NAT_ADDRESS_AND_PORT_DEPENDENT:
        return TRUE;
    }
    return FALSE;
}

/*
 * What it means that towards such a sender a socket has another mapping than towards the server, as
 * bits: its packet did it, or the NAT gives every endpoint, or every address, its own.
 */
static guint
meaning_of_move(Sender sender, const NpVerdict *mapping)
{
    const guint ei = 1u << NP_NAT_ENDPOINT_INDEPENDENT;
    const guint ad = 1u << NP_NAT_ADDRESS_DEPENDENT;
    guint sharing = sender == OTHER_ADDRESS ? ei : ei | ad;

    return ((mapping->possible & sharing) != 0 ? 1u << NP_NAT_UNSOLICITED_REMAPPED : 0) |
           ((mapping->possible & ~sharing) != 0 ? 1u << NP_NAT_UNSOLICITED_HARMLESS : 0);
}

/* What trials with one kind of sender, or with all, leave possible. */
typedef struct {
    guint possible; /* bits of NpNatUnsolicited; 0 for no trial */
    double confidence;
} Outcome;

static void
weigh_answer(const Trial *trial,
             const NpProbePath *path,
             NpTime now,
             guint move,
             Outcome *sum,
             NpVerdict *verdict)
{
    const NpAddress *before = &trial->binding->answer.mapped;
    const NpAddress *after = &trial->late->answer.mapped;
    guint copies = np_probe_ask_ripe_copies(trial->early, path, now);
    char sender[NP_ADDRESS_TEXT_SIZE], seen[NP_ADDRESS_TEXT_SIZE], was[NP_ADDRESS_TEXT_SIZE];

    if (np_address_equal(before, after)) {
        sum->possible |= 1u << NP_NAT_UNSOLICITED_HARMLESS;
        sum->confidence = MAX(sum->confidence, np_probe_path_silence_confidence(path, copies));
    } else {
        sum->possible |= move;
        sum->confidence = SURE;
    }
    np_verdict_add_evidence(verdict, "%s sent first; the socket was %s and is seen there as %s",
                            np_address_format(&trial->late->to, sender),
                            np_address_format(before, was), np_address_format(after, seen));
}

/* Silence that the run had no time to hear out says nothing. */
static void
weigh_silence(
    const Trial *trial, const NpProbePath *path, NpTime now, Outcome *sum, NpVerdict *verdict)
{
    guint copies = np_probe_ask_ripe_copies(trial->late, path, now);
    char sender[NP_ADDRESS_TEXT_SIZE], was[NP_ADDRESS_TEXT_SIZE];

    if (!np_probe_path_is_silence(path, copies))
        return;
    sum->possible |= 1u << NP_NAT_UNSOLICITED_BLOCKED;
    sum->confidence = MAX(sum->confidence, np_probe_path_silence_confidence(path, copies));
    np_verdict_add_evidence(verdict,
                            "%s sent first; %u requests of %s to it got no answer, unlike those "
                            "of another socket",
                            np_address_format(&trial->late->to, sender), copies,
                            np_address_format(&trial->binding->answer.mapped, was));
}

/* Trials whose sender never answered anybody are none. */
static Outcome
weigh_sender(const NpProbeUnsolicited *self,
             const NpProbeSession *session,
             NpTime now,
             Sender sender,
             const NpProfile *profile,
             NpVerdict *verdict)
{
    guint move = meaning_of_move(sender, &profile->verdicts[NP_NAT_AXIS_MAPPING]);
    Outcome outcome = { 0 };
    gboolean tried = FALSE;

    if (!is_filtered(sender, &profile->verdicts[NP_NAT_AXIS_FILTERING]))
        return outcome;
    for (guint i = 0; i < N_EACH; i++) {
        const Trial *trial = &self->trials[sender][i];

        if (trial->late == NULL || !np_probe_session_believes(session, trial->binding) ||
            !np_probe_servers_endpoint_answered(&session->servers, &trial->late->to))
            continue;
        tried = TRUE;
        if (trial->late->has_answer)
            weigh_answer(trial, &session->path, now, move, &outcome, verdict);
        else if (self->controls[sender]->has_answer)
            weigh_silence(trial, &session->path, now, &outcome, verdict);
    }
    if (tried && outcome.possible == 0)
        return (Outcome){ np_verdict_anything(NP_NAT_AXIS_UNSOLICITED), 1.0 };
    return outcome;
}

/* The worst that any sender can do is what the NAT does. */
static Outcome
worse(Outcome one, Outcome two)
{
    Outcome sum = { .confidence = MIN(one.confidence, two.confidence) };

    if (one.possible == 0 || two.possible == 0)
        return one.possible == 0 ? two : one;
    for (guint a = 0; one.possible >> a != 0; a++)
        for (guint b = 0; two.possible >> b != 0; b++)
            if ((one.possible >> a & 1) && (two.possible >> b & 1))
                sum.possible |= 1u << MAX(a, b);
    return sum;
}

static void
conclude_untested(const NpProbeUnsolicited *self, const NpVerdict *filtering, NpVerdict *verdict)
{
    guint value = 0;

    if (np_verdict_decided(filtering, &value) && value == NP_NAT_ENDPOINT_INDEPENDENT) {
        np_verdict_conclude(verdict, NP_NAT_UNSOLICITED_HARMLESS, filtering->confidence);
        np_verdict_add_evidence(verdict, "no packet is unsolicited where the filter lets all in");
        return;
    }
    np_verdict_leave_open(verdict, np_verdict_anything(NP_NAT_AXIS_UNSOLICITED), 1.0,
                          self->trials[OTHER_PORT][0].early->has_answer
                              ? "needs a second address: the filter lets the others in"
                              : "needs a server that can send from an endpoint which "
                                "the filter blocks");
}

static gboolean
is_single(guint possible)
{
    return (possible & (possible - 1)) == 0;
}

static guint
only_value(guint possible)
{
    return (guint)g_bit_nth_lsf(possible, -1);
}

static guint
or_worse(guint value)
{
    return np_verdict_anything(NP_NAT_AXIS_UNSOLICITED) & ~((1u << value) - 1);
}

/* One NAT or firewall that filters ports filters addresses too, and treats both alike. */
static gboolean
is_one_layer(const NpVerdict *cgn)
{
    guint value = 0;

    return np_verdict_decided(cgn, &value) && value == FALSE;
}

static void
unsolicited_conclude(gpointer data, const NpProbeSession *session, NpTime now, NpProfile *profile)
{
    const NpProbeUnsolicited *self = data;
    NpVerdict *verdict = &profile->verdicts[NP_NAT_AXIS_UNSOLICITED];
    Outcome by_address = { 0 }, outcome = { 0 };
    guint value = 0;

    if (!np_probe_servers_any_answered(&session->servers))
        return;
    by_address = weigh_sender(self, session, now, OTHER_ADDRESS, profile, verdict);
    outcome = worse(by_address, weigh_sender(self, session, now, OTHER_PORT, profile, verdict));
    if (outcome.possible == 0) {
        conclude_untested(self, &profile->verdicts[NP_NAT_AXIS_FILTERING], verdict);
        return;
    }
    if (!is_single(outcome.possible)) {
        np_verdict_leave_open(verdict, outcome.possible, outcome.confidence,
                              "the run ended too early, or sockets that should agree do not");
        return;
    }
    outcome.confidence *= profile->verdicts[NP_NAT_AXIS_FILTERING].confidence;
    value = only_value(outcome.possible);
    if (by_address.possible == 0 && value != NP_NAT_UNSOLICITED_BLOCKED &&
        !is_one_layer(&profile->verdicts[NP_NAT_AXIS_CGN]))
        np_verdict_lean(verdict, value, or_worse(value), outcome.confidence,
                        "another port of the server's could be tried, but no other address, which "
                        "another NAT on the way may treat differently");
    else
        np_verdict_conclude(verdict, value, outcome.confidence);
}

const NpProbeExperimentOps np_probe_unsolicited_ops = {
    .name = "unsolicited",
    .create = unsolicited_create,
    .destroy = g_free,
    .start = unsolicited_start,
    .advance = unsolicited_advance,
    .settled = unsolicited_settled,
    .conclude = unsolicited_conclude,
};
