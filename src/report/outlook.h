/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a NAT means for connecting, in words
 */

#include "nat/profile.h"
#include "report/document.h"

/* The answer in one sentence without jargon, for a player of games. Owned by the caller. */
char *np_report_outlook_sentence(const NpProfile *profile, NpTone *tone);

/* Adds a table of what to expect of each class of peer. */
void np_report_outlook_table(const NpProfile *profile, NpDocument *document);
