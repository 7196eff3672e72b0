/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-rig.h"
#include "harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Descriptors of this process; *n_inheritable are those that a child would get, beyond the three
 * standard ones. */
static guint
count_descriptors(guint *n_inheritable)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint n = 0;
    const char *name = NULL;

    *n_inheritable = 0;
    while ((name = g_dir_read_name(dir)) != NULL) {
        int fd = atoi(name);

        n++;
        if (fd > STDERR_FILENO && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
            (*n_inheritable)++;
    }
    return n;
}

static void
tells_the_machine_its_ceiling_which_is_the_systems(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    struct rlimit limit = { 0 };

    getrlimit(RLIMIT_NOFILE, &limit);
    CU_ASSERT(limit.rlim_cur == limit.rlim_max);
    CU_ASSERT(rig->limits.max_sockets > 0);
    CU_ASSERT(rig->limits.max_sockets < limit.rlim_max);
}

static void
opens_and_closes_a_thousand_sockets_without_a_trace(void)
{
    enum { N = 1000 };
    guint n_inheritable = 0;
    guint n_inherited = 0;
    guint before = count_descriptors(&n_inherited);
    g_autoptr(NpRig) rig = np_rig_new();
    guint with_host = count_descriptors(&n_inheritable);
    NpAddress local = np_address_ipv4(0x7f000001, 0);

    NP_REQUIRE(rig->limits.max_sockets >= N);
    for (NpSocketId id = 0; id < N; id++)
        np_outbox_open_udp(&rig->outbox, id, &local);
    np_rig_run(rig);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_OPENED), N);
    NP_ASSERT_INT(count_descriptors(&n_inheritable), with_host + N);
    NP_ASSERT_INT(n_inheritable, n_inherited);
    for (NpSocketId id = 0; id < N; id++)
        np_outbox_close(&rig->outbox, id);
    np_rig_run(rig);
    NP_ASSERT_INT(count_descriptors(&n_inheritable), with_host);
    /* UDP is closed without an answer. */
    NP_ASSERT_INT(rig->events->len, N);

    for (NpSocketId id = N; id < N + 10; id++)
        np_outbox_open_udp(&rig->outbox, id, &local);
    np_rig_run(rig);
    g_clear_pointer(&rig, np_rig_free);
    NP_ASSERT_INT(count_descriptors(&n_inheritable), before);
}

static void
delivers_nothing_for_a_closed_number(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");

    np_rig_open(rig, 2, NP_TRANSPORT_UDP, "127.0.0.1:0");
    /* The datagram is in the socket when the close is carried out. */
    np_rig_send(rig, 2, &one, "too late");
    np_outbox_close(&rig->outbox, 1);
    np_rig_send(rig, 1, &one, "ignored");
    np_outbox_close(&rig->outbox, 1);
    np_outbox_close(&rig->outbox, 77);
    np_rig_run(rig);
    NP_ASSERT_INT(rig->inputs->len, 0);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_FAILED), 0);
    NP_ASSERT_INT(np_io_host_counters(rig->host)->sent, 1);
}

static void
expires_once_the_deadline_has_passed(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpTime due = 0;

    rig->deadline = np_io_host_now(rig->host) + 3600 * NP_SECOND;
    np_rig_run(rig);
    NP_ASSERT_INT(rig->n_expired, 0);
    due = np_io_host_now(rig->host) + 2 * NP_MSEC;
    rig->deadline = due;
    np_rig_run(rig);
    NP_REQUIRE(np_rig_await_expiries(rig, 1));
    CU_ASSERT(rig->now >= due);
    np_rig_run(rig);
    NP_ASSERT_INT(rig->n_expired, 1);
    CU_ASSERT(!rig->went_back);
}

static void
serves_a_deadline_that_has_long_passed_at_once(void)
{
    g_autoptr(NpRig) rig = np_rig_new();

    /* Set by expire(), so that nothing but the timer will wake the host: and to the very origin,
     * which to a timer means never. */
    rig->deadline = np_io_host_now(rig->host);
    rig->next_deadline = 0;
    NP_REQUIRE(np_rig_await_expiries(rig, 2));
}

