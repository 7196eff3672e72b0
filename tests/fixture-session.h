/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A probe session with one server and one open socket, driven by hand
 */

#include "probe/session.h"
#include "stun/message.h"

#define NP_SESSION_FIXTURE_PORT 40000
#define NP_SESSION_FIXTURE_BUFFER 256

typedef struct {
    NpProbeSession session;
    NpAddress server; /* 192.0.2.1:3478 */
    NpSocketId socket;
} NpSessionFixture;

void np_session_fixture_init(NpSessionFixture *self);
void np_session_fixture_clear(NpSessionFixture *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NpSessionFixture, np_session_fixture_clear)

/* The next datagram that the session sends, which must be STUN. FALSE if there is none. */
gboolean np_session_fixture_next(NpSessionFixture *self,
                                 NpStunMessage *message,
                                 NpAddress *to,
                                 guint8 buffer[NP_SESSION_FIXTURE_BUFFER]);
