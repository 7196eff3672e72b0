/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What comes back: answers, our own requests, ICMP errors
 *
 * Finds the question that each belongs to, and learns servers and path from it. What belongs to no
 * question, or cannot be, is counted and dropped.
 */

#include "probe/session.h"

void np_probe_intake_receive(NpProbeSession *session, NpTime now, const NpDatagram *in);
/* @event is of the kind NP_SOCKET_ICMP. */
void np_probe_intake_icmp(NpProbeSession *session, NpTime now, const NpSocketEvent *event);
