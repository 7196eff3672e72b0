/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-namespace.h"
#include "fixture-rig.h"
#include "harness.h"

static gboolean in_namespace;

/* A port where nobody is: one that was just given back. */
static NpAddress
closed_port(NpRig *rig, NpTransport transport, const char *local)
{
    NpAddress closed = np_rig_open(rig, 99, transport, local);

    np_rig_close(rig, 99, TRUE);
    np_rig_run(rig);
    return closed;
}

static void
reports_who_refused_what(void)
{
    static const struct {
        guint8 type; /* destination unreachable, */
        guint8 code; /* port: RFC 792 and RFC 4443, 3.1 */
    } expected[] = { { 3, 3 }, { 1, 4 } };

    for (gsize i = 0; i < G_N_ELEMENTS(np_rig_loopbacks); i++) {
        const char *label = np_rig_loopbacks[i];
        g_autoptr(NpRig) rig = np_rig_new();
        NpAddress closed = closed_port(rig, NP_TRANSPORT_UDP, label);
        NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, label);
        const NpSocketEvent *event = NULL;

        np_rig_send(rig, 1, &closed, "?");
        NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ICMP, 1));
        event = np_rig_event(rig, NP_SOCKET_ICMP, 1);
        NP_REQUIRE(event != NULL);
        NP_ASSERT_INT(event->icmp.type, expected[i].type);
        NP_ASSERT_INT(event->icmp.code, expected[i].code);
        NP_ASSERT_ROW(np_address_equal(&event->icmp.quoted, &closed), label);
        NP_ASSERT_ROW(np_address_same_host(&event->icmp.offender, &one), label);
        NP_ASSERT_INT(event->icmp.offender.port, 0);
    }
}

static void
makes_no_other_send_fail(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(np_rig_loopbacks); i++) {
        const char *label = np_rig_loopbacks[i];
        g_autoptr(NpRig) rig = np_rig_new();
        NpAddress closed = closed_port(rig, NP_TRANSPORT_UDP, label);
        NpAddress open = np_rig_open(rig, 2, NP_TRANSPORT_UDP, label);

        np_rig_open(rig, 1, NP_TRANSPORT_UDP, label);
        /* On loopback the error is there before the next send. */
        for (guint n = 0; n < 20; n++) {
            np_rig_send(rig, 1, &closed, "?");
            np_rig_send(rig, 1, &closed, "?");
            np_rig_send(rig, 1, &open, "!");
        }
        NP_REQUIRE(np_rig_await_inputs(rig, 20));
        NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ICMP, 40));
        NP_ASSERT_INT(rig->inputs->len, 20);
        NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_ICMP), 40);
        NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_FAILED), 0);
        NP_ASSERT_INT(np_io_host_counters(rig->host)->sent, 60);
    }
}

static void
hides_no_datagram_that_waits_beside_it(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress closed = closed_port(rig, NP_TRANSPORT_UDP, "127.0.0.1:0");
    NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");

    np_rig_open(rig, 2, NP_TRANSPORT_UDP, "127.0.0.1:0");
    np_rig_send(rig, 2, &one, "waits");
    np_rig_send(rig, 1, &closed, "?");
    NP_REQUIRE(np_rig_await_inputs(rig, 1));
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ICMP, 1));
    NP_ASSERT_INT(rig->inputs->len, 1);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_ICMP), 1);
}

static void
survives_more_errors_than_the_queue_holds(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress closed = closed_port(rig, NP_TRANSPORT_UDP, "127.0.0.1:0");
    NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");

    for (guint i = 0; i < 3000; i++)
        np_rig_send(rig, 1, &closed, "?");
    np_rig_run(rig);
    NP_ASSERT_INT(np_io_host_counters(rig->host)->sent, 3000);
    np_rig_send(rig, 1, &one, "!");
    NP_REQUIRE(np_rig_await_inputs(rig, 1));
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_FAILED), 0);
}

static void
tells_a_filtered_tcp_connect_from_a_refused_one(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress to = closed_port(rig, NP_TRANSPORT_TCP, "127.0.0.1:0");
    NpAddress filler = { 0 };
    gboolean slowed = FALSE;
    NpAction connect = { .kind = NP_DO_CONNECT, .socket = 1, .connect = { .to = to } };
    const NpSocketEvent *event = NULL;

    np_rig_open(rig, 1, NP_TRANSPORT_TCP, "127.0.0.1:0");
    np_outbox_push(&rig->outbox, connect);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_FAILED, 1));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 1)->why, NP_WHY_REFUSED);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_ICMP), 0);

    if (!in_namespace ||
        !np_test_shell(
            "nft 'add table ip t; add chain ip t c { type filter hook input priority 0; };"
            " add rule ip t c meta l4proto tcp reject with icmp type admin-prohibited'"))
        return;
    /* Behind a datagram that uses up the burst, the SYN leaves after connect() has returned: Linux
     * then takes the ICMP error another way than on bare loopback. */
    slowed = np_test_shell("tc qdisc add dev lo root tbf rate 1mbit burst 1600 limit 10kb");
    filler = np_rig_open(rig, 3, NP_TRANSPORT_UDP, "127.0.0.1:0");
    np_rig_open(rig, 2, NP_TRANSPORT_TCP, "127.0.0.1:0");
    connect.socket = 2;
    np_outbox_send(&rig->outbox, 3, &filler, g_bytes_new_take(g_malloc0(1500), 1500));
    np_outbox_push(&rig->outbox, connect);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_FAILED, 2));
    np_test_shell("nft delete table ip t");
    if (slowed)
        np_test_shell("tc qdisc del dev lo root");
    event = np_rig_event(rig, NP_SOCKET_ICMP, 2);
    NP_REQUIRE(event != NULL);
    NP_ASSERT_INT(event->icmp.type, 3);
    NP_ASSERT_INT(event->icmp.code, 13);
    CU_ASSERT(np_address_equal(&event->icmp.quoted, &to));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 2)->why, NP_WHY_UNREACHABLE);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(reports_who_refused_what),
        NP_TEST(makes_no_other_send_fail),
        NP_TEST(hides_no_datagram_that_waits_beside_it),
        NP_TEST(survives_more_errors_than_the_queue_holds),
        NP_TEST(tells_a_filtered_tcp_connect_from_a_refused_one),
        { 0 },
    };

    in_namespace = np_test_enter_namespace();
    return np_test_main("io.icmp", tests);
}
