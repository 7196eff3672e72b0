/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The ladder towards the server is the control of the ladder towards ourselves. Routers limit the
 * rate of ICMP errors (a second each, six in a row on Linux), so the ladders are short.
 */

#include "probe/carrier.h"

#define N_HOPS 3
/* discard (RFC 863): a port that neither a mapping nor a forwarding rule is likely to have. */
#define UNUSED_PORT 9
#define INTERVAL (60 * NP_MSEC)
#define SURE 0.9999
/* A second layer of NAT is nearly always a carrier's, but may be the person's own second router. */
#define SECOND_LAYER_CREDIT 0.9

typedef struct {
    const NpProbeAsk *to_server[N_HOPS]; /* by TTL - 1; NULL before the start */
    const NpProbeAsk *to_self[N_HOPS];
    const NpProbeAsk *source; /* told where to_self went */
} NpProbeCarrier;

static gpointer
carrier_create(void)
{
    return g_new0(NpProbeCarrier, 1);
}

static void
carrier_start(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeCarrier *self = data;
    NpAddress server = np_probe_servers_at(&session->servers, 0)->address;

    if (session->family != NP_FAMILY_IPV4)
        return;
    for (guint i = 0; i < N_HOPS; i++)
        self->to_server[i] = np_probe_session_ask_hop(
            session, now, np_probe_session_open(session, 0), &server, (guint8)(i + 1), INTERVAL);
}

/* Whose answer tells an external endpoint that is not our own; NULL as long as nobody does. */
static const NpProbeAsk *
find_external(const NpProbeSession *session)
{
    for (guint i = 0; i < session->asks->len; i++) {
        const NpProbeAsk *ask = session->asks->pdata[i];

        if (!np_probe_session_believes(session, ask) ||
            np_address_same_host(&ask->answer.mapped, &session->seen_local))
            continue;
        return ask;
    }
    return NULL;
}

static void
carrier_advance(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeCarrier *self = data;
    NpAddress external = { 0 };

    if (self->to_server[0] == NULL || self->source != NULL)
        return;
    self->source = find_external(session);
    if (self->source == NULL)
        return;
    external = np_address_with_port(&self->source->answer.mapped, UNUSED_PORT);
    for (guint i = 0; i < N_HOPS; i++)
        self->to_self[i] = np_probe_session_ask_hop(session, now, np_probe_session_open(session, 0),
                                                    &external, (guint8)(i + 1), INTERVAL);
}

static gboolean
carrier_settled(gconstpointer data, const NpProbeSession *session, NpTime now)
{
    const NpProbeCarrier *self = data;

    for (guint i = 0; i < N_HOPS; i++) {
        if (np_probe_session_waits_for(session, self->to_server[i], now))
            return FALSE;
        if (np_probe_session_waits_for(session, self->to_self[i], now))
            return FALSE;
    }
    return TRUE;
}

static const NpAddress *
find_shared_hop(const NpProbeCarrier *self)
{
    for (guint i = 0; i < N_HOPS; i++) {
        if (self->to_server[i] != NULL && np_address_is_shared(&self->to_server[i]->hop))
            return &self->to_server[i]->hop;
        if (self->to_self[i] != NULL && np_address_is_shared(&self->to_self[i]->hop))
            return &self->to_self[i]->hop;
    }
    return NULL;
}

static void
add_ladder(NpVerdict *verdict, const NpProbeAsk *const *ladder, const char *towards)
{
    for (guint i = 0; i < N_HOPS && ladder[i] != NULL; i++) {
        char hop[NP_ADDRESS_TEXT_SIZE];

        if (np_address_is_set(&ladder[i]->hop))
            np_verdict_add_evidence(verdict, "TTL %u towards %s expires at %s", i + 1, towards,
                                    np_address_format_host(&ladder[i]->hop, hop));
    }
}

static void
conclude_ladders(const NpProbeCarrier *self,
                 const NpProbeSession *session,
                 NpTime now,
                 NpVerdict *verdict)
{
    guint copies = 0;

    if (self->source != NULL && !np_probe_session_believes(session, self->source)) {
        np_verdict_leave_open(verdict, np_verdict_anything(NP_NAT_AXIS_CGN), 1.0,
                              "the server that told the external address contradicts itself");
        return;
    }
    if (self->to_self[0] == NULL || !np_address_is_set(&self->to_server[0]->hop)) {
        np_verdict_leave_open(verdict, np_verdict_anything(NP_NAT_AXIS_CGN), 1.0,
                              "the first router does not say when a TTL expires");
        return;
    }
    if (np_address_is_set(&self->to_self[0]->hop)) {
        np_verdict_lean(
            verdict, TRUE, np_verdict_anything(NP_NAT_AXIS_CGN), SECOND_LAYER_CREDIT,
            "the external address lives beyond the first router; whether a carrier owns "
            "the second one cannot be seen");
        return;
    }
    copies = np_probe_ask_ripe_copies(self->to_self[0], &session->path, now);
    if (!self->to_self[0]->refused && !np_probe_path_is_silence(&session->path, copies)) {
        np_verdict_leave_open(verdict, np_verdict_anything(NP_NAT_AXIS_CGN), 1.0,
                              "the run ended before silence meant anything");
        return;
    }
    np_verdict_conclude(verdict, FALSE,
                        self->to_self[0]->refused
                            ? SURE
                            : np_probe_path_silence_confidence(&session->path, copies));
    np_verdict_add_evidence(verdict, "the first router itself holds the external address");
}

static void
carrier_conclude(gpointer data, const NpProbeSession *session, NpTime now, NpProfile *profile)
{
    const NpProbeCarrier *self = data;
    NpVerdict *verdict = &profile->verdicts[NP_NAT_AXIS_CGN];
    const NpAddress *shared = find_shared_hop(self);
    char text[NP_ADDRESS_TEXT_SIZE];
    guint nat = 0;

    if (self->to_server[0] == NULL ||
        !np_verdict_decided(&profile->verdicts[NP_NAT_AXIS_NAT], &nat))
        return;
    if (np_address_is_shared(&session->seen_local)) {
        np_verdict_conclude(verdict, TRUE, SURE);
        np_verdict_add_evidence(verdict, "this host's own address %s is shared space (RFC 6598)",
                                np_address_format_host(&session->seen_local, text));
    } else if (nat == 0) {
        np_verdict_conclude(verdict, FALSE, SURE);
        np_verdict_add_evidence(verdict, "no NAT at all");
    } else if (shared != NULL) {
        np_verdict_conclude(verdict, TRUE, SURE);
        np_verdict_add_evidence(verdict,
                                "a router on the path has the shared address %s (RFC 6598)",
                                np_address_format_host(shared, text));
    } else {
        conclude_ladders(self, session, now, verdict);
    }
    add_ladder(verdict, self->to_server, "the server");
    add_ladder(verdict, self->to_self, "the external address");
}

const NpProbeExperimentOps np_probe_carrier_ops = {
    .name = "carrier",
    .create = carrier_create,
    .destroy = g_free,
    .start = carrier_start,
    .advance = carrier_advance,
    .settled = carrier_settled,
    .conclude = carrier_conclude,
};
