/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Received one by one, small datagrams cost about twice the processor time, most of it in entering
 * the kernel. The buffers are wide, because a coalesced or a jumbo datagram may have 64 KiB, but
 * only the pages that are written to are ever backed by memory.
 */

#include "io/batch.h"

#include "io/control.h"
#include "io/sockaddr.h"

#include <string.h>

/*
 * A stamp older than this is not the network's doing: somebody set the wall clock between the
 * kernel's stamp and ours. Waiting longer in a socket's buffer would void every timer anyway.
 */
#define OLDEST_STAMP (60 * NP_SECOND)

/*
 * Added to the distance between two slots: at a power of two all heads of datagrams would compete
 * for the same few lines of the cache.
 */
#define STAGGER 192

struct NpIoBatch {
    guint n_slots;
    guint n_used; /* slots the last receive wrote to */
    gsize slot_size;
    guint8 *data;
    struct mmsghdr *messages;
    struct iovec *vectors;
    struct sockaddr_storage *names;
    NpIoControlBuffer *controls;
};

static void
reset_slot(NpIoBatch *self, guint i)
{
    struct msghdr *header = &self->messages[i].msg_hdr;

    header->msg_namelen = sizeof self->names[i];
    header->msg_controllen = sizeof self->controls[i];
    header->msg_flags = 0;
}

static guint8 *
slot(NpIoBatch *self, guint i)
{
    return self->data + i * (self->slot_size + STAGGER);
}

NpIoBatch *
np_io_batch_new(guint slots, gsize slot_size)
{
    NpIoBatch *self = g_new0(NpIoBatch, 1);

    self->n_slots = slots;
    self->slot_size = slot_size;
    self->data = g_malloc(slots * (slot_size + STAGGER));
    self->messages = g_new0(struct mmsghdr, slots);
    self->vectors = g_new0(struct iovec, slots);
    self->names = g_new0(struct sockaddr_storage, slots);
    self->controls = g_new0(NpIoControlBuffer, slots);
    for (guint i = 0; i < slots; i++) {
        self->vectors[i] = (struct iovec){ .iov_base = slot(self, i), .iov_len = slot_size };
        self->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &self->names[i],
            .msg_iov = &self->vectors[i],
            .msg_iovlen = 1,
            .msg_control = &self->controls[i],
        };
        reset_slot(self, i);
    }
    return self;
}

void
np_io_batch_free(NpIoBatch *self)
{
    if (self == NULL)
        return;
    g_free(self->controls);
    g_free(self->names);
    g_free(self->vectors);
    g_free(self->messages);
    g_free(self->data);
    g_free(self);
}

int
np_io_batch_receive(NpIoBatch *self, int fd)
{
    int n = 0;

    for (guint i = 0; i < self->n_used; i++)
        reset_slot(self, i);
    n = recvmmsg(fd, self->messages, self->n_slots, MSG_DONTWAIT, NULL);
    self->n_used = (guint)MAX(n, 0);
    return n;
}

NpDatagram
np_io_batch_get(NpIoBatch *self, guint index, NpTime now, NpTime wall_offset)
{
    struct mmsghdr *message = &self->messages[index];
    NpIoControl control = np_io_control_read(&message->msg_hdr);
    NpTime arrived = control.wall != 0 ? control.wall - wall_offset : now;

    g_assert(index < self->n_used);
    if (arrived > now || arrived < now - OLDEST_STAMP)
        arrived = now;
    return (NpDatagram){
        .from = np_io_sockaddr_read(&self->names[index], message->msg_hdr.msg_namelen),
        .to = control.to,
        .arrived = arrived,
        .data = slot(self, index),
        .size = message->msg_len,
        .ttl = control.ttl,
        .ecn = control.ecn,
        .segment_size = control.segment_size < message->msg_len ? control.segment_size : 0,
        .truncated = (message->msg_hdr.msg_flags & MSG_TRUNC) != 0,
    };
}

guint8 *
np_io_batch_slot(NpIoBatch *self, gsize *size)
{
    *size = self->slot_size;
    return slot(self, 0);
}
