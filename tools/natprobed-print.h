/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What arrives, a line each, for a person with two netcats
 *
 *   recv 6 bytes from [192.0.2.1:5000]: hello\n
 *
 * Whatever is not printable ASCII is escaped, so that no packet can play with a terminal.
 */

#include "io/host.h"

/* One line on standard output for each piece received. An NpIoHostTap; @user is not used. */
void np_daemon_print(NpIoDirection direction,
                     NpTransport transport,
                     const NpDatagram *datagram,
                     gpointer user);
