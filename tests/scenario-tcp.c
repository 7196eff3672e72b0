/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two hosts that speak TCP, once in the simulator and once on the kernel: one script, one story
 *
 * The kernel's hosts are two network namespaces joined by a wire in this program, which holds every
 * packet for as long as the simulator's link does. So what both sides do in one step crosses, in
 * either world. What each side is told is compared word by word, with the other world and with what
 * is known of Linux; only WRITABLE is left out, since it tells of buffers and not of the peer.
 */

#include "fixture-machine.h"
#include "fixture-namespace.h"
#include "harness.h"
#include "io/host.h"
#include "sim/host.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* One way. Long enough that a busy machine still does both sides' part of a step within it. */
#define DELAY (20 * NP_MSEC)
/* Of a step in the simulator: all round trips, but less than the first retransmission. */
#define STEP (200 * NP_MSEC)
/* A step on the kernel is over when nothing was on the wire for so long, longer than an
 * acknowledgment may be delayed, and for so many looks: time passes without them on a busy machine.
 */
#define QUIET (60 * NP_MSEC)
#define QUIET_LOOKS 30
#define MAX_STEPS 20
#define MAX_PACKET 2048

typedef enum { LEFT, RIGHT, N_SIDES } Side;

static const char *const addresses[N_SIDES] = { "192.0.2.1", "192.0.2.2" };

typedef enum {
    END, /* of the script */
    OPEN,
    OPEN_SHARED, /* SO_REUSEADDR and SO_REUSEPORT */
    LISTEN,
    CONNECT,
    WRITE,
    SHUTDOWN,
    CLOSE,
    ABORT,
    DEAFEN, /* from now on nothing reaches that side */
    STEP_ON /* let things happen */
} Verb;

typedef struct {
    Verb verb;
    Side side;
    NpSocketId socket;
    const char *text; /* an address or bytes */
} Line;

typedef struct {
    const char *label;
    Line script[MAX_STEPS];
    const char *told[N_SIDES];
} Situation;

/* A caller that writes down what it is told; the caller comes first, so its operations fit. */
typedef struct {
    NpCaller caller;
    GString *told;
} Witness;

static NpMachineOps witness_ops;

static void
witness_receive(gpointer machine, NpTime now, const NpDatagram *in)
{
    Witness *self = machine;

    g_string_append_printf(self->told, "%" G_GUINT64_FORMAT " received %.*s; ", in->socket,
                           (int)in->size, (const char *)in->data);
    np_caller_ops.receive(&self->caller, now, in);
}

static const char *
event_text(const NpSocketEvent *event)
{
    switch (event->kind) {
    case NP_SOCKET_FAILED:
        return "failed";
    case NP_SOCKET_ACCEPTED:
        return "accepted";
    case NP_SOCKET_CONNECTED:
        return "connected";
    case NP_SOCKET_EOF:
        return "eof";
    case NP_SOCKET_RESET:
        return "reset";
    case NP_SOCKET_CLOSED:
        return "closed";
    case NP_SOCKET_OPENED:
    case NP_SOCKET_WRITABLE:
    case NP_SOCKET_ICMP:
        break;
    }
    return NULL;
}

static void
witness_report(gpointer machine, NpTime now, const NpSocketEvent *event)
{
    Witness *self = machine;
    const char *text = event_text(event);

    if (text != NULL) {
        g_string_append_printf(self->told, "%" G_GUINT64_FORMAT " %s", event->socket, text);
        if (event->kind == NP_SOCKET_ACCEPTED)
            g_string_append_printf(self->told, " %" G_GUINT64_FORMAT, event->accepted);
        if (event->why != NP_WHY_NONE)
            g_string_append_printf(self->told, ": %s", np_why_text(event->why));
        g_string_append(self->told, "; ");
    }
    np_caller_ops.report(&self->caller, now, event);
}

static void
witness_init(Witness *self)
{
    np_caller_init(&self->caller);
    self->told = g_string_new(NULL);
}

static void
witness_clear(Witness *self)
{
    np_caller_clear(&self->caller);
    g_string_free(self->told, TRUE);
}

