/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "lab/control.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_NAME 64
/* Whoever connects says at once what he wants, and a lab answers at once, but for a reboot, which
 * starts nft twice for each NAT. */
#define PATIENCE_S 10

static char *
prefix(void)
{
    return g_strdup_printf("natlab/%u/", geteuid());
}

/* FALSE if @name is not a good one. */
static gboolean
make_address(const char *name, struct sockaddr_un *address, socklen_t *size, GError **error)
{
    const char *good = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.";
    g_autofree char *before = prefix();
    g_autofree char *whole = g_strconcat(before, name, NULL);

    if (name[0] == '\0' || strlen(name) > MAX_NAME || strspn(name, good) != strlen(name)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "\"%s\" cannot be the name of a lab: it takes letters, digits, -, _ and .",
                    name);
        return FALSE;
    }
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(address->sun_path + 1, whole, strlen(whole));
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(whole));
    return TRUE;
}

static int
open_socket(GError **error)
{
    const struct timeval patience = { .tv_sec = PATIENCE_S };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0)
        return fd;
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "socket: %s",
                g_strerror(errno));
    return -1;
}

/* "a, b": the labs of this user; empty if there are none. */
static char *
names(void)
{
    g_autofree char *table = NULL;
    g_autofree char *before = prefix();
    g_autofree char *mark = g_strconcat(" @", before, NULL);
    g_auto(GStrv) lines = NULL;
    GString *found = g_string_new(NULL);

    if (g_file_get_contents("/proc/net/unix", &table, NULL, NULL))
        lines = g_strsplit(table, "\n", -1);
    for (guint i = 0; lines != NULL && lines[i] != NULL; i++) {
        const char *at = strstr(lines[i], mark);
        const char *name = at == NULL ? "" : at + strlen(mark);

        /* A connection to a lab bears its name as well. */
        if (name[0] != '\0' && strstr(found->str, name) == NULL)
            g_string_append_printf(found, "%s%s", found->len > 0 ? ", " : "", name);
    }
    return g_string_free(found, FALSE);
}

int
np_lab_control_bind(const char *name, GError **error)
{
    struct sockaddr_un address;
    socklen_t size = 0;
    int fd = -1;

    if (!make_address(name, &address, &size, error))
        return -1;
    fd = open_socket(error);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) == 0)
        return fd;
    if (errno == EADDRINUSE)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
                    "there is a lab called \"%s\" already", name);
    else
        g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "%s: %s", name,
                    g_strerror(errno));
    close(fd);
    return -1;
}

static gboolean
is_same_user(int fd, pid_t *pid)
{
    struct ucred who;
    socklen_t size = sizeof who;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
        return FALSE;
    *pid = who.pid;
    return who.uid == geteuid();
}

int
np_lab_control_connect(const char *name, pid_t *holder, GError **error)
{
    struct sockaddr_un address;
    socklen_t size = 0;
    g_autofree char *others = NULL;
    int fd = -1;

    if (!make_address(name, &address, &size, error))
        return -1;
    fd = open_socket(error);
    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&address, size) == 0 && is_same_user(fd, holder))
        return fd;
    others = names();
    if (others[0] == '\0')
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    "there is no lab called \"%s\", and no other", name);
    else
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    "there is no lab called \"%s\"; the labs are %s", name, others);
    close(fd);
    return -1;
}

int
np_lab_control_accept(int listener)
{
    const struct timeval patience = { .tv_sec = PATIENCE_S };
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    pid_t pid = 0;

    if (fd < 0)
        return -1;
    if (is_same_user(fd, &pid) &&
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0)
        return fd;
    close(fd);
    return -1;
}

typedef union {
    struct cmsghdr header;
    char space[CMSG_SPACE(NP_LAB_CONTROL_MAX_FDS * sizeof(int))];
} Handed;

gboolean
np_lab_control_send(int fd, const NpLabMessage *message)
{
    Handed handed = { 0 };
    struct iovec part = { .iov_base = (char *)message->text,
                          .iov_len = strnlen(message->text, sizeof message->text) };
    struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
    gsize size = message->n_fds * sizeof(int);

    if (message->n_fds > 0) {
        header.msg_control = &handed;
        header.msg_controllen = CMSG_SPACE(size);
        handed.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                          .cmsg_type = SCM_RIGHTS,
                                          .cmsg_len = CMSG_LEN(size) };
        memcpy(CMSG_DATA(&handed.header), message->fds, size);
    }
    return sendmsg(fd, &header, MSG_NOSIGNAL) == (gssize)part.iov_len;
}

gboolean
np_lab_control_receive(int fd, NpLabMessage *message)
{
    Handed handed = { 0 };
    struct iovec part = { .iov_base = message->text, .iov_len = sizeof message->text - 1 };
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &handed, .msg_controllen = sizeof handed
    };
    const struct cmsghdr *it = NULL;
    gssize size = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);

    message->n_fds = 0;
    if (size <= 0)
        return FALSE;
    message->text[size] = '\0';
    it = CMSG_FIRSTHDR(&header);
    if (it != NULL && it->cmsg_level == SOL_SOCKET && it->cmsg_type == SCM_RIGHTS) {
        message->n_fds = (guint)((it->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(message->fds, CMSG_DATA(it), message->n_fds * sizeof(int));
    }
    return TRUE;
}
