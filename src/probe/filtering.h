/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Filtering (RFC 5780, 4.4; RFC 4787, REQ-8)
 *
 * Fresh sockets that have spoken to one endpoint only ask it to answer from elsewhere. An arrival
 * proves; a silence counts only beside a control on the same socket, after enough copies, and from
 * a server that is able to answer from elsewhere.
 */

#include "probe/experiment.h"

extern const NpProbeExperimentOps np_probe_filtering_ops;
