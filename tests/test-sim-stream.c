/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-machine.h"
#include "fixture-nat.h"
#include "harness.h"
#include "sim/host.h"
#include "sim/nat.h"

/* Two callers, on the internet or each behind a NAT that keeps ports. */
typedef struct {
    NpSimWorld *world;
    NpCaller callers[2];
    NpSimProcess *processes[2];
    NpSimHost *hosts[2];
} Scene;

static Scene *
scene_new(const NpNatPolicy *policy)
{
    Scene *self = g_new0(Scene, 1);
    NpSimNetwork *internet = NULL;

    self->world = np_sim_world_new(1);
    internet = np_sim_world_internet(self->world);
    for (guint i = 0; i < 2; i++) {
        g_autofree char *name = g_strdup_printf("caller %u", i);
        g_autofree char *address = g_strdup_printf("192.0.2.%u", i + 1);

        np_caller_init(&self->callers[i]);
        if (policy == NULL)
            self->hosts[i] = np_sim_host_new(internet, name, address);
        else
            self->hosts[i] = np_sim_host_new(
                np_sim_nat_inside(np_sim_nat_new(internet, name, policy, address, "10.0.0.1")),
                name, "10.0.0.2");
        self->processes[i] = np_sim_host_start(self->hosts[i], &np_caller_ops, &self->callers[i]);
    }
    return self;
}

static void
scene_free(Scene *self)
{
    np_sim_world_free(self->world);
    np_caller_clear(&self->callers[0]);
    np_caller_clear(&self->callers[1]);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

static void
run(Scene *self, NpTime duration)
{
    for (guint i = 0; i < 2; i++)
        np_sim_process_pump(self->processes[i]);
    CU_ASSERT(np_sim_world_run_until(self->world, np_sim_world_now(self->world) + duration, NULL));
}

static gboolean
heard(const Scene *self, guint caller, NpSocketId socket, NpSocketEventKind kind)
{
    return np_caller_event(&self->callers[caller], socket, kind) != NULL;
}

/* Caller 1 listens on port 80 as socket 1; caller 0 connects to it as socket 1. */
static Scene *
connected(void)
{
    Scene *self = scene_new(NULL);

    np_caller_open_tcp(&self->callers[1], 1, "0.0.0.0:80", FALSE);
    np_caller_listen(&self->callers[1], 1);
    run(self, NP_MSEC);
    np_caller_open_tcp(&self->callers[0], 1, "0.0.0.0:0", FALSE);
    np_caller_connect(&self->callers[0], 1, "192.0.2.2:80", 0);
    run(self, NP_SECOND);
    return self;
}

static void
a_listener_accepts_and_both_ends_talk(void)
{
    g_autoptr(Scene) scene = connected();
    const NpSocketEvent *accepted = np_caller_event(&scene->callers[1], 1, NP_SOCKET_ACCEPTED);
    const NpSocketEvent *opened = np_caller_event(&scene->callers[0], 1, NP_SOCKET_CONNECTED);

    NP_REQUIRE(accepted != NULL && opened != NULL);
    NP_ASSERT_INT(accepted->accepted, 10);
    CU_ASSERT(np_address_equal(&accepted->peer, &opened->local));
    CU_ASSERT(np_address_equal(&accepted->local, &opened->peer));
    np_caller_write(&scene->callers[0], 1, "hello ");
    np_caller_write(&scene->callers[0], 1, "there");
    np_caller_write(&scene->callers[1], 10, "welcome");
    run(scene, NP_SECOND);
    NP_ASSERT_STR(scene->callers[1].stream->str, "hello there");
    NP_ASSERT_INT(scene->callers[1].last.socket, 10);
    NP_ASSERT_STR(scene->callers[0].stream->str, "welcome");
    CU_ASSERT(heard(scene, 0, 1, NP_SOCKET_WRITABLE));
}

static void
bytes_given_before_the_connection_stands_are_kept(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[1], 1, "0.0.0.0:80", FALSE);
    np_caller_listen(&scene->callers[1], 1);
    run(scene, NP_MSEC);
    np_caller_open_tcp(&scene->callers[0], 1, "0.0.0.0:0", FALSE);
    np_caller_connect(&scene->callers[0], 1, "192.0.2.2:80", 0);
    np_caller_write(&scene->callers[0], 1, "early");
    np_caller_shutdown(&scene->callers[0], 1);
    run(scene, NP_SECOND);
    NP_ASSERT_STR(scene->callers[1].stream->str, "early");
    CU_ASSERT(heard(scene, 1, 10, NP_SOCKET_EOF));
}

