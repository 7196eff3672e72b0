/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What hosts on both sides of a NAT can tell of it with plain sockets, in the simulator: the matrix
 * of behaviours that tests/lab-nat.c asserts on real kernels
 */

#include "fixture-machine.h"
#include "fixture-nat.h"
#include "harness.h"
#include "sim/host.h"
#include "sim/nat.h"

#define MAX_LAYERS 2

/* The server's sockets. */
enum { FIRST = 1, OTHER_PORT, OTHER_HOST, N_ENDS = OTHER_HOST };

static const char *const ends[] = {
    [FIRST] = "192.0.2.1:3478",
    [OTHER_PORT] = "192.0.2.1:3479",
    [OTHER_HOST] = "192.0.2.2:3478",
};

typedef struct {
    NpSimWorld *world;
    NpSimNat *nat; /* the innermost */
    NpCaller server;
    NpCaller clients[2];
    NpSimProcess *server_process;
    NpSimProcess *client_processes[2];
} Lab;

/* Two clients behind @n_layers NATs, the first of which is nearest to them. */
static Lab *
lab_new(const NpNatPolicy *layers, guint n_layers)
{
    static const char *const externals[MAX_LAYERS] = { "203.0.113.1", "100.64.0.2" };
    static const char *const gateways[MAX_LAYERS] = { "100.64.0.1", "10.0.0.1" };
    static const char *const addresses[2] = { "10.0.0.2", "10.0.0.3" };
    Lab *self = g_new0(Lab, 1);
    NpSimNetwork *network = NULL;
    NpSimHost *host = NULL;

    self->world = np_sim_world_new(1);
    network = np_sim_world_internet(self->world);
    host = np_sim_host_new(network, "server", "192.0.2.1");
    np_sim_host_add_address(host, "192.0.2.2");
    np_caller_init(&self->server);
    for (guint i = FIRST; i <= N_ENDS; i++)
        np_caller_open(&self->server, i, ends[i]);
    self->server_process = np_sim_host_start(host, &np_caller_ops, &self->server);
    for (guint i = 0; i < n_layers; i++) {
        g_autofree char *name = g_strdup_printf("nat %u", i);

        self->nat =
            np_sim_nat_new(network, name, &layers[n_layers - 1 - i], externals[i], gateways[i]);
        network = np_sim_nat_inside(self->nat);
    }
    for (guint i = 0; i < 2; i++) {
        np_caller_init(&self->clients[i]);
        host = np_sim_host_new(network, addresses[i], addresses[i]);
        self->client_processes[i] = np_sim_host_start(host, &np_caller_ops, &self->clients[i]);
    }
    return self;
}

static void
lab_free(Lab *self)
{
    np_sim_world_free(self->world);
    np_caller_clear(&self->server);
    np_caller_clear(&self->clients[0]);
    np_caller_clear(&self->clients[1]);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lab, lab_free)

static void
settle(Lab *self, NpTime duration)
{
    np_sim_process_pump(self->server_process);
    np_sim_process_pump(self->client_processes[0]);
    np_sim_process_pump(self->client_processes[1]);
    CU_ASSERT(np_sim_world_run_until(self->world, np_sim_world_now(self->world) + duration, NULL));
}

/* What the server sees a client's socket as, at one of its ends; port 0 if nothing arrives. */
static NpAddress
seen(Lab *self, guint client, NpSocketId socket, const char *to)
{
    guint before = self->server.n_received;

    np_caller_send(&self->clients[client], socket, to, "here I am");
    settle(self, NP_SECOND / 10);
    return self->server.n_received > before ? self->server.last.from : (NpAddress){ 0 };
}

static void
open_socket(Lab *self, guint client, NpSocketId socket)
{
    np_caller_open(&self->clients[client], socket, "0.0.0.0:0");
    settle(self, NP_MSEC);
}

/* Whether a packet from one of the server's ends reaches the first client. */
static gboolean
reaches(Lab *self, NpSocketId from, const NpAddress *to)
{
    guint before = self->clients[0].n_received;
    char text[NP_ADDRESS_TEXT_SIZE];

    np_caller_send(&self->server, from, np_address_format(to, text), "let me in");
    settle(self, NP_SECOND / 10);
    return self->clients[0].n_received > before;
}

static void
expect_mapping(Lab *lab, guint mapping, const char *label)
{
    NpAddress first = { 0 };
    NpAddress port = { 0 };
    NpAddress host = { 0 };

    open_socket(lab, 0, 1);
    first = seen(lab, 0, 1, ends[FIRST]);
    port = seen(lab, 0, 1, ends[OTHER_PORT]);
    host = seen(lab, 0, 1, ends[OTHER_HOST]);
    NP_ASSERT_ROW(first.port != 0, label);
    NP_ASSERT_ROW(np_address_equal(&first, &port) == (mapping < NP_NAT_ADDRESS_AND_PORT_DEPENDENT),
                  label);
    NP_ASSERT_ROW(np_address_equal(&first, &host) == (mapping < NP_NAT_ADDRESS_DEPENDENT), label);
}

