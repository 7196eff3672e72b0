/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A document as Markdown: CommonMark with the tables of GitHub's dialect
 */

#include "report/document.h"

/* For a CI summary or a bug report. Owned by the caller. */
char *np_report_markdown(const NpDocument *document);
