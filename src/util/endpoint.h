/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a person types for a server or a listener
 *
 * `host`, `host:port`, `1.2.3.4:port`, `[v6]:port`, a bare IPv6 address: split, not resolved.
 */

#include <glib.h>

#include "util/address.h"

typedef struct {
    char *host;        /* name or numeric address, without brackets */
    guint16 port;      /* 0 if none was given */
    NpAddress numeric; /* set if @host is a numeric address */
} NpEndpoint;

void np_endpoint_clear(NpEndpoint *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpEndpoint, np_endpoint_clear)

typedef enum {
    NP_ENDPOINT_ERROR_MALFORMED,
} NpEndpointError;
#define NP_ENDPOINT_ERROR np_endpoint_error_quark()
GQuark np_endpoint_error_quark(void);

/*
 * Fills a zeroed @self. On error one sentence that quotes @text; @self stays zeroed. A port of 0 in
 * the text is refused.
 */
gboolean np_endpoint_parse(NpEndpoint *self, const char *text, GError **error);
