/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/notify.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The manager's end: a socket at @path, or in the abstract namespace for "@...". */
static int
listen_at(const char *path)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    gsize length = strlen(path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    memcpy(name.sun_path, path, length);
    if (path[0] == '@')
        name.sun_path[0] = '\0';
    g_assert_no_errno(
        bind(fd, (struct sockaddr *)&name, G_STRUCT_OFFSET(struct sockaddr_un, sun_path) + length));
    return fd;
}

static char *
heard(int fd)
{
    char text[128];
    gssize size = recv(fd, text, sizeof text, 0);

    return size >= 0 ? g_strndup(text, size) : g_strdup("nothing");
}

static void
check_manager_at(const char *path)
{
    int fd = listen_at(path);
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;
    g_autofree char *third = NULL;

    g_setenv("NOTIFY_SOCKET", path, TRUE);
    CU_ASSERT(np_io_notify_ready());
    CU_ASSERT(np_io_notify_status("serving\n4 endpoints"));
    CU_ASSERT(np_io_notify_stopping());
    first = heard(fd);
    second = heard(fd);
    third = heard(fd);
    NP_ASSERT_STR(first, "READY=1");
    NP_ASSERT_STR(second, "STATUS=serving 4 endpoints");
    NP_ASSERT_STR(third, "STOPPING=1");
    close(fd);
    CU_ASSERT(!np_io_notify_ready());
}

static void
tells_a_manager_with_a_path(void)
{
    g_autofree char *folder = g_dir_make_tmp("test-io-notify-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "notify", NULL);

    check_manager_at(path);
    g_unlink(path);
    g_rmdir(folder);
}

static void
tells_a_manager_in_the_abstract_namespace(void)
{
    g_autofree char *path = g_strdup_printf("@test-io-notify-%d", (int)getpid());

    check_manager_at(path);
}

static void
does_nothing_without_a_manager(void)
{
    g_autofree char *long_path = g_strnfill(200, 'x');

    long_path[0] = '/';
    g_unsetenv("NOTIFY_SOCKET");
    CU_ASSERT(!np_io_notify_ready());
    g_setenv("NOTIFY_SOCKET", "", TRUE);
    CU_ASSERT(!np_io_notify_ready());
    g_setenv("NOTIFY_SOCKET", "relative", TRUE);
    CU_ASSERT(!np_io_notify_ready());
    g_setenv("NOTIFY_SOCKET", long_path, TRUE);
    CU_ASSERT(!np_io_notify_ready());
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(tells_a_manager_with_a_path),
        NP_TEST(tells_a_manager_in_the_abstract_namespace),
        NP_TEST(does_nothing_without_a_manager),
        { 0 },
    };

    return np_test_main("io.notify", tests);
}
