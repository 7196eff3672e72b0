/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How long do mappings live, and what keeps them alive?
 *
 * Each age is asked of a socket of its own, since asking may refresh. The question comes from the
 * endpoint that the socket spoke to, so that no filter that is still open refuses it.
 */

#include "roles.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#define PATIENCE_MS 400
#define GRACE_MS 20
/* A lifetime is as expected if a mapping is alive at the first of these parts of it and dead at the
 * last; what is to keep it alive is sent in between. */
#define YOUNG_PERCENT 75
#define REFRESH_PERCENT 60
#define OLD_PERCENT 130

enum subject {
    SILENT_YOUNG, /* nothing has come back */
    SILENT_OLD,
    STREAM_YOUNG,
    STREAM_OLD,
    REFRESHED_OUTWARD,
    REFRESHED_INWARD,
    N_SUBJECTS,
};

struct mapping {
    int fd;
    struct sockaddr_in external;
    bool alive;
};

struct step {
    int at_ms;
    enum subject whose;
    bool refresh; /* else: see whether it is alive */
};

static void
note(int fd, unsigned id)
{
    struct sockaddr_in to = plain_endpoint(0);

    plain_send(fd, &to, "note %u", id);
}

/* Where note @id came from, asked of another socket. */
static struct sockaddr_in
noted(unsigned note_id)
{
    struct sockaddr_in to = plain_endpoint(0);
    char line[PLAIN_TEXT_SIZE];
    char text[PLAIN_TEXT_SIZE];
    unsigned id = plain_next_id();
    unsigned answered = 0;
    int fd = plain_open(NULL);

    plain_send(fd, &to, "noted %u %u", note_id, id);
    if (!plain_receive(fd, PATIENCE_MS, line, NULL) ||
        sscanf(line, "you %u %127s", &answered, text) != 2 || answered != id)
        errx(1, "the observer noted nothing");
    plain_close(fd);
    return plain_parse(text);
}

/* Whether a packet from the observer gets through to it. */
static bool
is_reached(const struct mapping *mapping)
{
    struct sockaddr_in to = plain_endpoint(0);
    struct sockaddr_in seen;
    char line[PLAIN_TEXT_SIZE];
    char text[PLAIN_TEXT_SIZE];
    unsigned wanted = plain_next_id();
    unsigned id = 0;
    int other = plain_open(NULL);
    bool reached = false;

    plain_send(other, &to, "tell %u %s", wanted, plain_text(&mapping->external, text));
    if (!plain_who(other, 0, &seen))
        errx(1, "the control does not come back");
    while (plain_receive(mapping->fd, GRACE_MS, line, NULL))
        reached = reached || (sscanf(line, "you %u", &id) == 1 && id == wanted);
    plain_close(other);
    return reached;
}

static struct mapping
begin(bool answered)
{
    struct mapping mapping = { .fd = plain_open(NULL) };
    unsigned id = plain_next_id();

    if (!answered) {
        note(mapping.fd, id);
        mapping.external = noted(id);
        return mapping;
    }
    /* Twice: where only outbound packets refresh, it takes one after the first answer. */
    for (int i = 0; i < 2; i++)
        if (!plain_who(mapping.fd, 0, &mapping.external))
            errx(1, "the observer does not answer");
    return mapping;
}

static void
take(const struct step *step, struct mapping *mapping)
{
    if (!step->refresh)
        mapping->alive = is_reached(mapping);
    else if (step->whose == REFRESHED_OUTWARD)
        note(mapping->fd, plain_next_id());
    else if (!is_reached(mapping))
        errx(1, "a mapping is gone before its time");
}

static int
by_time(const void *a, const void *b)
{
    const struct step *x = a;
    const struct step *y = b;

    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static void
print_lifetime(const char *name, double seconds, bool young, bool old)
{
    if (young && !old)
        printf("%s=%g\t", name, seconds);
    else
        printf("%s=%s\t", name, young ? "longer" : "shorter");
}

int
plain_ager(double lifetime, double stream)
{
    const double silent = lifetime * 1000 / 100;
    const double busy = stream * 1000 / 100;
    struct step steps[] = {
        { (int)(silent * YOUNG_PERCENT), SILENT_YOUNG, false },
        { (int)(silent * OLD_PERCENT), SILENT_OLD, false },
        { (int)(busy * YOUNG_PERCENT), STREAM_YOUNG, false },
        { (int)(busy * OLD_PERCENT), STREAM_OLD, false },
        { (int)(busy * REFRESH_PERCENT), REFRESHED_OUTWARD, true },
        { (int)(busy * OLD_PERCENT), REFRESHED_OUTWARD, false },
        { (int)(busy * REFRESH_PERCENT), REFRESHED_INWARD, true },
        { (int)(busy * OLD_PERCENT), REFRESHED_INWARD, false },
    };
    struct mapping mappings[N_SUBJECTS];
    double begun = 0;

    for (int i = 0; i < N_SUBJECTS; i++)
        mappings[i] = begin(i != SILENT_YOUNG && i != SILENT_OLD);
    begun = plain_now_ms();
    qsort(steps, sizeof steps / sizeof steps[0], sizeof steps[0], by_time);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        plain_sleep((int)(begun - plain_now_ms()) + steps[i].at_ms);
        take(&steps[i], &mappings[steps[i].whose]);
    }
    print_lifetime("lifetime", lifetime, mappings[SILENT_YOUNG].alive, mappings[SILENT_OLD].alive);
    print_lifetime("stream", stream, mappings[STREAM_YOUNG].alive, mappings[STREAM_OLD].alive);
    printf("refresh=%s\n", !mappings[REFRESHED_OUTWARD].alive ? "none"
                           : mappings[REFRESHED_INWARD].alive ? "both"
                                                              : "outbound");
    return 0;
}
