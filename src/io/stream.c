/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A stream hands its bytes to the kernel as far as the kernel takes them and keeps the rest, up to
 * a bound. Both ends may stop sending on their own; the connection is gone when the machine closes
 * it or the network breaks it, never because of an end of file.
 */

#include "io/stream.h"

#include "io/why.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/*
 * How long a closed connection may take to deliver its last bytes: the FIN and two more of it at
 * the initial timeout of RFC 6298 (1 s, 2 s), and a round trip. Then the kernel goes on alone.
 */
#define CLOSING_TIME (5 * NP_SECOND)

/* Read and thrown away in one call: more than a receive window. */
#define DISCARD_SIZE (1 << 30)

static void
report(NpIoHost *host, NpSocketId id, NpSocketEventKind kind, int error_number)
{
    np_io_host_report(
        host, &(NpSocketEvent){ .socket = id, .kind = kind, .why = np_io_why(error_number) });
}

static void
finish(NpIoHost *host, NpIoSocket *socket, NpSocketEventKind kind, int error_number)
{
    NpSocketId id = socket->id;

    np_io_host_drop(host, socket);
    report(host, id, kind, error_number);
}

static void
update_watch(NpIoHost *host, NpIoSocket *socket)
{
    guint32 events = 0;

    if (!socket->peer_ended)
        events |= EPOLLIN;
    if (socket->owes_writable || socket->shut != socket->fin_sent)
        events |= EPOLLOUT;
    /*
     * With both directions ended the kernel would report a hang-up without end: then 0, which
     * silences it.
     */
    if (!socket->fin_sent)
        events |= EPOLLERR;
    np_io_host_watch(host, socket, events);
}

/* Returns 0 or an errno. */
static int
flush(NpIoSocket *socket)
{
    while (socket->unsent != NULL) {
        gssize n = send(socket->fd, socket->unsent->data, socket->unsent->len,
                        MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0)
            return errno == EAGAIN ? 0 : errno;
        g_byte_array_remove_range(socket->unsent, 0, (guint)n);
        if (socket->unsent->len == 0)
            g_clear_pointer(&socket->unsent, g_byte_array_unref);
    }
    if (socket->shut && !socket->fin_sent) {
        if (shutdown(socket->fd, SHUT_WR) != 0)
            return errno;
        socket->fin_sent = TRUE;
    }
    return 0;
}

void
np_io_stream_begin(NpIoHost *host, NpIoSocket *socket)
{
    /* Machines write whole messages; holding them back for more to come only costs round trips. */
    np_io_socket_set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    update_watch(host, socket);
}

void
np_io_stream_send(NpIoHost *host, NpIoSocket *socket, const NpSend *asked)
{
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(asked->payload, &size);
    gsize waiting = socket->unsent != NULL ? socket->unsent->len : 0;
    gboolean is_open =
        socket->state == NP_IO_SOCKET_STREAM || socket->state == NP_IO_SOCKET_CONNECTING;

    g_assert(is_open && !socket->shut);
    if (size > NP_IO_STREAM_BUFFER - waiting) {
        host->counters.failed++;
        np_io_host_report_failed(host, socket->id, NP_WHY_LIMIT);
        return;
    }
    np_io_host_sent(host, socket, &socket->local, &socket->peer, asked->payload, 0);
    if (size > 0 && socket->unsent == NULL)
        socket->unsent = g_byte_array_new();
    if (size > 0)
        g_byte_array_append(socket->unsent, data, (guint)size);
    socket->owes_writable = TRUE;
    /* Written when epoll says so: a failed write would hide what the peer sent before it reset. */
    if (socket->state == NP_IO_SOCKET_STREAM)
        update_watch(host, socket);
}

void
np_io_stream_shutdown(NpIoHost *host, NpIoSocket *socket)
{
    gboolean is_open =
        socket->state == NP_IO_SOCKET_STREAM || socket->state == NP_IO_SOCKET_CONNECTING;

    g_assert(is_open);
    socket->shut = TRUE;
    if (socket->state == NP_IO_SOCKET_STREAM)
        update_watch(host, socket);
}

