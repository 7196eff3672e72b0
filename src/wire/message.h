/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A message as a line of JSON
 *
 * doc/protocol.md says which members there are. Members that are not known are ignored, and so is
 * one that the operation does not have; one that is known has its type, or the line is refused.
 */

#include "rendezvous/message.h"

typedef enum {
    NP_WIRE_OK,
    NP_WIRE_MALFORMED,
    NP_WIRE_UNKNOWN, /* a sound object with an operation that this version does not know */
} NpWireOutcome;

/* Fills a zeroed @message, which stays zeroed unless the outcome is NP_WIRE_OK. @line comes
 * without its newline. */
NpWireOutcome np_wire_message_read(NpRendezvousMessage *message, const char *line, gsize size);
/* With its newline. Owned by the caller. */
GBytes *np_wire_message_write(const NpRendezvousMessage *message);
