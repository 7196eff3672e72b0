/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-machine.h"
#include "harness.h"
#include "sim/host.h"

typedef struct {
    NpSimWorld *world;
    NpSimHost *host;
    NpSimHost *other;
    NpCaller caller;
    NpCaller peer;
    NpSimProcess *process;
    NpSimProcess *peer_process;
} Scene;

/* A host with two addresses of IPv4 and one of IPv6, and a peer. */
static Scene *
scene_new(void)
{
    Scene *self = g_new0(Scene, 1);

    self->world = np_sim_world_new(1);
    self->host = np_sim_host_new(np_sim_world_internet(self->world), "host", "192.0.2.1");
    np_sim_host_add_address(self->host, "192.0.2.2");
    np_sim_host_add_address(self->host, "2001:db8::1");
    self->other = np_sim_host_new(np_sim_world_internet(self->world), "peer", "192.0.2.9");
    np_caller_init(&self->caller);
    np_caller_init(&self->peer);
    self->process = np_sim_host_start(self->host, &np_caller_ops, &self->caller);
    self->peer_process = np_sim_host_start(self->other, &np_caller_ops, &self->peer);
    return self;
}

static void
scene_free(Scene *self)
{
    np_sim_world_free(self->world);
    np_caller_clear(&self->caller);
    np_caller_clear(&self->peer);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

static void
settle(Scene *self)
{
    np_sim_process_pump(self->process);
    np_sim_process_pump(self->peer_process);
    CU_ASSERT(np_sim_world_run_until(self->world, np_sim_world_now(self->world) + NP_SECOND, NULL));
}

static NpWhy
why_open_fails(Scene *self, NpSocketId socket, const char *local, NpOpenFlags flags)
{
    NpAction action = { .kind = NP_DO_OPEN, .socket = socket };

    np_address_parse(&action.open.local, local, 0);
    action.open.flags = flags;
    np_outbox_push(&self->caller.outbox, action);
    settle(self);
    if (np_caller_event(&self->caller, socket, NP_SOCKET_OPENED) != NULL)
        return NP_WHY_NONE;
    g_assert(np_caller_event(&self->caller, socket, NP_SOCKET_FAILED) != NULL);
    return np_caller_event(&self->caller, socket, NP_SOCKET_FAILED)->why;
}

static void
binds_as_linux_does(void)
{
    static const struct {
        const char *label;
        const char *first;
        NpOpenFlags first_flags;
        const char *second;
        NpOpenFlags second_flags;
        NpWhy why;
    } rows[] = {
        { "same", "192.0.2.1:5", 0, "192.0.2.1:5", 0, NP_WHY_IN_USE },
        { "other port", "192.0.2.1:5", 0, "192.0.2.1:6", 0, NP_WHY_NONE },
        { "other address", "192.0.2.1:5", 0, "192.0.2.2:5", 0, NP_WHY_NONE },
        { "wildcard over", "192.0.2.1:5", 0, "0.0.0.0:5", 0, NP_WHY_IN_USE },
        { "under wildcard", "0.0.0.0:5", 0, "192.0.2.1:5", 0, NP_WHY_IN_USE },
        { "other family", "0.0.0.0:5", 0, "[::]:5", 0, NP_WHY_NONE },
        { "both agree", "192.0.2.1:5", NP_OPEN_REUSE_PORT, "192.0.2.1:5", NP_OPEN_REUSE_PORT,
          NP_WHY_NONE },
        { "one agrees", "192.0.2.1:5", NP_OPEN_REUSE_PORT, "192.0.2.1:5", 0, NP_WHY_IN_USE },
        { "not the same way", "192.0.2.1:5", NP_OPEN_REUSE_PORT, "192.0.2.1:5",
          NP_OPEN_REUSE_ADDRESS, NP_WHY_IN_USE },
        { "not local", "192.0.2.1:5", 0, "192.0.2.3:5", 0, NP_WHY_NOT_LOCAL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Scene) scene = scene_new();

        NP_ASSERT_ROW(why_open_fails(scene, 1, rows[i].first, rows[i].first_flags) == NP_WHY_NONE,
                      rows[i].label);
        NP_ASSERT_ROW(why_open_fails(scene, 2, rows[i].second, rows[i].second_flags) == rows[i].why,
                      rows[i].label);
    }
}

static void
a_closed_port_is_free_again(void)
{
    g_autoptr(Scene) scene = scene_new();

    NP_ASSERT_INT(why_open_fails(scene, 1, "0.0.0.0:5", 0), NP_WHY_NONE);
    np_outbox_close(&scene->caller.outbox, 1);
    NP_ASSERT_INT(why_open_fails(scene, 2, "0.0.0.0:5", 0), NP_WHY_NONE);
}

static void
chooses_ephemeral_ports_of_its_own(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

    for (guint i = 1; i <= 500; i++) {
        guint port = 0;

        NP_REQUIRE(why_open_fails(scene, i, "0.0.0.0:0", 0) == NP_WHY_NONE);
        port = np_caller_event(&scene->caller, i, NP_SOCKET_OPENED)->local.port;
        CU_ASSERT(port >= 32768 && port <= 60999);
        CU_ASSERT(g_hash_table_add(seen, GUINT_TO_POINTER(port)));
    }
}

static void
has_no_more_sockets_than_its_limit(void)
{
    g_autoptr(Scene) scene = scene_new();

    np_sim_host_set_max_sockets(scene->host, 2);
    NP_ASSERT_INT(why_open_fails(scene, 1, "0.0.0.0:0", 0), NP_WHY_NONE);
    NP_ASSERT_INT(scene->caller.max_sockets, 2);
    NP_ASSERT_INT(why_open_fails(scene, 2, "0.0.0.0:0", 0), NP_WHY_NONE);
    NP_ASSERT_INT(why_open_fails(scene, 3, "0.0.0.0:0", 0), NP_WHY_LIMIT);
    np_outbox_close(&scene->caller.outbox, 1);
    NP_ASSERT_INT(why_open_fails(scene, 4, "0.0.0.0:0", 0), NP_WHY_NONE);
    NP_ASSERT_INT(why_open_fails(scene, 5, "0.0.0.0:0", 0), NP_WHY_LIMIT);
}

static void
delivers_to_the_most_specific_socket(void)
{
    g_autoptr(Scene) scene = scene_new();

    NP_ASSERT_INT(why_open_fails(scene, 1, "0.0.0.0:5", NP_OPEN_REUSE_ADDRESS), NP_WHY_NONE);
    NP_ASSERT_INT(why_open_fails(scene, 2, "192.0.2.2:5", NP_OPEN_REUSE_ADDRESS), NP_WHY_NONE);
    np_caller_open(&scene->peer, 1, "0.0.0.0:7");
    np_caller_send(&scene->peer, 1, "192.0.2.1:5", "to any");
    settle(scene);
    NP_ASSERT_INT(scene->caller.last.socket, 1);
    np_caller_send(&scene->peer, 1, "192.0.2.2:5", "to one");
    settle(scene);
    NP_ASSERT_INT(scene->caller.last.socket, 2);
    NP_ASSERT_STR(scene->caller.text, "to one");
    NP_ASSERT_INT(scene->caller.last.to.bytes[3], 2);
}

static void
sends_from_the_address_asked_for(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpAction action = { .kind = NP_DO_SEND, .socket = 1 };

    np_caller_open(&scene->peer, 1, "0.0.0.0:7");
    NP_ASSERT_INT(why_open_fails(scene, 1, "0.0.0.0:5", 0), NP_WHY_NONE);
    np_address_parse(&action.send.to, "192.0.2.9:7", 0);
    np_address_parse(&action.send.from, "192.0.2.2", 0);
    action.send.payload = g_bytes_new_static("x", 1);
    action.send.ecn = 1;
    np_outbox_push(&scene->caller.outbox, action);
    settle(scene);
    NP_ASSERT_INT(scene->peer.last.from.bytes[3], 2);
    NP_ASSERT_INT(scene->peer.last.from.port, 5);
    NP_ASSERT_INT(scene->peer.last.ecn, 1);
    np_address_parse(&action.send.from, "192.0.2.3", 0);
    action.send.payload = g_bytes_new_static("x", 1);
    np_outbox_push(&scene->caller.outbox, action);
    settle(scene);
    NP_REQUIRE(np_caller_event(&scene->caller, 1, NP_SOCKET_FAILED) != NULL);
    NP_ASSERT_INT(np_caller_event(&scene->caller, 1, NP_SOCKET_FAILED)->why, NP_WHY_NOT_LOCAL);
}

static void
cuts_a_long_payload_into_segments(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpAction action = { .kind = NP_DO_SEND, .socket = 1 };

    np_caller_open(&scene->peer, 1, "0.0.0.0:7");
    NP_ASSERT_INT(why_open_fails(scene, 1, "0.0.0.0:5", 0), NP_WHY_NONE);
    np_address_parse(&action.send.to, "192.0.2.9:7", 0);
    action.send.payload = g_bytes_new_static("aabbc", 5);
    action.send.segment_size = 2;
    np_outbox_push(&scene->caller.outbox, action);
    settle(scene);
    NP_ASSERT_INT(scene->peer.n_received, 3);
    NP_ASSERT_STR(scene->peer.text, "c");
}

static void
a_port_without_a_socket_answers_unreachable(void)
{
    g_autoptr(Scene) scene = scene_new();
    const NpSocketEvent *event = NULL;

    NP_ASSERT_INT(why_open_fails(scene, 1, "0.0.0.0:5", 0), NP_WHY_NONE);
    np_caller_send(&scene->caller, 1, "192.0.2.9:7", "anybody there");
    settle(scene);
    event = np_caller_event(&scene->caller, 1, NP_SOCKET_ICMP);
    NP_REQUIRE(event != NULL);
    NP_ASSERT_INT(event->icmp.type, 3);
    NP_ASSERT_INT(event->icmp.code, 3);
    NP_ASSERT_INT(event->icmp.quoted.port, 7);
    NP_ASSERT_INT(event->icmp.offender.bytes[3], 9);
}

static void
reaches_itself_without_a_network(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpTime before = 0;

    NP_ASSERT_INT(why_open_fails(scene, 1, "192.0.2.1:5", 0), NP_WHY_NONE);
    NP_ASSERT_INT(why_open_fails(scene, 2, "192.0.2.2:5", 0), NP_WHY_NONE);
    before = np_sim_world_now(scene->world);
    np_caller_send(&scene->caller, 1, "192.0.2.2:5", "me");
    settle(scene);
    NP_ASSERT_INT(scene->caller.last.socket, 2);
    NP_ASSERT_INT(scene->caller.last.arrived, before);
}

static void
its_machines_live_by_its_clock(void)
{
    NpSimWorld *world = np_sim_world_new(1);
    NpSimHost *host = np_sim_host_new(np_sim_world_internet(world), "host", "192.0.2.1");
    g_auto(NpCaller) caller = { 0 };

    np_caller_init(&caller);
    np_sim_host_set_clock(host, 1000 * NP_SECOND);
    caller.deadline = 1005 * NP_SECOND;
    np_sim_host_start(host, &np_caller_ops, &caller);
    CU_ASSERT(np_sim_world_run_until(world, 5 * NP_SECOND - 1, NULL));
    NP_ASSERT_INT(caller.n_expired, 0);
    CU_ASSERT(np_sim_world_run_until(world, 5 * NP_SECOND, NULL));
    NP_ASSERT_INT(caller.n_expired, 1);
    NP_ASSERT_INT(caller.now, 1005 * NP_SECOND);
    np_sim_world_free(world);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(binds_as_linux_does),
        NP_TEST(a_closed_port_is_free_again),
        NP_TEST(chooses_ephemeral_ports_of_its_own),
        NP_TEST(has_no_more_sockets_than_its_limit),
        NP_TEST(delivers_to_the_most_specific_socket),
        NP_TEST(sends_from_the_address_asked_for),
        NP_TEST(cuts_a_long_payload_into_segments),
        NP_TEST(a_port_without_a_socket_answers_unreachable),
        NP_TEST(reaches_itself_without_a_network),
        NP_TEST(its_machines_live_by_its_clock),
        { 0 },
    };

    return np_test_main("sim.host", tests);
}