static void
follows_a_deadline_that_moves(void)
{
    g_autoptr(NpRig) rig = np_rig_new();

    for (guint i = 0; i < 3; i++) {
        rig->deadline = np_io_host_now(rig->host) + 3600 * NP_SECOND;
        np_rig_run(rig);
        NP_ASSERT_INT(rig->n_expired, i);
        rig->deadline = np_io_host_now(rig->host) + NP_MSEC;
        NP_REQUIRE(np_rig_await_expiries(rig, i + 1));
    }
    NP_ASSERT_INT(rig->n_expired, 3);
}

static void
receives_before_it_expires_when_it_is_late(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");
    NpTime due = 0;

    np_rig_open(rig, 2, NP_TRANSPORT_UDP, "127.0.0.1:0");
    np_rig_send(rig, 2, &one, "in time");
    np_io_host_wake(rig->host);
    g_main_context_iteration(NULL, FALSE);
    /* The answer waits in the socket, and the main loop is held up until after the deadline. */
    NP_ASSERT_INT(rig->inputs->len, 0);
    due = np_io_host_now(rig->host) + 2 * NP_MSEC;
    rig->deadline = due;
    g_usleep(3000);
    NP_REQUIRE(np_rig_await_inputs(rig, 1));
    NP_ASSERT_INT(rig->n_expired, 1);
    NP_ASSERT_INT(rig->n_inputs_at_expiry, 1);
    /* And the stamp is the kernel's, not that of the late reading. */
    CU_ASSERT(np_rig_input(rig, 0)->arrived < due);
    CU_ASSERT(rig->now >= due);
}

static void
delivers_notices_in_order_after_the_work(void)
{
    g_autoptr(NpRig) rig = np_rig_new_unstarted();

    np_outbox_notify(&rig->outbox, 1, 0);
    np_io_host_start(rig->host);
    NP_ASSERT_INT(rig->notices->len, 0);
    np_rig_run(rig);
    NP_ASSERT_INT(rig->notices->len, 1);

    np_outbox_notify(&rig->outbox, 2, 0);
    np_outbox_open_udp(&rig->outbox, 1, &(NpAddress){ .family = NP_FAMILY_IPV4 });
    np_outbox_notify(&rig->outbox, 3, 0);
    np_rig_run(rig);
    NP_ASSERT_INT(rig->notices->len, 3);
    for (guint i = 0; i < rig->notices->len; i++)
        NP_ASSERT_INT(g_array_index(rig->notices, guint, i), i + 1);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_OPENED), 1);
}

typedef struct {
    NpIoHost *host;
    guint n_notices;
} Owner;

static void
free_on_notice(G_GNUC_UNUSED const NpNotice *notice, gpointer user)
{
    Owner *owner = user;

    owner->n_notices++;
    g_clear_pointer(&owner->host, np_io_host_free);
}

static void
may_be_freed_by_a_notice(void)
{
    /* The machine of a rig, under a host of its own. */
    g_autoptr(NpRig) rig = np_rig_new_unstarted();
    Owner owner = { 0 };

    owner.host = np_io_host_new(&np_rig_ops, rig, free_on_notice, &owner);
    np_io_host_attach(owner.host, NULL);
    for (NpSocketId id = 0; id < 3; id++)
        np_outbox_open_udp(&rig->outbox, id, &(NpAddress){ .family = NP_FAMILY_IPV4 });
    np_outbox_notify(&rig->outbox, 1, 0);
    np_outbox_notify(&rig->outbox, 2, 0);
    np_io_host_start(owner.host);
    rig->deadline = 0;
    while (owner.host != NULL)
        g_main_context_iteration(NULL, TRUE);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_OPENED), 3);
    /* The second of the same dispatch is not delivered to an owner who has let go. */
    NP_ASSERT_INT(owner.n_notices, 1);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    NP_ASSERT_INT(owner.n_notices, 1);
}

