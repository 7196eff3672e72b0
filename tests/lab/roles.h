/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who takes part in measuring a NAT
 */

#include "socket.h"

/*
 * On the public server. Lines it understands, I being any number:
 *
 *     who I              answers "you I ENDPOINT", with where the line came from
 *     from N I           the same from its endpoint N
 *     tell I ENDPOINT    the same, but to ENDPOINT
 *     note I             answers nothing, but remembers
 *     noted N I          answers "you I ENDPOINT", with where note N came from
 */
int plain_observer(void);

struct plain_reply {
    unsigned via; /* endpoint it leaves from */
    struct sockaddr_in to;
    char text[PLAIN_TEXT_SIZE];
};

/* What it does with a line that came to its endpoint @asked. False: it does not answer. */
bool plain_observer_answer(unsigned asked,
                           const char *line,
                           const struct sockaddr_in *from,
                           struct plain_reply *reply);

/*
 * On another host of the LAN, told by the subject, past the NAT:
 *
 *     open               a fresh socket that has talked to the observer; answers "is ENDPOINT"
 *     send ENDPOINT      "hi" from that socket; answers "done"
 *     heard              answers "from ENDPOINT" with the source of the next "hi", or "nothing"
 *     back               "hi" to that source; answers "done"
 */
int plain_neighbour(void);
void plain_neighbour_answer(const char *line, char answer[PLAIN_TEXT_SIZE]);
/* Asks it. Ends the program if there is no answer. */
void plain_neighbour_ask(const char *line, char answer[]);

/* Behind the NAT: prints what it found, in the format of natlab show --tsv but for the name. */
int plain_subject(void);

/*
 * The same for what takes time: "lifetime", of mappings whose packets were not answered and
 * expected to be @lifetime seconds, "stream", of those that were, and "refresh".
 */
int plain_ager(double lifetime, double stream);

/*
 * Sends @count questions, a millisecond apart, and prints "received=N first=MS median=MS last=MS
 * order=N digest=N": the round trips of those answered, sorted; how often an answer overtook
 * another; and a number that tells which were answered.
 */
int plain_pinger(unsigned count);

/* The observer's answer to "who", from endpoint @number. False: there is none. */
bool plain_who(int fd, unsigned number, struct sockaddr_in *seen);
