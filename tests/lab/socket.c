/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "socket.h"

#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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

const char *
plain_text(const struct sockaddr_in *address, char text[PLAIN_TEXT_SIZE])
{
    char host[INET_ADDRSTRLEN] = "?";

    inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
    snprintf(text, PLAIN_TEXT_SIZE, "%s:%u", host, ntohs(address->sin_port));
    return text;
}

struct sockaddr_in
plain_parse(const char *text)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    char host[INET_ADDRSTRLEN];
    unsigned port = 0;

    if (sscanf(text, "%15[0-9.]:%u", host, &port) != 2 ||
        inet_pton(AF_INET, host, &address.sin_addr) != 1)
        errx(1, "no endpoint: %s", text);
    address.sin_port = htons((in_port_t)port);
    return address;
}

bool
plain_equal(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    return plain_same_host(a, b) && a->sin_port == b->sin_port;
}

bool
plain_same_host(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    return a->sin_addr.s_addr == b->sin_addr.s_addr;
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

unsigned
plain_next_id(void)
{
    static unsigned last;

    return ++last;
}
