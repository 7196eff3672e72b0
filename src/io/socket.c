/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/socket.h"

#include "io/sockaddr.h"
#include "io/why.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static NpIoSocket *
new_socket(NpSocketId id, NpTransport transport, NpFamily family, int fd)
{
    NpIoSocket *self = g_new0(NpIoSocket, 1);

    self->id = id;
    self->transport = transport;
    self->family = family;
    self->fd = fd;
    self->link.data = self;
    return self;
}

static gboolean
bind_as_asked(NpIoSocket *self, const NpOpen *open)
{
    struct sockaddr_storage name;
    socklen_t size = np_io_sockaddr_write(&name, &open->local);

    if (open->interface[0] != '\0' &&
        setsockopt(self->fd, SOL_SOCKET, SO_BINDTODEVICE, open->interface,
                   strnlen(open->interface, NP_INTERFACE_NAME_SIZE)) != 0)
        return FALSE;
    if ((open->flags & NP_OPEN_REUSE_ADDRESS) != 0 &&
        !np_io_socket_set(self, SOL_SOCKET, SO_REUSEADDR, 1))
        return FALSE;
    if ((open->flags & NP_OPEN_REUSE_PORT) != 0 &&
        !np_io_socket_set(self, SOL_SOCKET, SO_REUSEPORT, 1))
        return FALSE;
    if (self->family == NP_FAMILY_IPV6 && !np_io_socket_set(self, IPPROTO_IPV6, IPV6_V6ONLY, 1))
        return FALSE;
    return bind(self->fd, (struct sockaddr *)&name, size) == 0;
}

NpIoSocket *
np_io_socket_open(NpSocketId id, const NpOpen *open, NpWhy *why)
{
    int type = open->transport == NP_TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM;
    int family = np_io_sockaddr_family(open->local.family);
    g_autoptr(NpIoSocket) self = NULL;
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        *why = np_io_why(errno);
        return NULL;
    }
    self = new_socket(id, open->transport, open->local.family, fd);
    if (!bind_as_asked(self, open)) {
        *why = np_io_why(errno);
        return NULL;
    }
    self->local = np_io_sockaddr_local(fd);
    return g_steal_pointer(&self);
}

NpIoSocket *
np_io_socket_accepted(NpSocketId id, NpFamily family, int fd)
{
    NpIoSocket *self = new_socket(id, NP_TRANSPORT_TCP, family, fd);

    self->state = NP_IO_SOCKET_STREAM;
    self->local = np_io_sockaddr_local(fd);
    return self;
}

void
np_io_socket_free(NpIoSocket *self)
{
    if (self == NULL)
        return;
    g_clear_pointer(&self->unsent, g_byte_array_unref);
    close(self->fd);
    g_free(self);
}

gboolean
np_io_socket_set(const NpIoSocket *self, int level, int option, int value)
{
    return setsockopt(self->fd, level, option, &value, sizeof value) == 0;
}

int
np_io_socket_error(const NpIoSocket *self)
{
    int error_number = 0;
    socklen_t size = sizeof error_number;

    if (getsockopt(self->fd, SOL_SOCKET, SO_ERROR, &error_number, &size) != 0)
        return errno;
    return error_number;
}
