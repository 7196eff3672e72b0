/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the observer and the neighbour do when they are asked, over whatever sockets
 */

#include "roles.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

/* A hairpin takes microseconds; a busy machine may need longer to run the receiver. */
#define HEARING_MS 100
/* Notes that the observer keeps. */
#define N_NOTES 64

static struct {
    unsigned id;
    struct sockaddr_in from;
} notes[N_NOTES];

bool
plain_observer_answer(unsigned asked,
                      const char *line,
                      const struct sockaddr_in *from,
                      struct plain_reply *reply)
{
    char text[PLAIN_TEXT_SIZE];
    unsigned id = 0;
    unsigned note = 0;

    *reply = (struct plain_reply){ .via = asked, .to = *from };
    if (sscanf(line, "note %u", &id) == 1) {
        notes[id % N_NOTES].id = id;
        notes[id % N_NOTES].from = *from;
        return false;
    }
    if (sscanf(line, "noted %u %u", &note, &id) == 2 && notes[note % N_NOTES].id == note)
        from = &notes[note % N_NOTES].from;
    else if (sscanf(line, "tell %u %127s", &id, text) == 2)
        reply->to = plain_parse(text);
    else if (sscanf(line, "who %u", &id) != 1 && sscanf(line, "from %u %u", &reply->via, &id) != 2)
        return false;
    snprintf(reply->text, sizeof reply->text, "you %u %s", id, plain_text(from, text));
    return reply->via < PLAIN_N_ENDPOINTS;
}

void
plain_neighbour_answer(const char *line, char answer[PLAIN_TEXT_SIZE])
{
    static int fd = -1;
    static struct sockaddr_in heard;
    char text[PLAIN_TEXT_SIZE];
    char endpoint[PLAIN_TEXT_SIZE];
    struct sockaddr_in to;

    if (strcmp(line, "open") == 0) {
        if (fd >= 0)
            plain_close(fd);
        fd = plain_open(NULL);
        if (!plain_who(fd, 0, &to))
            errx(1, "the neighbour cannot see the observer");
        snprintf(answer, PLAIN_TEXT_SIZE, "is %.*s", PLAIN_TEXT_SIZE - 4, plain_text(&to, text));
    } else if (sscanf(line, "send %127s", endpoint) == 1) {
        to = plain_parse(endpoint);
        plain_send(fd, &to, "hi");
        strcpy(answer, "done");
    } else if (strcmp(line, "back") == 0) {
        plain_send(fd, &heard, "hi");
        strcpy(answer, "done");
    } else if (plain_receive(fd, HEARING_MS, text, &heard) && strcmp(text, "hi") == 0) {
        snprintf(answer, PLAIN_TEXT_SIZE, "from %.*s", PLAIN_TEXT_SIZE - 6,
                 plain_text(&heard, text));
    } else {
        strcpy(answer, "nothing");
    }
}