static void
note_tap(NpIoDirection direction, NpTransport transport, const NpDatagram *datagram, gpointer user)
{
    GString *log = user;
    char from[NP_ADDRESS_TEXT_SIZE];
    char to[NP_ADDRESS_TEXT_SIZE];

    g_string_append_printf(
        log, "%s %s %s>%s %.*s\n", direction == NP_IO_SENT ? "sent" : "received",
        transport == NP_TRANSPORT_UDP ? "udp" : "tcp", np_address_format(&datagram->from, from),
        np_address_format(&datagram->to, to), (int)datagram->size, (const char *)datagram->data);
}

static void
shows_all_traffic_to_the_tap(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    g_autoptr(GString) log = g_string_new(NULL);
    g_autofree char *expected = NULL;
    NpAddress one = np_rig_open(rig, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");
    NpAddress two = np_rig_open(rig, 2, NP_TRANSPORT_UDP, "127.0.0.1:0");
    NpAddress server = np_rig_listen(rig, 3, "127.0.0.1:0", 10, 19);
    NpAddress client = { 0 };
    char text[4][NP_ADDRESS_TEXT_SIZE];

    np_rig_connect(rig, 4, "127.0.0.1:0", (NpConnect){ .to = server });
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CONNECTED, 1));
    client = np_rig_event(rig, NP_SOCKET_CONNECTED, 4)->local;
    np_io_host_set_tap(rig->host, note_tap, log);
    np_rig_send(rig, 1, &two, "datagram");
    NP_REQUIRE(np_rig_await_inputs(rig, 1));
    np_rig_send(rig, 4, &(NpAddress){ 0 }, "piece");
    NP_REQUIRE(np_rig_await_inputs(rig, 2));

    np_address_format(&one, text[0]);
    np_address_format(&two, text[1]);
    np_address_format(&client, text[2]);
    np_address_format(&server, text[3]);
    expected =
        g_strdup_printf("sent udp %s>%s datagram\nreceived udp %s>%s datagram\n"
                        "sent tcp %s>%s piece\nreceived tcp %s>%s piece\n",
                        text[0], text[1], text[0], text[1], text[2], text[3], text[2], text[3]);
    NP_ASSERT_STR(log->str, expected);
}

static void
keeps_two_hosts_of_one_context_apart(void)
{
    g_autoptr(NpRig) left = np_rig_new();
    g_autoptr(NpRig) right = np_rig_new();
    NpAddress to = np_rig_open(right, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");

    np_rig_open(left, 1, NP_TRANSPORT_UDP, "127.0.0.1:0");
    np_rig_send(left, 1, &to, "x");
    np_rig_run(left);
    NP_REQUIRE(np_rig_await_inputs(right, 1));
    NP_ASSERT_INT(left->inputs->len, 0);
    np_rig_run(left);
    NP_ASSERT_INT(np_rig_count(left, NP_SOCKET_OPENED), 1);
    NP_ASSERT_INT(np_rig_count(right, NP_SOCKET_OPENED), 1);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(tells_the_machine_its_ceiling_which_is_the_systems),
        NP_TEST(opens_and_closes_a_thousand_sockets_without_a_trace),
        NP_TEST(delivers_nothing_for_a_closed_number),
        NP_TEST(expires_once_the_deadline_has_passed),
        NP_TEST(serves_a_deadline_that_has_long_passed_at_once),
        NP_TEST(follows_a_deadline_that_moves),
        NP_TEST(receives_before_it_expires_when_it_is_late),
        NP_TEST(delivers_notices_in_order_after_the_work),
        NP_TEST(may_be_freed_by_a_notice),
        NP_TEST(shows_all_traffic_to_the_tap),
        NP_TEST(keeps_two_hosts_of_one_context_apart),
        { 0 },
    };

    return np_test_main("io.host", tests);
}
