/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Many datagrams in one system call
 *
 * A set of receive buffers, shared by all sockets of a host, that one recvmmsg() fills.
 */

#include "core/machine.h"

typedef struct NpIoBatch NpIoBatch;

/* Datagrams longer than @slot_size octets arrive truncated. */
NpIoBatch *np_io_batch_new(guint slots, gsize slot_size);
void np_io_batch_free(NpIoBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpIoBatch, np_io_batch_free)

/* Returns how many datagrams came, or -1 with errno set. What came before is overwritten. */
int np_io_batch_receive(NpIoBatch *self, int fd);

/*
 * The datagram at @index of the last receive; its data is borrowed until the next one. Socket and
 * the port of `to` are the caller's to fill in. @wall_offset is that of io/clock.h.
 */
NpDatagram np_io_batch_get(NpIoBatch *self, guint index, NpTime now, NpTime wall_offset);

/* One buffer of the batch, for streams, which need no more. */
guint8 *np_io_batch_slot(NpIoBatch *self, gsize *size);
