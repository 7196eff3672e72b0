/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a run of natprobe found out, as a document
 */

#include "core/time.h"
#include "nat/profile.h"
#include "report/document.h"
#include "report/expect.h"

typedef struct {
    NpAddress address;       /* as it was asked */
    const char *software;    /* as the server names itself; or NULL */
    NpAddress other_address; /* OTHER-ADDRESS (RFC 5780, 7.4), if it gave one */
    NpTime rtt;              /* NP_TIME_NEVER: it never answered */
} NpNatReportServer;

/* All borrowed, for the call. */
typedef struct {
    const NpNatReportServer *servers;
    guint n_servers;
    NpTime duration;
    NpAddress local;       /* the address the probes left from, if one is known */
    const char *interface; /* or NULL */
    const NpProfile *udp;  /* over IPv4; NULL if not measured */
    const NpProfile *udp6; /* over IPv6; NULL if not measured */
    const char *const
        *notes; /* sentences, NULL-terminated: a local firewall, a server's misbehaviour */
    const NpExpect *expect; /* or NULL: then the checks are which axes could be told */
    gboolean undecided_passes;
    gboolean verbose; /* every observation, every server */
} NpNatReport;

/* The document, its data in the schema "natprobe/1". Owned by the caller. */
NpDocument *np_report_profile_document(const NpNatReport *report);
