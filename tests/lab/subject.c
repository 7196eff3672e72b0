/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Silence is taken for an answer only after a control: the observer is asked for something that is
 * sure to come back, last, and what was sent before it must have arrived by then.
 */

#include "roles.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 400
#define ATTEMPTS 3
/* What a processor's queue may be late by, behind another's. */
#define GRACE_MS 20
#define N_SAMPLES 16
/* More ports between samples than any block has. */
#define RANDOM_SPAN 8192
#define MAX_HOPS 6

enum dependence { INDEPENDENT, ON_ADDRESS, ON_BOTH };

static const char *const dependence_text[] = {
    "endpoint-independent",
    "address-dependent",
    "address-and-port-dependent",
};

static void
question(int fd, unsigned number, const char *kind, unsigned id)
{
    struct sockaddr_in to = plain_endpoint(number);

    plain_send(fd, &to, "%s %u", kind, id);
}

bool
plain_who(int fd, unsigned number, struct sockaddr_in *seen)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        unsigned id = plain_next_id();
        char line[PLAIN_TEXT_SIZE];

        question(fd, number, "who", id);
        while (plain_receive(fd, PATIENCE_MS, line, NULL)) {
            char text[PLAIN_TEXT_SIZE];
            unsigned answered = 0;

            if (sscanf(line, "you %u %127s", &answered, text) == 2 && answered == id) {
                *seen = plain_parse(text);
                return true;
            }
        }
    }
    return false;
}

static struct sockaddr_in
who(int fd, unsigned number)
{
    struct sockaddr_in seen;

    if (!plain_who(fd, number, &seen))
        errx(1, "endpoint %u of the observer does not answer", number);
    return seen;
}

/* Whether the observer's endpoint @via, once @fd has talked to @number, gets through to it. */
static bool
gets_in(int fd, unsigned number, unsigned via)
{
    unsigned wanted = plain_next_id();
    unsigned control = plain_next_id();
    char line[PLAIN_TEXT_SIZE];
    char kind[PLAIN_TEXT_SIZE];
    bool got = false;
    int patience = PATIENCE_MS;

    snprintf(kind, sizeof kind, "from %u", via);
    question(fd, number, kind, wanted);
    question(fd, number, "who", control);
    while (plain_receive(fd, patience, line, NULL)) {
        unsigned id = 0;

        if (sscanf(line, "you %u", &id) != 1)
            continue;
        got = got || id == wanted;
        if (id == control)
            patience = GRACE_MS;
    }
    if (patience != GRACE_MS)
        errx(1, "the control does not come back");
    return got;
}

static enum dependence
measure_mapping(void)
{
    struct sockaddr_in seen[PLAIN_N_ENDPOINTS];
    int fd = plain_open(NULL);

    for (unsigned i = 0; i < PLAIN_N_ENDPOINTS; i++)
        seen[i] = who(fd, i);
    plain_close(fd);
    if (!plain_equal(&seen[0], &seen[1]) || !plain_equal(&seen[2], &seen[3]))
        return ON_BOTH;
    return plain_equal(&seen[0], &seen[2]) ? INDEPENDENT : ON_ADDRESS;
}

static enum dependence
measure_filtering(void)
{
    int fd = plain_open(NULL);
    enum dependence found = ON_BOTH;

    who(fd, 0);
    if (gets_in(fd, 0, 3))
        found = INDEPENDENT;
    else if (gets_in(fd, 0, 1))
        found = ON_ADDRESS;
    plain_close(fd);
    return found;
}

static int
ports_apart(const struct sockaddr_in *seen, int i)
{
    return (int)ntohs(seen[i + 1].sin_port) - (int)ntohs(seen[i].sin_port);
}

/* The range ends somewhere, and then the sequence goes on at its other end. */
static bool
is_sequence(const struct sockaddr_in *seen, int step)
{
    int n_steps = 0;

    for (int i = 0; i + 1 < N_SAMPLES; i++)
        n_steps += ports_apart(seen, i) == step;
    return n_steps >= N_SAMPLES - 2;
}

static void
print_allocation(void)
{
    struct sockaddr_in local[N_SAMPLES];
    struct sockaddr_in seen[N_SAMPLES];
    int fds[N_SAMPLES];
    bool preserving = true;
    bool single = true;
    bool sequential = false;
    int step = 0;
    int least = 65535;
    int most = 0;

    for (int i = 0; i < N_SAMPLES; i++) {
        int port = 0;

        fds[i] = plain_open(NULL);
        seen[i] = who(fds[i], 0);
        local[i] = plain_local(fds[i]);
        port = ntohs(seen[i].sin_port);
        preserving = preserving && seen[i].sin_port == local[i].sin_port;
        single = single && plain_same_host(&seen[i], &seen[0]);
        least = port < least ? port : least;
        most = port > most ? port : most;
    }
    for (int i = 0; i < 2 && !sequential; i++) {
        step = ports_apart(seen, i);
        sequential = is_sequence(seen, step);
    }
    for (int i = 0; i < N_SAMPLES; i++)
        plain_close(fds[i]);
    printf("\tallocation=%s", preserving                   ? "preserving"
                              : sequential                 ? "sequential"
                              : most - least < RANDOM_SPAN ? "block"
                                                           : "random");
    if (!preserving && sequential)
        printf("\tallocation.step=%d", step);
    else if (!preserving)
        printf("\tallocation.least=%d\tallocation.most=%d", least, most);
    printf("\tpooling=%s", single ? "single" : "arbitrary");
}

/* A fresh socket here and one at the neighbour's, both known to the observer. */
static int
open_pair(struct sockaddr_in *own, struct sockaddr_in *other)
{
    char answer[PLAIN_TEXT_SIZE];
    int fd = plain_open(NULL);

    *own = who(fd, 0);
    plain_neighbour_ask("open", answer);
    *other = plain_parse(answer + strlen("is "));
    return fd;
}

