/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-namespace.h"
#include "fixture-rig.h"
#include "harness.h"
#include "io/host-private.h"
#include "io/sockaddr.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define KIB 1024

static gboolean in_namespace;

/* The accepting end is 10, the connecting end 2. */
static NpRig *
new_connection(const char *local)
{
    NpRig *rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, local, 10, 19);

    np_rig_connect(rig, 2, local, (NpConnect){ .to = server });
    if (!np_rig_await(rig, NP_SOCKET_CONNECTED, 1) || !np_rig_await(rig, NP_SOCKET_ACCEPTED, 1))
        g_error("No connection on loopback");
    return rig;
}

static void
push(NpRig *rig, NpActionKind kind, NpSocketId socket)
{
    np_outbox_push(&rig->outbox, (NpAction){ .kind = kind, .socket = socket });
}

static void
push_bytes(NpRig *rig, NpSocketId socket, gsize size, guint8 value)
{
    guint8 *bytes = g_malloc(size);

    memset(bytes, value, size);
    np_outbox_push(&rig->outbox, (NpAction){
                                     .kind = NP_DO_SEND,
                                     .socket = socket,
                                     .send = { .payload = g_bytes_new_take(bytes, size) },
                                 });
}

/* Runs until @socket has received that many octets. */
static gboolean
await_bytes(NpRig *rig, NpSocketId socket, gsize size)
{
    for (;;) {
        g_autoptr(GString) stream = np_rig_stream(rig, socket);

        if (stream->len >= size)
            return TRUE;
        if (!np_rig_await_inputs(rig, rig->inputs->len + 1))
            return FALSE;
    }
}

static void
carries_bytes_both_ways(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(np_rig_loopbacks); i++) {
        g_autoptr(NpRig) rig = new_connection(np_rig_loopbacks[i]);
        g_autoptr(GString) there = NULL;
        g_autoptr(GString) back = NULL;

        np_rig_send(rig, 2, &(NpAddress){ 0 }, "hello, ");
        np_rig_send(rig, 2, &(NpAddress){ 0 }, "world");
        np_rig_send(rig, 10, &(NpAddress){ 0 }, "hi");
        NP_REQUIRE(await_bytes(rig, 10, 12) && await_bytes(rig, 2, 2));
        NP_REQUIRE(np_rig_await(rig, NP_SOCKET_WRITABLE, 2));
        there = np_rig_stream(rig, 10);
        back = np_rig_stream(rig, 2);
        NP_ASSERT_STR(there->str, "hello, world");
        NP_ASSERT_STR(back->str, "hi");
        /* Two sends of one dispatch have one answer. */
        NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_WRITABLE), 2);
        NP_ASSERT_ROW(np_rig_event(rig, NP_SOCKET_WRITABLE, 2) != NULL, np_rig_loopbacks[i]);
        NP_ASSERT_ROW(np_rig_event(rig, NP_SOCKET_WRITABLE, 10) != NULL, np_rig_loopbacks[i]);
    }
}

static void
keeps_bytes_until_the_connection_stands(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    g_autoptr(GString) stream = NULL;

    np_rig_connect(rig, 2, "127.0.0.1:0", (NpConnect){ .to = server });
    np_rig_send(rig, 2, &(NpAddress){ 0 }, "early");
    push(rig, NP_DO_SHUTDOWN, 2);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_EOF, 1));
    stream = np_rig_stream(rig, 10);
    NP_ASSERT_STR(stream->str, "early");
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_CONNECTED), 1);
}

static void
lets_each_end_stop_by_itself(void)
{
    g_autoptr(NpRig) rig = new_connection("127.0.0.1:0");
    g_autoptr(GString) stream = NULL;

    np_rig_send(rig, 2, &(NpAddress){ 0 }, "question");
    push(rig, NP_DO_SHUTDOWN, 2);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_EOF, 1));
    NP_REQUIRE(np_rig_event(rig, NP_SOCKET_EOF, 10) != NULL);
    np_rig_send(rig, 10, &(NpAddress){ 0 }, "answer");
    NP_REQUIRE(await_bytes(rig, 2, 6));
    push(rig, NP_DO_SHUTDOWN, 10);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_EOF, 2));
    stream = np_rig_stream(rig, 2);
    NP_ASSERT_STR(stream->str, "answer");

    /* Both directions have ended, both connections still belong to the machine: nothing more
     * happens, and nothing spins, until it closes them. */
    np_rig_run(rig);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_CLOSED), 0);
    np_rig_close(rig, 2, FALSE);
    np_rig_close(rig, 10, FALSE);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CLOSED, 2));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_CLOSED, 2)->why, NP_WHY_NONE);
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_CLOSED, 10)->why, NP_WHY_NONE);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_RESET), 0);
}

