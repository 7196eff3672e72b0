/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "socket.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PORT 5001

struct sockaddr_in
plain_endpoint(unsigned number)
{
    const char *host = getenv(number < 2 ? "NATLAB_SERVER" : "NATLAB_SERVER_ALT");
    struct sockaddr_in address = { .sin_family = AF_INET };

    if (host == NULL || inet_pton(AF_INET, host, &address.sin_addr) != 1)
        errx(1, "not in a lab");
    address.sin_port = htons((in_port_t)(FIRST_PORT + number % 2));
    return address;
}

int
plain_open(const struct sockaddr_in *local)
{
    struct sockaddr_in any = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (local == NULL)
        local = &any;
    if (fd < 0 || bind(fd, (const struct sockaddr *)local, sizeof *local) != 0)
        err(1, "socket");
    return fd;
}

struct sockaddr_in
plain_local(int fd)
{
    struct sockaddr_in address = { 0 };
    socklen_t size = sizeof address;
    const char *host = getenv("NATLAB_ADDRESS");

    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        err(1, "getsockname");
    if (host != NULL)
        inet_pton(AF_INET, host, &address.sin_addr);
    return address;
}

void
plain_close(int fd)
{
    close(fd);
}

void
plain_send(int fd, const struct sockaddr_in *to, const char *format, ...)
{
    char text[PLAIN_TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* A NAT may answer with ICMP errors; silence or an answer is all that counts. */
    sendto(fd, text, strlen(text), 0, (const struct sockaddr *)to, sizeof *to);
}

bool
plain_receive(int fd, int patience_ms, char text[PLAIN_TEXT_SIZE], struct sockaddr_in *from)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    struct sockaddr_in source = { 0 };
    socklen_t size = sizeof source;
    ssize_t length = 0;

    if (poll(&ready, 1, patience_ms) <= 0)
        return false;
    length =
        recvfrom(fd, text, PLAIN_TEXT_SIZE - 1, MSG_DONTWAIT, (struct sockaddr *)&source, &size);
    if (length < 0)
        return false;
    text[length] = '\0';
    if (from != NULL)
        *from = source;
    return true;
}

bool
plain_dies(int ttl, const struct sockaddr_in *to, int patience_ms, struct sockaddr_in *where)
{
    union {
        struct cmsghdr header;
        char space[512];
    } control;
    char data[PLAIN_TEXT_SIZE];
    struct iovec part = { .iov_base = data, .iov_len = sizeof data };
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.space,
                              .msg_controllen = sizeof control.space };
    struct pollfd ready = { .fd = plain_open(NULL) };
    const int one = 1;
    bool died = false;

    setsockopt(ready.fd, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
    setsockopt(ready.fd, IPPROTO_IP, IP_RECVERR, &one, sizeof one);
    plain_send(ready.fd, to, "hop");
    poll(&ready, 1, patience_ms);
    if (recvmsg(ready.fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0) {
        for (struct cmsghdr *it = CMSG_FIRSTHDR(&message); it != NULL;
             it = CMSG_NXTHDR(&message, it)) {
            if (it->cmsg_level != IPPROTO_IP || it->cmsg_type != IP_RECVERR)
                continue;
            memcpy(where, SO_EE_OFFENDER((struct sock_extended_err *)CMSG_DATA(it)), sizeof *where);
            died = true;
        }
    }
    close(ready.fd);
    return died;
}

bool
plain_connects(const struct sockaddr_in *to)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, (const struct sockaddr *)to, sizeof *to) == 0;

    if (fd >= 0)
        close(fd);
    return connected;
}

double
plain_now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

void
plain_sleep(int duration_ms)
{
    struct timespec left = { .tv_sec = duration_ms / 1000,
                             .tv_nsec = duration_ms % 1000 * 1000000L };

    while (duration_ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}
