/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The sub-commands of natlab: each is given its own name and arguments, and returns an exit status
 */

#define NATLAB_EXIT_USAGE 2

int natlab_list(int argc, char **argv);
int natlab_show(int argc, char **argv);
int natlab_run(int argc, char **argv);
int natlab_up(int argc, char **argv);
int natlab_exec(int argc, char **argv);
int natlab_reboot(int argc, char **argv);
int natlab_down(int argc, char **argv);
