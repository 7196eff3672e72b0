/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/hairpin.h"

/* The round trip is a short one; four copies within the 200 ms of a burst of loss. */
#define INTERVAL (50 * NP_MSEC)
#define SURE 0.9999

typedef enum {
    LISTENER, /* is sent to, and sends nothing */
    SENDER,   /* sends to the listener's external endpoint */
    LEFT,     /* these two send to each other */
    RIGHT,
    SELF, /* sends to its own external endpoint */
    N_ROLES,
} Role;

typedef struct {
    NpSocketId sockets[N_ROLES];
    const NpProbeAsk *bindings[N_ROLES];
    /* Hairpinned questions, by the role that sends; NULL until the external endpoints are known. */
    const NpProbeAsk *loops[N_ROLES];
    /* A fresh socket asks a server right after: only beside its answer does silence mean that the
     * NAT turns nothing around, and not that it has no room for another mapping. */
    const NpProbeAsk *control;
    gboolean not_applicable; /* no NAT, nothing to turn around */
    gboolean restarted;      /* with another server */
} NpProbeHairpin;

static gpointer
hairpin_create(void)
{
    return g_new0(NpProbeHairpin, 1);
}

static void
bind_all(NpProbeHairpin *self, NpProbeSession *session, NpTime now, const NpAddress *server)
{
    for (guint role = 0; role < N_ROLES; role++) {
        self->sockets[role] = np_probe_session_open(session, 0);
        self->bindings[role] = np_probe_session_ask(session, now, self->sockets[role], server,
                                                    NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
        self->loops[role] = NULL;
    }
    self->control = NULL;
}

static void
hairpin_start(gpointer data, NpProbeSession *session, NpTime now)
{
    NpAddress server = np_probe_servers_at(&session->servers, 0)->address;

    bind_all(data, session, now, &server);
}

/* The first server is dead, or worth nothing, but another lives: ask that one instead, once. */
static void
change_server(NpProbeHairpin *self, NpProbeSession *session, NpTime now)
{
    const NpProbeServer *server = NULL;
    NpAddress address = { 0 };

    if (self->restarted)
        return;
    for (guint role = 0; role < N_ROLES; role++)
        if (np_probe_session_believes(session, self->bindings[role]) ||
            np_probe_session_waits_for(session, self->bindings[role], now))
            return;
    server = np_probe_servers_replacement(&session->servers, &self->bindings[SELF]->to);
    if (server == NULL)
        return;
    address = server->address;
    self->restarted = TRUE;
    bind_all(self, session, now, &address);
}

static void
loop(NpProbeHairpin *self, NpProbeSession *session, NpTime now, Role sender, Role target)
{
    if (self->loops[sender] != NULL ||
        !np_probe_session_believes(session, self->bindings[sender]) ||
        !np_probe_session_believes(session, self->bindings[target]))
        return;
    self->loops[sender] =
        np_probe_session_ask(session, now, self->sockets[sender],
                             &self->bindings[target]->answer.mapped, NP_PROBE_ASK_LOOP, INTERVAL);
}

static void
hairpin_advance(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeHairpin *self = data;
    NpAddress local = { 0 };

    if (self->not_applicable)
        return;
    change_server(self, session, now);
    for (guint role = 0; role < N_ROLES; role++) {
        if (np_probe_session_believes(session, self->bindings[role]) &&
            np_probe_session_local(session, self->sockets[role], &local) &&
            np_address_equal(&local, &self->bindings[role]->answer.mapped)) {
            self->not_applicable = TRUE;
            return;
        }
    }
    loop(self, session, now, SENDER, LISTENER);
    loop(self, session, now, SELF, SELF);
    /* Both of these leave in the same dispatch, so that neither waits for the other. */
    if (np_probe_session_believes(session, self->bindings[LEFT]) &&
        np_probe_session_believes(session, self->bindings[RIGHT])) {
        loop(self, session, now, LEFT, RIGHT);
        loop(self, session, now, RIGHT, LEFT);
    }
    if (self->control == NULL && self->loops[LEFT] != NULL)
        self->control =
            np_probe_session_ask(session, now, np_probe_session_open(session, 0),
                                 &self->bindings[LEFT]->to, NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
}

static gboolean
hairpin_settled(gconstpointer data, const NpProbeSession *session, NpTime now)
{
    const NpProbeHairpin *self = data;

    if (self->not_applicable)
        return TRUE;
    if (np_probe_session_waits_for(session, self->control, now))
        return FALSE;
    for (guint role = 0; role < N_ROLES; role++) {
        if (np_probe_session_waits_for(session, self->bindings[role], now))
            return FALSE;
        if (np_probe_session_waits_for(session, self->loops[role], now))
            return FALSE;
    }
    return TRUE;
}

static void
add_loop_evidence(NpVerdict *verdict, const NpProbeAsk *ask, const char *what)
{
    char to[NP_ADDRESS_TEXT_SIZE], from[NP_ADDRESS_TEXT_SIZE];

    if (ask == NULL)
        return;
    np_address_format(&ask->to, to);
    if (ask->has_answer)
        np_verdict_add_evidence(verdict, "%s, to %s: arrived, from %s", what, to,
                                np_address_format(&ask->answer.from, from));
    else if (ask->refused)
        np_verdict_add_evidence(verdict, "%s, to %s: rejected by ICMP", what, to);
    else
        np_verdict_add_evidence(verdict, "%s, to %s: %u copies, none arrived", what, to,
                                ask->n_copies);
}

/* The receiver's view of the sender tells whether the source was translated too. */
static NpNatHairpin
kind_of(const NpProbeSession *session, const NpProbeAsk *arrived)
{
    if (np_address_is_set(&session->seen_local) &&
        np_address_same_host(&arrived->answer.from, &session->seen_local))
        return NP_NAT_HAIRPIN_SUPPORTED_INTERNAL;
    return NP_NAT_HAIRPIN_SUPPORTED;
}

static void
conclude_silence(const NpProbeHairpin *self,
                 const NpProbeSession *session,
                 NpTime now,
                 NpVerdict *verdict)
{
    guint copies = np_probe_ask_ripe_copies(self->loops[LEFT], &session->path, now) +
                   np_probe_ask_ripe_copies(self->loops[RIGHT], &session->path, now);

    if (!np_probe_path_is_silence(&session->path, copies)) {
        np_verdict_leave_open(verdict, np_verdict_anything(NP_NAT_AXIS_HAIRPIN), 1.0,
                              "the run ended before silence meant anything");
        return;
    }
    if (!self->control->has_answer) {
        np_verdict_leave_open(verdict, np_verdict_anything(NP_NAT_AXIS_HAIRPIN), 1.0,
                              "the NAT did not let a new socket through at the same time");
        return;
    }
    np_verdict_lean(verdict, NP_NAT_HAIRPIN_UNSUPPORTED,
                    1u << NP_NAT_HAIRPIN_UNSUPPORTED | 1u << NP_NAT_HAIRPIN_SUPPORTED_INTERNAL,
                    np_probe_path_silence_confidence(&session->path, copies),
                    "a hairpin that keeps the internal source cannot be seen from one host: the "
                    "packet would bear its own address");
}

static void
hairpin_conclude(gpointer data, const NpProbeSession *session, NpTime now, NpProfile *profile)
{
    const NpProbeHairpin *self = data;
    NpVerdict *verdict = &profile->verdicts[NP_NAT_AXIS_HAIRPIN];
    const NpProbeAsk *one_sided = self->loops[SENDER];
    const NpProbeAsk *mutual = NULL;

    if (self->not_applicable || one_sided == NULL || self->loops[LEFT] == NULL)
        return;
    if (!np_probe_session_believes(session, self->bindings[LISTENER])) {
        np_verdict_leave_open(verdict, np_verdict_anything(NP_NAT_AXIS_HAIRPIN), 1.0,
                              "no server told which address to send to; another one would");
        return;
    }
    mutual = self->loops[LEFT]->has_answer ? self->loops[LEFT] : self->loops[RIGHT];
    add_loop_evidence(verdict, one_sided, "from a second socket");
    add_loop_evidence(verdict, mutual, "both sockets sending");
    add_loop_evidence(verdict, self->loops[SELF], "to itself");
    if (one_sided->has_answer) {
        np_verdict_conclude(verdict, kind_of(session, one_sided), SURE);
        profile->hairpin_needs = NP_NAT_HAIRPIN_NEEDS_NOTHING;
    } else if (mutual->has_answer) {
        np_verdict_conclude(verdict, kind_of(session, mutual), SURE);
        profile->hairpin_needs = NP_NAT_HAIRPIN_NEEDS_BOTH_SEND;
    } else {
        conclude_silence(self, session, now, verdict);
    }
}

const NpProbeExperimentOps np_probe_hairpin_ops = {
    .name = "hairpin",
    .create = hairpin_create,
    .destroy = g_free,
    .start = hairpin_start,
    .advance = hairpin_advance,
    .settled = hairpin_settled,
    .conclude = hairpin_conclude,
};
