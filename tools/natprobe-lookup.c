/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natprobe-lookup.h"

#include "io/error.h"
#include "io/resolver.h"
#include "stun/message.h"
#include "util/endpoint.h"

/* RFC 5780, section 6, wants two ports of a server; natprobed and coturn have these. */
static const guint16 default_ports[] = { NP_STUN_PORT, NP_STUN_PORT + 1 };

typedef struct {
    NpEndpoint endpoint;
    GAsyncResult *result; /* NULL until it is there */
} Lookup;

static void
lookup_clear(gpointer data)
{
    Lookup *lookup = data;

    np_endpoint_clear(&lookup->endpoint);
    g_clear_object(&lookup->result);
}

static gboolean
parse(GArray *lookups, char *const *names, GError **error)
{
    for (guint i = 0; names[i] != NULL; i++) {
        Lookup lookup = { 0 };

        if (!np_endpoint_parse(&lookup.endpoint, names[i], error))
            return FALSE;
        g_array_append_val(lookups, lookup);
    }
    return TRUE;
}

static void
on_resolved(G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

static gboolean
is_pending(const GArray *lookups)
{
    for (guint i = 0; i < lookups->len; i++)
        if (g_array_index(lookups, Lookup, i).result == NULL)
            return TRUE;
    return FALSE;
}

/* A look-up that a signal cut short is left to the end of the process. */
static void
resolve(const NpRun *run, GArray *lookups)
{
    for (guint i = 0; i < lookups->len; i++) {
        Lookup *lookup = &g_array_index(lookups, Lookup, i);

        np_io_resolver_resolve_async(&lookup->endpoint, 0, on_resolved, &lookup->result);
    }
    while (is_pending(lookups) && !run->interrupted)
        g_main_context_iteration(NULL, TRUE);
}

static gboolean
add_one(NpRun *run, const NpAddress *address, NpFamily only, GError **error)
{
    char text[NP_ADDRESS_TEXT_SIZE];

    if (only != NP_FAMILY_NONE && address->family != only)
        return TRUE;
    if (!np_address_is_destination(address)) {
        g_set_error(error, NP_IO_ERROR, NP_IO_ERROR_NO_SUCH_HOST,
                    "%s is no address that a server can have",
                    np_address_format_host(address, text));
        return FALSE;
    }
    np_run_add_server(run, address);
    return TRUE;
}

static gboolean
add_all(NpRun *run, const Lookup *lookup, NpFamily only, GError **error)
{
    g_autoptr(GArray) addresses = np_io_resolver_resolve_finish(lookup->result, error);
    gboolean has_port = lookup->endpoint.port != 0;

    if (addresses == NULL)
        return FALSE;
    for (guint i = 0; i < (has_port ? 1 : G_N_ELEMENTS(default_ports)); i++) {
        for (guint j = 0; j < addresses->len; j++) {
            NpAddress address = g_array_index(addresses, NpAddress, j);

            address.port = has_port ? lookup->endpoint.port : default_ports[i];
            if (!add_one(run, &address, only, error))
                return FALSE;
        }
    }
    return TRUE;
}

gboolean
np_lookup_servers(NpRun *run, char *const *names, NpFamily only, GError **error)
{
    g_autoptr(GArray) lookups = g_array_new(FALSE, FALSE, sizeof(Lookup));

    g_array_set_clear_func(lookups, lookup_clear);
    if (!parse(lookups, names, error))
        return FALSE;
    resolve(run, lookups);
    if (run->interrupted)
        return TRUE;
    for (guint i = 0; i < lookups->len; i++)
        if (!add_all(run, &g_array_index(lookups, Lookup, i), only, error))
            return FALSE;
    if (np_run_has_servers(run))
        return TRUE;
    g_set_error(error, NP_IO_ERROR, NP_IO_ERROR_NO_SUCH_HOST,
                "none of the servers has an IPv%d address", (int)only);
    return FALSE;
}
