/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * NATs with a name: "port-restricted", "symmetric-random", "double"
 *
 * A preset is a point in the space of behaviours that people have a word for. What it is said to do
 * here is the truth that a lab builds, a simulator plays and a test expects;
 * tests/lab/nat-behaviour.sh holds each of them to it.
 */

#include "nat/behaviour.h"

/* From the host outwards: a home router and a carrier's NAT are two. */
#define NP_NAT_MAX_LAYERS 4

/* Random ports: all but the well-known ones, as RFC 4787, 4.2.2 divides them. */
#define NP_NAT_RANDOM_FIRST 1024
/* Blocks are handed out upwards from here; it is a multiple of every usual block size. */
#define NP_NAT_BLOCK_FIRST 16384
#define NP_NAT_BLOCK_SIZE 512

typedef struct {
    const char *name;
    const char *summary; /* one line, no full stop */
    guint n_layers;
    NpNatBehaviour layers[2]; /* the first is nearest to the host */
} NpNatPreset;

/* The table; *@count is its length. */
const NpNatPreset *np_nat_preset_all(guint *count);
/* NULL if nothing has that name. */
const NpNatPreset *np_nat_preset_find(const char *name);
/* "open, firewall, ...": for messages. */
char *np_nat_preset_names(void);
