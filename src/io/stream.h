/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* TCP connections of a host, from established to closed. */

#include "io/host-private.h"

/* @socket has just become a stream. */
void np_io_stream_begin(NpIoHost *host, NpIoSocket *socket);
/* Also before the connection stands: the bytes wait. */
void np_io_stream_send(NpIoHost *host, NpIoSocket *socket, const NpSend *send);
void np_io_stream_shutdown(NpIoHost *host, NpIoSocket *socket);
/* Any TCP socket, whatever its state. */
void np_io_stream_close(NpIoHost *host, NpIoSocket *socket, const NpClose *close);
/* @events are epoll's. */
void np_io_stream_ready(NpIoHost *host, NpIoSocket *socket, guint32 events);
/* Its time in the queue of closing connections is over. */
void np_io_stream_give_up(NpIoHost *host, NpIoSocket *socket);
