/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * ICMP errors that came back for what a socket sent (the error queue of ip(7) and ipv6(7))
 */

#include "core/machine.h"

/*
 * Takes one entry off @fd's error queue. FALSE if the queue is empty; an entry that is no ICMP
 * error, such as a note of this host's own about its MTU, leaves icmp->quoted unset.
 */
gboolean np_io_icmp_take(int fd, NpIcmp *icmp);
