/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-session.h"

#include <string.h>

void
np_session_fixture_init(NpSessionFixture *self)
{
    NpRng rng = np_rng_from_number(1);
    NpSocketEvent opened = { .kind = NP_SOCKET_OPENED };

    np_probe_session_init(&self->session, NP_FAMILY_IPV4, &rng);
    self->server = np_address_ipv4(0xc0000201, 3478);
    np_probe_servers_add(&self->session.servers, &self->server, TRUE);
    self->socket = np_probe_session_open(&self->session, 0);
    opened.socket = self->socket;
    opened.local = np_address_any(NP_FAMILY_IPV4, NP_SESSION_FIXTURE_PORT);
    np_probe_session_report(&self->session, &opened);
}

void
np_session_fixture_clear(NpSessionFixture *self)
{
    np_probe_session_clear(&self->session);
}
gboolean
np_session_fixture_next(NpSessionFixture *self,
                        NpStunMessage *message,
                        NpAddress *to,
                        guint8 buffer[NP_SESSION_FIXTURE_BUFFER])
{
    NpAction action;

    while (np_outbox_take(&self->session.outbox, &action)) {
        gsize size = 0;
        const void *data = NULL;

        if (action.kind != NP_DO_SEND) {
            np_action_clear(&action);
            continue;
        }
        data = g_bytes_get_data(action.send.payload, &size);
        memcpy(buffer, data, MIN(size, NP_SESSION_FIXTURE_BUFFER));
        *to = action.send.to;
        np_action_clear(&action);
        return np_stun_message_parse(message, buffer, size) == NP_STUN_OK;
    }
    return FALSE;
}
