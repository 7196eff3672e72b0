/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "roles.h"

#include <err.h>
#include <poll.h>
#include <sys/socket.h>

static void
answer(const int *fds, unsigned asked)
{
    char line[PLAIN_TEXT_SIZE];
    struct plain_reply reply;
    struct sockaddr_in from;

    if (plain_receive(fds[asked], 0, line, &from) &&
        plain_observer_answer(asked, line, &from, &reply))
        plain_send(fds[reply.via], &reply.to, "%s", reply.text);
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
