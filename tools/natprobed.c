/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * natprobed: the public server that natprobe and other STUN clients ask
 */

#include "config.h"

#include "io/entropy.h"
#include "io/host.h"
#include "io/notify.h"
#include "natprobed-options.h"
#include "natprobed-print.h"
#include "stun/server.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

#define SOFTWARE "natprobed " PACKAGE_VERSION
G_STATIC_ASSERT(sizeof SOFTWARE - 1 <= NP_STUN_SOFTWARE_LIMIT);

/*
 * How often the addresses behind a wildcard are looked at again. An address that is gone, such as a
 * temporary one of IPv6, must not be named as OTHER-ADDRESS: clients would take it for filtered.
 */
#define REFRESH_SECONDS 15

enum {
    EXIT_DONE = 0,
    EXIT_USAGE = 2,
};

typedef struct {
    NpDaemonOptions options;
    NpStunServer *server;
    GMainLoop *loop;
    int status;
} Daemon;

static const char *
transport_name(NpTransport transport)
{
    switch (transport) {
    case NP_TRANSPORT_UDP:
        return "UDP";
    case NP_TRANSPORT_TCP:
        return "TCP";
    }
    return "";
}

/* "127.0.0.1:3478, [::1]:3478": all listeners. */
static char *
describe_listeners(const NpServerListeners *listeners)
{
    g_autoptr(GString) line = g_string_new(NULL);

    for (guint i = 0; i < listeners->addresses->len; i++) {
        char text[NP_ADDRESS_TEXT_SIZE];

        g_string_append_printf(
            line, "%s%s", i > 0 ? ", " : "",
            np_address_format(&g_array_index(listeners->addresses, NpAddress, i), text));
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

/* Which endpoint answers for which: what a client is told as OTHER-ADDRESS. */
static void
tell_endpoints(const NpServerListeners *listeners)
{
    const NpStunEndpoint *endpoints = (const NpStunEndpoint *)listeners->endpoints->data;
    g_autoptr(NpStunGrid) grid = np_stun_grid_new(endpoints, listeners->endpoints->len);

    for (guint i = 0; i < listeners->endpoints->len; i++) {
        guint other = np_stun_grid_partner(grid, i, TRUE, TRUE);
        char here[NP_ADDRESS_TEXT_SIZE];
        char there[NP_ADDRESS_TEXT_SIZE] = "none";

        if (other != NP_STUN_NOWHERE)
            np_address_format(&endpoints[other].local, there);
        g_printerr("natprobed: %s, other address: %s\n",
                   np_address_format(&endpoints[i].local, here), there);
    }
}

static void
tell_counters(const NpStunServerCounters *counters)
{
    guint64 dropped = 0;

    for (guint i = NP_STUN_DROPPED_FOREIGN; i < NP_STUN_N_OUTCOMES; i++)
        dropped += counters->outcomes[i];
    g_printerr("natprobed: %" G_GUINT64_FORMAT " requests answered, %" G_GUINT64_FORMAT
               " refused, %" G_GUINT64_FORMAT " over the rate, %" G_GUINT64_FORMAT
               " packets ignored, %" G_GUINT64_FORMAT " connections\n",
               counters->outcomes[NP_STUN_ANSWERED], counters->outcomes[NP_STUN_REFUSED],
               counters->limited, dropped, counters->accepted);
}

static void
on_listening(Daemon *daemon)
{
    g_autofree char *listeners = describe_listeners(&daemon->options.listeners);
    g_autofree char *status = g_strdup_printf("STUN on %s", listeners);

    np_io_notify_status(status);
    /* Where a manager shows the status, standard error is for what went wrong. */
    if (!np_io_notify_ready() || daemon->options.verbose)
        g_printerr("natprobed: %s\n", status);
    if (daemon->options.verbose)
        tell_endpoints(&daemon->options.listeners);
}

/* "--listen 127.0.0.1:3478 (TCP)", with the address if the argument does not show it. */
static char *
describe_socket(const NpServerListeners *listeners, guint index, NpTransport transport)
{
    const char *origin = g_ptr_array_index(listeners->origins, index);
    char text[NP_ADDRESS_TEXT_SIZE];

    np_address_format(&g_array_index(listeners->addresses, NpAddress, index), text);
    return g_str_has_suffix(origin, text)
               ? g_strdup_printf("%s (%s)", origin, transport_name(transport))
               : g_strdup_printf("%s: %s (%s)", origin, text, transport_name(transport));
}

static void
on_listen_failed(Daemon *daemon, guint listener)
{
    NpTransport transport = NP_TRANSPORT_UDP;
    NpWhy why = np_stun_server_failure(daemon->server, listener, &transport);
    g_autofree char *socket = describe_socket(&daemon->options.listeners, listener, transport);

    /* One sentence: what else went wrong may well go away with the first. */
    if (daemon->status != EXIT_DONE)
        return;
    g_printerr("natprobed: %s: %s\n", socket, np_why_text(why));
    daemon->status = EXIT_USAGE;
    g_main_loop_quit(daemon->loop);
}

static void
on_notice(const NpNotice *notice, gpointer user)
{
    Daemon *daemon = user;

    switch ((NpStunServerNotice)notice->code) {
    case NP_STUN_SERVER_LISTENING:
        on_listening(daemon);
        break;
    case NP_STUN_SERVER_LISTEN_FAILED:
        on_listen_failed(daemon, (guint)notice->subject);
        break;
    }
}

static gboolean
on_signal(gpointer user)
{
    Daemon *daemon = user;

    np_io_notify_stopping();
    g_main_loop_quit(daemon->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_refresh(gpointer user)
{
    Daemon *daemon = user;
    NpServerListeners *listeners = &daemon->options.listeners;
    g_autoptr(GArray) interfaces = np_io_interfaces_list(NULL);

    /* Should the system not tell for once, what was true before is the best guess. */
    if (interfaces != NULL && np_server_listeners_expand(listeners, interfaces)) {
        np_stun_server_set_endpoints(daemon->server,
                                     (const NpStunEndpoint *)listeners->endpoints->data,
                                     listeners->endpoints->len);
        if (daemon->options.verbose)
            tell_endpoints(listeners);
    }
    return G_SOURCE_CONTINUE;
}

static NpStunServer *
make_server(const NpServerListeners *listeners)
{
    NpStunServerConfig config = {
        .listeners = (const NpAddress *)listeners->addresses->data,
        .n_listeners = listeners->addresses->len,
        .endpoints = (const NpStunEndpoint *)listeners->endpoints->data,
        .n_endpoints = listeners->endpoints->len,
        .software = SOFTWARE,
        .rate = np_bucket_rate(NP_STUN_SERVER_RATE, NP_STUN_SERVER_BURST),
        .max_connections = NP_STUN_SERVER_MAX_CONNECTIONS,
        .max_network_connections = NP_STUN_SERVER_MAX_NETWORK_CONNECTIONS,
        .idle_timeout = NP_STUN_SERVER_IDLE_TIMEOUT,
    };

    np_io_entropy_fill(config.secret, sizeof config.secret);
    return np_stun_server_new(&config);
}

static int
serve(Daemon *daemon)
{
    g_autoptr(NpStunServer) server = make_server(&daemon->options.listeners);
    g_autoptr(NpIoHost) host = np_io_host_new(&np_stun_server_ops, server, on_notice, daemon);
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);

    daemon->server = server;
    daemon->loop = loop;
    if (daemon->options.print)
        np_io_host_set_tap(host, np_daemon_print, NULL);
    g_unix_signal_add(SIGINT, on_signal, daemon);
    g_unix_signal_add(SIGTERM, on_signal, daemon);
    g_timeout_add_seconds(REFRESH_SECONDS, on_refresh, daemon);
    np_io_host_attach(host, NULL);
    np_io_host_start(host);
    g_main_loop_run(loop);
    if (daemon->options.verbose)
        tell_counters(np_stun_server_counters(server));
    return daemon->status;
}

int
main(int argc, char **argv)
{
    Daemon daemon = { 0 };
    g_autoptr(GError) error = NULL;
    int status = EXIT_USAGE;

    g_set_prgname("natprobed");
    if (!np_daemon_options_read(&daemon.options, argc, argv, &error)) {
        g_printerr("natprobed: %s\n", error->message);
    } else if (daemon.options.version) {
        puts(SOFTWARE);
        status = EXIT_DONE;
    } else {
        status = serve(&daemon);
    }
    np_daemon_options_clear(&daemon.options);
    return status;
}
