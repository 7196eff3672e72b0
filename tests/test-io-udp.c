/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-namespace.h"
#include "fixture-rig.h"
#include "harness.h"

#include <string.h>

static gboolean in_namespace;

static NpAddress
address(const char *text)
{
    NpAddress parsed = { 0 };

    g_assert_true(np_address_parse(&parsed, text, 0));
    return parsed;
}

static void
push_send(NpRig *rig, NpSocketId socket, NpSend send, gsize size)
{
    gpointer zeros = g_malloc0(size);

    send.payload = g_bytes_new_take(zeros, size);
    np_outbox_push(&rig->outbox, (NpAction){ .kind = NP_DO_SEND, .socket = socket, .send = send });
}

static void
carries_datagrams_both_ways_with_their_addresses(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(np_rig_loopbacks); i++) {
        const char *label = np_rig_loopbacks[i];
        g_autoptr(NpRig) rig = np_rig_new();
        NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, label);
        NpAddress two = np_rig_open(rig, 2, NP_TRANSPORT_UDP, label);

        NP_ASSERT_ROW(np_address_is_destination(&one), label);
        np_rig_send(rig, 1, &two, "there");
        NP_REQUIRE(np_rig_await_inputs(rig, 1));
        np_rig_send(rig, 2, &np_rig_input(rig, 0)->from, "and back");
        NP_REQUIRE(np_rig_await_inputs(rig, 2));
        NP_ASSERT_INT(np_rig_input(rig, 0)->socket, 2);
        NP_ASSERT_ROW(np_address_equal(&np_rig_input(rig, 0)->from, &one), label);
        NP_ASSERT_ROW(np_address_equal(&np_rig_input(rig, 0)->to, &two), label);
        NP_ASSERT_INT(np_rig_input(rig, 1)->size, 8);
        NP_ASSERT_ROW(memcmp(np_rig_input(rig, 1)->data, "and back", 8) == 0, label);
        NP_ASSERT_ROW(np_rig_input(rig, 0)->arrived <= rig->now, label);
        NP_ASSERT_ROW(np_rig_input(rig, 0)->arrived > rig->now - NP_SECOND, label);
        NP_ASSERT_ROW(!np_rig_input(rig, 0)->truncated, label);
        NP_ASSERT_ROW(!rig->went_back, label);
    }
}

static void
carries_empty_datagrams(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");

    np_rig_send(rig, 1, &one, "");
    NP_REQUIRE(np_rig_await_inputs(rig, 1));
    NP_ASSERT_INT(np_rig_input(rig, 0)->size, 0);
}

static void
tells_which_address_of_a_wildcard_was_asked_and_answers_from_it(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress asked = address("127.0.0.77:0");
    NpAddress wildcard = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "0.0.0.0:0");
    NpAddress client = np_rig_open(rig, 2, NP_TRANSPORT_UDP, "127.0.0.1:0");

    asked.port = wildcard.port;
    np_rig_send(rig, 2, &asked, "?");
    NP_REQUIRE(np_rig_await_inputs(rig, 1));
    CU_ASSERT(np_address_equal(&np_rig_input(rig, 0)->to, &asked));

    push_send(rig, 1, (NpSend){ .to = client, .from = np_rig_input(rig, 0)->to }, 1);
    NP_REQUIRE(np_rig_await_inputs(rig, 2));
    CU_ASSERT(np_address_equal(&np_rig_input(rig, 1)->from, &asked));
}

static void
sends_and_tells_ttl_and_ecn(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(np_rig_loopbacks); i++) {
        const char *label = np_rig_loopbacks[i];
        g_autoptr(NpRig) rig = np_rig_new();
        NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, label);

        push_send(rig, 1, (NpSend){ .to = one, .ttl = 7, .ecn = 2 }, 1);
        push_send(rig, 1, (NpSend){ .to = one, .ttl = 255, .ecn = 3 }, 1);
        push_send(rig, 1, (NpSend){ .to = one }, 1);
        NP_REQUIRE(np_rig_await_inputs(rig, 3));
        NP_ASSERT_INT(np_rig_input(rig, 0)->ttl, 7);
        NP_ASSERT_INT(np_rig_input(rig, 0)->ecn, 2);
        NP_ASSERT_INT(np_rig_input(rig, 1)->ttl, 255);
        NP_ASSERT_INT(np_rig_input(rig, 1)->ecn, 3);
        NP_ASSERT_ROW(np_rig_input(rig, 2)->ttl >= 64, label);
        NP_ASSERT_INT(np_rig_input(rig, 2)->ecn, 0);
    }
}