static void
ask(Witness *self, const Line *line)
{
    NpCaller *caller = &self->caller;

    switch (line->verb) {
    case OPEN:
    case OPEN_SHARED:
        np_caller_open_tcp(caller, line->socket, line->text, line->verb == OPEN_SHARED);
        break;
    case LISTEN:
        np_caller_listen(caller, line->socket);
        break;
    case CONNECT:
        np_caller_connect(caller, line->socket, line->text, 0);
        break;
    case WRITE:
        np_caller_write(caller, line->socket, line->text);
        break;
    case SHUTDOWN:
        np_caller_shutdown(caller, line->socket);
        break;
    case CLOSE:
    case ABORT:
        np_caller_close(caller, line->socket, line->verb == ABORT);
        break;
    case END:
    case DEAFEN:
    case STEP_ON:
        break;
    }
}

static void
simulate(const Situation *situation, Witness *witnesses)
{
    static const NpSimLink ideal = { 0 };
    static const NpSimLink slow = { .delay = DELAY };
    static const NpSimLink cut = { .loss = 1 };
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    NpSimHost *hosts[N_SIDES] = { NULL };
    NpSimProcess *processes[N_SIDES] = { NULL };

    for (Side side = LEFT; side < N_SIDES; side++) {
        hosts[side] =
            np_sim_host_new(np_sim_world_internet(world), addresses[side], addresses[side]);
        np_sim_host_set_links(hosts[side], &slow, &ideal);
        processes[side] = np_sim_host_start(hosts[side], &witness_ops, &witnesses[side]);
    }
    CU_ASSERT(np_sim_world_run_until(world, NP_MSEC, NULL));
    for (const Line *line = situation->script; line->verb != END; line++) {
        ask(&witnesses[line->side], line);
        if (line->verb == DEAFEN)
            np_sim_host_set_links(hosts[line->side], &slow, &cut);
        if (line->verb != STEP_ON)
            continue;
        for (Side side = LEFT; side < N_SIDES; side++)
            np_sim_process_pump(processes[side]);
        CU_ASSERT(np_sim_world_run_until(world, np_sim_world_now(world) + STEP, NULL));
    }
}

typedef struct {
    NpTime due;
    gssize size;
    guint8 bytes[MAX_PACKET];
} Held;

/* One side on the kernel: a namespace whose only way out is a tunnel device that is held here. */
typedef struct {
    int space;
    int tunnel;
    GMainContext *context;
    NpIoHost *host;
    GQueue held; /* of Held, on their way from here */
    gboolean is_deaf;
} Place;

