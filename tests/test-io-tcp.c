/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-namespace.h"
#include "fixture-rig.h"
#include "harness.h"

#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static gboolean in_namespace;

static void
connects_and_accepts_with_both_ends_known(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(np_rig_loopbacks); i++) {
        const char *label = np_rig_loopbacks[i];
        g_autoptr(NpRig) rig = np_rig_new();
        NpAddress server = np_rig_listen(rig, 1, label, 10, 19);
        const NpSocketEvent *accepted = NULL;
        const NpSocketEvent *connected = NULL;

        np_rig_connect(rig, 2, label, (NpConnect){ .to = server });
        NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CONNECTED, 1));
        NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 1));
        connected = np_rig_event(rig, NP_SOCKET_CONNECTED, 2);
        accepted = np_rig_event(rig, NP_SOCKET_ACCEPTED, 1);
        NP_REQUIRE(connected != NULL && accepted != NULL);
        NP_ASSERT_INT(accepted->accepted, 10);
        NP_ASSERT_ROW(np_address_equal(&accepted->local, &server), label);
        NP_ASSERT_ROW(np_address_equal(&connected->peer, &server), label);
        NP_ASSERT_ROW(np_address_equal(&accepted->peer, &connected->local), label);
        NP_ASSERT_ROW(np_address_is_destination(&connected->local), label);
    }
}

static void
refuses_and_frees_the_port(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress closed = np_rig_open(rig, 99, NP_TRANSPORT_TCP, "127.0.0.1:0");
    NpAddress mine = { 0 };
    char text[NP_ADDRESS_TEXT_SIZE];

    np_rig_connect(rig, 1, "127.0.0.1:0", (NpConnect){ .to = closed });
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_FAILED, 1));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 1)->why, NP_WHY_REFUSED);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_CONNECTED), 0);
    mine = np_rig_event(rig, NP_SOCKET_OPENED, 1)->local;
    NP_ASSERT_INT(np_rig_open(rig, 2, NP_TRANSPORT_TCP, np_address_format(&mine, text)).port,
                  mine.port);
}

static void
says_why_it_cannot_listen_or_connect(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress taken = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    NpAddress six = { 0 };
    char text[NP_ADDRESS_TEXT_SIZE];

    np_rig_open(rig, 2, NP_TRANSPORT_TCP, np_address_format(&taken, text));
    NP_REQUIRE(np_rig_event(rig, NP_SOCKET_FAILED, 2) != NULL);
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 2)->why, NP_WHY_IN_USE);

    g_assert_true(np_address_parse(&six, "[::1]:9", 0));
    np_rig_connect(rig, 3, "127.0.0.1:0", (NpConnect){ .to = six });
    np_rig_run(rig);
    NP_REQUIRE(np_rig_event(rig, NP_SOCKET_FAILED, 3) != NULL);
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 3)->why, NP_WHY_UNSUPPORTED);
}

static void
stops_accepting_at_the_end_of_its_range(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 11);

    for (NpSocketId id = 2; id < 5; id++)
        np_rig_connect(rig, id, "127.0.0.1:0", (NpConnect){ .to = server });
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CONNECTED, 3));
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 2));
    np_rig_run(rig);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_ACCEPTED), 2);
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_ACCEPTED, 1)->accepted, 11);
}

static void
accepts_later_what_it_has_no_room_for_now(void)
{
    g_autoptr(NpRig) rig = np_rig_new_unstarted();
    NpAddress server = { 0 };

    np_io_host_limit_sockets(rig->host, 4);
    np_io_host_start(rig->host);
    NP_ASSERT_INT(rig->limits.max_sockets, 4);
    server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    np_rig_connect(rig, 2, "127.0.0.1:0", (NpConnect){ .to = server });
    np_rig_connect(rig, 3, "127.0.0.1:0", (NpConnect){ .to = server });
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CONNECTED, 2));
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 1));
    np_rig_run(rig);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_ACCEPTED), 1);

    np_rig_open(rig, 4, NP_TRANSPORT_UDP, "127.0.0.1:0");
    NP_REQUIRE(np_rig_event(rig, NP_SOCKET_FAILED, 4) != NULL);
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 4)->why, NP_WHY_LIMIT);

    np_rig_close(rig, 2, TRUE);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 2));
}

