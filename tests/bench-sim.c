/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How many packets a second of processor time the simulator delivers
 *
 * Clients behind NATs of their own talk to one mirror over links that delay, jitter and lose.
 */

#include <stdio.h>
#include <time.h>

#include "fixture-machine.h"
#include "fixture-nat.h"
#include "sim/host.h"
#include "sim/nat.h"

#define N_CLIENTS 50
#define RUN_TIME (20 * NP_SECOND)
#define LEAST_PER_SECOND 500000.0
#define N_WORLDS 2000

/* Sends a datagram every millisecond. */
typedef struct {
    NpOutbox outbox;
    NpTime due;
    NpAddress server;
    GBytes *payload;
    guint64 n_received;
} Pacer;

static void
pacer_start(gpointer machine, NpTime now, const NpHostLimits *limits)
{
    Pacer *self = machine;
    NpAddress any = np_address_any(NP_FAMILY_IPV4, 0);

    (void)limits;
    np_outbox_open_udp(&self->outbox, 1, &any);
    self->due = now;
}

static void
pacer_receive(gpointer machine, NpTime now, const NpDatagram *in)
{
    Pacer *self = machine;

    (void)now;
    (void)in;
    self->n_received++;
}

static void
pacer_report(gpointer machine, NpTime now, const NpSocketEvent *event)
{
    (void)machine;
    (void)now;
    (void)event;
}

static void
pacer_expire(gpointer machine, NpTime now)
{
    Pacer *self = machine;

    if (now < self->due)
        return;
    np_outbox_send(&self->outbox, 1, &self->server, g_bytes_ref(self->payload));
    self->due += NP_MSEC;
}

static NpTime
pacer_deadline(gconstpointer machine)
{
    const Pacer *self = machine;

    return self->due;
}

static gboolean
pacer_take(gpointer machine, NpAction *action)
{
    Pacer *self = machine;

    return np_outbox_take(&self->outbox, action);
}

static const NpMachineOps pacer_ops = {
    .start = pacer_start,
    .receive = pacer_receive,
    .report = pacer_report,
    .expire = pacer_expire,
    .deadline = pacer_deadline,
    .take = pacer_take,
};

static void
add_client(NpSimWorld *world, guint number, Pacer *pacer)
{
    static const NpSimLink link = { .delay = 10 * NP_MSEC, .jitter = 2 * NP_MSEC, .loss = 0.01 };
    NpNatPolicy policy = np_bench_policy();
    g_autofree char *name = g_strdup_printf("client %u", number);
    g_autofree char *external = g_strdup_printf("203.0.113.%u", number + 1);
    NpSimNat *nat =
        np_sim_nat_new(np_sim_world_internet(world), name, &policy, external, "10.0.0.1");
    NpSimHost *host = np_sim_host_new(np_sim_nat_inside(nat), name, "10.0.0.2");

    np_sim_nat_set_links(nat, &link, &link);
    np_sim_host_start(host, &pacer_ops, pacer);
}

static double
packets_per_second(void)
{
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    NpSimHost *server = np_sim_host_new(np_sim_world_internet(world), "server", "192.0.2.1");
    NpMirror mirror = { 0 };
    Pacer pacers[N_CLIENTS] = { 0 };
    g_autoptr(GBytes) payload = g_bytes_new_static("0123456789012345678901234567", 28);
    guint64 delivered = 0;
    clock_t started = 0;
    double seconds = 0;

    np_mirror_init(&mirror);
    np_mirror_listen(&mirror, "192.0.2.1:3478");
    np_sim_host_start(server, &np_mirror_ops, &mirror);
    for (guint i = 0; i < N_CLIENTS; i++) {
        pacers[i].server = np_bench_address("192.0.2.1:3478");
        pacers[i].payload = payload;
        np_outbox_init(&pacers[i].outbox);
        add_client(world, i, &pacers[i]);
    }
    started = clock();
    np_sim_world_run_until(world, RUN_TIME, NULL);
    seconds = (double)(clock() - started) / CLOCKS_PER_SEC;
    delivered = mirror.n_received;
    for (guint i = 0; i < N_CLIENTS; i++) {
        delivered += pacers[i].n_received;
        np_outbox_clear(&pacers[i].outbox);
    }
    np_mirror_clear(&mirror);
    printf("%" G_GUINT64_FORMAT " packets delivered in %.2f s\n", delivered, seconds);
    return (double)delivered / seconds;
}

static double
microseconds_per_world(void)
{
    clock_t started = clock();

    for (guint i = 0; i < N_WORLDS; i++) {
        g_autoptr(NpSimWorld) world = np_sim_world_new(i);
        Pacer pacer = { 0 };

        np_sim_host_new(np_sim_world_internet(world), "server", "192.0.2.1");
        np_outbox_init(&pacer.outbox);
        add_client(world, 1, &pacer);
        np_outbox_clear(&pacer.outbox);
    }
    return (double)(clock() - started) * 1e6 / CLOCKS_PER_SEC / N_WORLDS;
}

int
main(void)
{
    double rate = packets_per_second();
    double world = microseconds_per_world();

    printf("%.0f packets a second delivered, at least %.0f wanted\n", rate, LEAST_PER_SECOND);
    printf("%.1f us to make a world of two hosts and a NAT, and to end it\n", world);
    return rate >= LEAST_PER_SECOND ? 0 : 1;
}
