/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A network of the test's own
 *
 * Loopback and nothing else, so that a test may change it, and nothing it sends can get out. Mounts
 * are the test's own too, for the files that say how names are looked up.
 */

#include <glib.h>

/*
 * Moves the whole process there; to be called before anything starts a thread. FALSE, with a line
 * for the log, where the system does not let this user do it: then the process is where it was.
 */
gboolean np_test_enter_namespace(void);

/* Runs a shell command line, "ip ..." for example; FALSE, with a line for the log, if it fails. */
gboolean np_test_shell(const char *command);