static void
expect_filtering(Lab *lab, guint filtering, const char *label)
{
    NpAddress external = { 0 };

    open_socket(lab, 0, 2);
    external = seen(lab, 0, 2, ends[FIRST]);
    NP_ASSERT_ROW(reaches(lab, FIRST, &external), label);
    NP_ASSERT_ROW(reaches(lab, OTHER_PORT, &external) ==
                      (filtering < NP_NAT_ADDRESS_AND_PORT_DEPENDENT),
                  label);
    NP_ASSERT_ROW(reaches(lab, OTHER_HOST, &external) == (filtering < NP_NAT_ADDRESS_DEPENDENT),
                  label);
}

static void
every_cell_of_mapping_and_filtering_is_what_it_says(void)
{
    for (guint cell = 0; cell < 9; cell++) {
        NpNatPolicy policy = np_bench_policy();
        g_autofree char *label = g_strdup_printf("mapping %u, filtering %u", cell / 3, cell % 3);
        g_autoptr(Lab) lab = NULL;

        policy.mapping = (NpNatDependence)(cell / 3);
        policy.filtering = (NpNatDependence)(cell % 3);
        lab = lab_new(&policy, 1);
        expect_mapping(lab, cell / 3, label);
        expect_filtering(lab, cell % 3, label);
    }
}

static void
two_layers_map_like_the_worse_and_filter_like_the_stricter(void)
{
    for (guint inner = 0; inner < 9; inner++) {
        for (guint outer = 0; outer < 9; outer++) {
            NpNatPolicy layers[2] = { np_bench_policy(), np_bench_policy() };
            g_autofree char *label = g_strdup_printf("inner %u, outer %u", inner, outer);
            g_autoptr(Lab) lab = NULL;

            layers[0].mapping = (NpNatDependence)(inner / 3);
            layers[0].filtering = (NpNatDependence)(inner % 3);
            layers[1].mapping = (NpNatDependence)(outer / 3);
            layers[1].filtering = (NpNatDependence)(outer % 3);
            lab = lab_new(layers, 2);
            expect_mapping(lab, MAX(inner / 3, outer / 3), label);
            expect_filtering(lab, MAX(inner % 3, outer % 3), label);
        }
    }
}

