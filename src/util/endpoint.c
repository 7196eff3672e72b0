/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The one place that knows how people write host and port. Names are accepted by shape only (RFC
 * 1123 letters, digits, hyphens, dots, and the underscore seen in the wild); whether they exist is
 * the resolver's business.
 */

#include "util/endpoint.h"

#include <string.h>

/* RFC 1035, 2.3.4: a name is at most 255 octets, 253 of them visible. */
#define MAX_NAME 253

G_DEFINE_QUARK(np_endpoint_error, np_endpoint_error)

void
np_endpoint_clear(NpEndpoint *self)
{
    g_clear_pointer(&self->host, g_free);
}

static gboolean
is_name(const char *text)
{
    gsize length = strlen(text);

    if (length == 0 || length > MAX_NAME || text[0] == '-' || text[0] == '.')
        return FALSE;
    /* Digits and dots alone are a mistyped IPv4 address, never a host name. */
    if (strspn(text, "0123456789.") == length)
        return FALSE;
    for (const char *c = text; *c != '\0'; c++)
        if (!g_ascii_isalnum(*c) && *c != '-' && *c != '.' && *c != '_')
            return FALSE;
    return TRUE;
}

static gboolean
refuse(GError **error, const char *text, const char *why)
{
    g_set_error(error, NP_ENDPOINT_ERROR, NP_ENDPOINT_ERROR_MALFORMED, "\"%s\" %s", text, why);
    return FALSE;
}

gboolean
np_endpoint_parse(NpEndpoint *self, const char *text, GError **error)
{
    NpAddress numeric = { 0 };
    const char *colon = strrchr(text, ':');
    char host[NP_ADDRESS_TEXT_SIZE];
    guint64 port = 0;

    if (np_address_parse(&numeric, text, 0)) {
        gboolean has_port =
            numeric.family == NP_FAMILY_IPV4 ? colon != NULL : text[0] == '[' && colon[-1] == ']';
        if (has_port && numeric.port == 0)
            return refuse(error, text, "has port 0: a port lies between 1 and 65535");
        self->host = g_strdup(np_address_format_host(&numeric, host));
        self->port = numeric.port;
        self->numeric = numeric;
        return TRUE;
    }
    if (colon != NULL && !g_ascii_string_to_unsigned(colon + 1, 10, 1, G_MAXUINT16, &port, NULL))
        return refuse(error, text, "does not end in a port between 1 and 65535");
    self->host = colon != NULL ? g_strndup(text, colon - text) : g_strdup(text);
    if (!is_name(self->host)) {
        np_endpoint_clear(self);
        return refuse(error, text, "is not a host, host:port or [IPv6]:port");
    }
    self->port = (guint16)port;
    return TRUE;
}
