/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From errno to the reasons that machines know. */

#include "core/machine.h"

NpWhy np_io_why(int error_number);
