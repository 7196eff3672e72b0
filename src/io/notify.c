/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/notify.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Returns the length to hand to the kernel, or 0 if @path names no socket. */
static socklen_t
write_name(struct sockaddr_un *name, const char *path)
{
    gsize length = strlen(path);

    *name = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (length < 2 || length > sizeof name->sun_path || (path[0] != '/' && path[0] != '@'))
        return 0;
    memcpy(name->sun_path, path, length);
    /* The abstract namespace: a name that begins with a zero and ends where it ends. */
    if (path[0] == '@')
        name->sun_path[0] = '\0';
    return (socklen_t)(G_STRUCT_OFFSET(struct sockaddr_un, sun_path) + length);
}

static gboolean
tell(const char *state)
{
    const char *path = g_getenv("NOTIFY_SOCKET");
    struct sockaddr_un name;
    socklen_t size = path != NULL ? write_name(&name, path) : 0;
    gssize sent = -1;
    int fd = size > 0 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

    if (fd < 0)
        return FALSE;
    sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&name, size);
    close(fd);
    return sent >= 0;
}

gboolean
np_io_notify_ready(void)
{
    return tell("READY=1");
}

gboolean
np_io_notify_stopping(void)
{
    return tell("STOPPING=1");
}

gboolean
np_io_notify_status(const char *text)
{
    g_autofree char *line = g_strdup_printf("STATUS=%s", text);

    return tell(g_strdelimit(line, "\n", ' '));
}
