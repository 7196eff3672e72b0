/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A filtering test on a socket that has already spoken to the other address passes for the wrong
 * reason; that is why each question has its own. The exception is the witness: a socket that speaks
 * to the alternates on purpose, so that the changed answers pass the filter of an
 * endpoint-independent mapping and show that the server really can send them.
 */

#include "probe/filtering.h"

/*
 * Each test is made twice, against two of the given endpoints where there are two. A socket whose
 * local port an earlier run used finds the filter still open; the sockets then disagree.
 */
#define N_TARGETS 2
/* Credit of a server that names a reachable alternate but was never seen answering from it. */
#define CLAIM_CREDIT 0.98
#define SURE 0.9999

static const guint change_both = NP_PROBE_ASK_CHANGE_IP | NP_PROBE_ASK_CHANGE_PORT;

typedef struct {
    const NpProbeAsk *control;
    const NpProbeAsk *change;
} Test;

typedef struct {
    NpAddress server;
    Test port;    /* CHANGE-REQUEST: port */
    Test address; /* CHANGE-REQUEST: address and port */
    NpSocketId witness;
    const NpProbeAsk *witness_control;
    GPtrArray *witness_asks; /* empty until the alternates are known */
} Target;

typedef struct {
    Target targets[N_TARGETS];
    guint n_targets;
} NpProbeFiltering;

static gpointer
filtering_create(void)
{
    return g_new0(NpProbeFiltering, 1);
}

static void
filtering_destroy(gpointer data)
{
    NpProbeFiltering *self = data;

    for (guint i = 0; i < self->n_targets; i++)
        g_ptr_array_unref(self->targets[i].witness_asks);
    g_free(self);
}

static Test
start_test(NpProbeSession *session, NpTime now, const NpAddress *server, guint change)
{
    NpSocketId socket = np_probe_session_open(session, 0);

    return (Test){
        .control = np_probe_session_ask(session, now, socket, server, NP_PROBE_ASK_PLAIN,
                                        NP_PROBE_INTERVAL),
        .change = np_probe_session_ask(session, now, socket, server, change, NP_PROBE_INTERVAL),
    };
}

static void
filtering_start(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeFiltering *self = data;
    guint n_given = np_probe_servers_count(&session->servers);

    for (; self->n_targets < N_TARGETS; self->n_targets++) {
        Target *target = &self->targets[self->n_targets];

        target->server = np_probe_servers_at(&session->servers, self->n_targets % n_given)->address;
        target->port = start_test(session, now, &target->server, NP_PROBE_ASK_CHANGE_PORT);
        target->address = start_test(session, now, &target->server, change_both);
        target->witness = np_probe_session_open(session, 0);
        target->witness_control = np_probe_session_ask(
            session, now, target->witness, &target->server, NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL);
        target->witness_asks = g_ptr_array_new();
    }
}

/* Other ports of the same address that the witness may speak to without asking a stranger. */
static void
open_towards_known_ports(Target *target, NpProbeSession *session, NpTime now)
{
    for (guint i = 0; i < np_probe_servers_count(&session->servers); i++) {
        NpAddress other = np_probe_servers_at(&session->servers, i)->address;

        if (np_address_same_host(&other, &target->server) && other.port != target->server.port)
            g_ptr_array_add(target->witness_asks,
                            np_probe_session_ask(session, now, target->witness, &other,
                                                 NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL));
    }
}

static void
start_witness(Target *target, NpProbeSession *session, NpTime now)
{
    const NpProbeServer *server = np_probe_servers_find(&session->servers, &target->server);
    NpAddress alternate = { 0 };

    open_towards_known_ports(target, session, now);
    g_ptr_array_add(target->witness_asks,
                    np_probe_session_ask(session, now, target->witness, &target->server,
                                         NP_PROBE_ASK_CHANGE_PORT, NP_PROBE_INTERVAL));
    if (!np_probe_server_alternate(server, change_both, &alternate))
        return;
    g_ptr_array_add(target->witness_asks,
                    np_probe_session_ask(session, now, target->witness, &alternate,
                                         NP_PROBE_ASK_PLAIN, NP_PROBE_INTERVAL));
    g_ptr_array_add(target->witness_asks,
                    np_probe_session_ask(session, now, target->witness, &target->server,
                                         change_both, NP_PROBE_INTERVAL));
}

static const NpProbeAsk *
find_witness_ask(const Target *target, const NpAddress *to, guint change)
{
    for (guint i = 0; i < target->witness_asks->len; i++) {
        const NpProbeAsk *ask = target->witness_asks->pdata[i];

        if (ask->flags == change && np_address_equal(&ask->to, to))
            return ask;
    }
    return NULL;
}

/*
 * The witness has spoken to the alternate, from the very mapping that the server answers to, and
 * was answered: whatever the filter, it lets in what the alternate sends. If nothing comes, the
 * server has sent nothing.
 */
