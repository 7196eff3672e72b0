/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A line that claims to be a signalling message
 *
 * Whatever it is, it is refused without a trace, or it is a message that its own text gives again.
 */

#include "fuzz/fuzz.h"
#include "wire/message.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_auto(NpRendezvousMessage) message = { 0 };
    g_auto(NpRendezvousMessage) back = { 0 };
    g_autoptr(GBytes) line = NULL;
    g_autoptr(GBytes) again = NULL;
    const char *text = NULL;

    if (np_wire_message_read(&message, (const char *)data, size) != NP_WIRE_OK) {
        g_assert(message.has == 0 && message.profile == NULL);
        return 0;
    }
    g_assert(np_rendezvous_message_is_complete(&message));
    line = np_wire_message_write(&message);
    text = g_bytes_get_data(line, &size);
    /* Escapes and addresses may be written longer than they came, but not by much. */
    g_assert(np_wire_message_read(&back, text, size - 1) == NP_WIRE_OK);
    again = np_wire_message_write(&back);
    g_assert(back.has == message.has && g_bytes_equal(line, again));
    return 0;
}
