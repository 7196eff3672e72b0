/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natprobe-notes.h"

#include "io/firewall.h"
#include "stun/message.h"

/* What is true of one endpoint or of several of one host, as a sentence without its subject. */
typedef struct {
    NpAddress first;
    GString *ports;
    guint n_ports;
    char *predicate;
} Remark;

static void
remark_clear(gpointer data)
{
    Remark *remark = data;

    g_string_free(remark->ports, TRUE);
    g_free(remark->predicate);
}

static void remark(GArray *remarks, const NpAddress *address, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void
remark(GArray *remarks, const NpAddress *address, const char *format, ...)
{
    va_list arguments;
    Remark new = { .first = *address, .n_ports = 1 };

    va_start(arguments, format);
    new.predicate = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    for (guint i = 0; i < remarks->len; i++) {
        Remark *old = &g_array_index(remarks, Remark, i);

        if (np_address_same_host(&old->first, address) &&
            g_str_equal(old->predicate, new.predicate)) {
            g_string_append_printf(old->ports, ", %u", address->port);
            old->n_ports++;
            g_free(new.predicate);
            return;
        }
    }
    new.ports = g_string_new(NULL);
    g_string_printf(new.ports, "%u", address->port);
    g_array_append_val(remarks, new);
}

static char *
remark_text(const Remark *self)
{
    char address[NP_ADDRESS_TEXT_SIZE];

    if (self->n_ports == 1)
        return g_strdup_printf("%s %s", np_address_format(&self->first, address), self->predicate);
    return g_strdup_printf("%s (ports %s) %s", np_address_format_host(&self->first, address),
                           self->ports->str, self->predicate);
}

/* What a STUN error means to somebody who only wanted to know an address. */
static const char *
error_meaning(guint error)
{
    switch (error) {
    case NP_STUN_TRY_ALTERNATE:
        return "it wants another server to be asked";
    case NP_STUN_UNAUTHENTICATED:
        return "it wants a password";
    case NP_STUN_UNKNOWN_ATTRIBUTE:
        return "it does not understand the question";
    }
    return error < 500 ? "it does not like the question" : "it has a problem of its own";
}

/* Nothing that it says counts as an answer. */
static void
remark_on_answers(const NpProbeServer *server, GArray *remarks)
{
    char other[NP_ADDRESS_TEXT_SIZE];

    if (np_address_is_set(&server->wrong_source))
        remark(remarks, &server->address,
               "answers from %s instead, which does not count: a filtering NAT drops it",
               np_address_format(&server->wrong_source, other));
    if (server->answered)
        return;
    if (server->echoes)
        remark(remarks, &server->address, "only echoes what it is sent: that is no STUN server");
    else if (server->error != 0)
        remark(remarks, &server->address, "answers with STUN error %u: %s", server->error,
               error_meaning(server->error));
    else if (server->garbage)
        remark(remarks, &server->address,
               "answers, but with nothing that makes sense as a STUN answer");
    else if (server->strays)
        remark(remarks, &server->address, "answers, but not to what it was asked");
    else if (server->refused && server->given)
        remark(remarks, &server->address,
               "has nobody who listens there on UDP (ICMP port unreachable)");
}

/* Why an address that a server calls its other one was not even asked. */
static const char *
refusal_of(const NpAddress *named, NpFamily family)
{
    if (named->family != family)
        return "is of another address family";
    if (!np_address_is_destination(named))
        return "is no address that anybody can have";
    return "is an address of a private network or of this machine";
}

/* An alternate that nobody answers at is the fault of the server that named it. */
static void
remark_on_other_address(const NpProbeServers *servers, const NpProbeServer *server, GArray *remarks)
{
    char named[NP_ADDRESS_TEXT_SIZE];

    if (!server->given || !np_address_is_set(&server->named))
        return;
    np_address_format(&server->named, named);
    if (!np_address_is_set(&server->other))
        remark(remarks, &server->address,
               "names %s as its other address, which %s and was not asked", named,
               refusal_of(&server->named, server->address.family));
    else if (np_address_same_host(&server->other, &server->address))
        remark(remarks, &server->address, "names its own address as the other one");
    else if (!np_probe_servers_host_answered(servers, &server->other))
        remark(remarks, &server->address, "names %s as its other address, but nobody answers there",
               named);
}

static void
remark_on_server(const NpProbeServers *servers, const NpProbeServer *server, GArray *remarks)
{
    remark_on_answers(server, remarks);
    if (server->change_ignored)
        remark(remarks, &server->address,
               "ignores CHANGE-REQUEST and answers from where it was asked");
    else if (server->change_withheld)
        remark(remarks, &server->address,
               "does not answer when it is asked to answer from elsewhere (CHANGE-REQUEST)");
    if (!np_probe_server_is_consistent(server))
        remark(remarks, &server->address,
               "contradicts itself about this machine's external address: its word on that does "
               "not count");
    remark_on_other_address(servers, server, remarks);
}

static void
note_servers(const NpProbeServers *servers, GPtrArray *notes)
{
    g_autoptr(GArray) remarks = g_array_new(FALSE, FALSE, sizeof(Remark));

    g_array_set_clear_func(remarks, remark_clear);
    for (guint i = 0; i < np_probe_servers_count(servers); i++)
        remark_on_server(servers, np_probe_servers_at(servers, i), remarks);
    for (guint i = 0; i < remarks->len; i++)
        g_ptr_array_add(notes, remark_text(&g_array_index(remarks, Remark, i)));
}

/* Whether a filter was found that the host itself may be. */
static gboolean
is_filtered(const NpRun *run)
{
    for (guint i = 0; i < G_N_ELEMENTS(run->families); i++) {
        const NpProbePlan *plan = run->families[i].plan;
        guint filtering = 0;

        if (plan != NULL &&
            np_verdict_decided(&np_probe_plan_profile(plan)->verdicts[NP_NAT_AXIS_FILTERING],
                               &filtering) &&
            filtering != NP_NAT_ENDPOINT_INDEPENDENT)
            return TRUE;
    }
    return FALSE;
}

static void
note_own_firewall(const NpRun *run, GPtrArray *notes)
{
    gboolean readable = FALSE;
    g_autofree char *chain = NULL;

    if (!is_filtered(run))
        return;
    chain = np_io_firewall_dropping_chain(&readable);
    if (chain != NULL)
        g_ptr_array_add(notes, g_strdup_printf("this machine drops packets itself (chain %s): the "
                                               "filtering may be its own and not the NAT's",
                                               chain));
}

static char *
list_addresses(const GArray *addresses)
{
    GString *list = g_string_new(NULL);

    for (guint i = 0; i < addresses->len; i++) {
        char address[NP_ADDRESS_TEXT_SIZE];

        np_address_format(&g_array_index(addresses, NpAddress, i), address);
        g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", address);
    }
    return g_string_free(list, FALSE);
}

static void
note_not_asked(const NpRun *run, const NpRunFamily *family, GPtrArray *notes)
{
    if (family->unreached->len > 0) {
        g_autofree char *list = list_addresses(family->unreached);

        g_ptr_array_add(notes, g_strdup_printf("there is no route to %s%s%s", list,
                                               run->interface != NULL ? " through " : "",
                                               run->interface != NULL ? run->interface : ""));
    }
    if (family->n_left_out > 0)
        g_ptr_array_add(notes,
                        g_strdup_printf("%u more IPv%d endpoints were not asked: %u tell all",
                                        family->n_left_out, (int)family->family,
                                        family->servers->len + family->unreached->len));
}

GPtrArray *
np_notes_collect(const NpRun *run)
{
    GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < G_N_ELEMENTS(run->families); i++) {
        const NpRunFamily *family = &run->families[i];

        note_not_asked(run, family, notes);
        if (family->plan == NULL)
            continue;
        note_servers(np_probe_plan_servers(family->plan), notes);
        if (!np_probe_plan_answered(family->plan))
            g_ptr_array_add(notes,
                            g_strdup_printf("over IPv%d no server answered", (int)family->family));
    }
    note_own_firewall(run, notes);
    g_ptr_array_add(notes, NULL);
    return notes;
}

char *
np_notes_why_nothing(const NpRun *run)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < G_N_ELEMENTS(run->families); i++) {
        const NpRunFamily *family = &run->families[i];
        NpWhy why = NP_WHY_NONE;
        guint n_notes = 0;

        note_not_asked(run, family, notes);
        if (family->plan == NULL)
            continue;
        why = np_probe_plan_socket_failure(family->plan);
        if (why != NP_WHY_NONE)
            return g_strdup_printf("no socket could be used: %s", np_why_text(why));
        n_notes = notes->len;
        note_servers(np_probe_plan_servers(family->plan), notes);
        if (notes->len == n_notes) {
            g_autofree char *list = list_addresses(family->servers);

            g_ptr_array_add(notes, g_strdup_printf("no answer from %s, neither over UDP nor over "
                                                   "TCP",
                                                   list));
        }
    }
    g_ptr_array_add(notes, NULL);
    return g_strjoinv("; ", (char **)notes->pdata);
}