static gboolean
withholds(const Target *target,
          const NpProbeSession *session,
          const NpProbeServer *server,
          guint change,
          NpTime now)
{
    const NpProbeAsk *asked = find_witness_ask(target, &target->server, change);
    const NpProbeAsk *opener = NULL;
    NpAddress alternate = { 0 };

    if (asked == NULL || asked->has_answer || asked->refused ||
        !np_probe_path_is_silence(&session->path,
                                  np_probe_ask_ripe_copies(asked, &session->path, now)) ||
        !np_probe_server_alternate(server, change, &alternate))
        return FALSE;
    opener = find_witness_ask(target, &alternate, NP_PROBE_ASK_PLAIN);
    return opener != NULL && np_probe_session_believes(session, opener) &&
           np_address_equal(&opener->answer.mapped, &target->witness_control->answer.mapped);
}

static void
hear_witness(const Target *target, NpProbeSession *session, NpTime now)
{
    NpProbeServer *server = np_probe_servers_find(&session->servers, &target->server);

    if (!(server->change_shown & change_both) &&
        withholds(target, session, server, NP_PROBE_ASK_CHANGE_PORT, now))
        server->change_withheld |= NP_PROBE_ASK_CHANGE_PORT;
    if (!(server->change_shown & NP_PROBE_ASK_CHANGE_IP) &&
        withholds(target, session, server, change_both, now))
        server->change_withheld |= NP_PROBE_ASK_CHANGE_IP;
}

static void
filtering_advance(gpointer data, NpProbeSession *session, NpTime now)
{
    NpProbeFiltering *self = data;

    for (guint i = 0; i < self->n_targets; i++) {
        if (self->targets[i].witness_asks->len == 0 && self->targets[i].witness_control->has_answer)
            start_witness(&self->targets[i], session, now);
        hear_witness(&self->targets[i], session, now);
    }
}

static gboolean
filtering_settled(gconstpointer data, const NpProbeSession *session, NpTime now)
{
    const NpProbeFiltering *self = data;

    for (guint i = 0; i < self->n_targets; i++) {
        const Target *target = &self->targets[i];

        if (np_probe_session_waits_for(session, target->port.control, now) ||
            np_probe_session_waits_for(session, target->port.change, now) ||
            np_probe_session_waits_for(session, target->address.control, now) ||
            np_probe_session_waits_for(session, target->address.change, now))
            return FALSE;
        for (guint j = 0; j < target->witness_asks->len; j++)
            if (np_probe_session_waits_for(session, target->witness_asks->pdata[j], now))
                return FALSE;
    }
    return TRUE;
}

/* How far a server can be relied on to have answered from elsewhere when nothing arrived. */
static double
credit(const NpProbeSession *session, const NpAddress *address, guint change)
{
    const NpProbeServer *server = np_probe_servers_find(&session->servers, address);
    NpAddress alternate = { 0 };

    if (server == NULL || server->change_ignored ||
        ((server->change_refused | server->change_withheld) & change))
        return 0;
    /* A change of address shown is proof of the whole machinery; a change of port is not. */
    if (server->change_shown &
        (change & NP_PROBE_ASK_CHANGE_IP ? NP_PROBE_ASK_CHANGE_IP : change_both))
        return 1;
    if (!np_probe_server_alternate(server, change, &alternate) ||
        !np_probe_servers_endpoint_answered(&session->servers, &alternate))
        return 0;
    return CLAIM_CREDIT;
}

typedef struct {
    guint from_other_address; /* sockets that such answers reached */
    guint from_other_port;
    double no_address; /* confidence that answers from another address are filtered */
    double no_port;    /* the same for another port */
} Findings;

static void
weigh_silence(const NpProbeSession *session,
              NpTime now,
              const NpAddress *server,
              const Test *test,
              guint change,
              double *confidence)
{
    guint copies = np_probe_ask_ripe_copies(test->change, &session->path, now);

    if (test->change->has_answer || !test->control->has_answer || test->change->refused ||
        !np_probe_path_is_silence(&session->path, copies))
        return;
    *confidence = MAX(*confidence, credit(session, server, change) *
                                       np_probe_path_silence_confidence(&session->path, copies));
}

static void
weigh_arrival(const NpAddress *server, const Test *test, Findings *findings)
{
    const NpAddress *from = &test->change->answer.from;

    if (!test->change->has_answer || np_address_equal(from, server))
        return;
    if (np_address_same_host(from, server))
        findings->from_other_port++;
    else
        findings->from_other_address++;
}

