/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a service tells its manager (sd_notify(3))
 *
 * Lines to a datagram socket that the manager names in NOTIFY_SOCKET. Without one nothing happens:
 * all of these may be called anywhere. They return whether the manager was told.
 */

#include <glib.h>

gboolean np_io_notify_ready(void);
gboolean np_io_notify_stopping(void);
/* One line for people: "serving 4 endpoints". */
gboolean np_io_notify_status(const char *text);
