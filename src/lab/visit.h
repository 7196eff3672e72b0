/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What one does with a lab that stays
 */

#include <glib.h>

/*
 * Runs a command on a host of the lab, as a child of the caller and with its terminal, directory
 * and environment. Signals sent to the caller are sent on. Returns its exit status as
 * np_lab_session_run() does, or -1. To be called last: the caller moves into the lab.
 */
int
np_lab_visit_run(const char *name, const char *host, const char *const *command, GError **error);
/* NATs forget everything, and have when this returns: all, those of a site, or one (from 1, the
 * nearest to the host, up). */
gboolean np_lab_visit_reboot(const char *name, const char *side, const char *layer, GError **error);
/* Ends the lab, and returns when nothing of it is left. */
gboolean np_lab_visit_end(const char *name, GError **error);
