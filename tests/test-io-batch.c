/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/batch.h"
#include "io/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Datagrams by themselves: a pair of sockets that are each other's only peer. */
typedef struct {
    int left;
    int right;
} Pair;

static Pair
new_pair(void)
{
    int fds[2] = { -1, -1 };
    int on = 1;

    g_assert_no_errno(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds));
    g_assert_no_errno(setsockopt(fds[1], SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on));
    return (Pair){ .left = fds[0], .right = fds[1] };
}

static void
close_pair(Pair pair)
{
    close(pair.left);
    close(pair.right);
}

static void
fills_as_many_slots_as_it_has(void)
{
    g_autoptr(NpIoBatch) batch = np_io_batch_new(3, 16);
    Pair pair = new_pair();
    NpTime offset = np_io_clock_wall_offset();

    for (char c = 'a'; c < 'e'; c++)
        g_assert_no_errno((int)send(pair.left, &c, 1, 0));
    NP_ASSERT_INT(np_io_batch_receive(batch, pair.right), 3);
    NP_ASSERT_INT(np_io_batch_get(batch, 2, np_io_clock_now(), offset).data[0], 'c');
    NP_ASSERT_INT(np_io_batch_receive(batch, pair.right), 1);
    NP_ASSERT_INT(np_io_batch_get(batch, 0, np_io_clock_now(), offset).data[0], 'd');
    NP_ASSERT_INT(np_io_batch_get(batch, 0, np_io_clock_now(), offset).size, 1);
    NP_ASSERT_INT(np_io_batch_receive(batch, pair.right), -1);
    NP_ASSERT_INT(errno, EAGAIN);
    close_pair(pair);
}

static void
marks_what_did_not_fit(void)
{
    g_autoptr(NpIoBatch) batch = np_io_batch_new(4, 16);
    Pair pair = new_pair();
    NpDatagram in;

    for (gsize size = 15; size < 18; size++)
        g_assert_no_errno((int)send(pair.left, "0123456789abcdefgh", size, 0));
    NP_ASSERT_INT(np_io_batch_receive(batch, pair.right), 3);
    for (guint i = 0; i < 3; i++) {
        in = np_io_batch_get(batch, i, 0, 0);
        NP_ASSERT_INT(in.size, MIN(15 + i, 16));
        NP_ASSERT_INT(in.truncated, i == 2);
        CU_ASSERT(memcmp(in.data, "0123456789abcdef", in.size) == 0);
    }
    close_pair(pair);
}

static void
puts_the_kernels_stamp_into_the_machines_time(void)
{
    g_autoptr(NpIoBatch) batch = np_io_batch_new(1, 16);
    Pair pair = new_pair();
    NpTime before = np_io_clock_now();
    NpTime after = 0;
    NpTime offset = 0;
    NpTime late = 0;

    g_assert_no_errno((int)send(pair.left, "x", 1, 0));
    after = np_io_clock_now();
    g_usleep(2000);
    NP_ASSERT_INT(np_io_batch_receive(batch, pair.right), 1);
    late = np_io_clock_now();
    offset = np_io_clock_wall_offset();
    /* Two clocks are never read at quite the same time. */
    CU_ASSERT(np_io_batch_get(batch, 0, late, offset).arrived > before - NP_MSEC);
    CU_ASSERT(np_io_batch_get(batch, 0, late, offset).arrived < after + NP_MSEC);

    /* Never after now, and not absurdly long before it, whatever has been done to the clock. */
    NP_ASSERT_INT(np_io_batch_get(batch, 0, before - NP_SECOND, offset).arrived,
                  before - NP_SECOND);
    NP_ASSERT_INT(np_io_batch_get(batch, 0, late, offset - 3600 * NP_SECOND).arrived, late);
    NP_ASSERT_INT(np_io_batch_get(batch, 0, late, offset + 3600 * NP_SECOND).arrived, late);
    close_pair(pair);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(fills_as_many_slots_as_it_has),
        NP_TEST(marks_what_did_not_fit),
        NP_TEST(puts_the_kernels_stamp_into_the_machines_time),
        { 0 },
    };

    return np_test_main("io.batch", tests);
}
