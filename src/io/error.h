/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a person can mend: a name, a device, a permission. */

#include <glib.h>

typedef enum {
    NP_IO_ERROR_NO_SUCH_HOST,
    NP_IO_ERROR_TIMED_OUT,
    NP_IO_ERROR_SYSTEM,
} NpIoError;
#define NP_IO_ERROR np_io_error_quark()
GQuark np_io_error_quark(void);
