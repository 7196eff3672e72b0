/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Ancillary data of a datagram: what the kernel tells and is told beside the payload
 */

#include <sys/socket.h>

#include "core/machine.h"

/* Room for every message that the options set in io/udp.c can bring, IPv6 being the larger. */
#define NP_IO_CONTROL_SIZE 256

typedef union {
    guint8 bytes[NP_IO_CONTROL_SIZE];
    struct cmsghdr align;
} NpIoControlBuffer;

typedef struct {
    NpAddress to;         /* local host, without the port; unset if not told */
    NpTime wall;          /* kernel's stamp on the wall clock; 0 if not told */
    guint16 segment_size; /* 0: the payload is one datagram */
    guint8 ttl;           /* 0 if not told */
    guint8 ecn;
    gboolean is_icmp; /* from the error queue: @icmp, all but the quoted destination, is valid */
    NpIcmp icmp;
} NpIoControl;

NpIoControl np_io_control_read(struct msghdr *message);

/*
 * Makes @message carry what @send asks for beside address and payload. @segmented says whether to
 * leave the cutting of the payload to the kernel. @buffer must live until the message is sent.
 */
void np_io_control_write(struct msghdr *message,
                         NpIoControlBuffer *buffer,
                         NpFamily family,
                         const NpSend *send,
                         gboolean segmented);
