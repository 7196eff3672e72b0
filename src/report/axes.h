/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A profile in words, axis by axis
 */

#include "nat/profile.h"
#include "report/document.h"

/* Adds a table of every axis that was measured: verdict, confidence, reason. */
void np_report_axes_table(const NpProfile *profile, NpDocument *document);

/* Adds a list of everything that was observed. */
void np_report_axes_evidence(const NpProfile *profile, NpDocument *document);

/* Adds a check per axis that was measured, named "@path.mapping": passed if it could be told. */
void np_report_axes_checks(const NpProfile *profile, const char *path, NpDocument *document);
