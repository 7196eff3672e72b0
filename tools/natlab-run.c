/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natlab.h"

#include "lab/session.h"
#include "natlab-options.h"

#include <stdio.h>

typedef struct {
    NatlabOptions lab;
    char *companions[NP_LAB_N_SITES];
    char *second;
    gboolean both;
    char **command;
} Options;

static void
options_clear(Options *self)
{
    natlab_options_clear(&self->lab);
    for (guint i = 0; i < NP_LAB_N_SITES; i++)
        g_free(self->companions[i]);
    g_free(self->second);
    g_strfreev(self->command);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
parse(Options *self, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "both", 0, 0, G_OPTION_ARG_NONE, &self->both, "Run CMD on the right host, too", NULL },
        { "right-cmd", 0, 0, G_OPTION_ARG_STRING, &self->companions[NP_LAB_RIGHT],
          "Run this beside CMD on the right host", "CMD" },
        { "third-cmd", 0, 0, G_OPTION_ARG_STRING, &self->companions[NP_LAB_THIRD],
          "Run this beside CMD on the third host", "CMD" },
        { "second-cmd", 0, 0, G_OPTION_ARG_STRING, &self->second,
          "Run this beside CMD on another host of the left LAN", "CMD" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->command, NULL, NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("[--] CMD [ARGUMENT...]");

    g_option_context_set_summary(context, "Runs CMD on a host behind a NAT.");
    g_option_context_set_description(context, "natlab list shows what SPEC can be.");
    /* What follows the command's name are the command's own options. */
    g_option_context_set_strict_posix(context, TRUE);
    natlab_options_add(&self->lab, context);
    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

static gboolean
make_errand(Options *options, NpLabErrand *errand, GError **error)
{
    const gboolean needed[NP_LAB_N_SITES] = {
        [NP_LAB_LEFT] = TRUE,
        [NP_LAB_RIGHT] = options->both || options->companions[NP_LAB_RIGHT] != NULL,
        [NP_LAB_THIRD] = options->companions[NP_LAB_THIRD] != NULL,
    };

    if (options->command == NULL || options->command[0] == NULL) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                            "say which command to run, after --");
        return FALSE;
    }
    if (!natlab_options_plan(&options->lab, needed, &errand->plan, error))
        return FALSE;
    for (guint i = 0; i < NP_LAB_N_SITES; i++)
        errand->companions[i] = options->companions[i];
    errand->command = (const char *const *)options->command;
    errand->both = options->both;
    errand->second = options->second;
    return TRUE;
}

int
natlab_run(int argc, char **argv)
{
    g_auto(Options) options = { .command = NULL };
    NpLabErrand errand = { .command = NULL };
    g_autoptr(GError) error = NULL;

    natlab_options_init(&options.lab);
    if (!parse(&options, &argc, &argv, &error) || !make_errand(&options, &errand, &error)) {
        fprintf(stderr, "natlab: %s\n", error->message);
        return NATLAB_EXIT_USAGE;
    }
    return np_lab_session_run(&errand);
}
