/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A document's checks as TAP, in the subset that versions 13 and 14 share
 */

#include "report/document.h"

/* A plan, then a line per check; why it did not pass follows as YAML. Owned by the caller. */
char *np_report_tap(const NpDocument *document);
