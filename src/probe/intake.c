/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/intake.h"

#include <string.h>

#include "stun/message.h"

/* RFC 792 and RFC 4443: the errors that mean something to a question. */
#define ICMP_UNREACHABLE 3
#define ICMP_PORT_UNREACHABLE 3
#define ICMP_TIME_EXCEEDED 11
#define ICMP6_UNREACHABLE 1
#define ICMP6_PORT_UNREACHABLE 4
#define ICMP6_TIME_EXCEEDED 3

static NpProbeAsk *
find_ask(const NpProbeSession *self, const guint8 id[NP_PROBE_ASK_ID_SIZE], guint *copy)
{
    for (guint i = 0; i < self->asks->len; i++) {
        gint found = np_probe_ask_find_copy(self->asks->pdata[i], id);

        if (found >= 0) {
            *copy = (guint)found;
            return self->asks->pdata[i];
        }
    }
    return NULL;
}

static gboolean
read_mapped(const NpStunMessage *message, NpAddress *mapped)
{
    return np_stun_message_address(message, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, mapped) ||
           np_stun_message_address(message, NP_STUN_ATTR_DRAFT_XOR_MAPPED_ADDRESS, mapped) ||
           np_stun_message_address(message, NP_STUN_ATTR_MAPPED_ADDRESS, mapped);
}

/* The endpoint has shown that it wants our questions: they may now come at the usual rate. */
static void
prove_host(NpProbeSession *self, const NpAddress *host)
{
    for (guint i = 0; i < self->asks->len; i++) {
        NpProbeAsk *ask = self->asks->pdata[i];

        if (np_address_same_host(&ask->to, host))
            ask->unproven = FALSE;
    }
}

/* RFC 5780, section 6: two addresses times two ports, of which the server names the far corner. */
static void
learn_grid(NpProbeSession *self, const NpProbeServer *server)
{
    NpAddress here = server->address;
    NpAddress other = server->other;
    NpAddress corners[3];

    if (!np_address_is_set(&other))
        return;
    corners[0] = np_address_with_port(&here, other.port);
    corners[1] = other;
    corners[2] = np_address_with_port(&other, here.port);
    for (guint i = 0; i < G_N_ELEMENTS(corners); i++)
        np_probe_servers_add(&self->servers, &corners[i], FALSE);
}

static void
learn_from_plain(NpProbeSession *self,
                 NpProbeServer *server,
                 const NpStunMessage *message,
                 NpTime rtt)
{
    g_autofree char *software = np_stun_message_text(message, NP_STUN_ATTR_SOFTWARE);
    NpAddress named = { 0 };

    server->rtt = MIN(server->rtt, rtt);
    if (server->answered)
        return;
    server->answered = TRUE;
    prove_host(self, &server->address);
    if (software != NULL)
        g_strlcpy(server->software, software, sizeof server->software);
    if (np_stun_message_address(message, NP_STUN_ATTR_OTHER_ADDRESS, &named) ||
        np_stun_message_address(message, NP_STUN_ATTR_CHANGED_ADDRESS, &named))
        np_probe_server_name_other(server, &named);
    /* One step from what the person named: a learnt endpoint's alternates add no knowledge. */
    if (server->given)
        learn_grid(self, server);
}

/*
 * Behind any NAT a socket has one mapping towards an endpoint, and no other socket has the same:
 * answers could not find their way back. A server that says otherwise is wrong about mappings.
 */
static gboolean
contradicts(const NpProbeAsk *one, const NpProbeAsk *two, const NpAddress *mapped)
{
    return two->has_answer && np_address_equal(&one->to, &two->to) &&
           np_address_is_set(&two->answer.mapped) &&
           (one->socket == two->socket) != np_address_equal(mapped, &two->answer.mapped);
}

static void
look_for_contradictions(NpProbeSession *self,
                        NpProbeServer *server,
                        const NpProbeAsk *ask,
                        const NpAddress *mapped)
{
    for (guint i = 0; i < self->asks->len; i++) {
        if (contradicts(ask, self->asks->pdata[i], mapped)) {
            server->contradictions++;
            return;
        }
    }
}

