/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Packets as they come in at an interface
 *
 * Packet sockets exist wherever network namespaces do, while /dev/net/tun is often missing in
 * containers or closed to ordinary users.
 */

#include <glib.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>

/*
 * What is received, and is to be sent: this header, then the frame. Checksums are left to the
 * device by whoever sends over a veth, so a frame is worth nothing without the header that says
 * where its checksum goes.
 */
typedef struct virtio_net_hdr NpLabFrameHeader;
/* A frame of the usual MTU and what is before it. */
#define NP_LAB_FRAME_SIZE (sizeof(NpLabFrameHeader) + ETH_FRAME_LEN)

/*
 * A socket at @name, in the calling process' network namespace, for frames of @protocol (ETH_P_ALL,
 * ETH_P_IP). It does not block. -1 with errno set.
 */
int np_lab_interface_open(const char *name, guint16 protocol);
