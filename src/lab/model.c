/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/model.h"

#include "lab/interface.h"
#include "nat/checksum.h"
#include "nat/router.h"
#include "util/reader.h"
#include "util/writer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <linux/if_packet.h>
#include <netinet/ip.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Packets taken from one side before the other gets its turn. */
#define BATCH 32
/* Room for an answer that is longer than what it answers. */
#define CAPACITY 2048
/* What waits to be sent is what a slow receiver has not taken: as much as one second's worth. */
#define SEND_BUFFER (4 * 1024 * 1024)
/* A process that does nothing but route answers at once. */
#define REBOOT_PATIENCE_MS 1000
#define STATUS_GAVE_UP 2

struct NpLabModel {
    pid_t pid;
    int control; /* a byte asks for a reboot, one comes back when it is done */
};

/* The same, seen from the process. */
typedef struct {
    NpNatTranslator *translator;
    NpNatRouter *router;
    NpNatFragments fragments;
    int control;
    int in[2];  /* packet sockets, by side */
    int out[2]; /* raw IP sockets */
} Worker;

/* Packets as read, each in its place; those that go on are listed for sending. */
typedef struct {
    guint8 bytes[BATCH][CAPACITY];
    struct sockaddr_ll from[BATCH];
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
} Arrivals;

typedef struct {
    struct sockaddr_in to[BATCH];
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
    guint n;
} Departures;

static NpTime
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NP_SECOND + time.tv_nsec;
}

/* Done here because rewriting keeps an error in a checksum visible, and an unfinished one is an
 * error. FALSE if the header speaks of what is not in the frame. */
static gboolean
finish_checksum(const NpLabFrameHeader *header, guint8 *frame, gsize size)
{
    NpWriter writer = { .data = frame, .capacity = size, .size = size };
    gsize at = (gsize)header->csum_start + header->csum_offset;
    guint16 sum = 0;

    if ((header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) == 0)
        return TRUE;
    if (header->csum_start >= size || at + sizeof sum > size)
        return FALSE;
    sum = np_nat_checksum_finish(
        np_nat_checksum_add(0, frame + header->csum_start, size - header->csum_start));
    np_writer_patch_u16(&writer, at, sum == 0 ? G_MAXUINT16 : sum);
    return TRUE;
}

/* Where in @buffer the IP packet is; NULL if it is none for this router. */
static guint8 *
find_packet(guint8 *buffer, gsize size, const struct sockaddr_ll *from, gsize *packet_size)
{
    const gsize before = sizeof(NpLabFrameHeader) + ETH_HLEN;
    NpLabFrameHeader header;

    if (size <= before || size > NP_LAB_FRAME_SIZE || from->sll_pkttype != PACKET_HOST)
        return NULL;
    memcpy(&header, buffer, sizeof header);
    if (header.gso_type != VIRTIO_NET_HDR_GSO_NONE ||
        !finish_checksum(&header, buffer + sizeof header, size - sizeof header))
        return NULL;
    *packet_size = size - before;
    return buffer + before;
}

static struct sockaddr_in
destination_of(const guint8 *packet, gsize size)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    NpReader reader = np_reader(packet, size);

    np_reader_skip(&reader, offsetof(struct ip, ip_dst));
    np_reader_copy(&reader, &to.sin_addr, sizeof to.sin_addr);
    return to;
}

/* What cannot be sent is lost, as on any router. */
static void
send_all(const Worker *self, NpNatSide side, Departures *departures)
{
    guint sent = 0;

    while (sent < departures->n) {
        int n = sendmmsg(self->out[side], departures->messages + sent, departures->n - sent,
                         MSG_DONTWAIT);

        sent += n > 0 ? (guint)n : 1;
    }
    departures->n = 0;
}

static void
depart(Departures *departures, guint8 *packet, gsize size)
{
    guint i = departures->n++;

    departures->to[i] = destination_of(packet, size);
    departures->parts[i] = (struct iovec){ .iov_base = packet, .iov_len = size };
    departures->messages[i] = (struct mmsghdr){
        .msg_hdr = { .msg_name = &departures->to[i],
                     .msg_namelen = sizeof departures->to[i],
                     .msg_iov = &departures->parts[i],
                     .msg_iovlen = 1 },
    };
}

