/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What natprobed was asked to do: the command line, and a key file with the same names
 *
 * The command line goes before the file. Both together make the listeners; without any, STUN is
 * served on ports 3478 and 3479 of every address.
 */

#include "server/listeners.h"

typedef struct {
    NpServerListeners listeners; /* expanded */
    gboolean print;
    gboolean verbose;
    gboolean version;
} NpDaemonOptions;

void np_daemon_options_clear(NpDaemonOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpDaemonOptions, np_daemon_options_clear)

/* Fills a zeroed @self. Errors are one sentence that names the argument or the key. --help ends the
 * program. */
gboolean np_daemon_options_read(NpDaemonOptions *self, int argc, char **argv, GError **error);
