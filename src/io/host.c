/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GLib's own timers wake up to two milliseconds late and its poll() slows down with every
 * descriptor; an epoll descriptor that also holds a timerfd has neither problem and looks to GLib
 * like one file.
 */

#include "io/host-private.h"

#include "io/clock.h"
#include "io/descriptors.h"
#include "io/icmp.h"
#include "io/stream.h"
#include "io/tcp.h"
#include "io/udp.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Datagrams from one socket in a row, and from all in one dispatch: bounds on what others wait. */
#define SOCKET_BATCH 64
#define DISPATCH_BATCH 512

/* The largest datagram, or the largest train of coalesced ones. */
#define SLOT_SIZE 65536

/* --- what udp.c, tcp.c and stream.c use --- */

void
np_io_host_add(NpIoHost *self, NpIoSocket *socket)
{
    gboolean is_new = g_hash_table_insert(self->sockets, &socket->id, socket);

    g_assert(is_new);
}

void
np_io_host_drop(NpIoHost *self, NpIoSocket *socket)
{
    if (socket->queue != NULL)
        g_queue_unlink(socket->queue, &socket->link);
    g_hash_table_remove(self->sockets, &socket->id);
}

gboolean
np_io_host_is_full(const NpIoHost *self)
{
    return g_hash_table_size(self->sockets) >= self->max_sockets;
}

void
np_io_host_watch(NpIoHost *self, NpIoSocket *socket, guint32 events)
{
    struct epoll_event event = { .events = events, .data = { .ptr = socket } };
    int operation = EPOLL_CTL_MOD;

    if (events == socket->watched)
        return;
    if (events == 0)
        operation = EPOLL_CTL_DEL;
    else if (socket->watched == 0)
        operation = EPOLL_CTL_ADD;
    socket->watched = events;
    if (epoll_ctl(self->epoll_fd, operation, socket->fd, &event) != 0)
        g_error("Watching a socket: %s", g_strerror(errno));
}

void
np_io_host_wait(NpIoHost *self, NpIoSocket *socket, GQueue *queue, NpTime time)
{
    socket->due = self->now + time;
    socket->queue = queue;
    g_queue_push_tail_link(queue, &socket->link);
}

void
np_io_host_report(NpIoHost *self, const NpSocketEvent *event)
{
    self->ops->report(self->machine, self->now, event);
}

void
np_io_host_report_failed(NpIoHost *self, NpSocketId id, NpWhy why)
{
    np_io_host_report(self, &(NpSocketEvent){ .socket = id, .kind = NP_SOCKET_FAILED, .why = why });
}

static guint
count_datagrams(const NpDatagram *datagram)
{
    if (datagram->segment_size == 0)
        return 1;
    return (datagram->size + datagram->segment_size - 1) / datagram->segment_size;
}

void
np_io_host_receive(NpIoHost *self, NpTransport transport, const NpDatagram *datagram)
{
    if (transport == NP_TRANSPORT_UDP) {
        self->counters.received += count_datagrams(datagram);
        self->counters.truncated += datagram->truncated ? 1 : 0;
    }
    if (self->tap != NULL)
        self->tap(NP_IO_RECEIVED, transport, datagram, self->tap_user);
    self->ops->receive(self->machine, self->now, datagram);
}

void
np_io_host_sent(NpIoHost *self,
                const NpIoSocket *socket,
                const NpAddress *local,
                const NpAddress *peer,
                GBytes *payload,
                guint16 segment_size)
{
    NpDatagram datagram = {
        .socket = socket->id,
        .from = *local,
        .to = *peer,
        .arrived = self->now,
        .segment_size = segment_size,
    };

    if (self->tap == NULL)
        return;
    datagram.data = g_bytes_get_data(payload, &datagram.size);
    self->tap(NP_IO_SENT, socket->transport, &datagram, self->tap_user);
}

void
np_io_host_report_icmp(NpIoHost *self, const NpIoSocket *socket)
{
    NpSocketEvent event = {
        .socket = socket->id,
        .kind = NP_SOCKET_ICMP,
        .local = socket->local,
    };

    while (np_io_icmp_take(socket->fd, &event.icmp))
        if (np_address_is_set(&event.icmp.quoted))
            np_io_host_report(self, &event);
}

/* --- actions --- */

static void
open_socket(NpIoHost *self, const NpAction *action)
{
    if (np_io_host_is_full(self)) {
        np_io_host_report_failed(self, action->socket, NP_WHY_LIMIT);
        return;
    }
    switch (action->open.transport) {
    case NP_TRANSPORT_UDP:
        np_io_udp_open(self, action->socket, &action->open);
        break;
    case NP_TRANSPORT_TCP:
        np_io_tcp_open(self, action->socket, &action->open);
        break;
    }
}

