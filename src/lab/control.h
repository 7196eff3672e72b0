/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How one speaks with a lab that stays: a request, an answer, descriptors
 *
 * Over a socket that has a name but no file: the kernel takes it away with the lab, so that nothing
 * is ever left over. The name holds the user's number, and both ends look whether the other is the
 * same user; labs of others are neither met nor mistaken for one's own.
 */

#include <glib.h>
#include <sys/types.h>

#define NP_LAB_CONTROL_MAX_TEXT 4096
#define NP_LAB_CONTROL_MAX_FDS 4

/* What is said, and what is handed over with it. */
typedef struct {
    char text[NP_LAB_CONTROL_MAX_TEXT];
    int fds[NP_LAB_CONTROL_MAX_FDS];
    guint n_fds;
} NpLabMessage;

/* Reserves the name of a lab: letters, digits, "-", "_" and ".". -1 if there is one already. */
int np_lab_control_bind(const char *name, GError **error);
/* -1, with a sentence that names the labs there are. *@holder is the process to wait for when the
 * lab ends. */
int np_lab_control_connect(const char *name, pid_t *holder, GError **error);
/* The next who wants something; -1 if he may not. */
int np_lab_control_accept(int listener);

/* Descriptors stay the caller's. */
gboolean np_lab_control_send(int fd, const NpLabMessage *message);
/* Descriptors become the caller's. FALSE if nothing comes. */
gboolean np_lab_control_receive(int fd, NpLabMessage *message);
