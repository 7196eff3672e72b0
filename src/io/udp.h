/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UDP sockets of a host. */

#include "io/host-private.h"

void np_io_udp_open(NpIoHost *host, NpSocketId id, const NpOpen *open);
void np_io_udp_send(NpIoHost *host, NpIoSocket *socket, const NpSend *send);
/* @events are epoll's. Returns how many datagrams were received. */
guint np_io_udp_ready(NpIoHost *host, NpIoSocket *socket, guint32 events);
