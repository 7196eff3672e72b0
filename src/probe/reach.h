/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Does UDP get through at all?
 *
 * UDP that is never answered is blocked only if the same server answers over TCP; otherwise nobody
 * may be there. TCP is tried when UDP stays silent for a moment.
 */

#include "probe/experiment.h"

extern const NpProbeExperimentOps np_probe_reach_ops;

/* TCP sockets belong to this experiment alone; TRUE if the input was for one of them. */
gboolean np_probe_reach_report(gpointer self,
                               NpProbeSession *session,
                               NpTime now,
                               const NpSocketEvent *event);
gboolean np_probe_reach_receive(gpointer self, const NpDatagram *in);
NpTime np_probe_reach_deadline(gconstpointer self);
/* Whether any server answered over TCP. */
gboolean np_probe_reach_tcp_answered(gconstpointer self);
