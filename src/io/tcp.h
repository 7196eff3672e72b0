/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* TCP sockets of a host until they are streams: open, listen, accept, connect. */

#include "io/host-private.h"

void np_io_tcp_open(NpIoHost *host, NpSocketId id, const NpOpen *open);
void np_io_tcp_listen(NpIoHost *host, NpIoSocket *socket, const NpListen *listen);
void np_io_tcp_connect(NpIoHost *host, NpIoSocket *socket, const NpConnect *connect);
/* For a listening or connecting socket; @events are epoll's. Returns how many connections came. */
guint np_io_tcp_ready(NpIoHost *host, NpIoSocket *socket, guint32 events);
/* Its time in the queue of paused listeners is over. */
void np_io_tcp_resume(NpIoHost *host, NpIoSocket *socket);
