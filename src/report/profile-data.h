/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A run of natprobe as JSON, schema "natprobe/1"
 *
 * Every verdict is an object {verdict, possible, confidence, evidence, why}. What was not measured
 * is absent; what could not be decided is "unknown" and says why.
 */

#include <json-glib/json-glib.h>

#include "report/profile.h"

/* Owned by the caller. */
JsonNode *np_report_profile_data(const NpNatReport *report);
