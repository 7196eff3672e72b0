/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/tcp.h"

#include "io/sockaddr.h"
#include "io/stream.h"
#include "io/why.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* As many connections in a row as UDP takes datagrams. */
#define MAX_ACCEPTS 64

/*
 * How long a listener rests that found no descriptor for a connection. The connection stays in the
 * backlog, so it costs the peer only this delay; without a rest the main loop would spin.
 */
#define ACCEPT_REST (100 * NP_MSEC)

void
np_io_tcp_open(NpIoHost *host, NpSocketId id, const NpOpen *open)
{
    NpWhy why = NP_WHY_NONE;
    NpIoSocket *socket = np_io_socket_open(id, open, &why);

    if (socket == NULL) {
        np_io_host_report_failed(host, id, why);
        return;
    }
    np_io_host_add(host, socket);
    np_io_host_report(host, &(NpSocketEvent){
                                .socket = id,
                                .kind = NP_SOCKET_OPENED,
                                .local = socket->local,
                            });
}

static void
fail(NpIoHost *host, NpIoSocket *socket, int error_number)
{
    NpSocketId id = socket->id;

    np_io_host_drop(host, socket);
    np_io_host_report_failed(host, id, np_io_why(error_number));
}

void
np_io_tcp_listen(NpIoHost *host, NpIoSocket *socket, const NpListen *asked)
{
    g_assert(socket->state == NP_IO_SOCKET_BOUND && asked->first_accepted <= asked->last_accepted);
    if (listen(socket->fd, (int)MIN(asked->backlog, G_MAXINT)) != 0) {
        fail(host, socket, errno);
        return;
    }
    socket->state = NP_IO_SOCKET_LISTENING;
    socket->next_accepted = asked->first_accepted;
    socket->last_accepted = asked->last_accepted;
    np_io_host_watch(host, socket, EPOLLIN);
}

/* The system's own ttl: an option of -1 restores it (ip(7), ipv6(7)). */
static void
set_ttl(NpIoSocket *socket, int ttl)
{
    if (socket->family == NP_FAMILY_IPV6)
        np_io_socket_set(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
    else
        np_io_socket_set(socket, IPPROTO_IP, IP_TTL, ttl);
}

void
np_io_tcp_connect(NpIoHost *host, NpIoSocket *socket, const NpConnect *asked)
{
    struct sockaddr_storage name;
    socklen_t size = np_io_sockaddr_write(&name, &asked->to);
    int failure = 0;

    g_assert(socket->state == NP_IO_SOCKET_BOUND);
    if (asked->ttl != 0)
        set_ttl(socket, asked->ttl);
    /* The SYN leaves before connect() returns; only that one gets the ttl. */
    if (connect(socket->fd, (struct sockaddr *)&name, size) != 0 && errno != EINPROGRESS)
        failure = errno;
    if (asked->ttl != 0)
        set_ttl(socket, -1);
    if (failure != 0) {
        fail(host, socket, failure);
        return;
    }
    socket->state = NP_IO_SOCKET_CONNECTING;
    socket->peer = asked->to;
    np_io_host_watch(host, socket, EPOLLOUT);
}

static void
finish_connect(NpIoHost *host, NpIoSocket *socket, guint32 events)
{
    /* Linux queues the ICMP error of a SYN without being asked, and forgets the failure once that
     * queue is read. */
    int failure = np_io_socket_error(socket);

    np_io_host_report_icmp(host, socket);
    if (failure == 0 && (events & EPOLLHUP) != 0)
        failure = ECONNRESET;
    if (failure != 0) {
        fail(host, socket, failure);
        return;
    }
    if ((events & EPOLLOUT) == 0)
        return;
    socket->state = NP_IO_SOCKET_STREAM;
    socket->local = np_io_sockaddr_local(socket->fd);
    np_io_stream_begin(host, socket);
    np_io_host_report(host, &(NpSocketEvent){
                                .socket = socket->id,
                                .kind = NP_SOCKET_CONNECTED,
                                .local = socket->local,
                                .peer = socket->peer,
                            });
}

static void
rest(NpIoHost *host, NpIoSocket *listener)
{
    np_io_host_watch(host, listener, 0);
    np_io_host_wait(host, listener, &host->paused, ACCEPT_REST);
}

static gboolean
is_exhaustion(int error_number)
{
    return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
           error_number == ENOMEM;
}

/* Returns whether another connection may be waiting. */
static gboolean
accept_one(NpIoHost *host, NpIoSocket *listener)
{
    struct sockaddr_storage name = { 0 };
    socklen_t size = sizeof name;
    NpIoSocket *socket = NULL;
    int failure = 0;
    int fd = -1;

    if (np_io_host_is_full(host)) {
        rest(host, listener);
        return FALSE;
    }
    fd = accept4(listener->fd, (struct sockaddr *)&name, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    failure = fd < 0 ? errno : 0;
    if (is_exhaustion(failure)) {
        rest(host, listener);
        return FALSE;
    }
    /* Other errors are of a connection that died in the backlog (accept(2)). */
    if (failure != 0)
        return failure != EAGAIN;
    socket = np_io_socket_accepted(listener->next_accepted, listener->family, fd);
    socket->peer = np_io_sockaddr_read(&name, size);
    np_io_host_add(host, socket);
    np_io_stream_begin(host, socket);
    np_io_host_report(host, &(NpSocketEvent){
                                .socket = listener->id,
                                .kind = NP_SOCKET_ACCEPTED,
                                .accepted = socket->id,
                                .local = socket->local,
                                .peer = socket->peer,
                            });
    if (listener->next_accepted == listener->last_accepted) {
        np_io_host_watch(host, listener, 0);
        return FALSE;
    }
    listener->next_accepted++;
    return TRUE;
}

guint
np_io_tcp_ready(NpIoHost *host, NpIoSocket *socket, guint32 events)
{
    guint n = 0;

    if (socket->state == NP_IO_SOCKET_CONNECTING)
        finish_connect(host, socket, events);
    else
        while (n < MAX_ACCEPTS && accept_one(host, socket))
            n++;
    return n;
}

void
np_io_tcp_resume(NpIoHost *host, NpIoSocket *socket)
{
    np_io_host_watch(host, socket, EPOLLIN);
}
