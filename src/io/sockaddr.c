/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/sockaddr.h"

#include <netinet/in.h>
#include <string.h>

int
np_io_sockaddr_family(NpFamily family)
{
    switch (family) {
    case NP_FAMILY_NONE:
        return AF_UNSPEC;
    case NP_FAMILY_IPV4:
        return AF_INET;
    case NP_FAMILY_IPV6:
        return AF_INET6;
    }
    return AF_UNSPEC;
}

socklen_t
np_io_sockaddr_write(struct sockaddr_storage *to, const NpAddress *address)
{
    struct sockaddr_in *in = (struct sockaddr_in *)to;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

    switch (address->family) {
    case NP_FAMILY_NONE:
        return 0;
    case NP_FAMILY_IPV4:
        *in = (struct sockaddr_in){
            .sin_family = AF_INET,
            .sin_port = g_htons(address->port),
        };
        memcpy(&in->sin_addr, address->bytes, sizeof in->sin_addr);
        return sizeof *in;
    case NP_FAMILY_IPV6:
        *in6 = (struct sockaddr_in6){
            .sin6_family = AF_INET6,
            .sin6_port = g_htons(address->port),
            .sin6_scope_id = address->scope,
        };
        memcpy(&in6->sin6_addr, address->bytes, sizeof in6->sin6_addr);
        return sizeof *in6;
    }
    return 0;
}

NpAddress
np_io_sockaddr_read(const void *from, socklen_t size)
{
    struct sockaddr_storage copy = { 0 };
    const struct sockaddr_in *in = (const struct sockaddr_in *)&copy;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&copy;
    NpAddress address = { 0 };

    if (from != NULL)
        memcpy(&copy, from, MIN(size, sizeof copy));
    if (size >= sizeof *in && copy.ss_family == AF_INET) {
        address.family = NP_FAMILY_IPV4;
        address.port = g_ntohs(in->sin_port);
        memcpy(address.bytes, &in->sin_addr, sizeof in->sin_addr);
    } else if (size >= sizeof *in6 && copy.ss_family == AF_INET6) {
        address.family = NP_FAMILY_IPV6;
        address.port = g_ntohs(in6->sin6_port);
        address.scope = in6->sin6_scope_id;
        memcpy(address.bytes, &in6->sin6_addr, sizeof in6->sin6_addr);
    }
    return address;
}

NpAddress
np_io_sockaddr_local(int fd)
{
    struct sockaddr_storage name = { 0 };
    socklen_t size = sizeof name;

    if (getsockname(fd, (struct sockaddr *)&name, &size) != 0)
        return (NpAddress){ 0 };
    return np_io_sockaddr_read(&name, size);
}
