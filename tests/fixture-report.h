/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Runs of natprobe that never took place, and what they should look like
 */

#include "harness.h"
#include "report/profile.h"

typedef enum {
    FIXTURE_CONE,       /* port-restricted, all told by two servers */
    FIXTURE_ONE_SERVER, /* filtering and unsolicited open, hairpin leaning, a note */
    FIXTURE_SYMMETRIC, /* random ports behind a carrier's NAT; IPv6 with a firewall; expectations */
    FIXTURE_BLOCKED,   /* UDP does not get through */
    FIXTURE_N,
} FixtureRun;

typedef struct {
    NpProfile udp;
    NpProfile udp6;
    NpExpect *expect;
    NpNatReport report;
} FixtureReport;

void fixture_report_init(FixtureReport *self, FixtureRun run);
void fixture_report_clear(FixtureReport *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FixtureReport, fixture_report_clear)

/* "port-restricted-cone": the stem of its golden files. */
const char *fixture_report_name(FixtureRun run);

/*
 * Holds @actual against tests/golden/@name, line by line. With NP_GOLDEN=write in the environment
 * the file is written instead, for a person to look at before it is committed.
 */
void fixture_report_golden(const char *name, const char *actual);
