/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/interface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

/* A burst of a thousand small packets, at the kernel's accounting of some 800 octets for each. */
#define RECEIVE_BUFFER (4 * 1024 * 1024)

int
np_lab_interface_open(const char *name, guint16 protocol)
{
    struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol) };
    const int one = 1;
    const int size = RECEIVE_BUFFER;
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int saved = 0;

    if (fd < 0)
        return -1;
    address.sll_ifindex = (int)if_nametoindex(name);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (address.sll_ifindex != 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) == 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one) == 0 &&
        bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}