static void
a_port_without_a_listener_refuses(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[0], 1, "0.0.0.0:0", FALSE);
    np_caller_connect(&scene->callers[0], 1, "192.0.2.2:80", 0);
    run(scene, NP_SECOND);
    NP_REQUIRE(heard(scene, 0, 1, NP_SOCKET_FAILED));
    NP_ASSERT_INT(np_caller_event(&scene->callers[0], 1, NP_SOCKET_FAILED)->why, NP_WHY_REFUSED);
}

static void
nobody_at_all_times_out_after_127_seconds(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[0], 1, "0.0.0.0:0", FALSE);
    np_caller_connect(&scene->callers[0], 1, "192.0.2.77:80", 0);
    run(scene, 126 * NP_SECOND);
    CU_ASSERT(!heard(scene, 0, 1, NP_SOCKET_FAILED));
    run(scene, 2 * NP_SECOND);
    NP_REQUIRE(heard(scene, 0, 1, NP_SOCKET_FAILED));
    NP_ASSERT_INT(np_caller_event(&scene->callers[0], 1, NP_SOCKET_FAILED)->why, NP_WHY_TIMED_OUT);
}

static void
a_syn_that_dies_on_the_way_fails_the_connect(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[0], 1, "0.0.0.0:0", FALSE);
    np_caller_connect(&scene->callers[0], 1, "192.0.2.2:80", 2);
    run(scene, NP_SECOND);
    NP_REQUIRE(heard(scene, 0, 1, NP_SOCKET_ICMP) && heard(scene, 0, 1, NP_SOCKET_FAILED));
    NP_ASSERT_INT(np_caller_event(&scene->callers[0], 1, NP_SOCKET_ICMP)->icmp.type, 11);
    NP_ASSERT_INT(np_caller_event(&scene->callers[0], 1, NP_SOCKET_FAILED)->why,
                  NP_WHY_UNREACHABLE);
}

/* Both connect from port 5000 to port 5000. */
static void
connect_both(Scene *self)
{
    for (guint i = 0; i < 2; i++) {
        np_caller_open_tcp(&self->callers[i], 1, "0.0.0.0:5000", TRUE);
        np_caller_connect(&self->callers[i], 1, i == 0 ? "192.0.2.2:5000" : "192.0.2.1:5000", 0);
    }
    run(self, 5 * NP_SECOND);
}

static void
peers_that_connect_at_once_share_one_connection(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    connect_both(scene);
    CU_ASSERT(heard(scene, 0, 1, NP_SOCKET_CONNECTED) && heard(scene, 1, 1, NP_SOCKET_CONNECTED));
    np_caller_write(&scene->callers[0], 1, "ping");
    np_caller_write(&scene->callers[1], 1, "pong");
    run(scene, NP_SECOND);
    NP_ASSERT_STR(scene->callers[1].stream->str, "ping");
    NP_ASSERT_STR(scene->callers[0].stream->str, "pong");
}

static void
peers_behind_nats_meet_the_same_way(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_autoptr(Scene) scene = NULL;

    policy.ports.preserve = TRUE;
    scene = scene_new(&policy);
    connect_both(scene);
    CU_ASSERT(heard(scene, 0, 1, NP_SOCKET_CONNECTED) && heard(scene, 1, 1, NP_SOCKET_CONNECTED));
}

