/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a packet that comes too early does to a mapping
 *
 * Some NATs bind the sender of an unsolicited packet to themselves, and what the host sends there
 * afterwards leaves from another port or not at all: the punch then fails although both NATs are
 * "cones". A fresh socket speaks to one endpoint, an endpoint that the filter blocks speaks first,
 * and only then the socket speaks to that one.
 */

#include "probe/experiment.h"

extern const NpProbeExperimentOps np_probe_unsolicited_ops;
