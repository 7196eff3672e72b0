/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Something that will happen at a time: the first member of whatever the world schedules
 */

#include "core/time.h"

typedef struct NpSimEvent NpSimEvent;

struct NpSimEvent {
    void (*fire)(NpSimEvent *self, NpTime now);
    /* Frees an event that the world ended before; NULL if somebody else owns it. */
    void (*discard)(NpSimEvent *self);
};
