/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/wire.h"

#include "lab/interface.h"
#include "util/heap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Two directions each for three sites. */
#define MAX_LANES 6
/* 100 Mbit/s of full frames for eight seconds. */
#define MAX_HELD 65536
/* Frames taken from one interface before the others and the clock get their turn. */
#define BATCH 64

/* One direction: frames read here leave at @exit. */
typedef struct {
    int fd;
    int exit;
    NpRng rng;
} Lane;

typedef struct {
    int exit;
    gsize size;
    guint8 bytes[NP_LAB_FRAME_SIZE];
} Frame;

struct NpLabWire {
    NpLabWireConfig config;
    NpRng rng;
    Lane lanes[MAX_LANES];
    guint n_lanes;
    NpHeap held;
};

NpLabWire *
np_lab_wire_new(const NpLabWireConfig *config)
{
    NpLabWire *self = g_new0(NpLabWire, 1);

    self->config = *config;
    self->rng = np_rng_from_number(config->seed);
    np_heap_init(&self->held, MAX_HELD);
    return self;
}

void
np_lab_wire_free(NpLabWire *self)
{
    gpointer frame = NULL;

    while (np_heap_pop(&self->held, NULL, &frame))
        g_free(frame);
    np_heap_clear(&self->held);
    for (guint i = 0; i < self->n_lanes; i++)
        close(self->lanes[i].fd);
    g_free(self);
}

static void
add_lane(NpLabWire *self, int fd, int exit, const char *name)
{
    self->lanes[self->n_lanes++] = (Lane){
        .fd = fd,
        .exit = exit,
        .rng = np_rng_split(&self->rng, name),
    };
}

gboolean
np_lab_wire_join(NpLabWire *self, const char *inner, const char *outer, GError **error)
{
    int in = np_lab_interface_open(inner, ETH_P_ALL);
    int out = in < 0 ? -1 : np_lab_interface_open(outer, ETH_P_ALL);

    g_assert(self->n_lanes + 2 <= MAX_LANES);
    if (out < 0) {
        g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "wire at %s: %s",
                    in < 0 ? inner : outer, g_strerror(errno));
        if (in >= 0)
            close(in);
        return FALSE;
    }
    add_lane(self, in, out, inner);
    add_lane(self, out, in, outer);
    return TRUE;
}

static NpTime
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NP_SECOND + time.tv_nsec;
}

/* IP to one receiver; what else a kernel says on a new link is no part of the experiment. */
static gboolean
is_payload(const Frame *frame)
{
    struct ether_header header;

    if (frame->size < sizeof(NpLabFrameHeader) + sizeof header)
        return FALSE;
    memcpy(&header, frame->bytes + sizeof(NpLabFrameHeader), sizeof header);
    if (header.ether_dhost[0] & 1)
        return FALSE;
    return header.ether_type == htons(ETHERTYPE_IP) || header.ether_type == htons(ETHERTYPE_IPV6);
}

/* Two draws for each packet whatever happens to it, so that its fate hangs on its number alone. */
static void
hold(NpLabWire *self, Lane *lane, const Frame *frame, NpTime at)
{
    gboolean lost = np_rng_real(&lane->rng) < self->config.loss;
    NpTime late = (NpTime)(np_rng_real(&lane->rng) * (double)self->config.jitter);
    Frame *copy = NULL;

    if (lost)
        return;
    copy = g_memdup2(frame, G_STRUCT_OFFSET(Frame, bytes) + frame->size);
    copy->exit = lane->exit;
    if (!np_heap_push(&self->held, at + self->config.delay + late, copy))
        g_free(copy);
}

/* Whatever recv() has to report of an interface, there may be more behind it. */
static void
take(NpLabWire *self, Lane *lane)
{
    Frame frame;

    for (guint i = 0; i < BATCH; i++) {
        gssize size = recv(lane->fd, frame.bytes, sizeof frame.bytes, MSG_TRUNC);

        if (size < 0 && errno == EAGAIN)
            return;
        if (size < 0 || (gsize)size > sizeof frame.bytes)
            continue;
        frame.size = (gsize)size;
        if (is_payload(&frame))
            hold(self, lane, &frame, now());
    }
}

static void
release(NpLabWire *self)
{
    NpTime due = 0;
    gpointer item = NULL;

    while (np_heap_peek(&self->held, &due, NULL) && due <= now()) {
        const Frame *frame = NULL;

        np_heap_pop(&self->held, NULL, &item);
        frame = item;
        if (send(frame->exit, frame->bytes, frame->size, 0) < 0)
            g_debug("wire: %s", g_strerror(errno));
        g_free(item);
    }
}

static gboolean
wait_for_work(const NpLabWire *self, struct pollfd *fds)
{
    NpTime due = 0;
    NpTime rest = 0;
    struct timespec timeout = { 0 };
    gboolean waiting = np_heap_peek(&self->held, &due, NULL);

    if (waiting) {
        rest = due - now();
        rest = MAX(rest, 0);
        timeout.tv_sec = rest / NP_SECOND;
        timeout.tv_nsec = rest % NP_SECOND;
    }
    return ppoll(fds, self->n_lanes, waiting ? &timeout : NULL, NULL) >= 0 || errno == EINTR;
}

void
np_lab_wire_run(NpLabWire *self)
{
    struct pollfd fds[MAX_LANES];

    /* The kernel may round up timeouts by 50 us otherwise. */
    prctl(PR_SET_TIMERSLACK, 1UL);
    for (guint i = 0; i < self->n_lanes; i++)
        fds[i] = (struct pollfd){ .fd = self->lanes[i].fd, .events = POLLIN };
    while (wait_for_work(self, fds)) {
        for (guint i = 0; i < self->n_lanes; i++)
            if (fds[i].revents != 0)
                take(self, &self->lanes[i]);
        release(self);
    }
}
