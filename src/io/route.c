/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RTM_GETROUTE of rtnetlink(7) without the dump flag: one question, one answer. */

#include "io/route.h"

#include "io/why.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* An answer is one message of some 200 octets; ECMP and encapsulations make it longer. */
#define ANSWER_SIZE 8192

typedef struct {
    struct nlmsghdr header;
    struct rtmsg route;
    guint8 attributes[64];
} Question;

static void
append(Question *question, int type, const void *data, gsize size)
{
    struct rtattr *at =
        (struct rtattr *)((guint8 *)question + NLMSG_ALIGN(question->header.nlmsg_len));

    at->rta_type = (unsigned short)type;
    at->rta_len = (unsigned short)RTA_LENGTH(size);
    memcpy(RTA_DATA(at), data, size);
    question->header.nlmsg_len = NLMSG_ALIGN(question->header.nlmsg_len) + RTA_LENGTH(size);
}

static Question
ask_about(const NpAddress *to)
{
    gboolean is_ipv6 = to->family == NP_FAMILY_IPV6;
    Question question = {
        .header = {
            .nlmsg_len = NLMSG_LENGTH(sizeof question.route),
            .nlmsg_type = RTM_GETROUTE,
            .nlmsg_flags = NLM_F_REQUEST,
        },
        .route = {
            .rtm_family = is_ipv6 ? AF_INET6 : AF_INET,
            .rtm_dst_len = is_ipv6 ? 128 : 32,
        },
    };

    append(&question, RTA_DST, to->bytes, np_address_host_size(to->family));
    if (to->scope != 0)
        append(&question, RTA_OIF, &to->scope, sizeof to->scope);
    return question;
}

static NpAddress
read_address(NpFamily family, const void *data, gsize size)
{
    NpAddress address = { .family = family };

    if (size < np_address_host_size(family))
        return (NpAddress){ 0 };
    memcpy(address.bytes, data, np_address_host_size(family));
    return address;
}

/* A router of the other family: an IPv4 route by way of an IPv6 neighbour (RFC 5549). */
static NpAddress
read_via(const struct rtattr *at)
{
    const struct rtvia *via = RTA_DATA(at);

    if (RTA_PAYLOAD(at) < sizeof *via || via->rtvia_family != AF_INET6)
        return (NpAddress){ 0 };
    return read_address(NP_FAMILY_IPV6, via->rtvia_addr, RTA_PAYLOAD(at) - sizeof *via);
}

static void
read_attribute(NpIoRoute *route, NpFamily family, const struct rtattr *at)
{
    guint32 index = 0;

    switch (at->rta_type) {
    case RTA_OIF:
        memcpy(&index, RTA_DATA(at), sizeof index);
        route->interface_index = index;
        if (if_indextoname(index, route->interface) == NULL)
            route->interface[0] = '\0';
        break;
    case RTA_GATEWAY:
        route->gateway = read_address(family, RTA_DATA(at), RTA_PAYLOAD(at));
        break;
    case RTA_VIA:
        route->gateway = read_via(at);
        break;
    case RTA_PREFSRC:
        route->source = read_address(family, RTA_DATA(at), RTA_PAYLOAD(at));
        break;
    }
}

/* Returns 0 or an errno. */
static int
read_answer(NpIoRoute *route, NpFamily family, const struct nlmsghdr *header)
{
    const struct nlmsgerr *failure = NLMSG_DATA(header);
    int left = 0; /* signed, as RTA_NEXT() may take it below zero */

    if (header->nlmsg_type == NLMSG_ERROR)
        return header->nlmsg_len >= NLMSG_LENGTH(sizeof *failure) ? -failure->error : EPROTO;
    if (header->nlmsg_type != RTM_NEWROUTE ||
        header->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg)))
        return EPROTO;
    left = (int)RTM_PAYLOAD(header);
    for (const struct rtattr *at = RTM_RTA(NLMSG_DATA(header)); RTA_OK(at, left);
         at = RTA_NEXT(at, left))
        read_attribute(route, family, at);
    if (np_address_is_link_local(&route->source))
        route->source.scope = route->interface_index;
    if (np_address_is_link_local(&route->gateway))
        route->gateway.scope = route->interface_index;
    return 0;
}

/* Returns 0 or an errno. */
static int
exchange(int fd, const NpAddress *to, NpIoRoute *route)
{
    union {
        struct nlmsghdr header;
        guint8 bytes[ANSWER_SIZE];
    } answer;
    Question question = ask_about(to);
    gssize size = send(fd, &question, question.header.nlmsg_len, 0);

    if (size >= 0)
        size = recv(fd, &answer, sizeof answer, 0);
    if (size < 0)
        return errno;
    if (!NLMSG_OK(&answer.header, (gsize)size))
        return EPROTO;
    return read_answer(route, to->family, &answer.header);
}

NpWhy
np_io_route_towards(const NpAddress *to, NpIoRoute *route)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    int failure = 0;

    *route = (NpIoRoute){ 0 };
    if (fd < 0)
        return np_io_why(errno);
    failure = exchange(fd, to, route);
    close(fd);
    if (failure != 0)
        *route = (NpIoRoute){ 0 };
    return np_io_why(failure);
}
