/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The probabilities of port guessing
 *
 * Each law says how likely two sides are to meet when at least one of them cannot know which
 * external port the other's NAT will give out.
 */

#include <glib.h>

/*
 * One side holds @held mappings, drawn without repetition from @range ports; the other probes
 * @probed distinct ports of the range. The probability that one of the probes meets a mapping.
 */
double np_punch_odds_birthday(guint range, guint held, guint probed);

/*
 * The fewest ports k that, held by one side and probed by the other, meet with at least
 * @probability (in (0, 1)). Both sides send at once, so k = m costs the least time.
 */
guint np_punch_odds_balanced(guint range, double probability);

/*
 * Fewer than @below ports were taken by others between the last sample of a sequential NAT and the
 * burst, when @mean are expected.
 */
double np_punch_odds_skipped(guint below, double mean);

/*
 * Two sequential NATs whose hosts each send @burst packets from fresh sockets to one fixed port of
 * the other: others open @flows mappings per second on either NAT, samples are @age seconds old and
 * the packets leave at @rate per second.
 */
double np_punch_odds_crossed_bursts(guint burst, double flows, double age, double rate);
