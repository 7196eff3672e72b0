/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * nft shows what iptables put there as well, since both are one table of the kernel's. Only a
 * chain's policy is looked at: whether rules further on drop a certain packet is more than a name
 * can tell.
 */

#include "io/firewall.h"

#include <gio/gio.h>
#include <string.h>

char *
np_io_firewall_find_dropping_chain(const char *chains)
{
    g_auto(GStrv) lines = g_strsplit(chains, "\n", -1);
    g_autofree char *table = NULL;
    g_autofree char *chain = NULL;

    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = NULL;

        g_strstrip(lines[i]);
        words = g_strsplit(lines[i], " ", 4);
        if (g_str_has_prefix(lines[i], "table ") && g_strv_length(words) == 4) {
            g_free(table);
            table = g_strdup_printf("%s %s", words[1], words[2]);
        } else if (g_str_has_prefix(lines[i], "chain ") && g_strv_length(words) >= 3) {
            g_free(chain);
            chain = g_strdup(words[1]);
        } else if (table != NULL && chain != NULL && strstr(lines[i], "hook input") != NULL &&
                   strstr(lines[i], "policy drop") != NULL) {
            return g_strdup_printf("%s %s", table, chain);
        }
    }
    return NULL;
}

static void
on_communicated(G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer user)
{
    *(GAsyncResult **)user = g_object_ref(result);
}

static gboolean
on_timeout(gpointer process)
{
    g_subprocess_force_exit(process);
    return G_SOURCE_REMOVE;
}

/* What @process prints; NULL if it fails or takes too long. */
static char *
read_output(GSubprocess *process)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GSource) timeout = g_timeout_source_new(NP_IO_FIREWALL_TIMEOUT_MS);
    g_autoptr(GAsyncResult) result = NULL;
    g_autofree char *output = NULL;

    g_source_set_callback(timeout, on_timeout, process, NULL);
    g_source_attach(timeout, context);
    g_main_context_push_thread_default(context);
    g_subprocess_communicate_utf8_async(process, NULL, NULL, on_communicated, &result);
    while (result == NULL)
        g_main_context_iteration(context, TRUE);
    g_main_context_pop_thread_default(context);
    g_source_destroy(timeout);
    if (!g_subprocess_communicate_utf8_finish(process, result, &output, NULL, NULL) ||
        !g_subprocess_get_successful(process))
        return NULL;
    return g_steal_pointer(&output);
}

char *
np_io_firewall_dropping_chain(gboolean *readable)
{
    g_autofree char *path = g_find_program_in_path("nft");
    g_autofree char *chains = NULL;
    g_autoptr(GSubprocess) process = NULL;

    *readable = FALSE;
    /* Debian keeps it where an ordinary user's PATH does not look; to them it would say nothing. */
    if (path == NULL)
        return NULL;
    process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                               NULL, path, "list", "chains", NULL);
    chains = process != NULL ? read_output(process) : NULL;
    if (chains == NULL)
        return NULL;
    *readable = TRUE;
    return np_io_firewall_find_dropping_chain(chains);
}