static void
delivers_the_last_bytes_of_a_close(void)
{
    g_autoptr(NpRig) rig = new_connection("127.0.0.1:0");
    g_autoptr(GString) stream = NULL;

    push_bytes(rig, 2, 200 * KIB, 'x');
    np_rig_close(rig, 2, FALSE);
    push_bytes(rig, 10, 100 * KIB, 'y');
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CLOSED, 1));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_CLOSED, 2)->why, NP_WHY_NONE);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_EOF, 1));
    stream = np_rig_stream(rig, 10);
    NP_ASSERT_INT(stream->len, 200 * KIB);
    for (guint i = 0; i < rig->inputs->len; i++)
        NP_ASSERT_INT(np_rig_input(rig, i)->socket, 10);
}

static void
aborts_with_a_reset(void)
{
    g_autoptr(NpRig) rig = new_connection("127.0.0.1:0");

    np_rig_close(rig, 2, TRUE);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_RESET, 1));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_RESET, 10)->why, NP_WHY_REFUSED);
    /* Both numbers are dead: what crossed the report is ignored. */
    np_rig_send(rig, 10, &(NpAddress){ 0 }, "too late");
    push(rig, NP_DO_SHUTDOWN, 10);
    np_rig_close(rig, 10, FALSE);
    np_rig_close(rig, 2, FALSE);
    np_rig_run(rig);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_EOF), 0);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_CLOSED), 0);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_FAILED), 0);
}

static void
notices_a_reset_after_the_end_of_file(void)
{
    g_autoptr(NpRig) rig = new_connection("127.0.0.1:0");

    push(rig, NP_DO_SHUTDOWN, 2);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_EOF, 1));
    np_rig_close(rig, 2, TRUE);
    np_rig_send(rig, 10, &(NpAddress){ 0 }, "anyone?");
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_RESET, 1));
    CU_ASSERT(np_rig_event(rig, NP_SOCKET_RESET, 10) != NULL);
}

static void
writes_megabytes_at_the_pace_of_writable(void)
{
    enum { N = 64, SIZE = 64 * KIB };
    g_autoptr(NpRig) rig = new_connection("127.0.0.1:0");
    g_autoptr(GString) stream = NULL;
    gsize n_wrong = 0;

    for (guint i = 0; i < N; i++) {
        push_bytes(rig, 2, SIZE, (guint8)i);
        NP_REQUIRE(np_rig_await(rig, NP_SOCKET_WRITABLE, i + 1));
    }
    NP_REQUIRE(await_bytes(rig, 10, N * SIZE));
    stream = np_rig_stream(rig, 10);
    NP_ASSERT_INT(stream->len, N * SIZE);
    for (gsize i = 0; i < stream->len; i++)
        n_wrong += (guint8)stream->str[i] != i / SIZE;
    NP_ASSERT_INT(n_wrong, 0);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_WRITABLE), N);
}

/* A peer that is no machine, and reads only when told to. @buffer is 0 for the system's choice. */
static int
connect_plainly(const NpAddress *to, int buffer)
{
    struct sockaddr_storage name;
    socklen_t size = np_io_sockaddr_write(&name, to);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (buffer != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    g_assert_no_errno(connect(fd, (struct sockaddr *)&name, size));
    return fd;
}

static int
waiting_error(int fd)
{
    int error_number = 0;
    socklen_t size = sizeof error_number;

    g_assert_no_errno(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &size));
    return error_number;
}

static void
reset(int fd)
{
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

    g_assert_no_errno(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
    close(fd);
}

static void
reads_what_came_before_a_reset(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    g_autofree char *bytes = g_malloc0(160 * KIB);
    g_autoptr(GString) stream = NULL;
    int peer = connect_plainly(&server, 0);
    int left = 0;

    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 1));
    np_rig_run(rig);
    /* More than one read's worth is here, and then the reset. This end has something to write,
     * which now can only fail, and must not hide the bytes. */
    g_assert_cmpint(send(peer, bytes, 160 * KIB, 0), ==, 160 * KIB);
    g_assert_no_errno(ioctl(peer, SIOCOUTQ, &left));
    reset(peer);
    np_rig_send(rig, 10, &(NpAddress){ 0 }, "y");
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_RESET, 1));
    stream = np_rig_stream(rig, 10);
    NP_ASSERT_INT(stream->len, 160 * KIB - left);
    if (in_namespace)
        NP_ASSERT_INT(left, 0);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_RESET), 1);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_EOF), 0);
}

/* All that @fd gets before the end of file; nothing if there is an error instead. */
static gsize
read_to_the_end(NpRig *rig, int fd)
{
    static guint8 bytes[256 * KIB];
    gsize total = 0;

    for (;;) {
        gssize n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

        if (n == 0)
            return total;
        if (n > 0)
            total += (gsize)n;
        else if (errno != EAGAIN)
            return 0;
        np_rig_run(rig);
    }
}

