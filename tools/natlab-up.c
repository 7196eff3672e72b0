/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natlab.h"

#include "lab/holder.h"
#include "natlab-options.h"

#include <stdio.h>

static int
complain(const GError *error)
{
    fprintf(stderr, "natlab: %s\n", error->message);
    return NATLAB_EXIT_USAGE;
}

int
natlab_up(int argc, char **argv)
{
    static const gboolean needed[NP_LAB_N_SITES] = { [NP_LAB_LEFT] = TRUE };
    g_auto(NatlabOptions) options = { .seed = 1 };
    g_autofree char *log = NULL;
    const GOptionEntry entries[] = {
        { "log", 0, 0, G_OPTION_ARG_FILENAME, &log,
          "Append here what the server and the lab itself have to say", "FILE" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("NAME");
    g_autoptr(GError) error = NULL;
    NpLabPlan plan;

    g_option_context_set_summary(context, "Builds a lab that stays until natlab down NAME.");
    g_option_context_set_description(context, "natlab list shows what SPEC can be.");
    natlab_options_add(&options, context);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        return complain(error);
    if (argc != 2) {
        fprintf(stderr, "natlab: say what the lab is to be called, in one word\n");
        return NATLAB_EXIT_USAGE;
    }
    if (!natlab_options_plan(&options, needed, &plan, &error) ||
        !np_lab_holder_start(argv[1], &plan, log, &error))
        return complain(error);
    return 0;
}
