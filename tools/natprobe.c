/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * natprobe: what does the NAT in front of me do?
 *
 * Options in, a run, a document out. What is measured is in src/probe, how it is said in
 * src/report.
 */

#include "config.h"

#include <errno.h>
#include <glib/gprintf.h>
#include <locale.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "natprobe-lookup.h"
#include "natprobe-notes.h"
#include "report/format.h"
#include "report/profile.h"

enum {
    EXIT_OK = 0,
    EXIT_EXPECTATION = 1,
    EXIT_USAGE = 2,
    EXIT_NO_ANSWER = 3,
    EXIT_INTERRUPTED = 4,
};

/* A run that takes longer than this is not quick, and one shorter hears nothing. */
#define MIN_TIMEOUT_S 0.1
#define MAX_TIMEOUT_S 60.0
#define DEFAULT_COLUMNS 80
/* No number that a person could mean. */
#define ANY_PORT G_MININT

typedef struct {
    char *format;
    gboolean json;
    char **expect;
    char *undecided;
    gboolean only_ipv4, only_ipv6;
    char *interface;
    gint source_port;
    double timeout;
    gboolean verbose;
    gboolean version;
    char **servers;
} Options;

static int complain(int status, const char *format, ...) G_GNUC_PRINTF(2, 3);

static int
complain(int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("natprobe: ", stderr);
    g_vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return status;
}

static gboolean
parse_options(Options *self, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "format", 'f', 0, G_OPTION_ARG_STRING, &self->format,
          "How to print the result: text, json, junit, tap, markdown or html", "FORMAT" },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &self->json, "The same as --format json", NULL },
        { "expect", 'e', 0, G_OPTION_ARG_STRING_ARRAY, &self->expect,
          "Fail unless this holds: mapping=endpoint-independent,hairpin!=unsupported,...", "LIST" },
        { "undecided", 0, 0, G_OPTION_ARG_STRING, &self->undecided,
          "Whether an expectation that cannot be decided passes: pass or fail (the default)",
          "OUTCOME" },
        { "ipv4", '4', 0, G_OPTION_ARG_NONE, &self->only_ipv4, "Probe over IPv4 only", NULL },
        { "ipv6", '6', 0, G_OPTION_ARG_NONE, &self->only_ipv6, "Probe over IPv6 only", NULL },
        { "interface", 'i', 0, G_OPTION_ARG_STRING, &self->interface,
          "Send through this network interface", "NAME" },
        { "source-port", 'p', 0, G_OPTION_ARG_INT, &self->source_port,
          "Local port of the first mapping test (any, if left out)", "PORT" },
        { "timeout", 't', 0, G_OPTION_ARG_DOUBLE, &self->timeout,
          "Conclude after this time at the latest (4.5 seconds)", "SECONDS" },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose,
          "Show every observation behind every verdict", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, "Print the version", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->servers, NULL,
          "SERVER[:PORT]..." },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_set_summary(
        context, "Tells what the NAT in front of this machine does, by asking STUN servers.\n"
                 "Two ports tell much, two addresses tell all. Without a PORT, 3478 and 3479 are "
                 "asked.");
    g_option_context_set_description(
        context, "Exit status: 0 measured, 1 an expectation failed, 2 wrong usage, 3 no server "
                 "answered,\n4 interrupted.");
    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

static void
clear_options(Options *self)
{
    g_free(self->format);
    g_strfreev(self->expect);
    g_free(self->undecided);
    g_free(self->interface);
    g_strfreev(self->servers);
}

/* Exit status 0, or that of a complaint already made. */
static int
check_options(const Options *self)
{
    if (self->servers == NULL)
        return complain(EXIT_USAGE, "no server was given: natprobe SERVER:PORT [SERVER:PORT...]");
    if (self->only_ipv4 && self->only_ipv6)
        return complain(EXIT_USAGE,
                        "--ipv4 and --ipv6 exclude each other; leave both out for both");
    if (self->source_port != ANY_PORT && (self->source_port < 1 || self->source_port > G_MAXUINT16))
        return complain(EXIT_USAGE, "--source-port %d is not between 1 and 65535",
                        self->source_port);
    if (!(self->timeout >= MIN_TIMEOUT_S && self->timeout <= MAX_TIMEOUT_S))
        return complain(EXIT_USAGE, "--timeout %g is not between %g and %g seconds", self->timeout,
                        MIN_TIMEOUT_S, MAX_TIMEOUT_S);
    if (self->undecided != NULL && !g_str_equal(self->undecided, "pass") &&
        !g_str_equal(self->undecided, "fail"))
        return complain(EXIT_USAGE, "--undecided=%s is neither pass nor fail", self->undecided);
    if (self->json && self->format != NULL && !g_str_equal(self->format, "json"))
        return complain(EXIT_USAGE, "--json and --format %s exclude each other", self->format);
    if (self->interface != NULL && if_nametoindex(self->interface) == 0)
        return complain(EXIT_USAGE, "--interface \"%s\": there is no such network interface",
                        self->interface);
    return EXIT_OK;
}