static void
add_test_evidence(NpVerdict *verdict, const Test *test, const char *asked)
{
    char server[NP_ADDRESS_TEXT_SIZE], from[NP_ADDRESS_TEXT_SIZE];

    np_address_format(&test->change->to, server);
    if (!test->control->has_answer)
        np_verdict_add_evidence(
            verdict, "%s, asked to answer from %s: void, the control got no answer", server, asked);
    else if (!test->change->has_answer)
        np_verdict_add_evidence(verdict,
                                "%s, asked %u times to answer from %s: silence beside an answered "
                                "control",
                                server, test->change->n_copies, asked);
    else if (test->change->answer.error != 0)
        np_verdict_add_evidence(verdict, "%s, asked to answer from %s: refused with error %u",
                                server, asked, test->change->answer.error);
    else
        np_verdict_add_evidence(verdict, "%s, asked to answer from %s: answered from %s", server,
                                asked, np_address_format(&test->change->answer.from, from));
}

/* Why silence could not be weighed: nearly always, it is the server's fault. */
static const char *
excuse(const NpProbeFiltering *self, const NpProbeSession *session, NpTime now)
{
    for (guint i = 0; i < self->n_targets; i++)
        if (np_probe_session_waits_for(session, self->targets[i].port.change, now) ||
            np_probe_session_waits_for(session, self->targets[i].address.change, now))
            return "the run ended before silence meant anything";
    if (!np_probe_path_is_silence(&session->path, np_probe_path_copies(&session->path)))
        return "so many packets are lost that silence means nothing";
    for (guint i = 0; i < self->n_targets; i++) {
        const NpProbeServer *server =
            np_probe_servers_find(&session->servers, &self->targets[i].server);

        if (!server->answered)
            continue;
        if (server->change_ignored)
            return "the server ignores CHANGE-REQUEST; a server with RFC 5780 would tell";
        if (server->change_withheld)
            return "the server leaves CHANGE-REQUEST unanswered; one with RFC 5780 would tell";
        if (server->change_refused)
            return "the server cannot answer from another address; one with two addresses (RFC "
                   "5780) would tell";
        if (!np_address_is_set(&server->other))
            return "the server names no other address to answer from; a second one would tell";
        if (np_address_same_host(&server->other, &server->address))
            return "the server names its own address as the other one; a server with two "
                   "addresses would tell";
        return "the server's other address has not been seen to answer; a server with two "
               "addresses would tell";
    }
    return "no server answered";
}

static void
conclude_dependence(const Findings *seen, const char *why, NpVerdict *verdict)
{
    const guint ei = 1u << NP_NAT_ENDPOINT_INDEPENDENT;
    const guint ad = 1u << NP_NAT_ADDRESS_DEPENDENT;
    const guint apd = 1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT;

    /* Where sockets disagree, the one that heard nothing is right: see N_TARGETS. */
    if (seen->from_other_address > 0 && seen->no_address == 0)
        np_verdict_conclude(verdict, NP_NAT_ENDPOINT_INDEPENDENT, SURE);
    else if (seen->from_other_port > 0 && seen->no_port == 0 && seen->no_address > 0)
        np_verdict_conclude(verdict, NP_NAT_ADDRESS_DEPENDENT, seen->no_address);
    else if (seen->from_other_port > 0 && seen->no_port == 0)
        np_verdict_leave_open(verdict, ei | ad, SURE, why);
    else if (seen->no_port > 0)
        np_verdict_conclude(verdict, NP_NAT_ADDRESS_AND_PORT_DEPENDENT, seen->no_port);
    else if (seen->no_address > 0)
        np_verdict_leave_open(verdict, ad | apd, seen->no_address, why);
    else
        np_verdict_leave_open(verdict, ei | ad | apd, 1.0, why);
}

static void
filtering_conclude(gpointer data, const NpProbeSession *session, NpTime now, NpProfile *profile)
{
    const NpProbeFiltering *self = data;
    NpVerdict *verdict = &profile->verdicts[NP_NAT_AXIS_FILTERING];
    Findings seen = { 0 };

    if (!np_probe_servers_any_answered(&session->servers))
        return;
    for (guint i = 0; i < self->n_targets; i++) {
        const Target *target = &self->targets[i];

        weigh_arrival(&target->server, &target->port, &seen);
        weigh_arrival(&target->server, &target->address, &seen);
        weigh_silence(session, now, &target->server, &target->port, NP_PROBE_ASK_CHANGE_PORT,
                      &seen.no_port);
        weigh_silence(session, now, &target->server, &target->address, change_both,
                      &seen.no_address);
        add_test_evidence(verdict, &target->port, "another port");
        add_test_evidence(verdict, &target->address, "another address and port");
    }
    if ((seen.from_other_address > 0 && seen.no_address > 0) ||
        (seen.from_other_port > 0 && seen.no_port > 0))
        np_verdict_add_evidence(verdict,
                                "two sockets disagree: one met what an earlier flow from its "
                                "port had opened, and does not count");
    conclude_dependence(&seen, excuse(self, session, now), verdict);
}

const NpProbeExperimentOps np_probe_filtering_ops = {
    .name = "filtering",
    .create = filtering_create,
    .destroy = filtering_destroy,
    .start = filtering_start,
    .advance = filtering_advance,
    .settled = filtering_settled,
    .conclude = filtering_conclude,
};