/* Fragments that waited for the packet just routed leave behind it. */
static void
send_held(Worker *self, Departures departures[2])
{
    NpNatSide side = NP_NAT_INSIDE;
    GBytes *held = NULL;

    while (np_nat_router_take(self->router, &side, &held)) {
        gsize size = 0;
        g_autofree guint8 *packet = g_bytes_unref_to_data(held, &size);

        send_all(self, side, &departures[side]);
        depart(&departures[side], packet, size);
        send_all(self, side, &departures[side]);
    }
}

static void
prepare(Arrivals *arrivals)
{
    for (guint i = 0; i < BATCH; i++) {
        arrivals->parts[i] =
            (struct iovec){ .iov_base = arrivals->bytes[i], .iov_len = NP_LAB_FRAME_SIZE };
        arrivals->messages[i] = (struct mmsghdr){
            .msg_hdr = { .msg_name = &arrivals->from[i],
                         .msg_namelen = sizeof arrivals->from[i],
                         .msg_iov = &arrivals->parts[i],
                         .msg_iovlen = 1 },
        };
    }
}

static void
route(Worker *self, NpNatSide from, Arrivals *arrivals, Departures departures[2])
{
    const gsize before = sizeof(NpLabFrameHeader) + ETH_HLEN;
    NpTime at = 0;
    int n = 0;

    prepare(arrivals);
    n = recvmmsg(self->in[from], arrivals->messages, BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
    at = now();
    for (int i = 0; i < n; i++) {
        gsize size = 0;
        guint8 *packet = find_packet(arrivals->bytes[i], arrivals->messages[i].msg_len,
                                     &arrivals->from[i], &size);
        NpNatOutcome outcome = NP_NAT_DROPPED_INVALID;

        if (packet == NULL)
            continue;
        outcome = np_nat_router_route(self->router, from, packet, &size, CAPACITY - before, at);
        if (outcome == NP_NAT_TO_INSIDE || outcome == NP_NAT_TO_OUTSIDE)
            depart(&departures[outcome == NP_NAT_TO_INSIDE ? NP_NAT_INSIDE : NP_NAT_OUTSIDE],
                   packet, size);
        send_held(self, departures);
    }
    send_all(self, NP_NAT_INSIDE, &departures[NP_NAT_INSIDE]);
    send_all(self, NP_NAT_OUTSIDE, &departures[NP_NAT_OUTSIDE]);
}

static void
reboot(Worker *self)
{
    char byte = 0;

    if (read(self->control, &byte, sizeof byte) != sizeof byte)
        return;
    np_nat_translator_reboot(self->translator);
    np_nat_router_free(self->router);
    self->router = np_nat_router_new(self->translator, self->fragments);
    if (write(self->control, &byte, sizeof byte) < 0)
        g_debug("model: %s", g_strerror(errno));
}

static void
work(Worker *self)
{
    g_autofree Arrivals *arrivals = g_new0(Arrivals, 1);
    g_autofree Departures *departures = g_new0(Departures, 2);
    struct pollfd fds[] = {
        { .fd = self->in[NP_NAT_INSIDE], .events = POLLIN },
        { .fd = self->in[NP_NAT_OUTSIDE], .events = POLLIN },
        { .fd = self->control, .events = POLLIN },
    };

    /* POLLERR clears itself: somebody took an interface down and up again. */
    while (poll(fds, G_N_ELEMENTS(fds), -1) >= 0 || errno == EINTR) {
        if (fds[0].revents != 0)
            route(self, NP_NAT_INSIDE, arrivals, departures);
        if (fds[1].revents != 0)
            route(self, NP_NAT_OUTSIDE, arrivals, departures);
        if ((fds[2].revents & POLLHUP) != 0)
            _exit(0);
        if (fds[2].revents != 0)
            reboot(self);
    }
}

/* Sends IP packets as they are, to whom the kernel's routes and neighbours say. */
static int
open_exit(const char *name)
{
    const int size = SEND_BUFFER;
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1) == 0)
        return fd;
    close(fd);
    return -1;
}