/* NULL for a number that is dead or about to be. */
static NpIoSocket *
find(NpIoHost *self, const NpAction *action)
{
    NpIoSocket *socket = g_hash_table_lookup(self->sockets, &action->socket);

    if (socket != NULL && socket->state == NP_IO_SOCKET_CLOSING && action->kind != NP_DO_CLOSE)
        return NULL;
    return socket;
}

static void
act_on(NpIoHost *self, NpIoSocket *socket, const NpAction *action)
{
    gboolean is_tcp = socket->transport == NP_TRANSPORT_TCP;

    switch (action->kind) {
    case NP_DO_LISTEN:
        g_assert(is_tcp);
        np_io_tcp_listen(self, socket, &action->listen);
        break;
    case NP_DO_CONNECT:
        g_assert(is_tcp);
        np_io_tcp_connect(self, socket, &action->connect);
        break;
    case NP_DO_SEND:
        if (is_tcp)
            np_io_stream_send(self, socket, &action->send);
        else
            np_io_udp_send(self, socket, &action->send);
        break;
    case NP_DO_SHUTDOWN:
        g_assert(is_tcp);
        np_io_stream_shutdown(self, socket);
        break;
    case NP_DO_CLOSE:
        if (is_tcp)
            np_io_stream_close(self, socket, &action->close);
        else
            np_io_host_drop(self, socket);
        break;
    case NP_DO_OPEN:
    case NP_DO_NOTIFY:
        g_assert_not_reached();
    }
}

static void
act(NpIoHost *self, const NpAction *action)
{
    NpIoSocket *socket = NULL;

    if (action->kind == NP_DO_OPEN) {
        open_socket(self, action);
    } else if (action->kind == NP_DO_NOTIFY) {
        g_array_append_val(self->notices, action->notice);
    } else {
        socket = find(self, action);
        if (socket != NULL)
            act_on(self, socket, action);
    }
}

/* --- time --- */

static void
sample_time(NpIoHost *self)
{
    self->now = np_io_clock_now();
    self->wall_offset = np_io_clock_wall_offset();
}

static NpTime
first_due(const GQueue *queue)
{
    const NpIoSocket *socket = queue->head != NULL ? queue->head->data : NULL;

    return socket != NULL ? socket->due : NP_TIME_NEVER;
}

static void
arm(NpIoHost *self)
{
    NpTime due = self->ops->deadline(self->machine);
    struct itimerspec timer = { 0 };

    due = MIN(due, MIN(first_due(&self->closing), first_due(&self->paused)));
    if (due == self->armed)
        return;
    self->armed = due;
    /* A time of 0 would disarm the timer; any time that has passed makes it fire at once. */
    if (due != NP_TIME_NEVER) {
        due = MAX(due, 1);
        timer.it_value = (struct timespec){
            .tv_sec = due / NP_SECOND,
            .tv_nsec = due % NP_SECOND,
        };
    }
    if (timerfd_settime(self->timer_fd, TFD_TIMER_ABSTIME, &timer, NULL) != 0)
        g_error("Setting a timer: %s", g_strerror(errno));
}

static NpIoSocket *
take_overdue(NpIoHost *self, GQueue *queue)
{
    NpIoSocket *socket = NULL;

    if (first_due(queue) > self->now)
        return NULL;
    socket = queue->head->data;
    g_queue_unlink(queue, &socket->link);
    socket->queue = NULL;
    return socket;
}

static void
serve_overdue(NpIoHost *self)
{
    NpIoSocket *socket = NULL;

    while ((socket = take_overdue(self, &self->closing)) != NULL)
        np_io_stream_give_up(self, socket);
    while ((socket = take_overdue(self, &self->paused)) != NULL)
        np_io_tcp_resume(self, socket);
}

/* --- a dispatch --- */

/* Returns how much of the dispatch's budget that has cost. */
static guint
serve(NpIoHost *self, const struct epoll_event *event)
{
    NpIoSocket *socket = event->data.ptr;
    guint64 expirations = 0;
    guint n = 0;

    if (socket == NULL) {
        gssize size = read(self->timer_fd, &expirations, sizeof expirations);

        self->armed = size > 0 ? NP_TIME_NEVER : self->armed;
    } else if (socket->transport == NP_TRANSPORT_UDP) {
        n = np_io_udp_ready(self, socket, event->events);
    } else if (socket->state == NP_IO_SOCKET_STREAM || socket->state == NP_IO_SOCKET_CLOSING) {
        np_io_stream_ready(self, socket, event->events);
    } else {
        n = np_io_tcp_ready(self, socket, event->events);
    }
    return MAX(n, 1);
}

/*
 * epoll moves what it has returned to the end of its list, so that asking for no more sockets than
 * the budget can serve goes round them all.
 */
