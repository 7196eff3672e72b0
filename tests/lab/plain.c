/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What do the NAT and the wire in front of this host do? Measured with plain sockets.
 */

#include "roles.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    if (argc == 4 && strcmp(argv[1], "ager") == 0)
        return plain_ager(atof(argv[2]), atof(argv[3]));
    errx(2, "usage: plain observer|neighbour|subject|pinger COUNT|asker PORT|ager SECONDS SECONDS");
}
