/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/descriptors.h"

#include <sys/resource.h>

/* What any process has open beside sockets: known here, so that a change of it is noticed. */
#define RESERVED 64

static struct rlimit
limit_now(void)
{
    struct rlimit limit = { 0 };

    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    return limit;
}

static void
set_limit(rlim_t soft, rlim_t hard)
{
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ soft, hard }), ==, 0);
}

/* The hard limit only ever goes down, so that the order of the tests matters. */
static void
raises_the_limit_to_what_the_system_allows(void)
{
    rlim_t hard = MIN(limit_now().rlim_max, 1000);

    set_limit(hard / 2, hard);
    NP_ASSERT_INT(np_io_descriptors_raise(), hard - RESERVED);
    NP_ASSERT_INT(limit_now().rlim_cur, hard);
    NP_ASSERT_INT(np_io_descriptors_raise(), hard - RESERVED);
}

static void
leaves_one_socket_even_where_there_is_no_room(void)
{
    set_limit(RESERVED + 1, RESERVED + 1);
    NP_ASSERT_INT(np_io_descriptors_raise(), 1);
    set_limit(RESERVED / 2, RESERVED / 2);
    NP_ASSERT_INT(np_io_descriptors_raise(), 1);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(raises_the_limit_to_what_the_system_allows),
        NP_TEST(leaves_one_socket_even_where_there_is_no_room),
        { 0 },
    };

    return np_test_main("io.descriptors", tests);
}