static void
reset_on_close(NpIoSocket *socket)
{
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

    setsockopt(socket->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void
np_io_stream_close(NpIoHost *host, NpIoSocket *socket, const NpClose *asked)
{
    if (asked->abort) {
        reset_on_close(socket);
        np_io_host_drop(host, socket);
        return;
    }
    if (socket->state == NP_IO_SOCKET_CLOSING)
        return;
    if (socket->state != NP_IO_SOCKET_STREAM) {
        finish(host, socket, NP_SOCKET_CLOSED, 0);
        return;
    }
    socket->state = NP_IO_SOCKET_CLOSING;
    socket->shut = TRUE;
    np_io_host_wait(host, socket, &host->closing, CLOSING_TIME);
    /*
     * Edge-triggered, because the kernel calls a socket that has sent its FIN writable for ever;
     * but it does wake its waiters when the FIN is acknowledged.
     */
    np_io_host_watch(host, socket, EPOLLIN | EPOLLOUT | EPOLLET);
}

static gboolean
is_acknowledged(const NpIoSocket *socket)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;

    if (!socket->fin_sent)
        return FALSE;
    if (getsockopt(socket->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return TRUE;
    return info.tcpi_state == TCP_FIN_WAIT2 || info.tcpi_state == TCP_TIME_WAIT ||
           info.tcpi_state == TCP_CLOSE;
}

/* With unread bytes in the buffer, closing would send a reset and might cost the peer our last. */
static void
discard_input(const NpIoSocket *socket)
{
    while (recv(socket->fd, NULL, DISCARD_SIZE, MSG_TRUNC | MSG_DONTWAIT) > 0)
        continue;
}

static void
close_further(NpIoHost *host, NpIoSocket *socket)
{
    int failure = np_io_socket_error(socket);

    discard_input(socket);
    if (failure == 0)
        failure = flush(socket);
    if (failure != 0 || is_acknowledged(socket))
        finish(host, socket, NP_SOCKET_CLOSED, failure);
}

/* Returns FALSE if the connection is gone. */
static gboolean
read_some(NpIoHost *host, NpIoSocket *socket)
{
    gsize room = 0;
    guint8 *slot = np_io_batch_slot(host->batch, &room);
    gssize n = recv(socket->fd, slot, room, MSG_DONTWAIT);

    if (n < 0 && errno != EAGAIN) {
        finish(host, socket, NP_SOCKET_RESET, errno);
        return FALSE;
    }
    if (n > 0) {
        NpDatagram piece = {
            .socket = socket->id,
            .from = socket->peer,
            .to = socket->local,
            .arrived = host->now,
            .data = slot,
            .size = (gsize)n,
        };

        np_io_host_receive(host, NP_TRANSPORT_TCP, &piece);
    } else if (n == 0) {
        socket->peer_ended = TRUE;
        update_watch(host, socket);
        report(host, socket->id, NP_SOCKET_EOF, 0);
    }
    return TRUE;
}

static void
write_more(NpIoHost *host, NpIoSocket *socket)
{
    int failure = flush(socket);
    gboolean answer = socket->unsent == NULL && socket->owes_writable;

    if (failure != 0) {
        finish(host, socket, NP_SOCKET_RESET, failure);
        return;
    }
    if (answer)
        socket->owes_writable = FALSE;
    update_watch(host, socket);
    if (answer)
        report(host, socket->id, NP_SOCKET_WRITABLE, 0);
}

void
np_io_stream_ready(NpIoHost *host, NpIoSocket *socket, guint32 events)
{
    int failure = 0;

    if (socket->state == NP_IO_SOCKET_CLOSING) {
        close_further(host, socket);
        return;
    }
    if ((events & EPOLLIN) != 0 && !read_some(host, socket))
        return;
    /* An error waits until all that came before it is read; reading then meets it. */
    if ((events & EPOLLERR) != 0 && !socket->peer_ended)
        return;
    failure = (events & EPOLLERR) != 0 ? np_io_socket_error(socket) : 0;
    if (failure != 0)
        finish(host, socket, NP_SOCKET_RESET, failure);
    else if ((events & EPOLLOUT) != 0)
        write_more(host, socket);
}

void
np_io_stream_give_up(NpIoHost *host, NpIoSocket *socket)
{
    finish(host, socket, NP_SOCKET_CLOSED, ETIMEDOUT);
}