static gboolean
open_sockets(Worker *self)
{
    static const char *const names[] = { [NP_NAT_INSIDE] = "lan", [NP_NAT_OUTSIDE] = "wan" };

    for (guint side = 0; side < G_N_ELEMENTS(names); side++) {
        self->in[side] = np_lab_interface_open(names[side], ETH_P_IP);
        self->out[side] = open_exit(names[side]);
        if (self->in[side] < 0 || self->out[side] < 0)
            return FALSE;
    }
    return TRUE;
}

static void
close_sockets(const Worker *self)
{
    for (guint side = 0; side < G_N_ELEMENTS(self->in); side++) {
        if (self->in[side] >= 0)
            close(self->in[side]);
        if (self->out[side] >= 0)
            close(self->out[side]);
    }
}

static NpNatTranslator *
make_translator(const NpNatSpecLayer *what, const NpLabLayer *layer, const char *name, guint64 seed)
{
    NpRng world = np_rng_from_number(seed);
    NpNatTranslator *self = np_nat_translator_new(&what->policy, np_rng_split(&world, name));
    NpAddress address;

    if (np_address_parse(&address, layer->inside, 0))
        np_nat_translator_set_inside(self, &address);
    for (guint i = 0; i < layer->n_external; i++)
        if (np_address_parse(&address, layer->external[i], 0))
            np_nat_translator_add_external(self, &address);
    return self;
}

/* In the NAT's namespace; the child never returns. Its name is the NAT's, for ps and top. */
static pid_t
fork_worker(Worker *worker, const char *name, int own_end)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    close(own_end);
    prctl(PR_SET_NAME, name);
    work(worker);
    fprintf(stderr, "natlab: the model cannot go on: %s\n", g_strerror(errno));
    _exit(STATUS_GAVE_UP);
}

NpLabModel *
np_lab_model_new(const NpLabNetwork *network,
                 const NpLabTopology *topology,
                 const NpLabLayer *layer,
                 guint64 seed,
                 GError **error)
{
    const NpNatSpecLayer *what = &topology->sites[layer->side].spec.layers[layer->layer];
    const char *name = np_lab_topology_node(topology, layer->node)->name;
    Worker worker = { .fragments = what->policy.fragments, .in = { -1, -1 }, .out = { -1, -1 } };
    NpLabModel self = { .pid = -1 };
    int ends[2] = { -1, -1 };
    int saved = 0;

    worker.translator = make_translator(what, layer, name, seed);
    worker.router = np_nat_router_new(worker.translator, worker.fragments);
    if (np_lab_network_enter(network, layer->node) && open_sockets(&worker) &&
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
        self.control = ends[0];
        worker.control = ends[1];
        self.pid = fork_worker(&worker, name, ends[0]);
    }
    saved = errno;
    close_sockets(&worker);
    np_nat_router_free(worker.router);
    np_nat_translator_free(worker.translator);
    if (ends[1] >= 0)
        close(ends[1]);
    if (np_lab_network_leave(network) && self.pid > 0)
        return g_memdup2(&self, sizeof self);
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(saved), "%s@model: %s", name,
                g_strerror(saved));
    return NULL;
}

void
np_lab_model_free(NpLabModel *self)
{
    close(self->control);
    g_free(self);
}

pid_t
np_lab_model_pid(const NpLabModel *self)
{
    return self->pid;
}

gboolean
np_lab_model_reboot(NpLabModel *self)
{
    struct pollfd fd = { .fd = self->control, .events = POLLIN };
    char byte = 0;

    return write(self->control, &byte, sizeof byte) == sizeof byte &&
           poll(&fd, 1, REBOOT_PATIENCE_MS) == 1 &&
           read(self->control, &byte, sizeof byte) == sizeof byte;
}