static void
receives_in_batches_and_takes_turns(void)
{
    enum { N_SOCKETS = 5, N_EACH = 200, N_ALL = N_SOCKETS * N_EACH };
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress to[N_SOCKETS];
    guint in_a_row = 0;
    guint counts[N_SOCKETS] = { 0 };
    guint n_waiting = N_SOCKETS;

    np_rig_open(rig, N_SOCKETS, NP_TRANSPORT_UDP, "127.0.0.1:0");
    for (guint i = 0; i < N_SOCKETS; i++)
        to[i] = np_rig_open(rig, i, NP_TRANSPORT_UDP, "127.0.0.1:0");
    /* One dispatch sends them all; they wait in their sockets when the next one comes. */
    for (guint i = 0; i < N_ALL; i++)
        np_rig_send(rig, N_SOCKETS, &to[i % N_SOCKETS], "x");
    NP_REQUIRE(np_rig_await_inputs(rig, N_ALL));

    NP_ASSERT_INT(rig->inputs->len, N_ALL);
    NP_ASSERT_INT(np_io_host_counters(rig->host)->received, N_ALL);
    NP_ASSERT_INT(np_io_host_counters(rig->host)->sent, N_ALL);
    NP_ASSERT_INT(rig->most_at_once, 512);
    for (guint i = 0; i < N_ALL; i++) {
        NpSocketId id = np_rig_input(rig, i)->socket;

        in_a_row = i > 0 && np_rig_input(rig, i - 1)->socket == id ? in_a_row + 1 : 1;
        if (n_waiting > 1)
            CU_ASSERT(in_a_row <= 64);
        counts[id]++;
        if (counts[id] == N_EACH)
            n_waiting--;
    }
    for (guint i = 0; i < N_SOCKETS; i++)
        NP_ASSERT_INT(counts[i], N_EACH);
}

static void
cuts_a_payload_into_datagrams(void)
{
    static const struct {
        const char *label;
        gsize size;
        guint16 segment_size;
        guint n;
        gsize last;
    } rows[] = {
        { "one", 100, 100, 1, 100 },
        { "by the kernel", 1000, 300, 4, 100 },
        { "more than the kernel cuts at once", 2000, 10, 200, 10 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NpRig) rig = np_rig_new();
        NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");

        push_send(rig, 1, (NpSend){ .to = one, .segment_size = rows[i].segment_size },
                  rows[i].size);
        NP_REQUIRE(np_rig_await_inputs(rig, rows[i].n));
        NP_ASSERT_INT(rig->inputs->len, rows[i].n);
        NP_ASSERT_INT(np_rig_input(rig, 0)->size, MIN(rows[i].size, rows[i].segment_size));
        NP_ASSERT_INT(np_rig_input(rig, rows[i].n - 1)->size, rows[i].last);
        NP_ASSERT_INT(np_rig_input(rig, 0)->segment_size, 0);
        NP_ASSERT_INT(np_io_host_counters(rig->host)->sent, rows[i].n);
        NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_FAILED), 0);
    }
}

static NpAddress
open_with(NpRig *rig, NpSocketId id, NpOpen open)
{
    const NpSocketEvent *opened = NULL;

    np_outbox_push(&rig->outbox, (NpAction){ .kind = NP_DO_OPEN, .socket = id, .open = open });
    np_rig_run(rig);
    opened = np_rig_event(rig, NP_SOCKET_OPENED, id);
    return opened != NULL ? opened->local : (NpAddress){ 0 };
}