static void
describe_servers(const NpRunFamily *family, GArray *servers)
{
    const NpProbeServers *known = np_probe_plan_servers(family->plan);

    for (guint i = 0; i < np_probe_servers_count(known); i++) {
        const NpProbeServer *server = np_probe_servers_at(known, i);
        NpNatReportServer line = {
            .address = server->address,
            .software = server->software[0] != '\0' ? server->software : NULL,
            .other_address = server->other,
            .rtt = server->rtt,
        };

        g_array_append_val(servers, line);
    }
}

static NpDocument *
build_document(const NpRun *run, const Options *options, const NpExpect *expect)
{
    g_autoptr(GPtrArray) notes = np_notes_collect(run);
    g_autoptr(GArray) servers = g_array_new(FALSE, FALSE, sizeof(NpNatReportServer));
    NpNatReport report = {
        .duration = np_run_duration(run),
        .notes = (const char *const *)notes->pdata,
        .expect = expect,
        .undecided_passes = g_strcmp0(options->undecided, "pass") == 0,
        .verbose = options->verbose,
    };

    for (guint i = 0; i < G_N_ELEMENTS(run->families); i++) {
        const NpRunFamily *family = &run->families[i];
        const NpProfile *profile = NULL;

        if (family->plan == NULL)
            continue;
        describe_servers(family, servers);
        if (!np_probe_plan_answered(family->plan))
            continue;
        profile = np_probe_plan_profile(family->plan);
        if (family->family == NP_FAMILY_IPV4)
            report.udp = profile;
        else
            report.udp6 = profile;
        if (!np_address_is_set(&report.local)) {
            report.local = *np_probe_plan_local(family->plan);
            report.interface = family->route.interface;
        }
    }
    report.servers = (const NpNatReportServer *)(gpointer)servers->data;
    report.n_servers = servers->len;
    return np_report_profile_document(&report);
}

static guint
terminal_columns(void)
{
    struct winsize size = { 0 };

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return DEFAULT_COLUMNS;
}

static int
print_document(const NpDocument *document, NpReportFormat format)
{
    gboolean terminal = isatty(STDOUT_FILENO);
    NpTextStyle style = {
        .width = terminal ? terminal_columns() : DEFAULT_COLUMNS,
        .colour = terminal && g_getenv("NO_COLOR") == NULL,
    };
    g_autofree char *text = np_report_format(document, format, &style);

    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return EXIT_OK;
    return complain(EXIT_USAGE, "the result cannot be written: %s", g_strerror(errno));
}

static int
probe(NpRun *run, const Options *options, const NpExpect *expect, NpReportFormat format)
{
    g_autoptr(NpDocument) document = NULL;
    g_autoptr(GError) error = NULL;
    NpFamily only = options->only_ipv4   ? NP_FAMILY_IPV4
                    : options->only_ipv6 ? NP_FAMILY_IPV6
                                         : NP_FAMILY_NONE;
    NpWhy why_port = NP_WHY_NONE;
    int status = EXIT_OK;

    if (!np_lookup_servers(run, options->servers, only, &error))
        return complain(EXIT_USAGE, "%s", error->message);
    run->interface = options->interface;
    run->source_port = options->source_port == ANY_PORT ? 0 : (guint16)options->source_port;
    run->timeout = (NpTime)(options->timeout * NP_SECOND);
    if (!run->interrupted)
        np_run_execute(run);
    why_port = np_run_source_port_failure(run);
    if (why_port != NP_WHY_NONE)
        return complain(EXIT_USAGE, "--source-port %d cannot be used: %s", options->source_port,
                        np_why_text(why_port));
    if (!np_run_answered(run) && !run->interrupted) {
        g_autofree char *why = np_notes_why_nothing(run);

        return complain(EXIT_NO_ANSWER, "%s", why);
    }
    if (np_run_answered(run)) {
        document = build_document(run, options, expect);
        status = print_document(document, format);
    }
    if (run->interrupted)
        return complain(EXIT_INTERRUPTED, "%s",
                        np_run_answered(run)
                            ? "interrupted; what is not told was not measured to the end"
                            : "interrupted before any server answered");
    if (status != EXIT_OK)
        return status;
    return np_document_passed(document) ? EXIT_OK : EXIT_EXPECTATION;
}

int
main(int argc, char **argv)
{
    Options options = {
        .source_port = ANY_PORT,
        .timeout = NP_PROBE_DEFAULT_TIMEOUT / (double)NP_SECOND,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(NpExpect) expect = NULL;
    NpReportFormat format = NP_REPORT_TEXT;
    NpRun run;
    int status = EXIT_OK;

    setlocale(LC_ALL, "");
    if (!parse_options(&options, &argc, &argv, &error)) {
        status = complain(EXIT_USAGE, "%s", error->message);
    } else if (options.version) {
        puts(PACKAGE_STRING);
    } else if ((status = check_options(&options)) == EXIT_OK) {
        for (guint i = 0; error == NULL && options.expect != NULL && options.expect[i] != NULL;
             i++) {
            if (expect == NULL)
                expect = np_expect_new();
            np_expect_add(expect, options.expect[i], &error);
        }
        if (error == NULL && options.format != NULL)
            np_report_format_parse(options.format, &format, &error);
        if (options.json)
            format = NP_REPORT_JSON;
        if (error != NULL) {
            status = complain(EXIT_USAGE, "%s", error->message);
        } else {
            np_run_init(&run);
            status = probe(&run, &options, expect, format);
            np_run_clear(&run);
        }
    }
    clear_options(&options);
    return status;
}
