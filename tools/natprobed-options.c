/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natprobed-options.h"

#include "io/resolver.h"
#include "stun/message.h"

/* The second default port: RFC 5780 needs two, and says nothing about the other one. */
#define SECOND_PORT (NP_STUN_PORT + 1)

#define GROUP "natprobed"

/* As read, before it means anything. */
typedef struct {
    char **listen;
    char *alternate;
    char *config;
    gboolean print;
    gboolean verbose;
    gboolean version;
    char **rest;
} Raw;

static void
raw_clear(Raw *raw)
{
    g_strfreev(raw->listen);
    g_free(raw->alternate);
    g_free(raw->config);
    g_strfreev(raw->rest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Raw, raw_clear)

static const char summary[] = "Answers STUN requests (RFC 8489, RFC 5780) on UDP and TCP, so that "
                              "natprobe and other clients\n"
                              "can tell what the NATs before them do.";

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (error != NULL)
        *error = g_error_new_valist(NP_SERVER_ERROR, NP_SERVER_ERROR_OPTION, format, arguments);
    va_end(arguments);
    return FALSE;
}

static gboolean
read_command_line(Raw *raw, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "listen", 0, 0, G_OPTION_ARG_STRING_ARRAY, &raw->listen,
          "Serve STUN on this address, UDP and TCP (repeatable)", "ADDR:PORT" },
        { "alternate", 0, 0, G_OPTION_ARG_STRING, &raw->alternate,
          "Second address of this machine to answer from", "ADDR[:PORT]" },
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &raw->config, "Read options from a key file",
          "FILE" },
        { "print", 0, 0, G_OPTION_ARG_NONE, &raw->print, "Print every datagram that arrives",
          NULL },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &raw->verbose, "Say more on standard error", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &raw->version, "Print the version and exit", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &raw->rest, NULL, NULL },
        { 0 },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_auto(GStrv) copy = g_new0(char *, (gsize)argc + 1);

    for (int i = 0; i < argc; i++)
        copy[i] = g_strdup(argv[i]);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, summary);
    if (!g_option_context_parse_strv(context, &copy, error))
        return FALSE;
    if (raw->rest != NULL)
        return refuse(error, "\"%s\" is no option, and there are no other arguments", raw->rest[0]);
    return TRUE;
}

static gboolean
read_boolean(GKeyFile *file, const char *key, gboolean *value, GError **error)
{
    g_autoptr(GError) problem = NULL;
    gboolean read = g_key_file_get_boolean(file, GROUP, key, &problem);

    if (problem != NULL)
        return refuse(error, "%s must be true or false", key);
    *value = *value || read;
    return TRUE;
}

/* One key of the file; those that the command line has given already are only checked by name. */
static gboolean
read_key(Raw *raw, GKeyFile *file, const char *key, GError **error)
{
    if (g_str_equal(key, "listen")) {
        if (raw->listen == NULL)
            raw->listen = g_key_file_get_string_list(file, GROUP, key, NULL, error);
        return raw->listen != NULL;
    }
    if (g_str_equal(key, "alternate")) {
        if (raw->alternate == NULL)
            raw->alternate = g_key_file_get_string(file, GROUP, key, error);
        return raw->alternate != NULL;
    }
    if (g_str_equal(key, "print"))
        return read_boolean(file, key, &raw->print, error);
    if (g_str_equal(key, "verbose"))
        return read_boolean(file, key, &raw->verbose, error);
    return refuse(error, "there is no option \"%s\"; there are listen, alternate, print, verbose",
                  key);
}

static gboolean
read_file(Raw *raw, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_auto(GStrv) keys = NULL;
    g_auto(GStrv) groups = NULL;

    if (!g_key_file_load_from_file(file, raw->config, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "--config %s: ", raw->config);
        return FALSE;
    }
    groups = g_key_file_get_groups(file, NULL);
    for (gsize i = 0; groups[i] != NULL; i++)
        if (!g_str_equal(groups[i], GROUP))
            return refuse(error, "--config %s: there is no group [%s], only [" GROUP "]",
                          raw->config, groups[i]);
    keys = g_key_file_get_keys(file, GROUP, NULL, NULL);
    for (gsize i = 0; keys != NULL && keys[i] != NULL; i++) {
        if (!read_key(raw, file, keys[i], error)) {
            g_prefix_error(error, "--config %s: ", raw->config);
            return FALSE;
        }
    }
    return TRUE;
}

