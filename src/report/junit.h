/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A document's checks as JUnit XML, the shape that Surefire writes and CI systems read
 */

#include "report/document.h"

/*
 * One suite, a case per check. A check that fails the document is a failure, of the type "failed"
 * or "undecided"; one that neither passes nor fails it is skipped. Owned by the caller.
 */
char *np_report_junit(const NpDocument *document);
