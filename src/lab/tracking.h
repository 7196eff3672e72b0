/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kernel's memory of flows (nf_conntrack)
 */

#include <glib.h>

/* Empties it, in the calling process' network namespace. FALSE with errno set. */
gboolean np_lab_tracking_flush(void);
