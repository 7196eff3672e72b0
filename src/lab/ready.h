/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * When can packets flow?
 *
 * After "ip link set up" carriers, queues and bridge ports come up from a work queue, sometimes
 * half a second later, and packets vanish silently until then.
 */

#include <glib.h>

/*
 * Waits until all devices of the calling process' network namespace are up, have a queue and, as
 * bridge ports, forward. FALSE after five seconds, naming the device.
 */
gboolean np_lab_ready_wait(GError **error);
