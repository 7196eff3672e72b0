/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A document as one self-contained HTML page
 *
 * No script, nothing loaded from elsewhere, light or dark as the reader's system is.
 */

#include "report/document.h"

/* Owned by the caller. */
char *np_report_html(const NpDocument *document);
