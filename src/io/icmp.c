/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/icmp.h"

#include "io/control.h"
#include "io/sockaddr.h"

gboolean
np_io_icmp_take(int fd, NpIcmp *icmp)
{
    struct sockaddr_storage quoted = { 0 };
    NpIoControlBuffer buffer;
    struct msghdr message = {
        .msg_name = &quoted,
        .msg_namelen = sizeof quoted,
        .msg_control = &buffer,
        .msg_controllen = sizeof buffer,
    };
    NpIoControl control;

    *icmp = (NpIcmp){ 0 };
    if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return FALSE;
    control = np_io_control_read(&message);
    if (control.is_icmp) {
        *icmp = control.icmp;
        icmp->quoted = np_io_sockaddr_read(&quoted, message.msg_namelen);
    }
    return TRUE;
}
