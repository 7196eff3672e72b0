/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What do the NAT and the wire in front of this host do? Measured with plain sockets.
 */

#include "roles.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define KNOCK_PATIENCE_MS 500

/* Where this host is seen to be, from one port of its own. */
static int
ask(unsigned port)
{
    struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons((in_port_t)port) };
    struct sockaddr_in seen;
    char text[PLAIN_TEXT_SIZE];

    if (!plain_who(plain_open(&local), 0, &seen))
        errx(1, "no answer");
    puts(plain_text(&seen, text));
    return 0;
}

/* What comes back of a datagram to @endpoint: an ICMP error, or nothing. */
static int
knock(const char *endpoint)
{
    struct sockaddr_in to = plain_parse(endpoint);
    struct sockaddr_in any = { .sin_family = AF_INET };
    struct pollfd ready = { .fd = plain_open(&any), .events = POLLIN };
    char byte = 0;

    if (connect(ready.fd, (struct sockaddr *)&to, sizeof to) != 0 || send(ready.fd, "hi", 2, 0) < 0)
        err(1, "%s", endpoint);
    if (poll(&ready, 1, KNOCK_PATIENCE_MS) == 0)
        puts("nothing");
    else if (recv(ready.fd, &byte, sizeof byte, MSG_DONTWAIT) >= 0)
        puts("an answer");
    else
        puts(errno == ECONNREFUSED ? "refused" : errno == EHOSTUNREACH ? "prohibited" : "an error");
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "observer") == 0)
        return plain_observer();
    if (argc == 2 && strcmp(argv[1], "neighbour") == 0)
        return plain_neighbour();
    if (argc == 2 && strcmp(argv[1], "subject") == 0)
        return plain_subject();
    if (argc == 3 && strcmp(argv[1], "pinger") == 0)
        return plain_pinger((unsigned)atoi(argv[2]));
    if (argc == 3 && strcmp(argv[1], "asker") == 0)
        return ask((unsigned)atoi(argv[2]));
    if (argc == 3 && strcmp(argv[1], "knocker") == 0)
        return knock(argv[2]);
    if (argc == 4 && strcmp(argv[1], "ager") == 0)
        return plain_ager(atof(argv[2]), atof(argv[3]));
    errx(2, "usage: plain observer|neighbour|subject|pinger COUNT|asker PORT|knocker ENDPOINT|ager "
            "SECONDS SECONDS");
}
