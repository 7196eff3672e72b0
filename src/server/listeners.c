/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "server/listeners.h"

G_DEFINE_QUARK(np_server_error, np_server_error)

/* Groups of endpoints. An explicit --alternate overrides what the addresses look like. */
enum {
    GROUP_LOOPBACK,
    GROUP_PUBLIC,
    GROUP_PRIVATE, /* asked for by name: whoever lists two private networks knows that they meet */
    GROUP_ALTERNATE,
    GROUP_INTERFACE = 1 << 8, /* and the interface's index: private addresses behind a wildcard */
    GROUP_ALONE = 1 << 30,    /* and the endpoint's index */
};

void
np_server_listeners_init(NpServerListeners *self)
{
    *self = (NpServerListeners){
        .addresses = g_array_new(FALSE, FALSE, sizeof(NpAddress)),
        .origins = g_ptr_array_new_with_free_func(g_free),
        .endpoints = g_array_new(FALSE, FALSE, sizeof(NpStunEndpoint)),
    };
}

void
np_server_listeners_clear(NpServerListeners *self)
{
    g_clear_pointer(&self->addresses, g_array_unref);
    g_clear_pointer(&self->origins, g_ptr_array_unref);
    g_clear_pointer(&self->endpoints, g_array_unref);
}

static const NpAddress *
listener(const NpServerListeners *self, guint index)
{
    return &g_array_index(self->addresses, NpAddress, index);
}

/* Whether both would take the same packets. */
static gboolean
collide(const NpAddress *a, const NpAddress *b)
{
    return a->family == b->family && a->port == b->port &&
           (np_address_is_any(a) || np_address_is_any(b) || np_address_same_host(a, b));
}

/* Index of a listener that @address would collide with, or the number of listeners. */
static guint
find_collision(const NpServerListeners *self, const NpAddress *address)
{
    guint i = 0;

    while (i < self->addresses->len && !collide(listener(self, i), address))
        i++;
    return i;
}

static gboolean
refuse(GError **error, const char *origin, const char *why)
{
    g_set_error(error, NP_SERVER_ERROR, NP_SERVER_ERROR_LISTENER, "%s: %s", origin, why);
    return FALSE;
}

static gboolean
append(NpServerListeners *self, const char *origin, const NpAddress *address, GError **error)
{
    if (self->addresses->len == NP_SERVER_MAX_LISTENERS)
        return refuse(error, origin, "there are too many addresses to listen on");
    g_array_append_val(self->addresses, *address);
    g_ptr_array_add(self->origins, g_strdup(origin));
    return TRUE;
}

gboolean
np_server_listeners_add(NpServerListeners *self,
                        const char *origin,
                        const NpAddress *address,
                        GError **error)
{
    guint other = find_collision(self, address);

    if (address->port == 0)
        return refuse(error, origin,
                      "a port is needed, as in 192.0.2.1:3478 or [2001:db8::1]:3478");
    if (np_address_is_multicast(address))
        return refuse(error, origin, "this is not the address of one machine");
    if (other < self->addresses->len) {
        const char *taken = g_ptr_array_index(self->origins, other);
        g_autofree char *why =
            np_address_same_host(listener(self, other), address)
                ? g_strdup_printf("this address was already given by %s", taken)
                : g_strdup_printf("this overlaps with %s: the wildcard is every address", taken);

        return refuse(error, origin, why);
    }
    return append(self, origin, address, error);
}

/* Adds @host with @port unless it is covered. */
static gboolean
cover(NpServerListeners *self,
      const char *origin,
      const NpAddress *host,
      guint16 port,
      GError **error)
{
    NpAddress address = np_address_with_port(host, port);

    return find_collision(self, &address) < self->addresses->len ||
           append(self, origin, &address, error);
}

