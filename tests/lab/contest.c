/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "contest.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "pool.h"

#define SEPARATOR "=== took "

static const char *const nats[] = {
    "open", "full-cone", "restricted", "port-restricted", "symmetric-random", "udp-blocked",
};

/* What a tool prints when it means a mapping or a filtering, in the order of NpNatDependence. */
typedef struct {
    const char *name;
    const char *command; /* for sh, with natprobe's folder as $1 */
    const char *program; /* that must be in the PATH, or NULL */
    const char *mapping[3];
    const char *filtering[3];
    const char *no_nat; /* stands for the mapping where there is no NAT */
    const char *blocked;
} Tool;

static const Tool tools[] = {
    { .name = "natprobe",
      .command = "\"$1/natprobe\" -4 --json \"$NATLAB_SERVER:2222\" \"$NATLAB_SERVER:3333\" | tr "
                 "-d '\\n '",
      .mapping = { "\"mapping\":{\"verdict\":\"endpoint-independent\"",
                   "\"mapping\":{\"verdict\":\"address-dependent\"",
                   "\"mapping\":{\"verdict\":\"address-and-port-dependent\"" },
      .filtering = { "\"filtering\":{\"verdict\":\"endpoint-independent\"",
                     "\"filtering\":{\"verdict\":\"address-dependent\"",
                     "\"filtering\":{\"verdict\":\"address-and-port-dependent\"" },
      .blocked = "\"reachable\":{\"verdict\":\"no\"" },
    { .name = "turnutils_natdiscovery",
      .command = "turnutils_natdiscovery -m -f -p 3478 \"$NATLAB_SERVER\"",
      .program = "turnutils_natdiscovery",
      .mapping = { "NAT with Endpoint Independent Mapping", "NAT with Address Dependent Mapping",
                   "NAT with Address and Port Dependent Mapping" },
      .filtering = { "NAT with Endpoint Independent Filtering",
                     "NAT with Address Dependent Filtering",
                     "NAT with Address and Port Dependent Filtering" } },
    { .name = "stun (Debian, 0.97)",
      .command = "stun \"$NATLAB_SERVER:3478\"",
      .program = "stun",
      .mapping = { "Independent Mapping", NULL, NULL },
      .filtering = { "Independent Filter", "Address Dependent Filter", "Port Dependent Filter" },
      .no_nat = "Primary: Open",
      .blocked = "Blocked or could not reach" },
};

static gboolean
says(const char *output, const char *phrase)
{
    return phrase != NULL && strstr(output, phrase) != NULL;
}

static NpScore
score_axis(const char *output, const char *const phrases[3], guint truth)
{
    if (says(output, phrases[truth]))
        return NP_SCORE_RIGHT;
    for (guint i = 0; i < 3; i++)
        if (says(output, phrases[i]))
            return NP_SCORE_FALSE;
    return NP_SCORE_UNKNOWN;
}

/* One run counts once: false if anything is, right if all is. */
static NpScore
score_run(const Tool *tool, const char *output, const NpNatBehaviour *truth)
{
    NpScore mapping = NP_SCORE_UNKNOWN, filtering = NP_SCORE_UNKNOWN;

    if (!truth->reachable && says(output, tool->blocked))
        return NP_SCORE_RIGHT;
    mapping = score_axis(output, tool->mapping, truth->mapping);
    filtering = score_axis(output, tool->filtering, truth->filtering);
    if (!truth->reachable)
        return mapping == NP_SCORE_UNKNOWN && filtering == NP_SCORE_UNKNOWN ? NP_SCORE_UNKNOWN
                                                                            : NP_SCORE_FALSE;
    if (!truth->translated && says(output, tool->no_nat))
        return NP_SCORE_RIGHT;
    if (mapping == NP_SCORE_FALSE || filtering == NP_SCORE_FALSE)
        return NP_SCORE_FALSE;
    return mapping == NP_SCORE_RIGHT && filtering == NP_SCORE_RIGHT ? NP_SCORE_RIGHT
                                                                    : NP_SCORE_UNKNOWN;
}