static void
rests_when_the_system_has_no_descriptor_left(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    struct rlimit limit = { 0 };
    struct rlimit none = { 0 };

    np_rig_connect(rig, 2, "127.0.0.1:0", (NpConnect){ .to = server });
    getrlimit(RLIMIT_NOFILE, &limit);
    none = (struct rlimit){ .rlim_cur = 3, .rlim_max = limit.rlim_max };
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &none));
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CONNECTED, 1));
    for (guint i = 0; i < 10; i++)
        g_main_context_iteration(NULL, FALSE);
    /* The connection waits, and the main loop is idle all the same. */
    CU_ASSERT(!g_main_context_pending(NULL));
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_ACCEPTED), 0);
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &limit));
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 1));
}

static void
closes_at_once_what_is_no_connection(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);

    np_rig_open(rig, 2, NP_TRANSPORT_TCP, "127.0.0.1:0");
    np_rig_connect(rig, 3, "127.0.0.1:0", (NpConnect){ .to = server });
    for (NpSocketId id = 1; id < 4; id++)
        np_rig_close(rig, id, FALSE);
    np_rig_run(rig);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_CLOSED), 3);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_CONNECTED), 0);
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_CLOSED, 3)->why, NP_WHY_NONE);
}

/* The next TCP segment on lo that is to @port: its ttl, or -1. */
static int
next_ttl(int capture, guint16 port, gboolean *is_syn)
{
    for (;;) {
        struct {
            struct iphdr ip;
            struct tcphdr tcp;
        } packet;
        gssize size = recv(capture, &packet, sizeof packet, MSG_DONTWAIT);

        if (size < 0)
            return -1;
        if (size < (gssize)sizeof packet || packet.ip.protocol != IPPROTO_TCP ||
            g_ntohs(packet.tcp.dest) != port)
            continue;
        *is_syn = packet.tcp.syn;
        return packet.ip.ttl;
    }
}

static void
gives_a_low_ttl_to_the_syn_alone(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    struct sockaddr_ll lo = {
        .sll_family = AF_PACKET,
        .sll_protocol = g_htons(ETH_P_IP),
        .sll_ifindex = (int)if_nametoindex("lo"),
    };
    gboolean is_syn = FALSE;
    int capture = -1;

    if (!in_namespace)
        return;
    capture = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, g_htons(ETH_P_IP));
    NP_REQUIRE(capture >= 0);
    g_assert_no_errno(bind(capture, (struct sockaddr *)&lo, sizeof lo));
    np_rig_connect(rig, 2, "127.0.0.1:0", (NpConnect){ .to = server, .ttl = 5 });
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CONNECTED, 1));
    NP_ASSERT_INT(next_ttl(capture, server.port, &is_syn), 5);
    CU_ASSERT(is_syn);
    /* On loopback the whole handshake happens inside connect(), at the ttl of the SYN. */
    NP_ASSERT_INT(next_ttl(capture, server.port, &is_syn), 5);
    CU_ASSERT(!is_syn);
    np_rig_send(rig, 2, &(NpAddress){ 0 }, "data");
    NP_REQUIRE(np_rig_await_inputs(rig, 1));
    CU_ASSERT(next_ttl(capture, server.port, &is_syn) >= 64);
    close(capture);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(connects_and_accepts_with_both_ends_known),
        NP_TEST(refuses_and_frees_the_port),
        NP_TEST(says_why_it_cannot_listen_or_connect),
        NP_TEST(stops_accepting_at_the_end_of_its_range),
        NP_TEST(accepts_later_what_it_has_no_room_for_now),
        NP_TEST(rests_when_the_system_has_no_descriptor_left),
        NP_TEST(closes_at_once_what_is_no_connection),
        NP_TEST(gives_a_low_ttl_to_the_syn_alone),
        { 0 },
    };

    in_namespace = np_test_enter_namespace();
    return np_test_main("io.tcp", tests);
}
