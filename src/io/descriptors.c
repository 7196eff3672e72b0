/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/descriptors.h"

#include <sys/resource.h>

/* Standard streams, main loop, timers, resolver, capture and report files, and room to spare. */
#define RESERVED 64

/* More than any strategy opens; where the system sets no limit, tables should still have one. */
#define MAX_SOCKETS (1u << 20)

guint
np_io_descriptors_raise(void)
{
    struct rlimit limit = { 0 };

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < limit.rlim_max) {
        rlim_t soft = limit.rlim_cur;

        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            limit.rlim_cur = soft;
    }
    if (limit.rlim_cur <= RESERVED)
        return 1;
    return (guint)MIN(limit.rlim_cur - RESERVED, MAX_SOCKETS);
}
