/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What decides is which destinations share a mapping. Two ports of one address that see different
 * mappings prove address-and-port dependence; two addresses that do, prove dependence of one kind
 * or the other; only all alike, over at least two addresses, is endpoint independence. A random NAT
 * gives two destinations the same port once in 64,512 times, hence the second socket.
 */

#include "probe/mapping.h"

#include "probe/session.h"

#define N_SOCKETS 2
/* Chance that a NAT that draws ports at random from 1024-65535 repeats one. */
#define COINCIDENCE (1.0 / 64512)
/* What is left for a NAT that behaves differently for these sockets than for others (RFC 4787, 11).
 */
#define RESIDUAL_DOUBT 1e-4

typedef struct {
    NpSocketId sockets[N_SOCKETS];
    guint n_asked; /* servers asked so far, from every socket */
    GPtrArray *asks[N_SOCKETS];
} NpProbeMapping;

static gpointer
mapping_create(void)
{
    NpProbeMapping *self = g_new0(NpProbeMapping, 1);

    for (guint i = 0; i < N_SOCKETS; i++)
        self->asks[i] = g_ptr_array_new();
    return self;
}

static void
mapping_destroy(gpointer data)
{
    NpProbeMapping *self = data;

    for (guint i = 0; i < N_SOCKETS; i++)
        g_ptr_array_unref(self->asks[i]);
    g_free(self);
}

static void
mapping_advance(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeMapping *self = data;

    for (; self->n_asked < np_probe_servers_count(&session->servers); self->n_asked++) {
        NpAddress to = np_probe_servers_at(&session->servers, self->n_asked)->address;

        for (guint i = 0; i < N_SOCKETS; i++)
            g_ptr_array_add(self->asks[i],
                            np_probe_session_ask(session, now, self->sockets[i], &to,
                                                 NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL));
    }
}

static void
mapping_start(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeMapping *self = data;

    for (guint i = 0; i < N_SOCKETS; i++)
        self->sockets[i] = np_probe_session_open(session, i == 0 ? session->first_port : 0);
    mapping_advance(self, session, now);
}

static gboolean
mapping_settled(gconstpointer data, const NpProbeSession *session, NpTime now)
{
    const NpProbeMapping *self = data;

    for (guint i = 0; i < N_SOCKETS; i++)
        for (guint j = 0; j < self->asks[i]->len; j++)
            if (np_probe_session_waits_for(session, self->asks[i]->pdata[j], now))
                return FALSE;
    return TRUE;
}

/* What one socket saw of two ports of one address, or of two addresses. */
typedef struct {
    guint n_alike, n_different;
} Pairs;

typedef struct {
    Pairs ports;
    Pairs hosts;
    guint n_answers;
} Comparison;

static void
compare(Comparison *sum, const NpProbeSession *session, const GPtrArray *asks)
{
    for (guint i = 0; i < asks->len; i++) {
        const NpProbeAsk *a = asks->pdata[i];

        if (!np_probe_session_believes(session, a))
            continue;
        sum->n_answers++;
        for (guint j = 0; j < i; j++) {
            const NpProbeAsk *b = asks->pdata[j];
            Pairs *pairs = np_address_same_host(&a->to, &b->to) ? &sum->ports : &sum->hosts;
            gboolean alike = FALSE;

            if (!np_probe_session_believes(session, b))
                continue;
            alike = np_address_equal(&a->answer.mapped, &b->answer.mapped);
            pairs->n_alike += alike;
            pairs->n_different += !alike;
        }
    }
}

/*
 * A socket that sees no difference at all is not met by chance behind a NAT that makes one. So
 * where two sockets disagree, the other's mapping was moved by a clash or by a packet that came
 * early.
 */
static Pairs
join(const Pairs *one, const Pairs *two)
{
    Pairs sum = { one->n_alike + two->n_alike, one->n_different + two->n_different };

    if ((one->n_alike > 0 && one->n_different == 0) || (two->n_alike > 0 && two->n_different == 0))
        sum.n_different = 0;
    return sum;
}

