/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Is a carrier's NAT on the path? (RFC 6888)
 *
 * Packets to our own external address die of a small TTL only if the first router is not where that
 * address lives. Packets to the server, with the same TTL, show that this router does answer.
 */

#include "probe/experiment.h"

extern const NpProbeExperimentOps np_probe_carrier_ops;
