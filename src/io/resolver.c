/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * getaddrinfo() in a thread, so that hosts files and whatever else the system consults keep their
 * say. It cannot be interrupted: after the timeout its result is dropped whenever it comes.
 */

#include "io/resolver.h"

#include "io/error.h"
#include "io/sockaddr.h"

#include <netdb.h>
#include <sys/socket.h>

/* More than any service has, and a bound on what a name server can make us ask. */
#define MAX_ADDRESSES 32

typedef struct {
    char *host;
    guint16 port;
    GSource *timeout;
} Lookup;

static void
lookup_free(gpointer data)
{
    Lookup *lookup = data;

    g_source_destroy(lookup->timeout);
    g_source_unref(lookup->timeout);
    g_free(lookup->host);
    g_free(lookup);
}

static GArray *
new_addresses(void)
{
    return g_array_new(FALSE, FALSE, sizeof(NpAddress));
}

static gboolean
contains(const GArray *addresses, const NpAddress *address)
{
    for (guint i = 0; i < addresses->len; i++)
        if (np_address_equal(&g_array_index(addresses, NpAddress, i), address))
            return TRUE;
    return FALSE;
}

static GArray *
collect(const struct addrinfo *first, guint16 port)
{
    GArray *addresses = new_addresses();

    for (const struct addrinfo *at = first; at != NULL && addresses->len < MAX_ADDRESSES;
         at = at->ai_next) {
        NpAddress address = np_io_sockaddr_read(at->ai_addr, at->ai_addrlen);

        address.port = port;
        if (np_address_is_set(&address) && !contains(addresses, &address))
            g_array_append_val(addresses, address);
    }
    return addresses;
}

static void
look_up(GTask *task,
        G_GNUC_UNUSED gpointer source,
        gpointer data,
        G_GNUC_UNUSED GCancellable *cancellable)
{
    /* One socket type, or each address would come once per type. */
    static const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM };
    const Lookup *lookup = data;
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(lookup->host, NULL, &hints, &found);
    g_autoptr(GArray) addresses = NULL;

    if (failure == 0) {
        addresses = collect(found, lookup->port);
        freeaddrinfo(found);
    }
    if (addresses != NULL && addresses->len > 0)
        g_task_return_pointer(task, g_steal_pointer(&addresses), (GDestroyNotify)g_array_unref);
    else
        g_task_return_new_error(task, NP_IO_ERROR, NP_IO_ERROR_NO_SUCH_HOST,
                                "\"%s\" does not resolve: %s", lookup->host,
                                gai_strerror(failure != 0 ? failure : EAI_NONAME));
}

static gboolean
on_timeout(gpointer cancellable)
{
    g_cancellable_cancel(cancellable);
    return G_SOURCE_REMOVE;
}

static GSource *
start_timeout(GCancellable *cancellable)
{
    GSource *timeout = g_timeout_source_new(NP_IO_RESOLVER_TIMEOUT_MS);

    g_source_set_callback(timeout, on_timeout, g_object_ref(cancellable), g_object_unref);
    g_source_attach(timeout, g_main_context_get_thread_default());
    return timeout;
}

static GArray *
numeric(const NpEndpoint *endpoint, guint16 port)
{
    NpAddress address = np_address_with_port(&endpoint->numeric, port);
    GArray *addresses = new_addresses();

    g_array_append_val(addresses, address);
    return addresses;
}

void
np_io_resolver_resolve_async(const NpEndpoint *endpoint,
                             guint16 default_port,
                             GAsyncReadyCallback callback,
                             gpointer user)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user);
    guint16 port = endpoint->port != 0 ? endpoint->port : default_port;
    Lookup *lookup = NULL;

    if (np_address_is_set(&endpoint->numeric)) {
        g_task_return_pointer(task, numeric(endpoint, port), (GDestroyNotify)g_array_unref);
        return;
    }
    lookup = g_new0(Lookup, 1);
    lookup->host = g_strdup(endpoint->host);
    lookup->port = port;
    lookup->timeout = start_timeout(cancellable);
    g_task_set_task_data(task, lookup, lookup_free);
    g_task_set_return_on_cancel(task, TRUE);
    g_task_run_in_thread(task, look_up);
}

GArray *
np_io_resolver_resolve_finish(GAsyncResult *result, GError **error)
{
    GTask *task = G_TASK(result);
    const Lookup *lookup = g_task_get_task_data(task);
    g_autoptr(GError) failure = NULL;
    GArray *addresses = g_task_propagate_pointer(task, &failure);

    if (lookup != NULL)
        g_source_destroy(lookup->timeout);
    if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_set_error(error, NP_IO_ERROR, NP_IO_ERROR_TIMED_OUT,
                    "\"%s\" does not resolve: no answer within %d seconds", lookup->host,
                    NP_IO_RESOLVER_TIMEOUT_MS / 1000);
    else if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    return addresses;
}

static void
on_resolved(G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer user)
{
    *(GAsyncResult **)user = g_object_ref(result);
}

GArray *
np_io_resolver_resolve(const NpEndpoint *endpoint, guint16 default_port, GError **error)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GAsyncResult) result = NULL;

    g_main_context_push_thread_default(context);
    np_io_resolver_resolve_async(endpoint, default_port, on_resolved, &result);
    while (result == NULL)
        g_main_context_iteration(context, TRUE);
    g_main_context_pop_thread_default(context);
    return np_io_resolver_resolve_finish(result, error);
}
