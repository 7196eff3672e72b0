/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The addresses of this machine, and the interfaces that have them. */

#include "core/machine.h"

typedef struct {
    char name[NP_INTERFACE_NAME_SIZE];
    guint index;
    NpAddress address; /* port 0; an interface with several addresses comes several times */
    guint prefix_length;
    gboolean is_up;
    gboolean is_loopback;
    gboolean is_point_to_point; /* a tunnel, as a rule */
} NpIoInterface;

/* Of NpIoInterface, to be unreferenced; NULL with @error where the system cannot tell. */
GArray *np_io_interfaces_list(GError **error);
