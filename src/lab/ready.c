/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lab/ready.h"

#include <errno.h>
#include <gio/gio.h>
#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define POLL_INTERVAL (2 * G_TIME_SPAN_MILLISECOND)
#define POLL_LIMIT (5 * G_TIME_SPAN_SECOND)
/* A dump is cut at this many bytes by the kernel (NLMSG_GOODSIZE and up to 32 KiB). */
#define DUMP_SIZE 32768

typedef struct {
    char waiting_for[IFNAMSIZ]; /* empty: all is well */
    gboolean done;
} Survey;

static const struct rtattr *
find_attribute(const struct rtattr *first, int length, unsigned short type)
{
    for (const struct rtattr *it = first; RTA_OK(it, length); it = RTA_NEXT(it, length))
        if ((it->rta_type & NLA_TYPE_MASK) == type)
            return it;
    return NULL;
}

static const struct rtattr *
find_nested(const struct rtattr *outer, unsigned short type)
{
    if (outer == NULL)
        return NULL;
    return find_attribute(RTA_DATA(outer), (int)RTA_PAYLOAD(outer), type);
}

static gboolean
link_is_ready(const struct ifinfomsg *link, int length)
{
    const struct rtattr *first = IFLA_RTA(link);
    const struct rtattr *queue = find_attribute(first, length, IFLA_QDISC);
    const struct rtattr *info = find_attribute(first, length, IFLA_LINKINFO);
    const struct rtattr *port =
        find_nested(find_nested(info, IFLA_INFO_SLAVE_DATA), IFLA_BRPORT_STATE);

    /* What is down is not ours: tunnel modules put a device into every new namespace. */
    if (link->ifi_flags & IFF_LOOPBACK || !(link->ifi_flags & IFF_UP))
        return TRUE;
    /* Running: its operational state allows packets (a bridge's may be "unknown"). */
    if (!(link->ifi_flags & IFF_RUNNING) || !(link->ifi_flags & IFF_LOWER_UP))
        return FALSE;
    if (queue == NULL || strcmp(RTA_DATA(queue), "noop") == 0)
        return FALSE;
    return port == NULL || *(const guint8 *)RTA_DATA(port) == BR_STATE_FORWARDING;
}

static void
read_dump(Survey *self, const struct nlmsghdr *message, unsigned length)
{
    for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
        const struct ifinfomsg *link = NLMSG_DATA(message);
        const struct rtattr *name = NULL;

        if (message->nlmsg_type != RTM_NEWLINK) {
            self->done = TRUE; /* NLMSG_DONE, or an error: the next survey may fare better */
            return;
        }
        if (link_is_ready(link, (int)IFLA_PAYLOAD(message)))
            continue;
        name = find_attribute(IFLA_RTA(link), (int)IFLA_PAYLOAD(message), IFLA_IFNAME);
        g_strlcpy(self->waiting_for, name == NULL ? "?" : RTA_DATA(name), IFNAMSIZ);
    }
}

static gboolean
survey(int fd, Survey *self)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } request = {
        .header = { .nlmsg_len = sizeof request,
                    .nlmsg_type = RTM_GETLINK,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
    };
    g_autofree struct nlmsghdr *answer = g_malloc(DUMP_SIZE);

    *self = (Survey){ 0 };
    if (send(fd, &request, sizeof request, 0) < 0)
        return FALSE;
    while (!self->done) {
        gssize length = recv(fd, answer, DUMP_SIZE, 0);

        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return FALSE;
        read_dump(self, answer, (unsigned)length);
    }
    return TRUE;
}

gboolean
np_lab_ready_wait(GError **error)
{
    gint64 limit = g_get_monotonic_time() + POLL_LIMIT;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    gboolean asked = FALSE;
    Survey result = { 0 };

    while (fd >= 0 && (asked = survey(fd, &result)) && result.waiting_for[0] != '\0' &&
           g_get_monotonic_time() < limit)
        g_usleep(POLL_INTERVAL);
    if (!asked)
        g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno),
                    "cannot ask for the state of links: %s", g_strerror(errno));
    else if (result.waiting_for[0] != '\0')
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "device %s does not come up",
                    result.waiting_for);
    if (fd >= 0)
        close(fd);
    return asked && result.waiting_for[0] == '\0';
}