static int
open_tunnel(void)
{
    struct ifreq request = { .ifr_name = "wire", .ifr_flags = IFF_TUN | IFF_NO_PI };
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static gboolean
place_init(Place *self, const char *address, Witness *witness)
{
    g_autofree char *command = g_strdup_printf(
        "ip link set lo up && ip address add %s/24 dev wire && ip link set wire up", address);

    *self = (Place){ .space = -1, .tunnel = -1, .held = G_QUEUE_INIT };
    if (unshare(CLONE_NEWNET) != 0)
        return FALSE;
    self->space = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    self->tunnel = open_tunnel();
    if (self->tunnel < 0 || !np_test_shell(command))
        return FALSE;
    self->context = g_main_context_new();
    self->host = np_io_host_new(&witness_ops, witness, NULL, NULL);
    np_io_host_attach(self->host, self->context);
    np_io_host_start(self->host);
    return TRUE;
}

static void
place_clear(Place *self)
{
    g_clear_pointer(&self->host, np_io_host_free);
    g_clear_pointer(&self->context, g_main_context_unref);
    g_queue_clear_full(&self->held, g_free);
    if (self->tunnel >= 0)
        close(self->tunnel);
    if (self->space >= 0)
        close(self->space);
}

/* What else a system says on a new link, about IPv6, is not carried. */
static gboolean
is_ipv4(const Held *held)
{
    return held->bytes[0] >> 4 == 4;
}

static void
take_up(Place *self, NpTime now)
{
    for (;;) {
        g_autofree Held *held = g_new(Held, 1);

        held->size = read(self->tunnel, held->bytes, sizeof held->bytes);
        if (held->size <= 0)
            return;
        held->due = now + DELAY;
        if (is_ipv4(held))
            g_queue_push_tail(&self->held, g_steal_pointer(&held));
    }
}

static void
set_down(Place *from, const Place *to, NpTime now)
{
    const Held *first = NULL;

    while ((first = g_queue_peek_head(&from->held)) != NULL && first->due <= now) {
        g_autofree Held *held = g_queue_pop_head(&from->held);

        if (!to->is_deaf)
            CU_ASSERT(write(to->tunnel, held->bytes, (gsize)held->size) == held->size);
    }
}

static void
turn(Place *self)
{
    CU_ASSERT(setns(self->space, CLONE_NEWNET) == 0);
    while (g_main_context_iteration(self->context, FALSE))
        continue;
}

static void
live(Place *places)
{
    NpTime now = np_io_host_now(places[LEFT].host);
    NpTime last = now; /* when something was on the wire */

    for (guint n = 0; n < QUIET_LOOKS || now - last < QUIET; n++) {
        for (Side side = LEFT; side < N_SIDES; side++)
            turn(&places[side]);
        now = np_io_host_now(places[LEFT].host);
        for (Side side = LEFT; side < N_SIDES; side++) {
            take_up(&places[side], now);
            if (!g_queue_is_empty(&places[side].held)) {
                last = now;
                n = 0;
            }
            set_down(&places[side], &places[1 - side], now);
        }
        g_usleep(500);
    }
}

static gboolean
perform(const Situation *situation, Witness *witnesses)
{
    Place places[N_SIDES];
    gboolean worked = TRUE;

    for (Side side = LEFT; side < N_SIDES; side++)
        worked = place_init(&places[side], addresses[side], &witnesses[side]) && worked;
    for (const Line *line = situation->script; worked && line->verb != END; line++) {
        ask(&witnesses[line->side], line);
        if (line->verb == DEAFEN)
            places[line->side].is_deaf = TRUE;
        if (line->verb != STEP_ON)
            continue;
        for (Side side = LEFT; side < N_SIDES; side++)
            np_io_host_wake(places[side].host);
        live(places);
    }
    for (Side side = LEFT; side < N_SIDES; side++)
        place_clear(&places[side]);
    return worked;
}

static void
tell(const Situation *situation)
{
    Witness simulated[N_SIDES];
    Witness real[N_SIDES];

    for (Side side = LEFT; side < N_SIDES; side++) {
        witness_init(&simulated[side]);
        witness_init(&real[side]);
    }
    simulate(situation, simulated);
    NP_ASSERT_ROW(perform(situation, real), situation->label);
    for (Side side = LEFT; side < N_SIDES; side++) {
        g_autofree char *where = g_strdup_printf("%s, %s", situation->label, addresses[side]);
        g_autofree char *expected = g_strdup_printf("%s: %s", where, situation->told[side]);
        g_autofree char *on_kernel = g_strdup_printf("%s: %s", where, real[side].told->str);
        g_autofree char *in_simulator = g_strdup_printf("%s: %s", where, simulated[side].told->str);

        NP_ASSERT_STR(on_kernel, expected);
        NP_ASSERT_STR(in_simulator, expected);
        witness_clear(&simulated[side]);
        witness_clear(&real[side]);
    }
}

/* Lines of scripts. */
#define A_OPENS(socket, port)                                                                      \
    {                                                                                              \
        OPEN_SHARED, LEFT, socket, "192.0.2.1:" port                                               \
    }
#define B_OPENS(socket, port)                                                                      \
    {                                                                                              \
        OPEN_SHARED, RIGHT, socket, "192.0.2.2:" port                                              \
    }
#define A_CONNECTS(socket, port)                                                                   \
    {                                                                                              \
        CONNECT, LEFT, socket, "192.0.2.2:" port                                                   \
    }
#define B_CONNECTS(socket, port)                                                                   \
    {                                                                                              \
        CONNECT, RIGHT, socket, "192.0.2.1:" port                                                  \
    }
#define DO(verb, side, socket)                                                                     \
    {                                                                                              \
        verb, side, socket, NULL                                                                   \
    }
#define ON                                                                                         \
    {                                                                                              \
        .verb = STEP_ON                                                                            \
    }
/* The left one's socket 1 is connected to what the right one's listener 1 accepted as 10. */
#define CONNECTED                                                                                  \
    B_OPENS(1, "80"), DO(LISTEN, RIGHT, 1), A_OPENS(1, "5000"), ON, A_CONNECTS(1, "80"), ON

static void
connections_open_and_fail_alike(void)
{
    static const Situation situations[] = {
        { "a listener", { CONNECTED }, { "1 connected; ", "1 accepted 10; " } },
        { "a closed port",
          { A_OPENS(1, "5000"), A_CONNECTS(1, "80"), ON },
          { "1 failed: the connection was refused; ", "" } },
        { "a port bound but not listening",
          { B_OPENS(1, "80"), A_OPENS(1, "5000"), A_CONNECTS(1, "80"), ON },
          { "1 failed: the connection was refused; ", "" } },
        { "nothing comes back",
          { B_OPENS(1, "80"), DO(LISTEN, RIGHT, 1), DO(DEAFEN, RIGHT, 0), A_OPENS(1, "5000"),
            A_CONNECTS(1, "80"), ON },
          { "", "" } },
        { "bytes before the connection stands",
          { B_OPENS(1, "80"),
            DO(LISTEN, RIGHT, 1),
            A_OPENS(1, "5000"),
            ON,
            A_CONNECTS(1, "80"),
            { WRITE, LEFT, 1, "early" },
            ON },
          { "1 connected; ", "1 accepted 10; 10 received early; " } },
        { "abort while the SYN is under way",
          { B_OPENS(1, "80"), DO(LISTEN, RIGHT, 1), A_OPENS(1, "5000"), ON, A_CONNECTS(1, "80"),
            DO(ABORT, LEFT, 1), ON },
          { "", "" } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(situations); i++)
        tell(&situations[i]);
}

static void
crossing_syns_end_alike(void)
{
    static const Situation situations[] = {
        { "no listener",
          { A_OPENS(1, "5000"), B_OPENS(1, "6000"), A_CONNECTS(1, "6000"), B_CONNECTS(1, "5000"),
            ON },
          { "1 connected; ", "1 connected; " } },
        { "a listener on one side's port",
          { A_OPENS(1, "5000"), B_OPENS(2, "6000"), DO(LISTEN, RIGHT, 2), B_OPENS(1, "6000"), ON,
            A_CONNECTS(1, "6000"), B_CONNECTS(1, "5000"), ON },
          { "1 connected; ", "1 connected; " } },
        { "listeners on both ports",
          { A_OPENS(2, "5000"), DO(LISTEN, LEFT, 2), B_OPENS(2, "6000"), DO(LISTEN, RIGHT, 2),
            A_OPENS(1, "5000"), B_OPENS(1, "6000"), ON, A_CONNECTS(1, "6000"),
            B_CONNECTS(1, "5000"), ON },
          { "1 connected; ", "1 connected; " } },
        { "one after the other, with listeners",
          { A_OPENS(2, "5000"), DO(LISTEN, LEFT, 2), B_OPENS(2, "6000"), DO(LISTEN, RIGHT, 2),
            A_OPENS(1, "5000"), B_OPENS(1, "6000"), ON, A_CONNECTS(1, "6000"), ON,
            B_CONNECTS(1, "5000"), ON },
          { "1 connected; ",
            "2 accepted 20; 1 failed: the address is not one of this machine's; " } },
        { "both connect and write at once",
          { A_OPENS(1, "5000"),
            B_OPENS(1, "6000"),
            A_CONNECTS(1, "6000"),
            B_CONNECTS(1, "5000"),
            { WRITE, LEFT, 1, "left" },
            { WRITE, RIGHT, 1, "right" },
            ON },
          { "1 connected; 1 received right; ", "1 connected; 1 received left; " } },
        { "one gives up at once",
          { A_OPENS(1, "5000"), B_OPENS(1, "6000"), A_CONNECTS(1, "6000"), B_CONNECTS(1, "5000"),
            DO(ABORT, RIGHT, 1), ON },
          { "1 failed: the connection was refused; ", "" } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(situations); i++)
        tell(&situations[i]);
}

static void
connections_end_alike(void)
{
    static const Situation situations[] = {
        { "half-close, then bytes the other way",
          { CONNECTED,
            DO(SHUTDOWN, LEFT, 1),
            ON,
            { WRITE, RIGHT, 10, "late" },
            DO(CLOSE, RIGHT, 10),
            ON },
          { "1 connected; 1 received late; 1 eof; ", "1 accepted 10; 10 eof; 10 closed; " } },
        { "abort",
          { CONNECTED, DO(ABORT, LEFT, 1), ON },
          { "1 connected; ", "1 accepted 10; 10 reset: the connection was refused; " } },
        { "abort by who accepted",
          { CONNECTED, DO(ABORT, RIGHT, 10), ON },
          { "1 connected; 1 reset: the connection was refused; ", "1 accepted 10; " } },
        { "abort behind bytes",
          { CONNECTED, { WRITE, LEFT, 1, "gone" }, ON, DO(ABORT, LEFT, 1), ON },
          { "1 connected; ",
            "1 accepted 10; 10 received gone; 10 reset: the connection was refused; " } },
        { "both close at once",
          { CONNECTED, DO(CLOSE, LEFT, 1), DO(CLOSE, RIGHT, 10), ON },
          { "1 connected; 1 closed; ", "1 accepted 10; 10 closed; " } },
        { "both end their streams at once",
          { CONNECTED, DO(SHUTDOWN, LEFT, 1), DO(SHUTDOWN, RIGHT, 10), ON },
          { "1 connected; 1 eof; ", "1 accepted 10; 10 eof; " } },
        { "abort after the peer's half-close",
          { CONNECTED, DO(SHUTDOWN, LEFT, 1), ON, DO(ABORT, RIGHT, 10), ON },
          { "1 connected; 1 reset: the connection was refused; ", "1 accepted 10; 10 eof; " } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(situations); i++)
        tell(&situations[i]);
}

static void
ports_conflict_alike(void)
{
    static const Situation situations[] = {
        { "two that share nothing",
          { { OPEN, LEFT, 1, "192.0.2.1:5000" }, { OPEN, LEFT, 2, "192.0.2.1:5000" }, ON },
          { "2 failed: the port is already in use; ", "" } },
        { "one that shares, one that does not",
          { A_OPENS(1, "5000"), { OPEN, LEFT, 2, "0.0.0.0:5000" }, ON },
          { "2 failed: the port is already in use; ", "" } },
        { "an address of nobody here",
          { { OPEN, LEFT, 1, "192.0.2.2:5000" }, ON },
          { "1 failed: the address is not one of this machine's; ", "" } },
        { "two connects between the same ends",
          { CONNECTED, A_OPENS(2, "5000"), ON, A_CONNECTS(2, "80"), ON },
          { "1 connected; 2 failed: the address is not one of this machine's; ",
            "1 accepted 10; " } },
        { "a port whose connect was refused",
          { { OPEN, LEFT, 1, "192.0.2.1:5000" },
            A_CONNECTS(1, "80"),
            ON,
            { OPEN, LEFT, 2, "192.0.2.1:5000" },
            A_CONNECTS(2, "80"),
            ON },
          { "1 failed: the connection was refused; 2 failed: the connection was refused; ", "" } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(situations); i++)
        tell(&situations[i]);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(connections_open_and_fail_alike),
        NP_TEST(crossing_syns_end_alike),
        NP_TEST(connections_end_alike),
        NP_TEST(ports_conflict_alike),
        { 0 },
    };
    int tunnel = -1;

    witness_ops = np_caller_ops;
    witness_ops.receive = witness_receive;
    witness_ops.report = witness_report;
    if (np_test_enter_namespace())
        tunnel = open_tunnel();
    if (tunnel < 0) {
        printf("1..0 # SKIP no network namespaces with tunnel devices can be made here\n");
        return 0;
    }
    close(tunnel);
    return np_test_main("tcp", tests);
}
