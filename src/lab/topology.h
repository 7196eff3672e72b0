/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who stands where in a lab, as values and text
 *
 *     host  -+                                                  +- server
 *            +- NAT - ... - NAT - [wire] - internet - [wire] ... NAT - host
 *     second-+
 *
 * Up to three sites. Each network node becomes a namespace; what is to be done in it is text for
 * ip -batch and nft. Nothing here touches the kernel: see lab/network.h.
 *
 * Addresses (S is 1 for left, 2 for right, 3 for third):
 *
 *     server                     192.0.2.10, 192.0.2.20, 2001:db8:f::10, 2001:db8:f::20
 *     site, public               198.51.100.0/24, 203.0.113.0/24, 198.18.0.0/24; 2001:db8:S::/48
 *         outermost NAT          .1
 *         hosts if not NATed     .10 and .11
 *     LAN behind a NAT           192.168.S.0/24 (100.64.S.0/24 if it is a carrier's): .10 and .11
 *     between layer K-1 and K    100.64.(16 K + S).0/24, or 10.K.S.0/24 if K is not a carrier's
 *     further external ones      .129 and up of the network outside, for @model with addresses=N
 *     hosts                      2001:db8:S::10 and ::11
 */

#include "lab/ruleset.h"
#include "nat/spec.h"

typedef enum {
    NP_LAB_LEFT,
    NP_LAB_RIGHT,
    NP_LAB_THIRD,
    NP_LAB_N_SITES,
} NpLabSide;

#define NP_LAB_SERVER "192.0.2.10"
#define NP_LAB_SERVER_ALT "192.0.2.20"
#define NP_LAB_SERVER6 "2001:db8:f::10"
#define NP_LAB_SERVER6_ALT "2001:db8:f::20"

/* Interface names end at 15 characters. */
#define NP_LAB_IFNAME_SIZE 16

typedef struct {
    char *name;      /* "left", "left-second", "left-nat1", "internet", "server", "wire" */
    gboolean router; /* forwards packets */
    gboolean model;  /* but IPv4 is left to lab/model: the kernel must not see to it as well */
    GString *setup;  /* for ip -batch, once the links are there */
    char *ruleset;   /* for nft; NULL if none */
} NpLabNode;

typedef struct {
    guint node;
    char name[NP_LAB_IFNAME_SIZE];
} NpLabEnd;

typedef struct {
    NpLabEnd ends[2];
} NpLabLink;

/* Two interfaces of the wire node, what comes in at one goes out at the other. */
typedef struct {
    char inner[NP_LAB_IFNAME_SIZE];
    char outer[NP_LAB_IFNAME_SIZE];
} NpLabSpan;

/* A NAT, or a router in its place. */
typedef struct {
    guint node;
    NpLabSide side;
    guint layer;
    char inside[16];                        /* IPv4 address on "lan" */
    char external[NP_NAT_MAX_EXTERNAL][16]; /* on "wan" */
    guint n_external;                       /* none if it does not translate */
} NpLabLayer;

typedef struct {
    gboolean present;
    NpNatSpec spec;
    guint host;                           /* nodes */
    guint second;                         /* another host on the same LAN */
    NpLabLayer layers[NP_NAT_MAX_LAYERS]; /* as many as in @spec */
    char external[16]; /* the address others see: of the outermost NAT, or the host's own */
    char local[16];    /* the host's address */
    char local6[46];
    char second_local[16]; /* the second host's */
    gboolean translated;   /* by any layer */
} NpLabSite;

typedef struct {
    NpLabSite sites[NP_LAB_N_SITES];
    guint internet;
    guint server;
    guint wire;       /* G_MAXUINT: links are plain */
    GPtrArray *nodes; /* of NpLabNode */
    GArray *links;    /* of NpLabLink */
    GArray *spans;    /* of NpLabSpan */
} NpLabTopology;

const char *np_lab_side_text(NpLabSide side);
const NpLabNode *np_lab_topology_node(const NpLabTopology *self, guint node);

/* @specs: NULL where there is no such site. @wired: a wire in front of each site. */
NpLabTopology *np_lab_topology_new(const NpNatSpec *const specs[NP_LAB_N_SITES], gboolean wired);
void np_lab_topology_free(NpLabTopology *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpLabTopology, np_lab_topology_free)

/* Text of /etc/hosts: server, server-alt, server4 and server6 of one family, and each site. */
char *np_lab_topology_hosts(const NpLabTopology *self);
