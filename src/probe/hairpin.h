/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Hairpinning (RFC 4787, section 6; REQ-9)
 *
 * Three tests from one host: a socket sends to another's external endpoint, two sockets send to
 * each other's, a socket sends to its own. Only the second succeeds where hairpinned packets meet
 * the filter; only the first shows that nothing more is needed.
 */

#include "probe/experiment.h"

extern const NpProbeExperimentOps np_probe_hairpin_ops;
