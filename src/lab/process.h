/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A program on one of the lab's hosts
 */

#include "lab/network.h"

#include <sys/types.h>

typedef struct {
    guint node;
    const char *const *argv;
    char **environment;  /* the whole of it; borrowed */
    gboolean foreground; /* may read, and be interrupted from, the terminal */
} NpLabProgram;

/* Returns -1 with errno set if there can be no process. A program that is not there exits 127. */
pid_t np_lab_process_start(const NpLabNetwork *network, const NpLabProgram *program);

/* Becomes another program, or ends as a shell does that cannot. Does not return. */
void np_lab_process_become(const char *const *argv, char **environment) G_GNUC_NORETURN;