static void
allocations_show_in_the_ports_of_fresh_sockets(void)
{
    static const struct {
        const char *label;
        NpNatLaw law;
        gint step;   /* between successive ports; 0: not constant */
        guint range; /* of the ports seen, at most */
    } rows[] = {
        { "preserving", { .kind = NP_NAT_PRESERVING }, 0, 65536 },
        { "sequential", { .kind = NP_NAT_SEQUENTIAL, .step = 1 }, 1, 20 },
        { "by two, down", { .kind = NP_NAT_SEQUENTIAL, .step = -2 }, -2, 40 },
        { "random", { .kind = NP_NAT_RANDOM, .first = 50001, .last = 65535 }, 0, 15535 },
        { "block",
          { .kind = NP_NAT_BLOCK, .first = 16384, .last = 16895, .block_size = 512 },
          0,
          512 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatBehaviour behaviour = { .reachable = TRUE,
                                     .translated = TRUE,
                                     .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                                     .law = rows[i].law };
        NpNatPolicy policy = np_nat_policy_from_behaviour(&behaviour);
        g_autoptr(Lab) lab = lab_new(&policy, 1);
        gint last = 0;
        gint lowest = G_MAXINT;
        gint highest = 0;
        guint n_steps = 0;

        for (guint socket = 1; socket <= 16; socket++) {
            gint port = 0;

            open_socket(lab, 0, socket);
            port = seen(lab, 0, socket, ends[FIRST]).port;
            n_steps += socket > 1 && port - last == rows[i].step;
            last = port;
            lowest = MIN(lowest, port);
            highest = MAX(highest, port);
            if (rows[i].law.kind == NP_NAT_PRESERVING)
                NP_ASSERT_INT(
                    port, np_caller_event(&lab->clients[0], socket, NP_SOCKET_OPENED)->local.port);
        }
        NP_ASSERT_ROW(lowest > 0 && (guint)(highest - lowest) < rows[i].range, rows[i].label);
        NP_ASSERT_ROW(rows[i].step != 0 ? n_steps == 15 : n_steps < 3, rows[i].label);
    }
}

static void
background_flows_show_as_gaps_in_a_sequence(void)
{
    NpNatBehaviour behaviour = { .reachable = TRUE,
                                 .translated = TRUE,
                                 .law = { .kind = NP_NAT_SEQUENTIAL, .step = 1 } };
    NpNatPolicy policy = np_nat_policy_from_behaviour(&behaviour);
    NpSimTraffic traffic = { .flows = 100, .dispersion = 1.5 };
    g_autoptr(Lab) lab = lab_new(&policy, 1);
    guint first = 0;
    guint last = 0;

    np_sim_nat_add_traffic(lab->nat, &traffic);
    for (guint socket = 1; socket <= 50; socket++) {
        open_socket(lab, 0, socket);
        last = seen(lab, 0, socket, ends[FIRST]).port;
        first = socket == 1 ? last : first;
    }
    /* 49 of our own, and those of 4.95 s: about 495, give or take four standard deviations. */
    if (last < first)
        last += NP_NAT_LAST_PORT - NP_NAT_FIRST_PORT + 1;
    CU_ASSERT(last - first > 49 + 385 && last - first < 49 + 605);
}

static void
hairpins_show_in_the_source(void)
{
    static const struct {
        NpNatHairpin hairpin;
        gboolean arrives;
        guint8 source; /* first byte of it */
    } rows[] = {
        { NP_NAT_HAIRPIN_UNSUPPORTED, FALSE, 0 },
        { NP_NAT_HAIRPIN_SUPPORTED, TRUE, 203 },
        { NP_NAT_HAIRPIN_SUPPORTED_INTERNAL, TRUE, 10 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatPolicy policy = np_bench_policy();
        g_autoptr(Lab) lab = NULL;
        NpAddress theirs = { 0 };
        char text[NP_ADDRESS_TEXT_SIZE];

        policy.hairpin = rows[i].hairpin;
        lab = lab_new(&policy, 1);
        open_socket(lab, 0, 1);
        open_socket(lab, 1, 1);
        theirs = seen(lab, 1, 1, ends[FIRST]);
        np_caller_send(&lab->clients[0], 1, np_address_format(&theirs, text), "round the bend");
        settle(lab, NP_SECOND);
        NP_ASSERT_INT(lab->clients[1].n_received, rows[i].arrives);
        if (rows[i].arrives)
            NP_ASSERT_INT(lab->clients[1].last.from.bytes[0], rows[i].source);
    }
}

static void
a_mapping_ends_with_its_timer(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_autoptr(Lab) lab = NULL;
    NpAddress early = { 0 };
    NpAddress late = { 0 };

    policy.timers.udp = 120 * NP_SECOND;
    lab = lab_new(&policy, 1);
    open_socket(lab, 0, 1);
    open_socket(lab, 0, 2);
    early = seen(lab, 0, 1, ends[FIRST]);
    late = seen(lab, 0, 2, ends[FIRST]);
    settle(lab, 119 * NP_SECOND);
    CU_ASSERT(reaches(lab, FIRST, &late));
    settle(lab, 2 * NP_SECOND);
    CU_ASSERT(!reaches(lab, FIRST, &early));
}

static void
an_early_packet_spoils_the_way_to_its_sender(void)
{
    for (guint kind = NP_NAT_UNSOLICITED_HARMLESS; kind <= NP_NAT_UNSOLICITED_BLOCKED; kind++) {
        NpNatPolicy policy = np_bench_policy();
        g_autoptr(Lab) lab = NULL;
        NpAddress external = { 0 };
        NpAddress towards = { 0 };

        policy.unsolicited = (NpNatUnsolicited)kind;
        lab = lab_new(&policy, 1);
        open_socket(lab, 0, 1);
        external = seen(lab, 0, 1, ends[FIRST]);
        CU_ASSERT(!reaches(lab, OTHER_HOST, &external));
        towards = seen(lab, 0, 1, ends[OTHER_HOST]);
        NP_ASSERT_INT(towards.port != 0, kind != NP_NAT_UNSOLICITED_BLOCKED);
        NP_ASSERT_INT(np_address_equal(&towards, &external), kind == NP_NAT_UNSOLICITED_HARMLESS);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_cell_of_mapping_and_filtering_is_what_it_says),
        NP_TEST(two_layers_map_like_the_worse_and_filter_like_the_stricter),
        NP_TEST(allocations_show_in_the_ports_of_fresh_sockets),
        NP_TEST(background_flows_show_as_gaps_in_a_sequence),
        NP_TEST(hairpins_show_in_the_source),
        NP_TEST(a_mapping_ends_with_its_timer),
        NP_TEST(an_early_packet_spoils_the_way_to_its_sender),
        { 0 },
    };

    return np_test_main("scenario.nat-matrix", tests);
}
