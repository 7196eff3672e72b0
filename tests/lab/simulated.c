/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Plain sockets of hosts in virtual time
 *
 * socket.h once more: the subject, the observer and the neighbour are the code that runs in a lab,
 * and the NATs before them are those that the SPEC describes, in the simulator. Whoever waits runs
 * the world until something has come or his patience is over.
 */

#include "core/outbox.h"
#include "lab/topology.h"
#include "roles.h"
#include "sim/host.h"
#include "sim/nat.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#define SEED 1
#define MAX_SOCKETS 1024
#define MAX_STEPS 1000000
#define LINK_DELAY NP_MSEC
#define FIRST_PORT 5001
#define CONNECT_PATIENCE_MS 10000

typedef struct {
    char text[PLAIN_TEXT_SIZE];
    struct sockaddr_in from;
} Line;

/* One host's sockets: a machine that does what it is told to, and remembers what it heard. */
typedef struct {
    NpOutbox outbox;
    NpSimProcess *process;
} Hand;

typedef struct {
    Hand *hand;
    gboolean is_open;
    struct sockaddr_in local;
    GQueue heard; /* of Line */
    gboolean died;
    struct sockaddr_in where;
    gboolean connected;
    gboolean failed;
} Socket;

static struct {
    NpSimWorld *world;
    Hand subject;
    Hand neighbour;
    Hand observer;
    Hand *acting;                /* whose sockets are opened now */
    Socket sockets[MAX_SOCKETS]; /* the number of a socket is its place */
    int n_sockets;
    char local[2][INET_ADDRSTRLEN]; /* of subject and neighbour */
} scene;

static struct sockaddr_in
to_plain(const NpAddress *address)
{
    struct sockaddr_in plain = { .sin_family = AF_INET, .sin_port = htons(address->port) };

    memcpy(&plain.sin_addr, address->bytes, sizeof plain.sin_addr);
    return plain;
}

static NpAddress
from_plain(const struct sockaddr_in *plain)
{
    return np_address_ipv4(ntohl(plain->sin_addr.s_addr), ntohs(plain->sin_port));
}

static void
hand_start(gpointer machine, NpTime now, const NpHostLimits *limits)
{
    (void)machine;
    (void)now;
    (void)limits;
}

static void
observe(int asked, const char *line, const struct sockaddr_in *from)
{
    struct plain_reply reply;

    if (plain_observer_answer((unsigned)asked, line, from, &reply)) {
        NpAddress to = from_plain(&reply.to);

        np_outbox_send(&scene.observer.outbox, reply.via, &to,
                       g_bytes_new(reply.text, strlen(reply.text)));
    }
}

static void
hand_receive(gpointer machine, NpTime now, const NpDatagram *in)
{
    Socket *socket = &scene.sockets[in->socket];
    Line *line = g_new0(Line, 1);

    (void)now;
    memcpy(line->text, in->data, MIN(in->size, sizeof line->text - 1));
    line->from = to_plain(&in->from);
    if (machine == &scene.observer) {
        observe((int)in->socket, line->text, &line->from);
        g_free(line);
    } else {
        g_queue_push_tail(&socket->heard, line);
    }
}

static void
hand_report(gpointer machine, NpTime now, const NpSocketEvent *event)
{
    Socket *socket = &scene.sockets[event->socket];

    (void)machine;
    (void)now;
    if (event->kind == NP_SOCKET_OPENED)
        socket->local.sin_port = htons(event->local.port);
    if (event->kind == NP_SOCKET_CONNECTED)
        socket->connected = TRUE;
    if (event->kind == NP_SOCKET_FAILED || event->kind == NP_SOCKET_RESET)
        socket->failed = TRUE;
    if (event->kind == NP_SOCKET_ICMP) {
        socket->died = TRUE;
        socket->where = to_plain(&event->icmp.offender);
    }
}

static void
hand_expire(gpointer machine, NpTime now)
{
    (void)machine;
    (void)now;
}

static NpTime
hand_deadline(gconstpointer machine)
{
    (void)machine;
    return NP_TIME_NEVER;
}

static gboolean
hand_take(gpointer machine, NpAction *action)
{
    return np_outbox_take(&((Hand *)machine)->outbox, action);
}

static const NpMachineOps hand_ops = {
    .start = hand_start,
    .receive = hand_receive,
    .report = hand_report,
    .expire = hand_expire,
    .deadline = hand_deadline,
    .take = hand_take,
};

static void
hand_init(Hand *self, NpSimHost *host)
{
    np_outbox_init(&self->outbox);
    self->process = np_sim_host_start(host, &hand_ops, self);
}

