/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the host lends to those who work its sockets: io/udp.c, io/tcp.c and io/stream.c
 */

#include "io/batch.h"
#include "io/host.h"
#include "io/socket.h"

struct NpIoHost {
    GSource source; /* first: a host is a GSource */
    const NpMachineOps *ops;
    gpointer machine;
    NpIoHostNotify notify;
    gpointer user;
    NpIoHostTap tap;
    gpointer tap_user;
    NpIoCounters counters;
    guint max_sockets;

    int epoll_fd;
    int timer_fd;
    NpTime armed;        /* what the timer is set to */
    NpTime now;          /* of this dispatch */
    NpTime wall_offset;  /* likewise */
    GHashTable *sockets; /* NpSocketId -> owned NpIoSocket */
    GQueue closing;      /* connections that are being closed, by the time to give up */
    GQueue paused;       /* listeners that ran out of descriptors, by the time to try again */
    NpIoBatch *batch;
    GArray *notices; /* of NpNotice, for the end of the dispatch */
};

/* Gives @socket to the host. */
void np_io_host_add(NpIoHost *self, NpIoSocket *socket);
/* Closes and frees it: the caller's pointer is dead. */
void np_io_host_drop(NpIoHost *self, NpIoSocket *socket);
gboolean np_io_host_is_full(const NpIoHost *self);

/* @events is 0 to hear nothing, not even errors. */
void np_io_host_watch(NpIoHost *self, NpIoSocket *socket, guint32 events);

/* @queue is one of the host's, in which all wait for the same @time. */
void np_io_host_wait(NpIoHost *self, NpIoSocket *socket, GQueue *queue, NpTime time);

void np_io_host_report(NpIoHost *self, const NpSocketEvent *event);
void np_io_host_report_failed(NpIoHost *self, NpSocketId id, NpWhy why);
void np_io_host_receive(NpIoHost *self, NpTransport transport, const NpDatagram *datagram);
/* For the tap: @socket has sent, from @local to @peer. */
void np_io_host_sent(NpIoHost *self,
                     const NpIoSocket *socket,
                     const NpAddress *local,
                     const NpAddress *peer,
                     GBytes *payload,
                     guint16 segment_size);
/* Empties the socket's error queue into reports. */
void np_io_host_report_icmp(NpIoHost *self, const NpIoSocket *socket);
