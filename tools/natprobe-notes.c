/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natprobe-notes.h"

#include "io/firewall.h"

static void
note_server(const NpProbeServer *server, GPtrArray *notes)
{
    char address[NP_ADDRESS_TEXT_SIZE], other[NP_ADDRESS_TEXT_SIZE];

    np_address_format(&server->address, address);
    if (server->echoes)
        g_ptr_array_add(
            notes,
            g_strdup_printf("%s only echoes what it is sent: it is no STUN server", address));
    else if (server->garbage && !server->answered)
        g_ptr_array_add(notes, g_strdup_printf("%s answers, but not with STUN", address));
    if (np_address_is_set(&server->wrong_source))
        g_ptr_array_add(notes,
                        g_strdup_printf("%s answers from %s instead, which a filtering NAT drops",
                                        address, np_address_format(&server->wrong_source, other)));
    if (server->change_ignored)
        g_ptr_array_add(notes,
                        g_strdup_printf("%s ignores CHANGE-REQUEST and answers from where it "
                                        "was asked",
                                        address));
    if (server->refused && !server->answered)
        g_ptr_array_add(notes,
                        g_strdup_printf("nobody listens at %s (ICMP port unreachable)", address));
    if (server->given && server->answered && np_address_is_set(&server->other) &&
        np_address_same_host(&server->other, &server->address))
        g_ptr_array_add(notes, g_strdup_printf("%s names its own address as the other one (%s)",
                                               address, np_address_format(&server->other, other)));
}

/* An alternate that nobody answers at is the fault of the server that named it. */
static void
note_dead_alternate(const NpProbeServers *servers, const NpProbeServer *server, GPtrArray *notes)
{
    char address[NP_ADDRESS_TEXT_SIZE], other[NP_ADDRESS_TEXT_SIZE];

    if (!server->given || !server->answered || !np_address_is_set(&server->other) ||
        np_address_same_host(&server->other, &server->address) ||
        np_probe_servers_host_answered(servers, &server->other))
        return;
    g_ptr_array_add(notes,
                    g_strdup_printf("%s names %s as its other address, but nobody answers there",
                                    np_address_format(&server->address, address),
                                    np_address_format(&server->other, other)));
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

GPtrArray *
np_notes_collect(const NpRun *run)
{
    GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < G_N_ELEMENTS(run->families); i++) {
        const NpRunFamily *family = &run->families[i];
        const NpProbeServers *servers = NULL;

        if (family->plan == NULL)
            continue;
        servers = np_probe_plan_servers(family->plan);
        for (guint j = 0; j < np_probe_servers_count(servers); j++) {
            note_server(np_probe_servers_at(servers, j), notes);
            note_dead_alternate(servers, np_probe_servers_at(servers, j), notes);
        }
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
    gboolean has_route = FALSE;

    for (guint i = 0; i < G_N_ELEMENTS(run->families); i++) {
        const NpRunFamily *family = &run->families[i];
        g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
        NpWhy why = NP_WHY_NONE;

        if (family->plan == NULL)
            continue;
        has_route = TRUE;
        why = np_probe_plan_socket_failure(family->plan);
        if (why != NP_WHY_NONE)
            return g_strdup_printf("no socket could be used: %s", np_why_text(why));
        for (guint j = 0; j < family->servers->len; j++)
            note_server(np_probe_servers_at(np_probe_plan_servers(family->plan), j), notes);
        if (notes->len > 0)
            return g_strdup(notes->pdata[0]);
    }
    if (!has_route)
        return g_strdup("there is no route to any of the servers");
    return g_strdup("no server answered, neither over UDP nor over TCP");
}