gboolean
np_server_listeners_add_alternate(NpServerListeners *self,
                                  const char *origin,
                                  const NpAddress *alternate,
                                  GError **error)
{
    g_autoptr(GArray) hosts = g_array_new(FALSE, FALSE, sizeof(NpAddress));
    g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(guint16));
    guint16 second = alternate->port;
    gboolean is_second = FALSE;

    if (np_address_is_any(alternate) || np_address_is_multicast(alternate))
        return refuse(error, origin, "the alternate must be one address of this machine");
    for (guint i = 0; i < self->addresses->len; i++) {
        const NpAddress *address = listener(self, i);

        if (address->family != alternate->family)
            continue;
        is_second = is_second || !np_address_same_host(address, alternate);
        g_array_append_val(hosts, *address);
        g_array_append_val(ports, address->port);
    }
    /* Last, because a wildcard before it may cover it. */
    g_array_append_val(hosts, *alternate);
    if (ports->len == 0)
        return refuse(error, origin, "no listener has an address of this kind to be alternate to");
    if (!is_second)
        return refuse(error, origin, "the alternate must be another address than the listener's");
    self->alternate = np_address_with_port(alternate, 0);
    for (guint i = 1; second == 0 && i < ports->len; i++)
        if (g_array_index(ports, guint16, i) != g_array_index(ports, guint16, 0))
            second = g_array_index(ports, guint16, i);
    if (second == 0) {
        second = g_array_index(ports, guint16, 0);
        second = second < G_MAXUINT16 ? second + 1 : second - 1;
    }
    g_array_append_val(ports, second);
    for (guint h = 0; h < hosts->len; h++)
        for (guint p = 0; p < ports->len; p++)
            if (!cover(self, origin, &g_array_index(hosts, NpAddress, h),
                       g_array_index(ports, guint16, p), error))
                return FALSE;
    return TRUE;
}

/* @interface is NULL for an address that was asked for by name. */
static guint
group_of(const NpServerListeners *self, const NpAddress *local, const NpIoInterface *interface)
{
    if (np_address_is_loopback(local))
        return GROUP_LOOPBACK;
    if (np_address_is_set(&self->alternate) && self->alternate.family == local->family)
        return GROUP_ALTERNATE;
    /* Neither the other end nor the same address on another link would be reached. */
    if (np_address_is_link_local(local))
        return GROUP_ALONE + self->endpoints->len;
    if (!np_address_is_private(local) && !np_address_is_shared(local))
        return GROUP_PUBLIC;
    return interface == NULL ? GROUP_PRIVATE : GROUP_INTERFACE + interface->index;
}

static void
add_endpoint(NpServerListeners *self,
             guint index,
             const NpAddress *host,
             const NpIoInterface *interface,
             gboolean is_alternate)
{
    NpStunEndpoint endpoint = {
        .local = np_address_with_port(host, listener(self, index)->port),
        .group = group_of(self, host, interface),
        .listener = index,
    };

    if (np_address_same_host(host, &self->alternate) == is_alternate)
        g_array_append_val(self->endpoints, endpoint);
}

/* The endpoints on the alternate host, or all the others. */
static void
expand_where(NpServerListeners *self, const GArray *interfaces, gboolean is_alternate)
{
    for (guint i = 0; i < self->addresses->len; i++) {
        if (!np_address_is_any(listener(self, i))) {
            add_endpoint(self, i, listener(self, i), NULL, is_alternate);
            continue;
        }
        for (guint k = 0; k < interfaces->len; k++) {
            const NpIoInterface *interface = &g_array_index(interfaces, NpIoInterface, k);

            if (interface->is_up && interface->address.family == listener(self, i)->family)
                add_endpoint(self, i, &interface->address, interface, is_alternate);
        }
    }
}

static gboolean
same_endpoints(const GArray *a, const GArray *b)
{
    if (a->len != b->len)
        return FALSE;
    for (guint i = 0; i < a->len; i++) {
        const NpStunEndpoint *one = &g_array_index(a, NpStunEndpoint, i);
        const NpStunEndpoint *other = &g_array_index(b, NpStunEndpoint, i);

        if (!np_address_equal(&one->local, &other->local) || one->group != other->group ||
            one->listener != other->listener)
            return FALSE;
    }
    return TRUE;
}

gboolean
np_server_listeners_expand(NpServerListeners *self, const GArray *interfaces)
{
    g_autoptr(GArray) before = g_steal_pointer(&self->endpoints);

    self->endpoints = g_array_new(FALSE, FALSE, sizeof(NpStunEndpoint));
    /* The grid prefers what stands first. */
    expand_where(self, interfaces, TRUE);
    expand_where(self, interfaces, FALSE);
    return !same_endpoints(before, self->endpoints);
}
