/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A machine that writes down what passes in and out of another
 *
 * One line per input and per action, without times and port numbers: what must be the same under
 * every host.
 */

#include "core/machine.h"

typedef struct {
    const NpMachineOps *ops; /* of the machine that is traced; borrowed, like itself */
    gpointer machine;
    GString *text;
} NpTrace;

void np_trace_init(NpTrace *self, const NpMachineOps *ops, gpointer machine);
void np_trace_clear(NpTrace *self);
extern const NpMachineOps np_trace_ops;