static gboolean
never(gpointer data)
{
    (void)data;
    return FALSE;
}

/* Runs until @done or so much later. */
static void
wait_until(NpSimDone done, gpointer data, int patience_ms)
{
    NpTime end = np_sim_world_now(scene.world) + patience_ms * NP_MSEC;

    np_sim_world_set_caps(scene.world, MAX_STEPS, patience_ms * NP_MSEC);
    if (!np_sim_world_run(scene.world, done, data, NULL))
        np_sim_world_run_until(scene.world, end, NULL);
}

static int
add_socket(NpTransport transport, const struct sockaddr_in *local)
{
    int fd = scene.n_sockets++;
    Socket *socket = &scene.sockets[fd];
    NpAction action = {
        .kind = NP_DO_OPEN,
        .socket = (NpSocketId)fd,
        .open = { .transport = transport, .local = np_address_any(NP_FAMILY_IPV4, 0) },
    };

    if (fd >= MAX_SOCKETS)
        errx(1, "too many sockets");
    socket->hand = scene.acting;
    socket->is_open = TRUE;
    g_queue_init(&socket->heard);
    if (local != NULL) {
        action.open.local = from_plain(local);
        socket->local = *local;
    } else {
        socket->local.sin_family = AF_INET;
        inet_pton(AF_INET, scene.local[socket->hand == &scene.neighbour], &socket->local.sin_addr);
    }
    np_outbox_push(&socket->hand->outbox, action);
    np_sim_process_pump(socket->hand->process);
    wait_until(never, NULL, 0);
    if (socket->local.sin_port == 0 || socket->failed)
        errx(1, "no socket");
    return fd;
}

struct sockaddr_in
plain_endpoint(unsigned number)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((in_port_t)(FIRST_PORT + number % 2)) };

    inet_pton(AF_INET, number < 2 ? NP_LAB_SERVER : NP_LAB_SERVER_ALT, &address.sin_addr);
    return address;
}

int
plain_open(const struct sockaddr_in *local)
{
    return add_socket(NP_TRANSPORT_UDP, local);
}

struct sockaddr_in
plain_local(int fd)
{
    return scene.sockets[fd].local;
}

void
plain_close(int fd)
{
    Socket *socket = &scene.sockets[fd];

    socket->is_open = FALSE;
    g_queue_clear_full(&socket->heard, g_free);
    np_outbox_close(&socket->hand->outbox, (NpSocketId)fd);
    np_sim_process_pump(socket->hand->process);
}

static void
send_with_ttl(int fd, const struct sockaddr_in *to, const char *text, int ttl)
{
    Hand *hand = scene.sockets[fd].hand;
    NpAction action = {
        .kind = NP_DO_SEND,
        .socket = (NpSocketId)fd,
        .send = { .to = from_plain(to),
                  .payload = g_bytes_new(text, strlen(text)),
                  .ttl = (guint8)ttl },
    };

    np_outbox_push(&hand->outbox, action);
    np_sim_process_pump(hand->process);
}