/* All addresses behind what a person typed; the caller's. */
static GArray *
resolve(const char *option, const char *text, GError **error)
{
    g_auto(NpEndpoint) endpoint = { 0 };
    GArray *addresses = NULL;

    if (np_endpoint_parse(&endpoint, text, error))
        addresses = np_io_resolver_resolve(&endpoint, 0, error);
    if (addresses == NULL)
        g_prefix_error(error, "--%s %s: ", option, text);
    return addresses;
}

static gboolean
add_listener(NpServerListeners *listeners, const char *text, GError **error)
{
    g_autofree char *origin = g_strconcat("--listen ", text, NULL);
    g_autoptr(GArray) addresses = resolve("listen", text, error);

    if (addresses == NULL)
        return FALSE;
    for (guint i = 0; i < addresses->len; i++)
        if (!np_server_listeners_add(listeners, origin, &g_array_index(addresses, NpAddress, i),
                                     error))
            return FALSE;
    return TRUE;
}

static gboolean
has_ipv6(const GArray *interfaces)
{
    for (guint i = 0; i < interfaces->len; i++)
        if (g_array_index(interfaces, NpIoInterface, i).address.family == NP_FAMILY_IPV6)
            return TRUE;
    return FALSE;
}

static gboolean
add_defaults(NpServerListeners *listeners, const GArray *interfaces, GError **error)
{
    static const guint16 ports[] = { NP_STUN_PORT, SECOND_PORT };
    static const NpFamily families[] = { NP_FAMILY_IPV4, NP_FAMILY_IPV6 };

    for (gsize f = 0; f < G_N_ELEMENTS(families); f++) {
        /* A machine without IPv6 cannot be told to open such a socket. */
        if (families[f] == NP_FAMILY_IPV6 && !has_ipv6(interfaces))
            continue;
        for (gsize p = 0; p < G_N_ELEMENTS(ports); p++) {
            NpAddress address = np_address_any(families[f], ports[p]);
            char text[NP_ADDRESS_TEXT_SIZE];
            g_autofree char *origin =
                g_strdup_printf("the default --listen %s", np_address_format(&address, text));

            if (!np_server_listeners_add(listeners, origin, &address, error))
                return FALSE;
        }
    }
    return TRUE;
}

static gboolean
add_alternate(NpServerListeners *listeners, const char *text, GError **error)
{
    g_autofree char *origin = g_strconcat("--alternate ", text, NULL);
    g_autoptr(GArray) addresses = resolve("alternate", text, error);

    if (addresses == NULL)
        return FALSE;
    if (addresses->len > 1)
        return refuse(error, "%s: this name has several addresses; give one of them", origin);
    return np_server_listeners_add_alternate(listeners, origin,
                                             &g_array_index(addresses, NpAddress, 0), error);
}

static gboolean
make_listeners(NpServerListeners *listeners, const Raw *raw, GError **error)
{
    g_autoptr(GArray) interfaces = np_io_interfaces_list(error);

    if (interfaces == NULL)
        return FALSE;
    for (gsize i = 0; raw->listen != NULL && raw->listen[i] != NULL; i++)
        if (!add_listener(listeners, raw->listen[i], error))
            return FALSE;
    if (listeners->addresses->len == 0 && !add_defaults(listeners, interfaces, error))
        return FALSE;
    if (raw->alternate != NULL && !add_alternate(listeners, raw->alternate, error))
        return FALSE;
    np_server_listeners_expand(listeners, interfaces);
    return TRUE;
}

void
np_daemon_options_clear(NpDaemonOptions *self)
{
    np_server_listeners_clear(&self->listeners);
}

gboolean
np_daemon_options_read(NpDaemonOptions *self, int argc, char **argv, GError **error)
{
    g_auto(Raw) raw = { 0 };

    np_server_listeners_init(&self->listeners);
    if (!read_command_line(&raw, argc, argv, error))
        return FALSE;
    self->version = raw.version;
    if (raw.version)
        return TRUE;
    if (raw.config != NULL && !read_file(&raw, error))
        return FALSE;
    self->print = raw.print;
    self->verbose = raw.verbose;
    return make_listeners(&self->listeners, &raw, error);
}
