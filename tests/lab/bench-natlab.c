/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How fast are the lab's NATs, and how soon is it up?
 *
 * Small datagrams of 10,000 live mappings, first outwards, then inwards, through nat/translator and
 * through the kernel's NAT. Everything else in the lab shares the machine with them, and of the
 * kernel's NAT nobody knows what it costs, because it works in the sender's time; so the model is
 * held to what it does in a second of its own process.
 */

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_MAPPINGS 10000
#define LEAST_PER_SECOND 100000.0
#define SECONDS 3
#define MAX_START_MS 300.0
#define N_STARTS 21
/* Where the left site is seen. */
#define TARGET "$natlab exec $lab left printenv NATLAB_EXTERNAL"

static const char *const starts[] = {
    "port-restricted",
    "port-restricted@model",
    "double",
    "double@model",
};

static char *programs; /* tools/ and tests/lab/ of the build */
static char *lab;

/* What a command prints; NULL if it cannot be had. */
static char *
run(const char *const *arguments)
{
    g_autoptr(GSubprocess) process = g_subprocess_newv(
        arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
    char *text = NULL;

    if (process == NULL || !g_subprocess_communicate_utf8(process, NULL, NULL, &text, NULL, NULL) ||
        !g_subprocess_get_successful(process))
        g_clear_pointer(&text, g_free);
    return text;
}

/* Runs a shell's line with $natlab, $flood and $lab set. */
static char *
shell(const char *line)
{
    g_autofree char *whole =
        g_strdup_printf("natlab='%s/tools/natlab' flood='%s/tests/lab/flood' lab='%s'; %s",
                        programs, programs, lab, line);
    const char *const arguments[] = { "/bin/sh", "-c", whole, NULL };

    return run(arguments);
}

static double
number(const char *line)
{
    g_autofree char *text = shell(line);

    return text == NULL ? -1 : g_ascii_strtod(text, NULL);
}

/* Packets that a host has received. */
static double
received(const char *host)
{
    g_autofree char *line =
        g_strdup_printf("$natlab exec $lab %s awk '/eth0/ { print $3 }' /proc/net/dev", host);

    return number(line);
}

/* Processor time of the model so far, in seconds; 0 where the kernel is the NAT. */
static double
spent(void)
{
    double ticks = number("$natlab exec $lab left sh -c "
                          "\"cat /proc/[0-9]*/stat | awk '/\\(left-nat0\\)/ "
                          "{ sum += \\$14 + \\$15 } END { print sum + 0 }'\"");

    return ticks / (double)sysconf(_SC_CLK_TCK);
}

/* Prints a line; FALSE if the model was too slow. */
static gboolean
flood(const char *label, const char *direction, const char *from, const char *to)
{
    g_autofree char *line = g_strdup_printf("$natlab exec $lab %s $flood %s %d $(" TARGET ")", from,
                                            direction, SECONDS);
    double packets = received(to);
    double processor = spent();
    g_autofree char *said = shell(line);
    double rate = 0;
    double own = 0;

    packets = received(to) - packets;
    processor = spent() - processor;
    rate = packets / SECONDS;
    own = processor > 0 ? packets / processor : 0;
    printf("  %-24s %-4s %10.0f packets/s", label, direction, rate);
    if (processor > 0)
        printf(", %10.0f in a second of its process", own);
    printf("\n");
    fflush(stdout);
    return said != NULL && packets > 0 && (processor <= 0 || own >= LEAST_PER_SECOND);
}

/* Whether as many mappings are alive as there should be: each lets one packet in. */
static gboolean
all_are_alive(void)
{
    double before = received("left");
    g_autofree char *said = shell("$natlab exec $lab server $flood in 0 $(" TARGET ")");
    double came = received("left") - before;

    if (came < N_MAPPINGS)
        printf("  only %.0f mappings are alive\n", came);
    return said != NULL && came >= N_MAPPINGS;
}

static gboolean
measure(const char *spec)
{
    g_autofree char *line = g_strdup_printf("$natlab up $lab --left %s --right open "
                                            "--server-cmd 'exec sleep 1000'",
                                            spec);
    g_autofree char *up = shell(line);
    g_autofree char *held = NULL;
    g_autofree char *opened = NULL;
    g_autofree char *down = NULL;
    gboolean good = up != NULL;

    if (up == NULL) {
        printf("  %s: there can be no lab\n", spec);
        return FALSE;
    }
    held = shell("$natlab exec $lab left sh -c \"$flood hold > /dev/null &\"; sleep 0.5");
    opened = shell("$natlab exec $lab left $flood out 0");
    good = flood(spec, "out", "left", "server");
    good = all_are_alive() && good;
    good = flood(spec, "in", "server", "left") && good;
    down = shell("$natlab down $lab");
    return good;
}

static int
by_value(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static gboolean
measure_start(const char *spec)
{
    g_autofree char *line = g_strdup_printf(
        "$natlab run --left %s --right port-restricted --server-cmd true -- true", spec);
    double durations[N_STARTS];

    for (guint i = 0; i < N_STARTS; i++) {
        gint64 begun = g_get_monotonic_time();
        g_autofree char *said = shell(line);

        durations[i] = (double)(g_get_monotonic_time() - begun) / 1000;
        if (said == NULL)
            return FALSE;
    }
    qsort(durations, N_STARTS, sizeof durations[0], by_value);
    printf("  %-24s %5.0f ms, half of %d runs; the fastest %.0f, the slowest %.0f\n", spec,
           durations[N_STARTS / 2], N_STARTS, durations[0], durations[N_STARTS - 1]);
    fflush(stdout);
    return durations[N_STARTS / 2] < MAX_START_MS;
}

int
main(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *here = g_path_get_dirname(self == NULL ? "." : self);
    gboolean good = TRUE;

    programs = g_build_filename(here, "..", "..", NULL);
    lab = g_strdup_printf("bench-%d", (int)getpid());
    printf("datagrams of %d mappings through one NAT\n", N_MAPPINGS);
    good = measure("port-restricted") && good;
    good = measure("port-restricted@model") && good;
    good = measure("full-cone@model") && good;
    printf("up, run nothing, and down, with port-restricted on the other side\n");
    for (guint i = 0; i < G_N_ELEMENTS(starts); i++)
        good = measure_start(starts[i]) && good;
    printf("%s\n", good ? "as fast as required" : "NOT as fast as required");
    g_free(lab);
    g_free(programs);
    return good ? 0 : 1;
}