static void
conclude_dependence(const Comparison seen[N_SOCKETS], NpVerdict *verdict)
{
    const guint ei = 1u << NP_NAT_ENDPOINT_INDEPENDENT;
    const guint ad = 1u << NP_NAT_ADDRESS_DEPENDENT;
    const guint apd = 1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT;
    const double sure = 1.0 - RESIDUAL_DOUBT;
    Pairs ports = join(&seen[0].ports, &seen[1].ports);
    Pairs hosts = join(&seen[0].hosts, &seen[1].hosts);

    if (ports.n_different > 0)
        np_verdict_conclude(verdict, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, sure);
    else if (hosts.n_different > 0 && ports.n_alike > 0)
        np_verdict_conclude(verdict, NP_NAT_ADDRESS_DEPENDENT, sure - COINCIDENCE);
    else if (hosts.n_different > 0)
        np_verdict_leave_open(
            verdict, ad | apd, sure,
            "no two ports of one server address answered; a second port would tell");
    else if (hosts.n_alike > 0)
        np_verdict_conclude(verdict, NP_NAT_ENDPOINT_INDEPENDENT, sure - COINCIDENCE);
    else if (ports.n_alike > 0)
        np_verdict_leave_open(verdict, ei | ad, sure - COINCIDENCE,
                              "all answers came from one server address; a second one would tell");
    else
        np_verdict_leave_open(verdict, ei | ad | apd, 1.0,
                              "one server endpoint answered; a second port or address would tell");
}

static void
add_evidence(const NpProbeMapping *self, const NpProbeSession *session, NpVerdict *verdict)
{
    for (guint i = 0; i < N_SOCKETS; i++) {
        NpAddress local = { 0 };
        char from[NP_ADDRESS_TEXT_SIZE], to[NP_ADDRESS_TEXT_SIZE], mapped[NP_ADDRESS_TEXT_SIZE];

        np_probe_session_local(session, self->sockets[i], &local);
        for (guint j = 0; j < self->asks[i]->len; j++) {
            const NpProbeAsk *ask = self->asks[i]->pdata[j];

            if (ask->has_answer && ask->answer.error == 0)
                np_verdict_add_evidence(verdict, "%s towards %s is seen as %s",
                                        np_address_format(&local, from),
                                        np_address_format(&ask->to, to),
                                        np_address_format(&ask->answer.mapped, mapped));
            else
                np_verdict_add_evidence(verdict, "%s towards %s: no answer to %u requests",
                                        np_address_format(&local, from),
                                        np_address_format(&ask->to, to), ask->n_copies);
        }
    }
}

static void
conclude_nat(const NpProbeMapping *self, const NpProbeSession *session, NpVerdict *verdict)
{
    for (guint i = 0; i < N_SOCKETS; i++) {
        NpAddress local = { 0 };

        if (!np_probe_session_local(session, self->sockets[i], &local))
            continue;
        for (guint j = 0; j < self->asks[i]->len; j++) {
            const NpProbeAsk *ask = self->asks[i]->pdata[j];
            char here[NP_ADDRESS_TEXT_SIZE], seen[NP_ADDRESS_TEXT_SIZE];

            if (!np_probe_session_believes(session, ask))
                continue;
            np_verdict_conclude(verdict, !np_address_equal(&ask->answer.mapped, &local), 1.0);
            np_verdict_add_evidence(verdict, "%s is seen as %s", np_address_format(&local, here),
                                    np_address_format(&ask->answer.mapped, seen));
            return;
        }
    }
}

/* Somebody answered, but nothing that could be true. */
static void
conclude_nothing(const NpProbeSession *session, NpProfile *profile)
{
    static const NpNatAxis axes[] = { NP_NAT_AXIS_NAT, NP_NAT_AXIS_MAPPING,
                                      NP_NAT_AXIS_ALLOCATION };

    if (!np_probe_servers_any_answered(&session->servers))
        return;
    for (guint i = 0; i < G_N_ELEMENTS(axes); i++)
        np_verdict_leave_open(&profile->verdicts[axes[i]], np_verdict_anything(axes[i]), 1.0,
                              "the server contradicts itself about this machine's external "
                              "address; another server would tell");
}

static void
mapping_conclude(gpointer data, const NpProbeSession *session, NpTime now, NpProfile *profile)
{
    NpProbeMapping *self = data;
    Comparison seen[N_SOCKETS] = { 0 };
    NpVerdict *verdict = &profile->verdicts[NP_NAT_AXIS_MAPPING];

    (void)now;
    for (guint i = 0; i < N_SOCKETS; i++)
        compare(&seen[i], session, self->asks[i]);
    if (seen[0].n_answers + seen[1].n_answers == 0) {
        conclude_nothing(session, profile);
    } else {
        conclude_nat(self, session, &profile->verdicts[NP_NAT_AXIS_NAT]);
        conclude_dependence(seen, verdict);
    }
    add_evidence(self, session, verdict);
}

const NpProbeExperimentOps np_probe_mapping_ops = {
    .name = "mapping",
    .create = mapping_create,
    .destroy = mapping_destroy,
    .start = mapping_start,
    .advance = mapping_advance,
    .settled = mapping_settled,
    .conclude = mapping_conclude,
};
