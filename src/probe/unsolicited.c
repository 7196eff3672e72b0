/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/unsolicited.h"

/* Early packets come close together: all must have passed before the socket speaks. */
#define EARLY_INTERVAL (25 * NP_MSEC)
/* The reply may never come; still four copies in 120 ms and within two round trips and a bit. */
#define REPLY_INTERVAL (40 * NP_MSEC)
/* Two sockets a sender: one could meet the port of another mapping by chance. */
#define N_EACH 2
#define SURE 0.9999

typedef struct {
    NpSocketId socket;
    guint change; /* where the early packet comes from */
    const NpProbeAsk *binding;
    NpProbeAsk *early;
    const NpProbeAsk *late; /* towards the early sender; NULL until that has surely spoken */
    gboolean passed;        /* the filter let the early packet in */
    gboolean dropped;       /* there is no such sender */
} Trial;

typedef struct {
    NpAddress server;
    Trial trials[2 * N_EACH];
} NpProbeUnsolicited;

static gpointer
unsolicited_create(void)
{
    return g_new0(NpProbeUnsolicited, 1);
}

static void
unsolicited_start(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeUnsolicited *self = data;

    self->server = np_probe_servers_at(&session->servers, 0)->address;
    for (guint i = 0; i < G_N_ELEMENTS(self->trials); i++) {
        Trial *trial = &self->trials[i];

        trial->change = NP_PROBE_ASK_CHANGE_PORT | (i < N_EACH ? NP_PROBE_ASK_CHANGE_IP : 0);
        trial->socket = np_probe_session_open(session, 0);
        trial->binding = np_probe_session_ask(session, now, trial->socket, &self->server,
                                              NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
        trial->early = np_probe_session_ask(session, now, trial->socket, &self->server,
                                            trial->change, EARLY_INTERVAL);
    }
}

/* Where the early packet came from, or, as it was filtered, must have come from. */
static gboolean
early_sender(const NpProbeUnsolicited *self,
             const NpProbeSession *session,
             const Trial *trial,
             NpAddress *sender)
{
    const NpProbeServer *server = np_probe_servers_find(&session->servers, &self->server);

    if (server == NULL || server->change_ignored ||
        ((server->change_refused | server->change_withheld) & trial->change))
        return FALSE;
    if (trial->early->has_answer) {
        *sender = trial->early->answer.from;
        return np_probe_servers_find(&session->servers, sender) != NULL;
    }
    if (np_probe_server_alternate(server, trial->change, sender))
        return TRUE;
    /* One address: the other port is the one a person named, if exactly one was named. */
    if (trial->change & NP_PROBE_ASK_CHANGE_IP)
        return FALSE;
    for (guint i = 0; i < np_probe_servers_count(&session->servers); i++) {
        const NpProbeServer *other = np_probe_servers_at(&session->servers, i);

        if (other->given && other->address.port != self->server.port &&
            np_address_same_host(&other->address, &self->server)) {
            *sender = other->address;
            return TRUE;
        }
    }
    return FALSE;
}

static void
advance_trial(NpProbeUnsolicited *self, NpProbeSession *session, Trial *trial, NpTime now)
{
    NpAddress sender = { 0 };

    if (trial->late != NULL || trial->dropped || !trial->binding->has_answer ||
        np_probe_session_state(session, trial->early, now) == NP_PROBE_ASK_PENDING)
        return;
    if (!early_sender(self, session, trial, &sender)) {
        trial->dropped = TRUE;
        return;
    }
    /* From here on the filter is open to the sender, and what it still sends proves nothing. */
    trial->passed = trial->early->has_answer;
    np_probe_ask_abandon(trial->early);
    trial->late = np_probe_session_ask(session, now, trial->socket, &sender, NP_PROBE_ASK_UNOWED,
                                       REPLY_INTERVAL);
}

static void
unsolicited_advance(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeUnsolicited *self = data;

    for (guint i = 0; i < G_N_ELEMENTS(self->trials); i++)
        advance_trial(self, session, &self->trials[i], now);
}

static gboolean
unsolicited_settled(gconstpointer data, const NpProbeSession *session, NpTime now)
{
    const NpProbeUnsolicited *self = data;

    for (guint i = 0; i < G_N_ELEMENTS(self->trials); i++) {
        const Trial *trial = &self->trials[i];

        if (trial->dropped)
            continue;
        if (np_probe_session_state(session, trial->binding, now) == NP_PROBE_ASK_PENDING ||
            np_probe_session_state(session, trial->early, now) == NP_PROBE_ASK_PENDING)
            return FALSE;
        if (trial->late != NULL &&
            np_probe_session_state(session, trial->late, now) == NP_PROBE_ASK_PENDING)
            return FALSE;
    }
    return TRUE;
}

/* Whether the filter was seen to stop packets from where this trial's early packet came from. */
static gboolean
is_valid(const Trial *trial, const NpProbeSession *session, const NpVerdict *filtering)
{
    guint value = 0;

    if (trial->late == NULL || trial->passed || !np_probe_session_believes(session, trial->binding))
        return FALSE;
    if (!np_verdict_decided(filtering, &value))
        return FALSE;
    switch ((NpNatDependence)value) {
    case NP_NAT_ENDPOINT_INDEPENDENT:
        return FALSE;
    case NP_NAT_ADDRESS_DEPENDENT:
        return (trial->change & NP_PROBE_ASK_CHANGE_IP) != 0;
    case NP_NAT_ADDRESS_AND_PORT_DEPENDENT:
        return TRUE;
    }
    return FALSE;
}

typedef enum {
    SHARED,   /* this NAT gives the early sender's endpoint the mapping that the server has */
    SEPARATE, /* it gives every endpoint, or every address, its own */
    UNCLEAR,
} Sharing;

static Sharing
expected_sharing(const Trial *trial, const NpVerdict *mapping)
{
    const guint ei = 1u << NP_NAT_ENDPOINT_INDEPENDENT;
    const guint ad = 1u << NP_NAT_ADDRESS_DEPENDENT;
    guint sharing = trial->change & NP_PROBE_ASK_CHANGE_IP ? ei : ei | ad;

    if ((mapping->possible & ~sharing) == 0)
        return SHARED;
    return (mapping->possible & sharing) == 0 ? SEPARATE : UNCLEAR;
}

typedef struct {
    guint n_harmless, n_remapped, n_blocked, n_passed;
    double blocked_confidence;
    double harmless_doubt; /* that none of the early packets got to the NAT */
} Outcome;

static void
weigh(const Trial *trial,
      const NpProbeSession *session,
      NpTime now,
      const NpProfile *profile,
      Outcome *sum,
      NpVerdict *verdict)
{
    const NpAddress *before = &trial->binding->answer.mapped;
    char sender[NP_ADDRESS_TEXT_SIZE], seen[NP_ADDRESS_TEXT_SIZE], was[NP_ADDRESS_TEXT_SIZE];
    guint copies = 0;

    np_address_format(&trial->late->to, sender);
    np_address_format(before, was);
    if (trial->late->has_answer) {
        gboolean kept = np_address_equal(before, &trial->late->answer.mapped);
        Sharing sharing = expected_sharing(trial, &profile->verdicts[NP_NAT_AXIS_MAPPING]);

        sum->n_remapped += !kept && sharing == SHARED;
        sum->n_harmless += kept || sharing == SEPARATE;
        sum->harmless_doubt *=
            1.0 - np_probe_path_silence_confidence(
                      &session->path, np_probe_ask_ripe_copies(trial->early, &session->path, now));
        np_verdict_add_evidence(verdict, "%s sent first; the socket was %s and is seen there as %s",
                                sender, was, np_address_format(&trial->late->answer.mapped, seen));
        return;
    }
    copies = np_probe_ask_ripe_copies(trial->late, &session->path, now);
    if (copies < np_probe_path_copies(&session->path) ||
        !np_probe_servers_find(&session->servers, &trial->late->to)->answered)
        return;
    sum->n_blocked++;
    sum->blocked_confidence =
        MAX(sum->blocked_confidence, np_probe_path_silence_confidence(&session->path, copies));
    np_verdict_add_evidence(verdict, "%s sent first; %u requests of %s to it got no answer", sender,
                            copies, was);
}

static void
conclude_nothing(const NpVerdict *filtering, const Outcome *sum, NpVerdict *verdict)
{
    guint value = 0;

    if (np_verdict_decided(filtering, &value) && value == NP_NAT_ENDPOINT_INDEPENDENT) {
        np_verdict_conclude(verdict, NP_NAT_UNSOLICITED_HARMLESS, filtering->confidence);
        np_verdict_add_evidence(verdict, "no packet is unsolicited where the filter lets all in");
        return;
    }
    np_verdict_leave_open(verdict, np_verdict_anything(NP_NAT_AXIS_UNSOLICITED), 1.0,
                          sum->n_passed > 0
                              ? "needs a second address: the filter lets the others in"
                              : "needs a server that can send from an endpoint which "
                                "the filter blocks");
}

static void
unsolicited_conclude(gpointer data, const NpProbeSession *session, NpTime now, NpProfile *profile)
{
    const NpProbeUnsolicited *self = data;
    const NpVerdict *filtering = &profile->verdicts[NP_NAT_AXIS_FILTERING];
    NpVerdict *verdict = &profile->verdicts[NP_NAT_AXIS_UNSOLICITED];
    Outcome sum = { .harmless_doubt = 1.0 };

    if (!np_probe_servers_any_answered(&session->servers))
        return;
    for (guint i = 0; i < G_N_ELEMENTS(self->trials); i++) {
        if (is_valid(&self->trials[i], session, filtering))
            weigh(&self->trials[i], session, now, profile, &sum, verdict);
        sum.n_passed += self->trials[i].passed;
    }
    if (sum.n_remapped > sum.n_harmless)
        np_verdict_conclude(verdict, NP_NAT_UNSOLICITED_REMAPPED, SURE);
    else if (sum.n_blocked > 0)
        np_verdict_conclude(verdict, NP_NAT_UNSOLICITED_BLOCKED, sum.blocked_confidence);
    else if (sum.n_harmless > sum.n_remapped)
        np_verdict_conclude(verdict, NP_NAT_UNSOLICITED_HARMLESS,
                            filtering->confidence * (1.0 - sum.harmless_doubt));
    else
        conclude_nothing(filtering, &sum, verdict);
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