static void
bounds_what_waits_for_a_slow_reader_and_loses_none_of_it(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    int peer = connect_plainly(&server, 0);
    gsize taken = 0;
    guint n_answers = 0;

    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 1));
    /* Until the kernel takes no more ... */
    do {
        n_answers = np_rig_count(rig, NP_SOCKET_WRITABLE);
        push_bytes(rig, 10, 64 * KIB, 'x');
        taken += 64 * KIB;
        np_rig_run(rig);
    } while (np_rig_count(rig, NP_SOCKET_WRITABLE) > n_answers);
    /* ... and then until the host does not either. */
    while (np_rig_count(rig, NP_SOCKET_FAILED) == 0) {
        push_bytes(rig, 10, 64 * KIB, 'x');
        taken += 64 * KIB;
        np_rig_run(rig);
        NP_REQUIRE(taken < 1024 * 1024 * KIB);
    }
    taken -= 64 * KIB;
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_FAILED, 10)->why, NP_WHY_LIMIT);
    NP_ASSERT_INT(np_io_host_counters(rig->host)->failed, 1);

    np_rig_close(rig, 10, FALSE);
    np_rig_run(rig);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_CLOSED), 0);
    /* What the peer still sends must not turn the close into a reset. */
    g_assert_no_errno((int)send(peer, "more", 4, 0));
    NP_ASSERT_INT(read_to_the_end(rig, peer), taken);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CLOSED, 1));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_CLOSED, 10)->why, NP_WHY_NONE);
    NP_ASSERT_INT(waiting_error(peer), 0);
    close(peer);
}

static void
calls_closed_only_what_the_peer_has_acknowledged(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    int peer = connect_plainly(&server, 4 * KIB);

    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 1));
    push_bytes(rig, 10, 64 * KIB, 'x');
    np_rig_close(rig, 10, FALSE);
    np_rig_run(rig);
    /* The kernel has them all, but the peer's window is shut. */
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_CLOSED), 0);
    NP_ASSERT_INT(read_to_the_end(rig, peer), 64 * KIB);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CLOSED, 1));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_CLOSED, 10)->why, NP_WHY_NONE);
    close(peer);
}

static void
waits_for_an_acknowledgement_no_longer_than_it_says(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    int peer = connect_plainly(&server, 4 * KIB);
    NpIoSocket *closing = NULL;

    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 1));
    push_bytes(rig, 10, 64 * KIB, 'x');
    np_rig_close(rig, 10, FALSE);
    np_rig_run(rig);
    NP_REQUIRE(rig->host->closing.length == 1);
    closing = rig->host->closing.head->data;
    CU_ASSERT(closing->due > rig->now);
    CU_ASSERT(closing->due <= np_io_host_now(rig->host) + 5 * NP_SECOND);
    /* As if they had passed. */
    closing->due = np_io_host_now(rig->host);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CLOSED, 1));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_CLOSED, 10)->why, NP_WHY_TIMED_OUT);
    NP_ASSERT_INT(rig->host->closing.length, 0);
    /* The kernel goes on without the host. */
    NP_ASSERT_INT(read_to_the_end(rig, peer), 64 * KIB);
    close(peer);
}

static void
tells_of_a_close_that_lost_its_peer(void)
{
    g_autoptr(NpRig) rig = np_rig_new();
    NpAddress server = np_rig_listen(rig, 1, "127.0.0.1:0", 10, 19);
    int peer = connect_plainly(&server, 0);

    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_ACCEPTED, 1));
    for (guint i = 0; np_rig_count(rig, NP_SOCKET_WRITABLE) == i; i++) {
        push_bytes(rig, 10, 64 * KIB, 'x');
        np_rig_run(rig);
    }
    np_rig_close(rig, 10, FALSE);
    np_rig_run(rig);
    reset(peer);
    NP_REQUIRE(np_rig_await(rig, NP_SOCKET_CLOSED, 1));
    NP_ASSERT_INT(np_rig_event(rig, NP_SOCKET_CLOSED, 10)->why, NP_WHY_REFUSED);
    NP_ASSERT_INT(np_rig_count(rig, NP_SOCKET_RESET), 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(carries_bytes_both_ways),
        NP_TEST(keeps_bytes_until_the_connection_stands),
        NP_TEST(lets_each_end_stop_by_itself),
        NP_TEST(delivers_the_last_bytes_of_a_close),
        NP_TEST(aborts_with_a_reset),
        NP_TEST(reads_what_came_before_a_reset),
        NP_TEST(notices_a_reset_after_the_end_of_file),
        NP_TEST(writes_megabytes_at_the_pace_of_writable),
        NP_TEST(bounds_what_waits_for_a_slow_reader_and_loses_none_of_it),
        NP_TEST(calls_closed_only_what_the_peer_has_acknowledged),
        NP_TEST(waits_for_an_acknowledgement_no_longer_than_it_says),
        NP_TEST(tells_of_a_close_that_lost_its_peer),
        { 0 },
    };

    in_namespace = np_test_enter_namespace() &&
                   np_test_shell("echo 4096 2000000 6000000 > /proc/sys/net/ipv4/tcp_rmem");
    return np_test_main("io.stream", tests);
}
