/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What one does with a lab that is up
 */

#include "natlab.h"

#include "lab/visit.h"

#include <glib.h>
#include <stdio.h>

/* FALSE after a sentence, or if only help was wanted. */
static gboolean
parse(const char *arguments, const char *summary, int *argc, char ***argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(arguments);
    g_autoptr(GError) error = NULL;

    g_option_context_set_summary(context, summary);
    g_option_context_set_strict_posix(context, TRUE);
    if (g_option_context_parse(context, argc, argv, &error))
        return TRUE;
    fprintf(stderr, "natlab: %s\n", error->message);
    return FALSE;
}

static int
refuse(const char *why)
{
    fprintf(stderr, "natlab: %s\n", why);
    return NATLAB_EXIT_USAGE;
}

int
natlab_exec(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    const char *const *command = NULL;
    int status = 0;

    if (!parse("NAME HOST [--] CMD [ARGUMENT...]",
               "Runs CMD on a host of a lab that is up: left, right, third, second or server.",
               &argc, &argv))
        return NATLAB_EXIT_USAGE;
    if (argc < 3)
        return refuse("say in which lab, and on which of its hosts");
    command = (const char *const *)argv + 3;
    if (*command != NULL && g_str_equal(*command, "--"))
        command++;
    if (*command == NULL)
        return refuse("say which command to run");
    status = np_lab_visit_run(argv[1], argv[2], command, &error);
    return status >= 0 ? status : refuse(error->message);
}

int
natlab_reboot(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (!parse("NAME [SIDE [LAYER]]",
               "Lets NATs forget everything: all of a lab, those of a side, or one, counted from 1 "
               "and the host outwards.",
               &argc, &argv))
        return NATLAB_EXIT_USAGE;
    if (argc < 2 || argc > 4)
        return refuse("say in which lab, then perhaps on which side, and which layer");
    if (!np_lab_visit_reboot(argv[1], argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL, &error))
        return refuse(error->message);
    return 0;
}

int
natlab_down(int argc, char **argv)
{
    int status = 0;

    if (!parse("NAME...", "Ends labs, and leaves nothing of them.", &argc, &argv))
        return NATLAB_EXIT_USAGE;
    if (argc < 2)
        return refuse("say which lab is to end");
    for (int i = 1; i < argc; i++) {
        g_autoptr(GError) error = NULL;

        if (!np_lab_visit_end(argv[i], &error))
            status = refuse(error->message);
    }
    return status;
}
