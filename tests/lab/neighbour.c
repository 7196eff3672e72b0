/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "socket.h"

#include "roles.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTROL_PORT 7000
/* The neighbour stands at .10 and .11 of the LAN, like the subject. */
#define SUBJECT_PART 10
#define NEIGHBOUR_PART 11

#define PATIENCE_MS 1000
#define ATTEMPTS 5
/* A hairpin takes microseconds; a busy machine may need longer to run the receiver. */
#define HEARING_MS 100

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
    int fd = -1;
    struct sockaddr_in heard = { 0 };

    for (;;) {
        char line[PLAIN_TEXT_SIZE];
        char text[PLAIN_TEXT_SIZE];
        char endpoint[PLAIN_TEXT_SIZE];
        struct sockaddr_in subject;
        struct sockaddr_in to;

        if (!plain_receive(control, -1, line, &subject))
            continue;
        if (strcmp(line, "open") == 0) {
            if (fd >= 0)
                close(fd);
            fd = plain_open(NULL);
            if (!plain_who(fd, 0, &to))
                errx(1, "the neighbour cannot see the observer");
            plain_send(control, &subject, "is %s", plain_text(&to, text));
        } else if (sscanf(line, "send %127s", endpoint) == 1) {
            to = plain_parse(endpoint);
            plain_send(fd, &to, "hi");
            plain_send(control, &subject, "done");
        } else if (strcmp(line, "back") == 0) {
            plain_send(fd, &heard, "hi");
            plain_send(control, &subject, "done");
        } else if (plain_receive(fd, HEARING_MS, text, &heard) && strcmp(text, "hi") == 0) {
            plain_send(control, &subject, "from %s", plain_text(&heard, text));
        } else {
            plain_send(control, &subject, "nothing");
        }
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
