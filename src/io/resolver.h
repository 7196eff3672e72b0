/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * From what a person typed to the addresses behind it
 *
 * Both families, in the order in which the system would try them (RFC 6724); who wants one family
 * picks its addresses and finds them in order too. A numeric endpoint needs no lookup.
 */

#include <gio/gio.h>

#include "util/address.h"
#include "util/endpoint.h"

/*
 * A name that takes longer does not resolve: a program must have told so within five seconds, and
 * the system's own patience with a dead name server is ten and more.
 */
#define NP_IO_RESOLVER_TIMEOUT_MS 4000

/* @endpoint is not kept. @default_port goes where it has none. */
void np_io_resolver_resolve_async(const NpEndpoint *endpoint,
                                  guint16 default_port,
                                  GAsyncReadyCallback callback,
                                  gpointer user);
/* At least one NpAddress, to be unreferenced; or NULL with one sentence that names the host. */
GArray *np_io_resolver_resolve_finish(GAsyncResult *result, GError **error);

/* The same, waiting for it without running the caller's main context. */
GArray *np_io_resolver_resolve(const NpEndpoint *endpoint, guint16 default_port, GError **error);
