/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/error.h"

G_DEFINE_QUARK(np_io_error, np_io_error)
