/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a run knows of the endpoints it asks
 *
 * The endpoints a person named, and those that OTHER-ADDRESS (RFC 5780, 7.4) led to. Each is
 * trusted for what it was seen to do and for nothing else: servers that ignore CHANGE-REQUEST,
 * answer from the wrong address or name a false alternate are common, and each fault turns a
 * verdict false in the tools that believe them.
 */

#include "core/time.h"
#include "util/address.h"

#define NP_PROBE_SOFTWARE_SIZE 64

typedef struct {
    NpAddress address;
    gboolean given;         /* a person named it; else it was learnt */
    gboolean answered;      /* a plain request was answered, and from this very endpoint */
    gboolean echoes;        /* it sends requests back */
    gboolean garbage;       /* it answers, but with nothing that is an answer */
    gboolean strays;        /* it answers questions that nobody asked */
    guint error;            /* STUN error code that it answered a plain request with, or 0 */
    gboolean refused;       /* ICMP says nobody listens there */
    NpAddress wrong_source; /* it answers from here instead; NP_FAMILY_NONE if it does not */
    NpAddress named;        /* its OTHER-ADDRESS or CHANGED-ADDRESS, whatever it is */
    NpAddress other;        /* the same, if it is one that may be asked */
    guint change_shown;   /* NpProbeAskFlags: changes it was seen to make, by what really arrived */
    guint change_refused; /* NpProbeAskFlags: changes it answered with an error */
    guint change_withheld; /* NpProbeAskFlags: changes it left unanswered where nothing filters */
    gboolean change_ignored;
    guint contradictions; /* answers that cannot be true beside others of its own */
    NpTime rtt;           /* the shortest; NP_TIME_NEVER if none was timed */
    char software[NP_PROBE_SOFTWARE_SIZE];
} NpProbeServer;

typedef struct {
    GArray *list; /* of NpProbeServer */
} NpProbeServers;

void np_probe_servers_init(NpProbeServers *self);
void np_probe_servers_clear(NpProbeServers *self);

guint np_probe_servers_count(const NpProbeServers *self);
/* Valid until the next add. */
NpProbeServer *np_probe_servers_at(const NpProbeServers *self, guint index);
NpProbeServer *np_probe_servers_find(const NpProbeServers *self, const NpAddress *address);
/* Adds it unless it is there or the list is full. TRUE if it is new. */
gboolean np_probe_servers_add(NpProbeServers *self, const NpAddress *address, gboolean given);

/* Whether a person named this host or it has answered: then it may be asked at full rate. */
gboolean np_probe_servers_is_proven(const NpProbeServers *self, const NpAddress *host);
/* Another endpoint than @address that answers and is to be believed; NULL if there is none yet. */
const NpProbeServer *np_probe_servers_replacement(const NpProbeServers *self,
                                                  const NpAddress *address);
/* Whether any endpoint has answered a plain request. */
gboolean np_probe_servers_any_answered(const NpProbeServers *self);
/* Whether a host says that nobody listens there: so far, UDP gets through. */
gboolean np_probe_servers_any_refused(const NpProbeServers *self);
/* The host has answered from at least one endpoint. */
gboolean np_probe_servers_host_answered(const NpProbeServers *self, const NpAddress *host);
/* A plain request was answered at this very endpoint. */
gboolean np_probe_servers_endpoint_answered(const NpProbeServers *self, const NpAddress *endpoint);
/* Takes note of what it calls its other address; only one that may be asked becomes @other. */
void np_probe_server_name_other(NpProbeServer *self, const NpAddress *named);
/* What it did when asked for @change is told by where the answer came from, not by its claims. */
void
np_probe_server_show_change(NpProbeServer *self, guint change, const NpAddress *from, guint error);
/* Whether its word on our external endpoints is worth anything. */
gboolean np_probe_server_is_consistent(const NpProbeServer *self);
/* The endpoint that @change towards @server should answer from, if the server named one that can
 * be. */
gboolean np_probe_server_alternate(const NpProbeServer *self, guint change, NpAddress *alternate);