static void
take_answer(NpProbeSession *self, NpTime now, const NpStunMessage *message, const NpDatagram *in)
{
    const guint change_flags = NP_PROBE_ASK_CHANGE_IP | NP_PROBE_ASK_CHANGE_PORT;
    NpProbeAnswer answer = { .from = in->from, .to = in->to };
    NpProbeServer *server = NULL;
    guint copy = 0;
    NpProbeAsk *ask = find_ask(self, message->id, &copy);
    NpTime rtt = 0;

    if (ask == NULL || ask->socket != in->socket) {
        self->counters.stray++;
        server = np_probe_servers_find(&self->servers, &in->from);
        if (server != NULL)
            server->strays = TRUE;
        return;
    }
    /* A copy is timed, and believed, once: who answers twice says nothing new. */
    if (ask->answered & 1u << copy)
        return;
    server = np_probe_servers_find(&self->servers, &ask->to);
    /* What another endpoint says is no answer of this one, unless it was asked for that. */
    if (server != NULL && !(ask->flags & change_flags) &&
        !np_address_equal(&in->from, &server->address)) {
        server->wrong_source = in->from;
        return;
    }
    if (message->class == NP_STUN_ERROR) {
        if (!np_stun_message_error(message, &answer.error))
            answer.error = NP_STUN_SERVER_ERROR;
    } else if (!read_mapped(message, &answer.mapped) || answer.mapped.family != self->family ||
               !np_address_is_destination(&answer.mapped)) {
        self->counters.garbage++;
        if (server != NULL)
            server->garbage = TRUE;
        return;
    }
    rtt = MIN(in->arrived, now) - ask->sent[copy];
    if (!(ask->flags & NP_PROBE_ASK_UNOWED))
        np_probe_path_add_rtt(&self->path, MAX(rtt, 0));
    ask->answered |= 1u << copy;
    if (server != NULL && (ask->flags & change_flags))
        np_probe_server_show_change(server, ask->flags & change_flags, &in->from, answer.error);
    else if (server != NULL && answer.error == 0)
        learn_from_plain(self, server, message, rtt);
    else if (server != NULL)
        server->error = answer.error;
    if (server != NULL && answer.error == 0)
        look_for_contradictions(self, server, ask, &answer.mapped);
    if (np_address_is_set(&in->to) && !np_address_is_any(&in->to))
        self->seen_local = np_address_with_port(&in->to, 0);
    if (!ask->has_answer) {
        ask->has_answer = TRUE;
        ask->answer = answer;
    }
}

/* One of our own requests has come back: over a hairpin, or from something that only echoes. */
static void
take_request(NpProbeSession *self, const NpStunMessage *message, const NpDatagram *in)
{
    guint copy = 0;
    NpProbeAsk *ask = find_ask(self, message->id, &copy);
    NpProbeServer *server = NULL;

    if (ask == NULL) {
        self->counters.stray++;
        return;
    }
    if (ask->flags & NP_PROBE_ASK_LOOP) {
        ask->answered |= 1u << copy;
        if (!ask->has_answer) {
            ask->has_answer = TRUE;
            ask->answer = (NpProbeAnswer){ .from = in->from, .to = in->to };
        }
        return;
    }
    server = np_probe_servers_find(&self->servers, &in->from);
    if (server != NULL)
        server->echoes = TRUE;
}

void
np_probe_intake_receive(NpProbeSession *self, NpTime now, const NpDatagram *in)
{
    NpStunMessage message;

    self->counters.received++;
    if (np_stun_message_parse(&message, in->data, in->size) != NP_STUN_OK) {
        NpProbeServer *server = np_probe_servers_find(&self->servers, &in->from);

        self->counters.garbage++;
        if (server != NULL)
            server->garbage = TRUE;
        return;
    }
    switch (message.class) {
    case NP_STUN_REQUEST:
        take_request(self, &message, in);
        break;
    case NP_STUN_INDICATION:
        self->counters.stray++;
        break;
    case NP_STUN_SUCCESS:
    case NP_STUN_ERROR:
        take_answer(self, now, &message, in);
        break;
    }
    np_probe_session_measure(self, now);
}

static gboolean
is_time_exceeded(const NpProbeSession *self, const NpIcmp *icmp)
{
    return icmp->type ==
           (self->family == NP_FAMILY_IPV6 ? ICMP6_TIME_EXCEEDED : ICMP_TIME_EXCEEDED);
}

static gboolean
is_unreachable(const NpProbeSession *self, const NpIcmp *icmp)
{
    return icmp->type == (self->family == NP_FAMILY_IPV6 ? ICMP6_UNREACHABLE : ICMP_UNREACHABLE);
}

/* Nobody listens; as opposed to a router on the way that has no route or is not allowed to. */
static gboolean
is_port_unreachable(const NpProbeSession *self, const NpIcmp *icmp)
{
    guint8 code = self->family == NP_FAMILY_IPV6 ? ICMP6_PORT_UNREACHABLE : ICMP_PORT_UNREACHABLE;

    return is_unreachable(self, icmp) && icmp->code == code &&
           np_address_same_host(&icmp->offender, &icmp->quoted);
}

void
np_probe_intake_icmp(NpProbeSession *self, NpTime now, const NpSocketEvent *event)
{
    NpProbeServer *server = np_probe_servers_find(&self->servers, &event->icmp.quoted);

    for (guint i = 0; i < self->asks->len; i++) {
        NpProbeAsk *ask = self->asks->pdata[i];

        if (ask->socket != event->socket || !np_address_equal(&ask->to, &event->icmp.quoted))
            continue;
        if (is_time_exceeded(self, &event->icmp)) {
            ask->hop = event->icmp.offender;
            np_probe_ask_abandon(ask);
        } else if (is_unreachable(self, &event->icmp)) {
            ask->refused = TRUE;
        }
    }
    if (server != NULL && is_port_unreachable(self, &event->icmp))
        server->refused = TRUE;
    np_probe_session_measure(self, now);
}
