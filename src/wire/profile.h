/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A profile as JSON
 *
 * The names are those that natprobe prints, so that what it printed can be read back. Sentences,
 * the evidence and why a verdict was left open, are for people: they are neither written nor read.
 */

#include <json-glib/json-glib.h>

#include "nat/profile.h"

/* Owned by the caller. */
JsonObject *np_wire_profile_write(const NpProfile *profile);
/*
 * Fills an initialised @profile. FALSE if @object is not a profile: a member has the wrong type or
 * a number no NAT can have. Axes and values that are not known are ignored.
 */
gboolean np_wire_profile_read(NpProfile *profile, JsonObject *object);
/* The profile of @transport, "udp" or "udp6", in a document of natprobe's. */
gboolean np_wire_profile_read_report(NpProfile *profile, JsonObject *root, const char *transport);
