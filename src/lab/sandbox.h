/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A world of its own, that ends with its creator
 *
 * Private user (unless root), mount, network and process-id namespaces around a function that runs
 * in a new process, the first of its pid namespace. When that process ends, by whatever cause, the
 * kernel kills all others in there and takes the devices, rules and mounts away; and it is killed
 * when the calling process dies, even by SIGKILL. So nothing has to be cleaned up, ever.
 */

#include <glib.h>
#include <signal.h>

/* Runs in the sandbox; what it returns becomes the exit status. */
typedef int (*NpLabSandboxBody)(gpointer data);

/* Those that a body has to deal with: INT, TERM, HUP, QUIT, USR1, USR2 and CHLD. */
void np_lab_sandbox_signals(sigset_t *set);

/* In the body, while it does not take signals: one that asks it to end and is pending, or 0. */
int np_lab_sandbox_interrupted(void);

/* Waits for @child, while @signals are blocked. Those sent to the caller meanwhile are sent on to
 * it; those typed at a terminal are not, since they reach the whole foreground group anyway.
 * Returns its exit status, or 128 + N if signal N ended it. */
int np_lab_sandbox_wait(pid_t child, const sigset_t *signals);

/*
 * Runs @body and waits for it as above. In the body's process signals are blocked: it takes them
 * with sigwaitinfo().
 *
 * Returns the body's exit status, 128 + N if signal N ended it, -1 with *@error if no sandbox can
 * be made: one sentence that says what is missing. To be called once in a process.
 */
int np_lab_sandbox_run(NpLabSandboxBody body, gpointer data, GError **error);

/*
 * Puts a text in the place of a file, inside the sandbox only. What is not there is left alone: a
 * mount needs something to cover, and bare systems have neither /etc/hosts nor /etc/resolv.conf.
 */
gboolean np_lab_sandbox_replace_file(const char *path, const char *text, GError **error);