static bool
neighbour_heard(struct sockaddr_in *from)
{
    char answer[PLAIN_TEXT_SIZE];

    plain_neighbour_ask("heard", answer);
    if (strcmp(answer, "nothing") == 0)
        return false;
    *from = plain_parse(answer + strlen("from "));
    return true;
}

static bool
heard_here(int fd)
{
    char line[PLAIN_TEXT_SIZE];

    return plain_receive(fd, PATIENCE_MS, line, NULL) && strcmp(line, "hi") == 0;
}

static const char *
hairpin_kind(int fd, const struct sockaddr_in *own, const struct sockaddr_in *from)
{
    struct sockaddr_in local = plain_local(fd);

    if (plain_same_host(from, own))
        return "supported";
    return plain_equal(from, &local) ? "supported-internal" : "from-nowhere";
}

/* Between two sockets of this host: does what leaves one come back to the other? */
static bool
hears_itself(void)
{
    struct sockaddr_in seen;
    int sender = plain_open(NULL);
    int receiver = plain_open(NULL);
    char line[PLAIN_TEXT_SIZE];
    bool heard = false;

    who(sender, 0);
    seen = who(receiver, 0);
    plain_send(sender, &seen, "hi");
    who(sender, 0);
    heard = plain_receive(receiver, GRACE_MS, line, NULL) && strcmp(line, "hi") == 0;
    plain_close(sender);
    plain_close(receiver);
    return heard;
}

static void
print_hairpin(void)
{
    struct sockaddr_in own;
    struct sockaddr_in other;
    struct sockaddr_in from;
    char text[PLAIN_TEXT_SIZE];
    char line[2 * PLAIN_TEXT_SIZE];
    char answer[PLAIN_TEXT_SIZE];
    int fd = open_pair(&own, &other);

    plain_send(fd, &other, "hi");
    if (neighbour_heard(&from)) {
        plain_neighbour_ask("back", answer);
        printf("\thairpin=%s\thairpin.needs=nothing",
               heard_here(fd) ? hairpin_kind(fd, &own, &from) : "one-way");
        plain_close(fd);
        return;
    }
    plain_close(fd);
    fd = open_pair(&own, &other);
    snprintf(line, sizeof line, "send %s", plain_text(&own, text));
    for (int i = 0; i < 2; i++) {
        plain_send(fd, &other, "hi");
        plain_neighbour_ask(line, answer);
    }
    if (neighbour_heard(&from) && heard_here(fd))
        printf("\thairpin=%s\thairpin.needs=both-send", hairpin_kind(fd, &own, &from));
    else
        printf("\thairpin=unsupported");
    plain_close(fd);
}

/*
 * An endpoint that the filter keeps out sends first, then is sent to. The nearest such endpoint is
 * taken: with address-dependent mapping it must be one of the same host to share the mapping.
 */
static const char *
measure_unsolicited(enum dependence mapping, enum dependence filtering)
{
    unsigned sender = filtering == ON_BOTH ? 1 : 3;
    struct sockaddr_in before;
    struct sockaddr_in after;
    const char *verdict = "harmless";
    int fd = 0;

    if (filtering == INDEPENDENT)
        return verdict;
    fd = plain_open(NULL);
    before = who(fd, 0);
    if (gets_in(fd, 0, sender))
        return "let-in";
    if (!plain_who(fd, sender, &after))
        verdict = "blocked";
    else if ((mapping == INDEPENDENT || (mapping == ON_ADDRESS && sender == 1)) &&
             !plain_equal(&before, &after))
        verdict = "remapped";
    after = who(fd, 0);
    if (!plain_equal(&before, &after))
        verdict = "lost";
    plain_close(fd);
    return verdict;
}

static bool
is_shared(const struct sockaddr_in *address)
{
    return ntohl(address->sin_addr.s_addr) >> 22 == 0x64400000u >> 22;
}

/* The router that says "time exceeded", if any does. */
static bool
hop_is_shared(int ttl)
{
    struct sockaddr_in to = plain_endpoint(0);
    struct sockaddr_in where;

    return plain_dies(ttl, &to, GRACE_MS, &where) && is_shared(&where);
}

static bool
measure_cgn(void)
{
    int fd = plain_open(NULL);
    struct sockaddr_in local = plain_local(fd);
    bool found = is_shared(&local);

    for (int ttl = 1; !found && ttl <= MAX_HOPS; ttl++)
        found = hop_is_shared(ttl);
    plain_close(fd);
    return found;
}

int
plain_subject(void)
{
    struct sockaddr_in server = plain_endpoint(0);
    struct sockaddr_in local;
    struct sockaddr_in seen;
    enum dependence mapping = INDEPENDENT;
    enum dependence filtering = INDEPENDENT;
    int fd = plain_open(NULL);

    if (!plain_who(fd, 0, &seen)) {
        printf("reachable=no\ttcp=%s\n", plain_connects(&server) ? "yes" : "no");
        return 0;
    }
    local = plain_local(fd);
    plain_close(fd);
    mapping = measure_mapping();
    filtering = measure_filtering();
    printf("reachable=yes\tnat=%s", plain_equal(&local, &seen) ? "none" : "translated");
    printf("\tmapping=%s\tfiltering=%s", dependence_text[mapping], dependence_text[filtering]);
    print_allocation();
    print_hairpin();
    printf("\thears-itself=%s", hears_itself() ? "yes" : "no");
    printf("\tunsolicited=%s", measure_unsolicited(mapping, filtering));
    printf("\tcgn=%s\n", measure_cgn() ? "yes" : "no");
    return 0;
}
