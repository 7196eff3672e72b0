/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/allocation.h"

#include "nat/law.h"

/* Sequential, random and block are told apart in 99.9 % of cases at 16; a pool of two is missed
 * once in 2^15. */
#define N_SOCKETS 16

typedef struct {
    NpSocketId sockets[N_SOCKETS];
    const NpProbeAsk *asks[N_SOCKETS];
    NpAddress server;
    gboolean restarted;
} NpProbeAllocation;

static gpointer
allocation_create(void)
{
    return g_new0(NpProbeAllocation, 1);
}

static void
burst(NpProbeAllocation *self, NpProbeSession *session, const NpAddress *server, NpTime now)
{
    self->server = *server;
    for (guint i = 0; i < N_SOCKETS; i++) {
        self->sockets[i] = np_probe_session_open(session, 0);
        self->asks[i] = np_probe_session_ask(session, now, self->sockets[i], server,
                                             NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
    }
}

static void
allocation_start(gpointer data, NpProbeSession *session, NpTime now)
{
    NpAddress first = np_probe_servers_at(&session->servers, 0)->address;

    burst(data, session, &first, now);
}

static gboolean
allocation_settled(gconstpointer data, const NpProbeSession *session, NpTime now)
{
    const NpProbeAllocation *self = data;

    for (guint i = 0; i < N_SOCKETS; i++)
        if (np_probe_session_waits_for(session, self->asks[i], now))
            return FALSE;
    return TRUE;
}

/* The first server is dead, or worth nothing, but another lives: ask that one instead, once. */
static void
allocation_advance(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeAllocation *self = data;
    const NpProbeServer *server = NULL;
    NpAddress address = { 0 };

    if (self->restarted || !allocation_settled(self, session, now))
        return;
    for (guint i = 0; i < N_SOCKETS; i++)
        if (np_probe_session_believes(session, self->asks[i]))
            return;
    server = np_probe_servers_replacement(&session->servers, &self->server);
    if (server == NULL)
        return;
    address = server->address;
    self->restarted = TRUE;
    burst(self, session, &address, now);
}

static gboolean
is_first_copy_answered(const NpProbeAsk *ask)
{
    return ask->answered & 1;
}

static guint
collect(const NpProbeAllocation *self,
        const NpProbeSession *session,
        NpNatSample samples[N_SOCKETS])
{
    guint n = 0;

    for (guint i = 0; i < N_SOCKETS; i++) {
        const NpProbeAsk *ask = self->asks[i];
        NpAddress local = { 0 };

        if (!np_probe_session_believes(session, ask) ||
            !np_probe_session_local(session, self->sockets[i], &local))
            continue;
        samples[n++] = (NpNatSample){
            .internal_port = local.port,
            .external = ask->answer.mapped,
            .at = ask->sent[0],
            .order = i,
            .retried = !is_first_copy_answered(ask),
        };
    }
    return n;
}

static void
conclude_pooling(const NpNatSample *samples, guint n, NpVerdict *verdict)
{
    const guint single = 1u << NP_NAT_POOLING_SINGLE;
    const guint paired = 1u << NP_NAT_POOLING_PAIRED;

    for (guint i = 1; i < n; i++) {
        char one[NP_ADDRESS_TEXT_SIZE], two[NP_ADDRESS_TEXT_SIZE];

        if (np_address_same_host(&samples[0].external, &samples[i].external))
            continue;
        np_verdict_conclude(verdict, NP_NAT_POOLING_ARBITRARY, 1.0);
        np_verdict_add_evidence(verdict, "one host, two sockets, two external addresses: %s and %s",
                                np_address_format_host(&samples[0].external, one),
                                np_address_format_host(&samples[i].external, two));
        return;
    }
    if (n < 2)
        return;
    /* Each further socket would have drawn the same of two addresses with probability one half. */
    np_verdict_lean(verdict, NP_NAT_POOLING_SINGLE, single | paired, 1.0 - 1.0 / (1u << (n - 1)),
                    "a pool that keeps each host on one address looks the same from one host");
    np_verdict_add_evidence(verdict, "%u sockets, one external address", n);
}

static void
allocation_conclude(gpointer data, const NpProbeSession *session, NpTime now, NpProfile *profile)
{
    const NpProbeAllocation *self = data;
    NpNatSample samples[N_SOCKETS] = { 0 };
    guint n = collect(self, session, samples);
    guint nat = 0;

    (void)now;
    if (n == 0)
        return;
    np_nat_law_conclude(samples, n, profile, NULL);
    if (np_verdict_decided(&profile->verdicts[NP_NAT_AXIS_NAT], &nat) && nat == 1)
        conclude_pooling(samples, n, &profile->verdicts[NP_NAT_AXIS_POOLING]);
}

const NpProbeExperimentOps np_probe_allocation_ops = {
    .name = "allocation",
    .create = allocation_create,
    .destroy = g_free,
    .start = allocation_start,
    .advance = allocation_advance,
    .settled = allocation_settled,
    .conclude = allocation_conclude,
};
