/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A NAT on the bench: scripted packets in, what came out compared as text
 *
 * Inside hosts are 10.0.0.x, the NAT is 203.0.113.1 (and .2, .3 .. for pools), servers are
 * 192.0.2.x.
 */

#include "nat/translator.h"

typedef struct {
    NpNatTranslator *translator;
    NpTime now;
    NpNatPacket packet; /* the last one, as it came out */
    NpNatOutcome outcome;
} NpBench;

/* An endpoint-independent NAT with random ports and address-and-port-dependent filtering. */
NpNatPolicy np_bench_policy(void);
NpBench np_bench_new(const NpNatPolicy *policy, guint n_external);
void np_bench_clear(NpBench *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpBench, np_bench_clear)

NpAddress np_bench_address(const char *text);
/* The source it has outside, or a port of 0 if it did not get there. */
NpAddress np_bench_send(NpBench *self, const char *from, const char *to);
/* A TCP segment, with the flags as letters: "S", "SA", "A", "F", "R". */
NpNatOutcome np_bench_segment(
    NpBench *self, NpNatSide side, const NpAddress *from, const NpAddress *to, const char *flags);
/* As np_bench_send(); source and destination after hairpinning are in @packet. */
NpNatOutcome np_bench_send_inside(NpBench *self, const char *from, const NpAddress *to);
/* Whether the packet arrives at @expected inside. */
gboolean
np_bench_arrives(NpBench *self, const char *from, const NpAddress *to, const char *expected);