static void
a_nat_that_resets_early_syns_spoils_the_meeting(void)
{
    NpNatPolicy policy = np_bench_policy();
    g_autoptr(Scene) scene = NULL;

    policy.ports.preserve = TRUE;
    policy.syn_answer = NP_NAT_SYN_RESET;
    scene = scene_new(&policy);
    np_caller_open_tcp(&scene->callers[0], 1, "0.0.0.0:5000", TRUE);
    np_caller_connect(&scene->callers[0], 1, "192.0.2.2:5000", 0);
    run(scene, NP_SECOND);
    NP_REQUIRE(heard(scene, 0, 1, NP_SOCKET_FAILED));
    NP_ASSERT_INT(np_caller_event(&scene->callers[0], 1, NP_SOCKET_FAILED)->why, NP_WHY_REFUSED);
}

static void
a_connecting_socket_comes_before_a_listener(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[1], 2, "0.0.0.0:5000", TRUE);
    np_caller_listen(&scene->callers[1], 2);
    run(scene, NP_MSEC);
    connect_both(scene);
    CU_ASSERT(heard(scene, 0, 1, NP_SOCKET_CONNECTED) && heard(scene, 1, 1, NP_SOCKET_CONNECTED));
    CU_ASSERT(!heard(scene, 1, 2, NP_SOCKET_ACCEPTED));
}

static void
a_connect_after_the_listener_accepted_finds_its_ends_taken(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[1], 2, "0.0.0.0:5000", TRUE);
    np_caller_listen(&scene->callers[1], 2);
    np_caller_open_tcp(&scene->callers[0], 1, "0.0.0.0:5000", TRUE);
    np_caller_connect(&scene->callers[0], 1, "192.0.2.2:5000", 0);
    run(scene, NP_SECOND);
    CU_ASSERT(heard(scene, 1, 2, NP_SOCKET_ACCEPTED));
    np_caller_open_tcp(&scene->callers[1], 1, "0.0.0.0:5000", TRUE);
    np_caller_connect(&scene->callers[1], 1, "192.0.2.1:5000", 0);
    run(scene, NP_SECOND);
    NP_REQUIRE(heard(scene, 1, 1, NP_SOCKET_FAILED));
    NP_ASSERT_INT(np_caller_event(&scene->callers[1], 1, NP_SOCKET_FAILED)->why, NP_WHY_NOT_LOCAL);
}

static void
a_port_cannot_have_two_listeners_without_agreement(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[0], 1, "0.0.0.0:80", FALSE);
    np_caller_listen(&scene->callers[0], 1);
    np_caller_open_tcp(&scene->callers[0], 2, "192.0.2.1:80", FALSE);
    np_caller_open_tcp(&scene->callers[0], 3, "192.0.2.1:80", TRUE);
    run(scene, NP_SECOND);
    CU_ASSERT(heard(scene, 0, 2, NP_SOCKET_FAILED));
    CU_ASSERT(heard(scene, 0, 3, NP_SOCKET_FAILED));
}

static void
a_close_delivers_every_byte_and_is_reported(void)
{
    g_autoptr(Scene) scene = connected();

    np_caller_write(&scene->callers[0], 1, "last words");
    np_caller_close(&scene->callers[0], 1, FALSE);
    run(scene, NP_SECOND);
    NP_ASSERT_STR(scene->callers[1].stream->str, "last words");
    CU_ASSERT(heard(scene, 1, 10, NP_SOCKET_EOF));
    CU_ASSERT(heard(scene, 0, 1, NP_SOCKET_CLOSED));
    np_caller_close(&scene->callers[1], 10, FALSE);
    run(scene, NP_SECOND);
    CU_ASSERT(heard(scene, 1, 10, NP_SOCKET_CLOSED));
}

static void
an_abort_is_a_reset_to_the_peer(void)
{
    g_autoptr(Scene) scene = connected();

    np_caller_close(&scene->callers[0], 1, TRUE);
    run(scene, NP_SECOND);
    CU_ASSERT(heard(scene, 1, 10, NP_SOCKET_RESET));
    CU_ASSERT(!heard(scene, 0, 1, NP_SOCKET_CLOSED));
}

static void
a_machine_that_stops_resets_its_connections(void)
{
    g_autoptr(Scene) scene = connected();

    np_sim_process_stop(scene->processes[1]);
    CU_ASSERT(np_sim_world_run_until(scene->world, 3 * NP_SECOND, NULL));
    CU_ASSERT(heard(scene, 0, 1, NP_SOCKET_RESET));
}

