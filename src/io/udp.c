/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * UDP, with everything the kernel can tell about a datagram
 *
 * The error queue is on, because an ICMP error is evidence about the path. Its price is that Linux
 * also lets the error fail the next call on the socket, whoever that call concerns: such a failure
 * is recognised by the call succeeding when repeated.
 */

#include "io/udp.h"

#include "io/control.h"
#include "io/icmp.h"
#include "io/sockaddr.h"
#include "io/why.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/*
 * Receive buffer asked for; the system may give less (net.core.rmem_max). A late turn of the main
 * loop must not lose the answers to a burst of probes: 1 MiB holds about 1,300 small datagrams with
 * the kernel's own cost. Memory is used only while they wait.
 */
#define RECEIVE_BUFFER (1024 * 1024)

/*
 * How often a refused send is tried: the first failure may be an ICMP error's, and another one may
 * come in while the queue is read.
 */
#define MAX_TRIES 3

static gboolean
ask_for_details(const NpIoSocket *socket)
{
    static const struct {
        int level;
        int option;
        NpFamily family;
    } rows[] = {
        { SOL_SOCKET, SO_TIMESTAMPNS, NP_FAMILY_NONE },
        { IPPROTO_IP, IP_PKTINFO, NP_FAMILY_IPV4 },
        { IPPROTO_IP, IP_RECVTTL, NP_FAMILY_IPV4 },
        { IPPROTO_IP, IP_RECVTOS, NP_FAMILY_IPV4 },
        { IPPROTO_IP, IP_RECVERR, NP_FAMILY_IPV4 },
        { IPPROTO_IPV6, IPV6_RECVPKTINFO, NP_FAMILY_IPV6 },
        { IPPROTO_IPV6, IPV6_RECVHOPLIMIT, NP_FAMILY_IPV6 },
        { IPPROTO_IPV6, IPV6_RECVTCLASS, NP_FAMILY_IPV6 },
        { IPPROTO_IPV6, IPV6_RECVERR, NP_FAMILY_IPV6 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if ((rows[i].family == NP_FAMILY_NONE || rows[i].family == socket->family) &&
            !np_io_socket_set(socket, rows[i].level, rows[i].option, 1))
            return FALSE;
    return TRUE;
}

void
np_io_udp_open(NpIoHost *host, NpSocketId id, const NpOpen *open)
{
    NpWhy why = NP_WHY_NONE;
    NpIoSocket *socket = np_io_socket_open(id, open, &why);

    if (socket == NULL) {
        np_io_host_report_failed(host, id, why);
        return;
    }
    if (!ask_for_details(socket) || ((open->flags & NP_OPEN_COALESCE) != 0 &&
                                     !np_io_socket_set(socket, IPPROTO_UDP, UDP_GRO, 1))) {
        why = np_io_why(errno);
        np_io_socket_free(socket);
        np_io_host_report_failed(host, id, why);
        return;
    }
    np_io_socket_set(socket, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
    np_io_host_add(host, socket);
    np_io_host_watch(host, socket, EPOLLIN);
    np_io_host_report(host, &(NpSocketEvent){
                                .socket = id,
                                .kind = NP_SOCKET_OPENED,
                                .local = socket->local,
                            });
}

/* Unlike ttl and traffic class, the DF bit has no control message: it is a state of the socket. */
static void
set_fragment(NpIoSocket *socket, NpFragment fragment)
{
    gboolean is_ipv6 = socket->family == NP_FAMILY_IPV6;
    int level = is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
    int option = is_ipv6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER;
    socklen_t size = sizeof socket->system_fragment;
    int value = 0;

    if (socket->fragment == fragment)
        return;
    if (socket->fragment == NP_FRAGMENT_DEFAULT)
        getsockopt(socket->fd, level, option, &socket->system_fragment, &size);
    switch (fragment) {
    case NP_FRAGMENT_DEFAULT:
        value = socket->system_fragment;
        break;
    case NP_FRAGMENT_NEVER:
        value = is_ipv6 ? IPV6_PMTUDISC_PROBE : IP_PMTUDISC_PROBE;
        break;
    case NP_FRAGMENT_ALLOWED:
        value = is_ipv6 ? IPV6_PMTUDISC_DONT : IP_PMTUDISC_DONT;
        break;
    }
    np_io_socket_set(socket, level, option, value);
    socket->fragment = fragment;
}

/* Returns 0 or an errno. */
static int
send_once(const NpIoSocket *socket, const NpSend *send, struct iovec bytes, gboolean segmented)
{
    struct sockaddr_storage name;
    NpIoControlBuffer buffer;
    struct msghdr message = {
        .msg_name = &name,
        .msg_namelen = np_io_sockaddr_write(&name, &send->to),
        .msg_iov = &bytes,
        .msg_iovlen = 1,
    };

    np_io_control_write(&message, &buffer, socket->family, send, segmented);
    return sendmsg(socket->fd, &message, MSG_DONTWAIT) < 0 ? errno : 0;
}

/* A full buffer of the socket or of the device behind it. */
static gboolean
is_lack_of_room(int error_number)
{
    return error_number == EAGAIN || error_number == ENOBUFS;
}

static int
send_bytes(NpIoHost *host,
           const NpIoSocket *socket,
           const NpSend *send,
           struct iovec bytes,
           gboolean segmented)
{
    int failure = send_once(socket, send, bytes, segmented);

    for (guint tries = 1; tries < MAX_TRIES && failure != 0 && !is_lack_of_room(failure); tries++) {
        np_io_host_report_icmp(host, socket);
        failure = send_once(socket, send, bytes, segmented);
    }
    return failure;
}

static void
count(NpIoHost *host, int failure, guint datagrams)
{
    if (failure == 0)
        host->counters.sent += datagrams;
    else if (is_lack_of_room(failure))
        host->counters.dropped += datagrams;
    else
        host->counters.failed += datagrams;
}

/*
 * The kernel cuts at most 64 segments at a time in older versions, and none on some devices and
 * tunnels. What it refuses is cut here.
 */
static int
send_segments(NpIoHost *host, const NpIoSocket *socket, const NpSend *send, struct iovec whole)
{
    guint n_segments = (whole.iov_len + send->segment_size - 1) / send->segment_size;
    gsize left = whole.iov_len;
    int failure = send_bytes(host, socket, send, whole, TRUE);

    if (failure != EINVAL && failure != EIO && failure != EMSGSIZE && failure != EOPNOTSUPP) {
        count(host, failure, n_segments);
        return failure;
    }
    while (left > 0) {
        struct iovec bytes = {
            .iov_base = (guint8 *)whole.iov_base + (whole.iov_len - left),
            .iov_len = MIN(left, send->segment_size),
        };

        failure = send_bytes(host, socket, send, bytes, FALSE);
        count(host, failure, 1);
        if (failure != 0 && !is_lack_of_room(failure))
            return failure;
        left -= bytes.iov_len;
    }
    return 0;
}

void
np_io_udp_send(NpIoHost *host, NpIoSocket *socket, const NpSend *send)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(send->payload, &size);
    struct iovec bytes = { .iov_base = (void *)data, .iov_len = size };
    NpAddress local = np_address_is_set(&send->from) ? send->from : socket->local;
    int failure = 0;

    set_fragment(socket, send->fragment);
    if (send->segment_size != 0 && send->segment_size < size) {
        failure = send_segments(host, socket, send, bytes);
    } else {
        failure = send_bytes(host, socket, send, bytes, FALSE);
        count(host, failure, 1);
    }
    if (failure == 0) {
        local.port = socket->local.port;
        np_io_host_sent(host, socket, &local, &send->to, send->payload, send->segment_size);
    } else if (!is_lack_of_room(failure)) {
        np_io_host_report_failed(host, socket->id, np_io_why(failure));
    }
}

guint
np_io_udp_ready(NpIoHost *host, NpIoSocket *socket, guint32 events)
{
    int n = 0;

    if ((events & EPOLLERR) != 0) {
        np_io_host_report_icmp(host, socket);
        /* Where the queue had no room for the error, it still waits in the socket: take it. */
        np_io_socket_error(socket);
    }
    if ((events & EPOLLIN) == 0)
        return 0;
    n = np_io_batch_receive(host->batch, socket->fd);
    for (int i = 0; i < n; i++) {
        NpDatagram datagram = np_io_batch_get(host->batch, i, host->now, host->wall_offset);

        datagram.socket = socket->id;
        datagram.to.port = np_address_is_set(&datagram.to) ? socket->local.port : 0;
        np_io_host_receive(host, NP_TRANSPORT_UDP, &datagram);
    }
    return (guint)MAX(n, 0);
}
