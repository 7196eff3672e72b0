/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-namespace.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static gboolean
write_file(const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;

    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
}

/* A plain user is root in a namespace of users, and there may make one of networks. */
static gboolean
become_root_of_namespace(void)
{
    g_autofree char *users = g_strdup_printf("0 %u 1", (guint)geteuid());
    g_autofree char *groups = g_strdup_printf("0 %u 1", (guint)getegid());

    return unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) == 0 &&
           write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", users) &&
           write_file("/proc/self/gid_map", groups);
}

gboolean
np_test_enter_namespace(void)
{
    if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 && !become_root_of_namespace()) {
        printf("# this system lets %s make no network namespace: some tests check less\n",
               g_get_user_name());
        return FALSE;
    }
    return np_test_shell("ip link set lo up && mount --make-rprivate /");
}

gboolean
np_test_shell(const char *command)
{
    gboolean worked = FALSE;

    fflush(stdout);
    worked = system(command) == 0;
    if (!worked)
        printf("# failed: %s\n", command);
    return worked;
}