/* The tool's output and, of its whole process, the milliseconds; NULL if the lab failed. */
static char *
run_tool(
    const Tool *tool, const char *programs, const char *spec, double loss, guint seed, double *ms)
{
    g_autofree char *natlab = g_build_filename(programs, "natlab", NULL);
    g_autofree char *delay = g_strdup_printf("%u", NP_POOL_DELAY_MS);
    g_autofree char *percent = g_strdup_printf("%g", loss);
    g_autofree char *number = g_strdup_printf("%u", seed);
    g_autofree char *script =
        g_strdup_printf("start=$(date +%%s%%N); %s 2>&1; end=$(date +%%s%%N); "
                        "echo '" SEPARATOR "'$(( (end - start) / 1000 ))",
                        tool->command);
    const char *const arguments[] = { natlab,   "run",   "--left", spec,     "--delay", delay,
                                      "--loss", percent, "--seed", number,   "--",      "sh",
                                      "-c",     script,  "sh",     programs, NULL };
    g_autoptr(GSubprocess) process = g_subprocess_newv(
        arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
    char *output = NULL;
    const char *took = NULL;

    if (process == NULL || !g_subprocess_communicate_utf8(process, NULL, NULL, &output, NULL, NULL))
        return NULL;
    took = strstr(output, SEPARATOR);
    if (took == NULL) {
        g_free(output);
        return NULL;
    }
    *ms = g_ascii_strtod(took + strlen(SEPARATOR), NULL) / 1000;
    return output;
}

static void
run_nat(
    const Tool *tool, const char *programs, const char *spec, double loss, guint runs, NpTally *sum)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));
    NpTally tally = { 0 };
    NpNatSpec parsed;
    NpNatBehaviour truth;

    g_assert_true(np_nat_spec_parse(&parsed, spec, NULL));
    truth = np_nat_spec_truth(&parsed);
    for (guint run = 0; run < runs; run++) {
        double ms = 0;
        g_autofree char *output = run_tool(tool, programs, spec, loss, run + 1, &ms);
        NpScore score = NP_SCORE_UNKNOWN;

        if (output != NULL) {
            score = score_run(tool, output, &truth);
            g_array_append_val(times, ms);
        }
        np_tally_add(&tally, score);
        np_tally_add(sum, score);
    }
    printf("  %-24s %-18s %5u %7u %6u %9.2f s\n", tool->name, spec, tally.counts[NP_SCORE_RIGHT],
           tally.counts[NP_SCORE_UNKNOWN], tally.counts[NP_SCORE_FALSE],
           np_tally_quantile(times, 0.5) / 1000);
    fflush(stdout);
}

void
np_contest_run(const char *programs, double loss_percent, guint runs)
{
    printf("\nside by side at %g %% loss each way, RTT %d ms, %u runs each, whole processes\n",
           loss_percent, 2 * NP_POOL_DELAY_MS, runs);
    printf("  %-24s %-18s %5s %7s %6s %11s\n", "tool", "NAT", "right", "unclear", "false",
           "median time");
    for (guint i = 0; i < G_N_ELEMENTS(tools); i++) {
        g_autofree char *path =
            tools[i].program != NULL ? g_find_program_in_path(tools[i].program) : NULL;
        NpTally sum = { 0 };

        if (tools[i].program != NULL && path == NULL) {
            printf("  %s is not installed\n", tools[i].name);
            continue;
        }
        for (guint j = 0; j < G_N_ELEMENTS(nats); j++)
            run_nat(&tools[i], programs, nats[j], loss_percent, runs, &sum);
        {
            g_autofree char *right = np_tally_text(&sum, NP_SCORE_RIGHT);
            g_autofree char *wrong = np_tally_text(&sum, NP_SCORE_FALSE);

            printf("  %-24s right %s; false %s\n", tools[i].name, right, wrong);
        }
    }
}
