/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "roles.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_COUNT 10000
/* Longer than any round trip asked for in the tests. */
#define PATIENCE_MS 1000

struct tally {
    double sent_ms[MAX_COUNT + 1];
    double round_trips[MAX_COUNT];
    unsigned received;
    unsigned overtaken;
    unsigned latest;
    unsigned digest;
};

static bool
note(struct tally *tally, int fd, unsigned count, int patience_ms)
{
    char line[PLAIN_TEXT_SIZE];
    unsigned id = 0;

    if (!plain_receive(fd, patience_ms, line, NULL))
        return false;
    if (sscanf(line, "you %u", &id) != 1 || id < 1 || id > count || tally->received == count)
        return true;
    tally->round_trips[tally->received++] = plain_now_ms() - tally->sent_ms[id];
    tally->overtaken += id < tally->latest;
    tally->latest = id > tally->latest ? id : tally->latest;
    /* A sum, because order may differ between runs. */
    tally->digest += (id * 2654435761u) ^ (id << 7);
    return true;
}

static int
by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

int
plain_pinger(unsigned count)
{
    static struct tally tally;
    struct sockaddr_in to = plain_endpoint(0);
    int fd = plain_open(NULL);

    if (count < 1 || count > MAX_COUNT)
        errx(2, "1 to %d", MAX_COUNT);
    for (unsigned id = 1; id <= count; id++) {
        tally.sent_ms[id] = plain_now_ms();
        plain_send(fd, &to, "who %u", id);
        while (plain_now_ms() < tally.sent_ms[id] + 1)
            note(&tally, fd, count, 1);
    }
    while (tally.received < count && note(&tally, fd, count, PATIENCE_MS))
        continue;
    qsort(tally.round_trips, tally.received, sizeof tally.round_trips[0], by_value);
    printf("received=%u", tally.received);
    if (tally.received > 0)
        printf(" first=%.3f median=%.3f last=%.3f", tally.round_trips[0],
               tally.round_trips[tally.received / 2], tally.round_trips[tally.received - 1]);
    printf(" order=%u digest=%u\n", tally.overtaken, tally.digest);
    return 0;
}
