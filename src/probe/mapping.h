/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Mapping (RFC 5780, 4.3; RFC 4787, REQ-1) and whether there is a NAT at all
 *
 * Two sockets ask every endpoint there is; only answers to the same socket are compared.
 */

#include "probe/experiment.h"

extern const NpProbeExperimentOps np_probe_mapping_ops;
