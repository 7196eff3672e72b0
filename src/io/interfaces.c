/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/interfaces.h"

#include "io/error.h"
#include "io/sockaddr.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

static NpAddress
read_address(const struct sockaddr *from)
{
    socklen_t size =
        from->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

    return np_io_sockaddr_read(from, size);
}

static guint
count_bits(const NpAddress *mask)
{
    guint n = 0;

    for (gsize i = 0; i < sizeof mask->bytes; i++)
        n += (guint)__builtin_popcount(mask->bytes[i]);
    return n;
}

GArray *
np_io_interfaces_list(GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(NpIoInterface));
    struct ifaddrs *first = NULL;

    if (getifaddrs(&first) != 0) {
        g_set_error(error, NP_IO_ERROR, NP_IO_ERROR_SYSTEM,
                    "The network interfaces cannot be listed: %s", g_strerror(errno));
        return NULL;
    }
    for (const struct ifaddrs *at = first; at != NULL; at = at->ifa_next) {
        NpIoInterface interface = {
            .index = if_nametoindex(at->ifa_name),
            .is_up = (at->ifa_flags & IFF_UP) != 0,
            .is_loopback = (at->ifa_flags & IFF_LOOPBACK) != 0,
            .is_point_to_point = (at->ifa_flags & IFF_POINTOPOINT) != 0,
        };
        NpAddress mask = { 0 };

        if (at->ifa_addr == NULL || at->ifa_netmask == NULL)
            continue;
        interface.address = read_address(at->ifa_addr);
        mask = read_address(at->ifa_netmask);
        if (!np_address_is_set(&interface.address))
            continue;
        interface.prefix_length = count_bits(&mask);
        g_strlcpy(interface.name, at->ifa_name, sizeof interface.name);
        g_array_append_val(list, interface);
    }
    freeifaddrs(first);
    return g_steal_pointer(&list);
}
