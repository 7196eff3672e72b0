/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * By netlink, since the conntrack tool is not everywhere: a deletion that names no flow means all.
 */

#include "config.h"

#include "lab/tracking.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    struct nlmsghdr header;
    struct nfgenmsg family; /* AF_UNSPEC: all */
} Request;

typedef struct {
    struct nlmsghdr header;
    struct nlmsgerr error;
} Answer;

gboolean
np_lab_tracking_flush(void)
{
    Request request = {
        .header = { .nlmsg_len = sizeof request,
                    .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
        .family = { .version = NFNETLINK_V0 },
    };
    Answer answer = { 0 };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    gboolean answered = FALSE;

    if (fd < 0)
        return FALSE;
    answered = send(fd, &request, sizeof request, 0) == sizeof request &&
               recv(fd, &answer, sizeof answer, 0) == sizeof answer &&
               answer.header.nlmsg_type == NLMSG_ERROR;
    if (answered)
        errno = -answer.error.error;
    close(fd);
    return answered && answer.error.error == 0;
}
