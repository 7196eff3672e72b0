/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "roles.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>

#define CONTROL_PORT 7000
/* The neighbour stands at .10 and .11 of the LAN, like the subject. */
#define SUBJECT_PART 10
#define NEIGHBOUR_PART 11

#define PATIENCE_MS 1000
#define ATTEMPTS 5

static struct sockaddr_in
control_address(unsigned part)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(CONTROL_PORT) };
    const char *own = getenv("NATLAB_ADDRESS");

    if (own == NULL)
        errx(1, "not in a lab");
    if (inet_pton(AF_INET, own, &address.sin_addr) != 1)
        errx(1, "no address: %s", own);
    address.sin_addr.s_addr = htonl((ntohl(address.sin_addr.s_addr) & ~0xffu) | part);

    return address;
}

int
plain_neighbour(void)
{
    struct sockaddr_in address = control_address(NEIGHBOUR_PART);
    int control = plain_open(&address);

    for (;;) {
        char line[PLAIN_TEXT_SIZE];
        char answer[PLAIN_TEXT_SIZE];
        struct sockaddr_in subject;

        if (!plain_receive(control, -1, line, &subject))
            continue;
        plain_neighbour_answer(line, answer);
        plain_send(control, &subject, "%s", answer);
    }
}

void
plain_neighbour_ask(const char *line, char answer[])
{
    static int fd = -1;
    struct sockaddr_in neighbour = control_address(NEIGHBOUR_PART);

    if (fd < 0) {
        struct sockaddr_in own = control_address(SUBJECT_PART);
        fd = plain_open(&own);
    }
    /* Nothing is lost on the LAN, but the neighbour may be slower to start. */
    for (int i = 0; i < ATTEMPTS; i++) {
        plain_send(fd, &neighbour, "%s", line);
        if (plain_receive(fd, PATIENCE_MS, answer, NULL))
            return;
    }
    errx(1, "the neighbour does not answer");
}