static void
a_listener_out_of_numbers_lets_peers_wait(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[1], 1, "0.0.0.0:80", FALSE);
    np_caller_listen(&scene->callers[1], 1);
    run(scene, NP_MSEC);
    for (guint i = 1; i <= 11; i++) {
        np_caller_open_tcp(&scene->callers[0], i, "0.0.0.0:0", FALSE);
        np_caller_connect(&scene->callers[0], i, "192.0.2.2:80", 0);
        run(scene, NP_SECOND);
        CU_ASSERT(heard(scene, 0, i, NP_SOCKET_CONNECTED) == (i <= 10));
    }
    CU_ASSERT(!heard(scene, 0, 11, NP_SOCKET_FAILED));
}

static void
the_same_ends_can_meet_again_after_a_close(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[1], 1, "0.0.0.0:80", FALSE);
    np_caller_listen(&scene->callers[1], 1);
    for (guint i = 1; i <= 3; i++) {
        np_caller_open_tcp(&scene->callers[0], i, "0.0.0.0:5000", TRUE);
        np_caller_connect(&scene->callers[0], i, "192.0.2.2:80", 0);
        run(scene, NP_SECOND);
        CU_ASSERT(heard(scene, 0, i, NP_SOCKET_CONNECTED));
        /* The listener's side closes first and keeps TIME-WAIT. */
        np_caller_close(&scene->callers[1], 9 + i, FALSE);
        run(scene, NP_SECOND);
        np_caller_close(&scene->callers[0], i, FALSE);
        run(scene, NP_SECOND);
        CU_ASSERT(heard(scene, 0, i, NP_SOCKET_CLOSED));
    }
}

static void
after_a_failure_number_and_port_are_free(void)
{
    g_autoptr(Scene) scene = scene_new(NULL);

    np_caller_open_tcp(&scene->callers[0], 1, "0.0.0.0:5000", FALSE);
    np_caller_connect(&scene->callers[0], 1, "192.0.2.2:80", 0);
    run(scene, NP_SECOND);
    CU_ASSERT(heard(scene, 0, 1, NP_SOCKET_FAILED));
    /* What crossed the report is ignored. */
    np_caller_write(&scene->callers[0], 1, "too late");
    np_caller_close(&scene->callers[0], 1, FALSE);
    np_caller_open_tcp(&scene->callers[0], 2, "0.0.0.0:5000", FALSE);
    run(scene, NP_SECOND);
    CU_ASSERT(!heard(scene, 0, 1, NP_SOCKET_CLOSED));
    CU_ASSERT(heard(scene, 0, 2, NP_SOCKET_OPENED));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_listener_accepts_and_both_ends_talk),
        NP_TEST(bytes_given_before_the_connection_stands_are_kept),
        NP_TEST(a_port_without_a_listener_refuses),
        NP_TEST(nobody_at_all_times_out_after_127_seconds),
        NP_TEST(a_syn_that_dies_on_the_way_fails_the_connect),
        NP_TEST(peers_that_connect_at_once_share_one_connection),
        NP_TEST(peers_behind_nats_meet_the_same_way),
        NP_TEST(a_nat_that_resets_early_syns_spoils_the_meeting),
        NP_TEST(a_connecting_socket_comes_before_a_listener),
        NP_TEST(a_connect_after_the_listener_accepted_finds_its_ends_taken),
        NP_TEST(a_port_cannot_have_two_listeners_without_agreement),
        NP_TEST(a_close_delivers_every_byte_and_is_reported),
        NP_TEST(an_abort_is_a_reset_to_the_peer),
        NP_TEST(a_machine_that_stops_resets_its_connections),
        NP_TEST(a_listener_out_of_numbers_lets_peers_wait),
        NP_TEST(the_same_ends_can_meet_again_after_a_close),
        NP_TEST(after_a_failure_number_and_port_are_free),
        { 0 },
    };

    return np_test_main("sim.stream", tests);
}
