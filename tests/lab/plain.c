/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What do the NAT and the wire in front of this host do? Measured with plain sockets.
 */

#include "roles.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

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
    if (argc == 4 && strcmp(argv[1], "ager") == 0)
        return plain_ager(atof(argv[2]), atof(argv[3]));
    errx(2, "usage: plain observer|neighbour|subject|pinger COUNT|ager SECONDS SECONDS");
}
