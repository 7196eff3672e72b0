/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natlab.h"

#include "lab/session.h"

#include <stdio.h>
#include <unistd.h>

/* A minute: more is a mistake in the unit. */
#define MAX_DELAY_MS 60000.0

typedef struct {
    char *specs[NP_LAB_N_SITES];
    char *companions[NP_LAB_N_SITES];
    char *second;
    char *server;
    double delay_ms;
    double jitter_ms;
    double loss_percent;
    gint64 seed;
    gboolean both;
    char **command;
} Options;

static void
options_clear(Options *self)
{
    for (guint i = 0; i < NP_LAB_N_SITES; i++) {
        g_free(self->specs[i]);
        g_free(self->companions[i]);
    }
    g_free(self->second);
    g_free(self->server);
    g_strfreev(self->command);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
parse(Options *self, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "left", 0, 0, G_OPTION_ARG_STRING, &self->specs[NP_LAB_LEFT],
          "NAT in front of the left host (default: open)", "SPEC" },
        { "right", 0, 0, G_OPTION_ARG_STRING, &self->specs[NP_LAB_RIGHT],
          "Have a right site, behind this NAT", "SPEC" },
        { "third", 0, 0, G_OPTION_ARG_STRING, &self->specs[NP_LAB_THIRD],
          "Have a third site, behind this NAT", "SPEC" },
        { "delay", 0, 0, G_OPTION_ARG_DOUBLE, &self->delay_ms,
          "One-way delay between a site and the internet", "MS" },
        { "jitter", 0, 0, G_OPTION_ARG_DOUBLE, &self->jitter_ms, "Up to so much more delay", "MS" },
        { "loss", 0, 0, G_OPTION_ARG_DOUBLE, &self->loss_percent, "Packets lost, each way",
          "PERCENT" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &self->seed, "Which packets are lost (default: 1)",
          "N" },
        { "both", 0, 0, G_OPTION_ARG_NONE, &self->both, "Run CMD on the right host, too", NULL },
        { "right-cmd", 0, 0, G_OPTION_ARG_STRING, &self->companions[NP_LAB_RIGHT],
          "Run this beside CMD on the right host", "CMD" },
        { "third-cmd", 0, 0, G_OPTION_ARG_STRING, &self->companions[NP_LAB_THIRD],
          "Run this beside CMD on the third host", "CMD" },
        { "second-cmd", 0, 0, G_OPTION_ARG_STRING, &self->second,
          "Run this beside CMD on another host of the left LAN", "CMD" },
        { "server-cmd", 0, 0, G_OPTION_ARG_STRING, &self->server,
          "Run this on the server instead of natprobed", "CMD" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->command, NULL, NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("[--] CMD [ARGUMENT...]");

    g_option_context_set_summary(context, "Runs CMD on a host behind a NAT.");
    g_option_context_set_description(context, "natlab list shows what SPEC can be.");
    /* What follows the command's name are the command's own options. */
    g_option_context_set_strict_posix(context, TRUE);
    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

static gboolean
refuse(GError **error, const char *why)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, why);
    return FALSE;
}

static gboolean
check(const Options *self, GError **error)
{
    if (self->command == NULL || self->command[0] == NULL)
        return refuse(error, "say which command to run, after --");
    if (!(self->delay_ms >= 0 && self->delay_ms <= MAX_DELAY_MS))
        return refuse(error, "--delay is in milliseconds, from 0 to 60000");
    if (!(self->jitter_ms >= 0 && self->jitter_ms <= MAX_DELAY_MS))
        return refuse(error, "--jitter is in milliseconds, from 0 to 60000");
    if (!(self->loss_percent >= 0 && self->loss_percent <= 100))
        return refuse(error, "--loss is in percent, from 0 to 100");
    return TRUE;
}

/* Sites come into being because they are asked for, or because something is to run there. */
static gboolean
read_specs(Options *options, NpNatSpec *specs, NpLabErrand *errand, GError **error)
{
    for (guint i = 0; i < NP_LAB_N_SITES; i++) {
        gboolean wanted = i == NP_LAB_LEFT || options->companions[i] != NULL ||
                          (i == NP_LAB_RIGHT && options->both);

        if (options->specs[i] == NULL && wanted)
            options->specs[i] = g_strdup("open");
        if (options->specs[i] == NULL)
            continue;
        if (!np_nat_spec_parse(&specs[i], options->specs[i], error)) {
            g_prefix_error(error, "--%s ", np_lab_side_text((NpLabSide)i));
            return FALSE;
        }
        errand->plan.specs[i] = &specs[i];
        errand->plan.spec_texts[i] = options->specs[i];
        errand->companions[i] = options->companions[i];
    }
    return TRUE;
}

/* Beside natlab itself, as in a build directory; else in PATH. */
static char *
find_natprobed(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *directory = self == NULL ? NULL : g_path_get_dirname(self);
    g_autofree char *beside =
        directory == NULL ? NULL : g_build_filename(directory, "natprobed", NULL);

    if (beside != NULL && access(beside, X_OK) == 0)
        return g_steal_pointer(&beside);
    return g_find_program_in_path("natprobed");
}

int
natlab_run(int argc, char **argv)
{
    g_auto(Options) options = { .seed = 1 };
    NpNatSpec specs[NP_LAB_N_SITES];
    NpLabErrand errand = { 0 };
    g_autoptr(GError) error = NULL;
    g_autofree char *natprobed = NULL;

    if (!parse(&options, &argc, &argv, &error) || !check(&options, &error) ||
        !read_specs(&options, specs, &errand, &error)) {
        fprintf(stderr, "natlab: %s\n", error->message);
        return NATLAB_EXIT_USAGE;
    }
    natprobed = options.server == NULL ? find_natprobed() : NULL;
    if (options.server == NULL && natprobed == NULL)
        fprintf(stderr, "natlab: no natprobed beside natlab or in PATH, so nothing serves at %s\n",
                NP_LAB_SERVER);
    errand.plan.wire = (NpLabWireConfig){
        .delay = (NpTime)(options.delay_ms * NP_MSEC),
        .jitter = (NpTime)(options.jitter_ms * NP_MSEC),
        .loss = options.loss_percent / 100,
        .seed = (guint64)options.seed,
    };
    errand.command = (const char *const *)options.command;
    errand.both = options.both;
    errand.second = options.second;
    errand.plan.server = options.server;
    errand.plan.natprobed = natprobed;
    return np_lab_session_run(&errand);
}