static void
serve_ready(NpIoHost *self)
{
    struct epoll_event events[DISPATCH_BATCH / SOCKET_BATCH];
    guint used = 0;

    while (used < DISPATCH_BATCH) {
        guint turns = (DISPATCH_BATCH - used + SOCKET_BATCH - 1) / SOCKET_BATCH;
        int n = epoll_wait(self->epoll_fd, events, (int)turns, 0);

        for (int i = 0; i < n; i++)
            used += serve(self, &events[i]);
        if (n <= 0)
            return;
    }
}

static void
settle(NpIoHost *self)
{
    NpAction action;

    while (self->ops->take(self->machine, &action)) {
        act(self, &action);
        np_action_clear(&action);
    }
    arm(self);
}

/* The owner may free the host from the call-back; GLib's reference keeps the memory until then. */
static void
deliver_notices(NpIoHost *self)
{
    g_autoptr(GArray) notices = NULL;

    if (self->notices->len == 0)
        return;
    notices = self->notices;
    self->notices = g_array_new(FALSE, FALSE, sizeof(NpNotice));
    for (guint i = 0; i < notices->len && !g_source_is_destroyed(&self->source); i++)
        if (self->notify != NULL)
            self->notify(&g_array_index(notices, NpNotice, i), self->user);
}

static gboolean
dispatch(GSource *source, G_GNUC_UNUSED GSourceFunc callback, G_GNUC_UNUSED gpointer data)
{
    NpIoHost *self = (NpIoHost *)source;

    g_source_set_ready_time(source, -1);
    sample_time(self);
    serve_ready(self);
    serve_overdue(self);
    if (self->ops->deadline(self->machine) <= self->now)
        self->ops->expire(self->machine, self->now);
    settle(self);
    deliver_notices(self);
    return G_SOURCE_CONTINUE;
}

static void
finalize(GSource *source)
{
    NpIoHost *self = (NpIoHost *)source;

    g_array_unref(self->notices);
}

/* --- the owner's side --- */

NpIoHost *
np_io_host_new(const NpMachineOps *ops, gpointer machine, NpIoHostNotify notify, gpointer user)
{
    static GSourceFuncs functions = { .dispatch = dispatch, .finalize = finalize };
    NpIoHost *self = (NpIoHost *)g_source_new(&functions, sizeof *self);
    struct epoll_event event = { .events = EPOLLIN };

    self->ops = ops;
    self->machine = machine;
    self->notify = notify;
    self->user = user;
    self->max_sockets = np_io_descriptors_raise();
    self->armed = NP_TIME_NEVER;
    self->sockets =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)np_io_socket_free);
    g_queue_init(&self->closing);
    g_queue_init(&self->paused);
    self->batch = np_io_batch_new(SOCKET_BATCH, SLOT_SIZE);
    self->notices = g_array_new(FALSE, FALSE, sizeof(NpNotice));
    self->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    self->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    /* As GLib does for its own wake-up descriptor: without these two nothing can run. */
    if (self->epoll_fd < 0 || self->timer_fd < 0 ||
        epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, self->timer_fd, &event) != 0)
        g_error("Creating an event loop: %s", g_strerror(errno));
    g_source_add_unix_fd(&self->source, self->epoll_fd, G_IO_IN);
    g_source_set_static_name(&self->source, "natprobe host");
    return self;
}

void
np_io_host_free(NpIoHost *self)
{
    if (self == NULL)
        return;
    g_source_destroy(&self->source);
    g_clear_pointer(&self->sockets, g_hash_table_unref);
    g_clear_pointer(&self->batch, np_io_batch_free);
    close(self->timer_fd);
    close(self->epoll_fd);
    g_source_unref(&self->source);
}

void
np_io_host_limit_sockets(NpIoHost *self, guint max_sockets)
{
    self->max_sockets = MIN(self->max_sockets, max_sockets);
}

void
np_io_host_set_tap(NpIoHost *self, NpIoHostTap tap, gpointer user)
{
    self->tap = tap;
    self->tap_user = user;
}

void
np_io_host_attach(NpIoHost *self, GMainContext *context)
{
    g_source_attach(&self->source, context);
}

void
np_io_host_start(NpIoHost *self)
{
    NpHostLimits limits = { .max_sockets = self->max_sockets };

    sample_time(self);
    self->ops->start(self->machine, self->now, &limits);
    settle(self);
    if (self->notices->len > 0)
        np_io_host_wake(self);
}

NpTime
np_io_host_now(NpIoHost *self)
{
    sample_time(self);
    return self->now;
}

void
np_io_host_wake(NpIoHost *self)
{
    g_source_set_ready_time(&self->source, 0);
}

const NpIoCounters *
np_io_host_counters(const NpIoHost *self)
{
    return &self->counters;
}