void
plain_send(int fd, const struct sockaddr_in *to, const char *format, ...)
{
    char text[PLAIN_TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    g_vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    send_with_ttl(fd, to, text, 0);
}

static gboolean
has_heard(gpointer data)
{
    const Socket *socket = data;

    return !g_queue_is_empty((GQueue *)&socket->heard);
}

bool
plain_receive(int fd, int patience_ms, char text[PLAIN_TEXT_SIZE], struct sockaddr_in *from)
{
    Socket *socket = &scene.sockets[fd];
    g_autofree Line *line = NULL;

    wait_until(has_heard, socket, patience_ms);
    line = g_queue_pop_head(&socket->heard);
    if (line == NULL)
        return false;
    g_strlcpy(text, line->text, PLAIN_TEXT_SIZE);
    if (from != NULL)
        *from = line->from;
    return true;
}

static gboolean
has_died(gpointer data)
{
    return ((const Socket *)data)->died;
}

bool
plain_dies(int ttl, const struct sockaddr_in *to, int patience_ms, struct sockaddr_in *where)
{
    int fd = plain_open(NULL);
    Socket *socket = &scene.sockets[fd];

    send_with_ttl(fd, to, "hop", ttl);
    wait_until(has_died, socket, patience_ms);
    *where = socket->where;
    plain_close(fd);
    return socket->died;
}

static gboolean
is_decided(gpointer data)
{
    const Socket *socket = data;

    return socket->connected || socket->failed;
}

bool
plain_connects(const struct sockaddr_in *to)
{
    int fd = add_socket(NP_TRANSPORT_TCP, NULL);
    Socket *socket = &scene.sockets[fd];
    NpAction action = {
        .kind = NP_DO_CONNECT,
        .socket = (NpSocketId)fd,
        .connect = { .to = from_plain(to) },
    };

    np_outbox_push(&socket->hand->outbox, action);
    np_sim_process_pump(socket->hand->process);
    wait_until(is_decided, socket, CONNECT_PATIENCE_MS);
    return socket->connected;
}

double
plain_now_ms(void)
{
    return (double)np_sim_world_now(scene.world) / (double)NP_MSEC;
}

void
plain_sleep(int duration_ms)
{
    if (duration_ms > 0)
        wait_until(never, NULL, duration_ms);
}

void
plain_neighbour_ask(const char *line, char answer[])
{
    scene.acting = &scene.neighbour;
    plain_neighbour_answer(line, answer);
    scene.acting = &scene.subject;
}

/* The NATs of the left site, from the internet inwards; the LAN behind them. */
static NpSimNetwork *
add_nats(const NpNatSpec *spec, const NpLabSite *site)
{
    NpSimNetwork *network = np_sim_world_internet(scene.world);

    for (guint i = spec->n_layers; i-- > 0;) {
        const NpLabLayer *layer = &site->layers[i];
        g_autofree char *name = g_strdup_printf("nat%u", i);
        NpSimNat *nat =
            np_sim_nat_new(network, name, &spec->layers[i].policy,
                           layer->n_external > 0 ? layer->external[0] : NULL, layer->inside);

        for (guint j = 1; j < layer->n_external; j++)
            np_sim_nat_add_external(nat, layer->external[j]);
        network = np_sim_nat_inside(nat);
    }
    return network;
}

static void
add_observer(void)
{
    NpSimHost *host = np_sim_host_new(np_sim_world_internet(scene.world), "server", NP_LAB_SERVER);
    struct sockaddr_in first = plain_endpoint(0);
    NpAction listen = { .kind = NP_DO_LISTEN, .listen = { .backlog = 8 } };

    np_sim_host_add_address(host, NP_LAB_SERVER_ALT);
    hand_init(&scene.observer, host);
    scene.acting = &scene.observer;
    for (unsigned i = 0; i < PLAIN_N_ENDPOINTS; i++) {
        struct sockaddr_in endpoint = plain_endpoint(i);

        plain_open(&endpoint);
    }
    listen.socket = (NpSocketId)add_socket(NP_TRANSPORT_TCP, &first);
    listen.listen.first_accepted = MAX_SOCKETS - 8;
    listen.listen.last_accepted = MAX_SOCKETS - 1;
    np_outbox_push(&scene.observer.outbox, listen);
    np_sim_process_pump(scene.observer.process);
}

static void
build(const NpNatSpec *spec)
{
    const NpNatSpec *const specs[NP_LAB_N_SITES] = { [NP_LAB_LEFT] = spec };
    const NpSimLink link = { .delay = LINK_DELAY };
    g_autoptr(NpLabTopology) topology = np_lab_topology_new(specs, FALSE);
    const NpLabSite *site = &topology->sites[NP_LAB_LEFT];
    NpSimNetwork *internet = NULL;
    NpSimNetwork *lan = NULL;

    scene.world = np_sim_world_new(SEED);
    internet = np_sim_world_internet(scene.world);
    np_sim_network_set_default_link(internet, &link);
    np_sim_network_set_hops(internet, 1, "192.0.2.1");
    g_strlcpy(scene.local[0], site->local, sizeof scene.local[0]);
    g_strlcpy(scene.local[1], site->second_local, sizeof scene.local[1]);
    add_observer();
    lan = add_nats(spec, site);
    hand_init(&scene.subject, np_sim_host_new(lan, "left", site->local));
    hand_init(&scene.neighbour, np_sim_host_new(lan, "second", site->second_local));
    scene.acting = &scene.subject;
}

int
main(int argc, char **argv)
{
    NpNatSpec spec;
    g_autoptr(GError) error = NULL;
    int status = 0;

    if (argc < 3 ||
        !(strcmp(argv[2], "subject") == 0 || (argc == 5 && strcmp(argv[2], "ager") == 0)))
        errx(2, "usage: simulated SPEC subject|ager SECONDS SECONDS");
    if (!np_nat_spec_parse(&spec, argv[1], &error))
        errx(2, "%s", error->message);
    build(&spec);
    status = argc == 5 ? plain_ager(atof(argv[3]), atof(argv[4])) : plain_subject();
    np_sim_world_free(scene.world);
    return status;
}
