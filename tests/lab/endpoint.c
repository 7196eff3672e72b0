/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What of socket.h needs no socket
 */

#include "socket.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>

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

unsigned
plain_next_id(void)
{
    static unsigned last;

    return ++last;
}
