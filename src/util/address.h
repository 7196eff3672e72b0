/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Transport addresses as values
 *
 * An address, IPv4 or IPv6, with a port. Plain data: copied, compared and printed without a socket
 * header in sight, so that the protocol code can carry addresses and never a sockaddr.
 */

#include <glib.h>

typedef enum {
    NP_FAMILY_NONE = 0,
    NP_FAMILY_IPV4 = 4,
    NP_FAMILY_IPV6 = 6,
} NpFamily;

/* Zero-filled is "no address" (NP_FAMILY_NONE). */
typedef struct {
    NpFamily family;
    guint32 scope;    /* IPv6 zone index, 0 where none is needed */
    guint16 port;     /* host byte order */
    guint8 bytes[16]; /* network byte order; IPv4 uses the first four, the rest is zero */
} NpAddress;

/* Longest text: "[" + 45 characters + "%" + 10 digits + "]:65535" + NUL. */
#define NP_ADDRESS_TEXT_SIZE 72

/* How many octets of @bytes a host of this family fills: 4, 16, or 0 for none. */
guint np_address_host_size(NpFamily family);
/* @host is in host byte order: 0x7f000001 is 127.0.0.1. */
NpAddress np_address_ipv4(guint32 host, guint16 port);
NpAddress np_address_ipv6(const guint8 bytes[16], guint16 port);
/* The wildcard of a family: 0.0.0.0 or ::. */
NpAddress np_address_any(NpFamily family, guint16 port);
NpAddress np_address_with_port(const NpAddress *address, guint16 port);

/*
 * Reads a numeric "1.2.3.4", "1.2.3.4:5", "::1" or "[::1]:5"; a missing port becomes @default_port.
 * FALSE, with @address untouched, for anything else, names included.
 */
gboolean np_address_parse(NpAddress *address, const char *text, guint16 default_port);

/* "1.2.3.4" or "::1". Returns @text, so that it can stand in an argument list. */
const char *np_address_format_host(const NpAddress *address, char text[NP_ADDRESS_TEXT_SIZE]);
/* The same with port: "1.2.3.4:5" or "[::1]:5". */
const char *np_address_format(const NpAddress *address, char text[NP_ADDRESS_TEXT_SIZE]);

gboolean np_address_is_set(const NpAddress *address);
gboolean np_address_same_host(const NpAddress *a, const NpAddress *b);
gboolean np_address_equal(const NpAddress *a, const NpAddress *b);
/* Total order, 0 for what is equal: family, host with its zone, port; for sorting and for
 * tie-breaks both sides must agree on. */
int np_address_compare(const NpAddress *a, const NpAddress *b);
/* For GHashTable: np_address_hash_key and np_address_equal_key on NpAddress keys. */
guint np_address_hash_key(gconstpointer address);
gboolean np_address_equal_key(gconstpointer a, gconstpointer b);

/* Whether the first @bits bits of both hosts agree; FALSE across families. */
gboolean np_address_in_prefix(const NpAddress *address, const NpAddress *network, guint bits);

gboolean np_address_is_any(const NpAddress *address);
gboolean np_address_is_loopback(const NpAddress *address);
gboolean np_address_is_link_local(const NpAddress *address);
/* RFC 1918 for IPv4, RFC 4193 (ULA) for IPv6. */
gboolean np_address_is_private(const NpAddress *address);
/* RFC 6598: 100.64.0.0/10, the space between a carrier's NAT and its subscribers. */
gboolean np_address_is_shared(const NpAddress *address);
/* Multicast or limited broadcast: never a peer. */
gboolean np_address_is_multicast(const NpAddress *address);
/* A host and a port one may send to at all: set, not wildcard, not multicast, port not 0. */
gboolean np_address_is_destination(const NpAddress *address);
