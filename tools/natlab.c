/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * natlab: any command behind any NAT, on one machine
 */

#include "config.h"

#include "natlab.h"

#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    { "run", natlab_run, "Run a command behind a NAT" },
    { "up", natlab_up, "Build a lab that stays" },
    { "exec", natlab_exec, "Run a command in a lab that is up" },
    { "reboot", natlab_reboot, "Let the NATs of a lab forget everything" },
    { "down", natlab_down, "End a lab" },
    { "list", natlab_list, "List the NATs that have a name" },
    { "show", natlab_show, "Show what a NAT described by SPEC does" },
};

static void
print_usage(FILE *to)
{
    fprintf(to, "Usage: natlab COMMAND [OPTION...]\n"
                "Put any command behind any NAT on one machine.\n\nCommands:\n");
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(to, "  %-6s %s\n", commands[i].name, commands[i].summary);
    fprintf(to, "\nOptions:\n"
                "  -h, --help     Show help options\n"
                "  --version      Show the version\n"
                "\nnatlab COMMAND --help shows the options of a command.\n");
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    if (argc < 2) {
        print_usage(stderr);
        return NATLAB_EXIT_USAGE;
    }
    if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h")) {
        print_usage(stdout);
        return 0;
    }
    if (g_str_equal(argv[1], "--version")) {
        printf("natlab %s\n", PACKAGE_VERSION);
        return 0;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (g_str_equal(commands[i].name, argv[1])) {
            g_autofree char *name = g_strconcat("natlab ", argv[1], NULL);

            g_set_prgname(name);
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "natlab: there is no command \"%s\"; the commands are", argv[1]);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : ",", commands[i].name);
    fputc('\n', stderr);
    return NATLAB_EXIT_USAGE;
}
