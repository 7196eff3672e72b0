/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The vocabulary of NAT behaviour (RFC 4787, RFC 5382), as values with names
 *
 * Orthogonal axes, never an enumeration of "NAT types": each axis has a key and a few values, and
 * the names printed, parsed and tested anywhere in natprobe come from the tables behind this
 * header.
 */

#include <glib.h>

/* RFC 4787, sections 4.1 and 5: mapping and filtering share their scale. */
typedef enum {
    NP_NAT_ENDPOINT_INDEPENDENT,
    NP_NAT_ADDRESS_DEPENDENT,
    NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
} NpNatDependence;

/* How a new mapping gets its external port (RFC 4787, 4.2 knows the first; the others are in the
 * field). */
typedef enum {
    NP_NAT_PRESERVING, /* the internal port, as long as it is free */
    NP_NAT_SEQUENTIAL, /* the last one given out plus a step */
    NP_NAT_RANDOM,     /* anything in a range of thousands */
    NP_NAT_BLOCK, /* anything in a small block reserved for the subscriber (RFC 6888, REQ-14) */
} NpNatAllocation;
#define NP_NAT_N_ALLOCATIONS (NP_NAT_BLOCK + 1)

/* RFC 4787, 4.1: which of several external addresses a host's mappings use. */
typedef enum {
    NP_NAT_POOLING_SINGLE,    /* there is only one */
    NP_NAT_POOLING_PAIRED,    /* several, a host keeps the same */
    NP_NAT_POOLING_ARBITRARY, /* several, a host sees more than one */
} NpNatPooling;

/* RFC 4787, section 6; REQ-9a asks for the second, by which the receiver sees the external
 * endpoint. */
typedef enum {
    NP_NAT_HAIRPIN_UNSUPPORTED,
    NP_NAT_HAIRPIN_SUPPORTED,          /* external source */
    NP_NAT_HAIRPIN_SUPPORTED_INTERNAL, /* internal source: the receiver sees the private endpoint */
} NpNatHairpin;

typedef enum {
    NP_NAT_HAIRPIN_NEEDS_NOTHING,
    NP_NAT_HAIRPIN_NEEDS_BOTH_SEND, /* hairpinned packets meet the filter: both hosts must send */
} NpNatHairpinNeeds;

/* What a packet that the filter drops does to a mapping towards its sender made afterwards. */
typedef enum {
    NP_NAT_UNSOLICITED_HARMLESS, /* nothing */
    NP_NAT_UNSOLICITED_REMAPPED, /* the mapping gets another port */
    NP_NAT_UNSOLICITED_BLOCKED,  /* no mapping towards that sender comes about */
} NpNatUnsolicited;

typedef enum {
    NP_NAT_AXIS_REACHABLE, /* does UDP get through at all: no, yes */
    NP_NAT_AXIS_NAT,       /* none, translated */
    NP_NAT_AXIS_MAPPING,
    NP_NAT_AXIS_FILTERING,
    NP_NAT_AXIS_ALLOCATION,
    NP_NAT_AXIS_POOLING,
    NP_NAT_AXIS_HAIRPIN,
    NP_NAT_AXIS_UNSOLICITED,
    NP_NAT_AXIS_CGN, /* is a carrier's NAT on the path: no, yes */
    NP_NAT_N_AXES,
} NpNatAxis;

/* "mapping": the last part of the JSON path and of --expect keys. */
const char *np_nat_axis_key(NpNatAxis axis);
guint np_nat_axis_n_values(NpNatAxis axis);
/* "endpoint-independent"; @value must be below np_nat_axis_n_values(). */
const char *np_nat_axis_value(NpNatAxis axis, guint value);
/* FALSE if there is no such key, or no such value on that axis. */
gboolean np_nat_axis_find(const char *key, NpNatAxis *axis);
gboolean np_nat_axis_find_value(NpNatAxis axis, const char *text, guint *value);

const char *np_nat_hairpin_needs_text(NpNatHairpinNeeds needs);

/* The law behind a NpNatAllocation, with its numbers. */
typedef struct {
    NpNatAllocation kind;
    gint offset;   /* preserving: external minus internal port, 0 as a rule */
    gint step;     /* sequential: signed distance of successive ports */
    guint16 first; /* random, block: the range, inclusive */
    guint16 last;
    guint block_size; /* block: ports in it */
    guint16 mask;     /* block: port bits that never change, 0 for a contiguous block; a MAP-E */
    guint16 bits;     /* port set (RFC 7597, 5.1) has those of its PSID, with these values */
} NpNatLaw;

/* What a NAT does, as known beforehand (a preset) rather than measured. */
typedef struct {
    gboolean reachable;  /* UDP passes at all */
    gboolean translated; /* FALSE: a router or a stateful firewall */
    NpNatDependence mapping;
    NpNatDependence filtering;
    NpNatLaw law;
    NpNatPooling pooling;
    NpNatHairpin hairpin;
    NpNatHairpinNeeds hairpin_needs;
    NpNatUnsolicited unsolicited;
    gboolean cgn;
} NpNatBehaviour;

/* The value of @behaviour on @axis, as np_nat_axis_value() takes it. */
guint np_nat_behaviour_value(const NpNatBehaviour *behaviour, NpNatAxis axis);
