/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The process's limit of open files, which is the limit of its sockets. */

#include <glib.h>

/*
 * Raises RLIMIT_NOFILE to what the system allows and returns how many sockets that leaves beside
 * the files that any process has open.
 */
guint np_io_descriptors_raise(void);
