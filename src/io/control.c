/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/control.h"

#include "io/sockaddr.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <time.h>

/* RFC 3168, 5: the two low bits of the traffic class. */
#define ECN_MASK 0x03

static int
read_int(const struct cmsghdr *from)
{
    int value = 0;

    memcpy(&value, CMSG_DATA(from), sizeof value);
    return value;
}

static NpTime
read_stamp(const struct cmsghdr *from)
{
    struct timespec at;

    memcpy(&at, CMSG_DATA(from), sizeof at);
    return at.tv_sec * NP_SECOND + at.tv_nsec;
}

/* The sender of the ICMP message follows the error in the same control message (ip(7)). */
static void
read_error(NpIoControl *self, const struct cmsghdr *from)
{
    struct {
        struct sock_extended_err error;
        struct sockaddr_in6 offender; /* the larger of the two that may stand here */
    } data = { 0 };
    struct sockaddr_storage offender = { 0 };

    memcpy(&data, CMSG_DATA(from), MIN(from->cmsg_len - CMSG_LEN(0), sizeof data));
    self->is_icmp =
        data.error.ee_origin == SO_EE_ORIGIN_ICMP || data.error.ee_origin == SO_EE_ORIGIN_ICMP6;
    memcpy(&offender, &data.offender, sizeof data.offender);
    self->icmp.type = data.error.ee_type;
    self->icmp.code = data.error.ee_code;
    self->icmp.offender = np_io_sockaddr_read(&offender, sizeof data.offender);
    self->icmp.offender.port = 0;
}

static void
read_ipv4(NpIoControl *self, const struct cmsghdr *from)
{
    struct in_pktinfo info;

    switch (from->cmsg_type) {
    case IP_PKTINFO:
        memcpy(&info, CMSG_DATA(from), sizeof info);
        self->to = np_address_ipv4(g_ntohl(info.ipi_addr.s_addr), 0);
        break;
    case IP_TTL:
        self->ttl = (guint8)read_int(from);
        break;
    case IP_TOS:
        self->ecn = CMSG_DATA(from)[0] & ECN_MASK;
        break;
    case IP_RECVERR:
        read_error(self, from);
        break;
    }
}

static void
read_ipv6(NpIoControl *self, const struct cmsghdr *from)
{
    struct in6_pktinfo info;

    switch (from->cmsg_type) {
    case IPV6_PKTINFO:
        memcpy(&info, CMSG_DATA(from), sizeof info);
        self->to = np_address_ipv6(info.ipi6_addr.s6_addr, 0);
        if (np_address_is_link_local(&self->to))
            self->to.scope = info.ipi6_ifindex;
        break;
    case IPV6_HOPLIMIT:
        self->ttl = (guint8)read_int(from);
        break;
    case IPV6_TCLASS:
        self->ecn = read_int(from) & ECN_MASK;
        break;
    case IPV6_RECVERR:
        read_error(self, from);
        break;
    }
}

NpIoControl
np_io_control_read(struct msghdr *message)
{
    NpIoControl self = { 0 };

    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at != NULL; at = CMSG_NXTHDR(message, at)) {
        if (at->cmsg_level == IPPROTO_IP)
            read_ipv4(&self, at);
        else if (at->cmsg_level == IPPROTO_IPV6)
            read_ipv6(&self, at);
        else if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_TIMESTAMPNS)
            self.wall = read_stamp(at);
        else if (at->cmsg_level == IPPROTO_UDP && at->cmsg_type == UDP_GRO)
            self.segment_size = (guint16)read_int(at);
    }
    return self;
}

static void
append(struct msghdr *message, int level, int type, const void *data, gsize size)
{
    struct cmsghdr *at =
        (struct cmsghdr *)((guint8 *)message->msg_control + message->msg_controllen);

    at->cmsg_level = level;
    at->cmsg_type = type;
    at->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(at), data, size);
    message->msg_controllen += CMSG_SPACE(size);
}

static void
append_int(struct msghdr *message, int level, int type, int value)
{
    append(message, level, type, &value, sizeof value);
}

static void
append_from(struct msghdr *message, const NpAddress *from)
{
    struct in_pktinfo info = { 0 };
    struct in6_pktinfo info6 = { .ipi6_ifindex = from->scope };

    switch (from->family) {
    case NP_FAMILY_NONE:
        break;
    case NP_FAMILY_IPV4:
        memcpy(&info.ipi_spec_dst, from->bytes, sizeof info.ipi_spec_dst);
        append(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
        break;
    case NP_FAMILY_IPV6:
        memcpy(&info6.ipi6_addr, from->bytes, sizeof info6.ipi6_addr);
        append(message, IPPROTO_IPV6, IPV6_PKTINFO, &info6, sizeof info6);
        break;
    }
}

void
np_io_control_write(struct msghdr *message,
                    NpIoControlBuffer *buffer,
                    NpFamily family,
                    const NpSend *send,
                    gboolean segmented)
{
    gboolean is_ipv6 = family == NP_FAMILY_IPV6;
    int level = is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
    guint16 segment_size = send->segment_size;

    memset(buffer, 0, sizeof *buffer);
    message->msg_control = buffer;
    message->msg_controllen = 0;
    append_from(message, &send->from);
    if (send->ttl != 0)
        append_int(message, level, is_ipv6 ? IPV6_HOPLIMIT : IP_TTL, send->ttl);
    if (send->ecn != 0)
        append_int(message, level, is_ipv6 ? IPV6_TCLASS : IP_TOS, send->ecn & ECN_MASK);
    if (segmented)
        append(message, IPPROTO_UDP, UDP_SEGMENT, &segment_size, sizeof segment_size);
    if (message->msg_controllen == 0)
        message->msg_control = NULL;
}
