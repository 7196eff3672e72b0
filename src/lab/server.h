/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The public server of a lab, and when it is ready
 */

#include "lab/process.h"

typedef struct NpLabServer NpLabServer;

/*
 * Starts @command (sh -c), or if that is NULL the natprobed at @natprobed, with STUN on ports 3478,
 * 3479, 2222 and 3333 of both addresses and both families.
 */
NpLabServer *np_lab_server_new(const NpLabNetwork *network,
                               guint node,
                               const char *command,
                               const char *natprobed,
                               char **environment,
                               GError **error);
void np_lab_server_free(NpLabServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpLabServer, np_lab_server_free)

pid_t np_lab_server_pid(const NpLabServer *self);

/*
 * natprobed says when it is ready (sd_notify(3)), and FALSE if it does not within five seconds or
 * ends. A command may do the same; or it is given until it has bound a port, two seconds at most,
 * and the answer is TRUE.
 */
gboolean np_lab_server_wait(NpLabServer *self, GError **error);
