/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The smallest machines worth hosting: a client that retransmits until it is echoed, and an echo
 * that is deaf at first
 */

#include "core/outbox.h"

/* What the client tells its owner; the subject is how many times it sent. */
typedef enum {
    NP_TOY_ECHOED,
    NP_TOY_GAVE_UP,
} NpToyNotice;

typedef struct {
    NpOutbox outbox;
    NpAddress server;
    guint n_sent;
    NpTime due;
    NpTime finished; /* when it knew the outcome */
} NpToyClient;

void np_toy_client_init(NpToyClient *self, const NpAddress *server);
void np_toy_client_clear(NpToyClient *self);
extern const NpMachineOps np_toy_client_ops;

typedef struct {
    NpOutbox outbox;
    NpAddress asked; /* where to listen */
    NpAddress local; /* where it does */
    guint n_to_ignore;
} NpToyEcho;

void np_toy_echo_init(NpToyEcho *self, const NpAddress *asked, guint n_to_ignore);
void np_toy_echo_clear(NpToyEcho *self);
extern const NpMachineOps np_toy_echo_ops;