static void
joins_datagrams_where_it_was_asked_to(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpOpen open = { .local = address("127.0.0.1:0"), .flags = NP_OPEN_COALESCE };
    NpAddress one = open_with(rig, 1, open);

    push_send(rig, 1, (NpSend){ .to = one, .segment_size = 300 }, 1000);
    NP_REQUIRE(np_rig_await_inputs(rig, 1));
    NP_ASSERT_INT(rig->inputs->len, 1);
    NP_ASSERT_INT(np_rig_input(rig, 0)->size, 1000);
    NP_ASSERT_INT(np_rig_input(rig, 0)->segment_size, 300);
    NP_ASSERT_INT(np_io_host_counters(rig->host)->received, 4);
}

static void
shares_a_port_only_if_asked_to(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpOpen open = { .local = address("127.0.0.1:0"), .flags = NP_OPEN_REUSE_PORT };

    open.local = open_with(rig, 1, open);
    NP_REQUIRE(np_address_is_destination(&open.local));
    NP_ASSERT_INT(open_with(rig, 2, open).port, open.local.port);
    open.flags = 0;
    open_with(rig, 3, open);
    NP_REQUIRE(np_rig_event(rig, NP_SOCKET_FAILED, 3) != NULL);
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 3)->why, NP_WHY_IN_USE);
}

static void
says_why_a_socket_cannot_be_opened(void)
{
    static const struct {
        const char *label;
        const char *local;
        const char *interface;
        NpWhy why;
    } rows[] = {
        { "not ours", "192.0.2.1:0", "", NP_WHY_NOT_LOCAL },
        { "not ours, IPv6", "[2001:db8::1]:0", "", NP_WHY_NOT_LOCAL },
        { "no such interface", "127.0.0.1:0", "nonesuch0", NP_WHY_NOT_LOCAL },
        { "an interface", "127.0.0.1:0", "lo", NP_WHY_NONE },
    };
    g_autoptr(NpRig) rig = np_rig_new();

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpOpen open = { .local = address(rows[i].local) };
        const NpSocketEvent *failed = NULL;

        g_strlcpy(open.interface, rows[i].interface, sizeof open.interface);
        open_with(rig, i, open);
        failed = np_rig_event(rig, NP_SOCKET_FAILED, i);
        NP_ASSERT_INT(failed != NULL ? failed->why : NP_WHY_NONE, rows[i].why);
        NP_ASSERT_ROW((np_rig_event(rig, NP_SOCKET_OPENED, i) != NULL) ==
                          (rows[i].why == NP_WHY_NONE),
                      rows[i].label);
    }
}

static void
serves_both_families_on_one_port(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress four = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");
    NpOpen open = { .local = address("[::1]:0") };
    NpAddress six = { 0 };

    open.local.port = four.port;
    six = open_with(rig, 2, open);
    NP_ASSERT_INT(six.port, four.port);
    /* What one family has left in a buffer does not hurt the other, whose addresses are longer. */
    for (guint i = 0; i < 4; i++) {
        NpSocketId id = i % 2 == 0 ? 1 : 2;
        const NpAddress *self = i % 2 == 0 ? &four : &six;

        push_send(rig, id, (NpSend){ .to = *self, .ttl = 9 }, 1);
        NP_REQUIRE(np_rig_await_inputs(rig, i + 1));
        NP_ASSERT_INT(np_rig_input(rig, i)->socket, id);
        CU_ASSERT(np_address_equal(&np_rig_input(rig, i)->from, self));
        CU_ASSERT(np_address_equal(&np_rig_input(rig, i)->to, self));
        NP_ASSERT_INT(np_rig_input(rig, i)->ttl, 9);
    }
}

static void
separates_the_families_of_a_wildcard(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress four = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "0.0.0.0:0");
    NpOpen open = { .local = np_address_any(NP_FAMILY_IPV6, four.port) };

    NP_ASSERT_INT(open_with(rig, 2, open).port, four.port);
}

