/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "socket.h"

#include "roles.h"

#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

static void
answer(const int *fds, unsigned asked)
{
    char line[PLAIN_TEXT_SIZE];
    char text[PLAIN_TEXT_SIZE];
    struct sockaddr_in from;
    unsigned via = asked;
    unsigned id = 0;

    if (!plain_receive(fds[asked], 0, line, &from))
        return;
    if (sscanf(line, "who %u", &id) != 1 && sscanf(line, "from %u %u", &via, &id) != 2)
        return;
    if (via < PLAIN_N_ENDPOINTS)
        plain_send(fds[via], &from, "you %u %s", id, plain_text(&from, text));
}

/* Somebody to connect to, for who cannot send UDP. */
static void
listen_for_tcp(void)
{
    struct sockaddr_in address = plain_endpoint(0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0)
        err(1, "tcp");
}

int
plain_observer(void)
{
    struct pollfd ready[PLAIN_N_ENDPOINTS];
    int fds[PLAIN_N_ENDPOINTS];

    listen_for_tcp();
    for (unsigned i = 0; i < PLAIN_N_ENDPOINTS; i++) {
        struct sockaddr_in address = plain_endpoint(i);

        fds[i] = plain_open(&address);
        ready[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
    }
    while (poll(ready, PLAIN_N_ENDPOINTS, -1) >= 0)
        for (unsigned i = 0; i < PLAIN_N_ENDPOINTS; i++)
            if (ready[i].revents != 0)
                answer(fds, i);
    return 1;
}
