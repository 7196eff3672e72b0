/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Port allocation (RFC 4787, 4.2) and address pooling (RFC 4787, REQ-2)
 *
 * Sixteen fresh sockets ask one endpoint back to back; the law behind the external ports is
 * inferred from all of them at once.
 */

#include "probe/experiment.h"

extern const NpProbeExperimentOps np_probe_allocation_ops;