static void
reports_a_refused_send_and_keeps_the_socket(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");
    NpAddress six = address("[::1]:9");
    const NpSocketEvent *failed = NULL;

    push_send(rig, 1, (NpSend){ .to = one }, 65508);
    push_send(rig, 1, (NpSend){ .to = one }, 65507);
    NP_REQUIRE(np_rig_await_inputs(rig, 1));
    NP_ASSERT_INT(np_rig_input(rig, 0)->size, 65507);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_FAILED), 1);
    failed = np_rig_event(rig, NP_SOCKET_FAILED, 1);
    NP_ASSERT_INT(failed->why, NP_WHY_TOO_BIG);
    NP_ASSERT_INT(np_io_host_counters(rig->host)->failed, 1);
    NP_ASSERT_INT(np_io_host_counters(rig->host)->sent, 1);

    np_rig_send(rig, 1, &six, "wrong family");
    np_rig_run(rig);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_FAILED), 2);
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 1)->why, NP_WHY_UNSUPPORTED);
}

static void
says_that_there_is_no_route(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress nowhere = address("198.51.100.1:9");

    if (!in_namespace)
        return;
    np_rig_open(rig, 1, NP_TRANSPORT_UDP, "0.0.0.0:0");
    np_rig_send(rig, 1, &nowhere, "?");
    np_rig_run(rig);
    NP_REQUIRE(np_rig_event(rig, NP_SOCKET_FAILED, 1) != NULL);
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 1)->why, NP_WHY_UNREACHABLE);
}

static void
lets_fragment_or_refuses_to_by_datagram(void)
{
    if (!in_namespace || !np_test_shell("ip link set lo mtu 1500"))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(np_rig_loopbacks); i++) {
        g_autoptr(NpRig) rig = np_rig_new();
        NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, np_rig_loopbacks[i]);

        push_send(rig, 1, (NpSend){ .to = one, .fragment = NP_FRAGMENT_NEVER }, 2000);
        push_send(rig, 1, (NpSend){ .to = one, .fragment = NP_FRAGMENT_ALLOWED }, 2001);
        push_send(rig, 1, (NpSend){ .to = one, .fragment = NP_FRAGMENT_NEVER }, 2002);
        push_send(rig, 1, (NpSend){ .to = one, .fragment = NP_FRAGMENT_NEVER }, 1000);
        NP_REQUIRE(np_rig_await_inputs(rig, 2));
        NP_ASSERT_INT(np_rig_input(rig, 0)->size, 2001);
        NP_ASSERT_INT(np_rig_input(rig, 1)->size, 1000);
        NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_FAILED), 2);
        NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 1)->why, NP_WHY_TOO_BIG);
    }
    np_test_shell("ip link set lo mtu 65536");
}

static void
loses_and_counts_what_a_full_queue_refuses(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");
    const NpIoCounters *counters = np_io_host_counters(rig->host);

    if (!in_namespace ||
        !np_test_shell("tc qdisc add dev lo root tbf rate 1mbit burst 5kb limit 10kb"))
        return;
    for (guint i = 0; i < 50; i++)
        push_send(rig, 1, (NpSend){ .to = one }, 1000);
    np_rig_run(rig);
    np_test_shell("tc qdisc del dev lo root");
    NP_ASSERT_INT(counters->sent + counters->dropped, 50);
    CU_ASSERT(counters->dropped > 0);
    NP_ASSERT_INT(counters->failed, 0);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_FAILED), 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(carries_datagrams_both_ways_with_their_addresses),
        NP_TEST(carries_empty_datagrams),
        NP_TEST(tells_which_address_of_a_wildcard_was_asked_and_answers_from_it),
        NP_TEST(sends_and_tells_ttl_and_ecn),
        NP_TEST(receives_in_batches_and_takes_turns),
        NP_TEST(cuts_a_payload_into_datagrams),
        NP_TEST(joins_datagrams_where_it_was_asked_to),
        NP_TEST(shares_a_port_only_if_asked_to),
        NP_TEST(says_why_a_socket_cannot_be_opened),
        NP_TEST(serves_both_families_on_one_port),
        NP_TEST(separates_the_families_of_a_wildcard),
        NP_TEST(reports_a_refused_send_and_keeps_the_socket),
        NP_TEST(says_that_there_is_no_route),
        NP_TEST(lets_fragment_or_refuses_to_by_datagram),
        NP_TEST(loses_and_counts_what_a_full_queue_refuses),
        { 0 },
    };

    in_namespace = np_test_enter_namespace();
    return np_test_main("io.udp", tests);
}
