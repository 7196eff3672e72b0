/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "io/why.h"

#include <errno.h>

NpWhy
np_io_why(int error_number)
{
    switch (error_number) {
    case 0:
        return NP_WHY_NONE;
    case EADDRINUSE:
        return NP_WHY_IN_USE;
    case EADDRNOTAVAIL:
    case ENODEV:
        return NP_WHY_NOT_LOCAL;
    case EACCES:
    case EPERM:
        return NP_WHY_PERMISSION;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
        return NP_WHY_UNREACHABLE;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
        return NP_WHY_REFUSED;
    case ETIMEDOUT:
        return NP_WHY_TIMED_OUT;
    case EMSGSIZE:
        return NP_WHY_TOO_BIG;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return NP_WHY_LIMIT;
    case EAFNOSUPPORT:
    case ENOPROTOOPT:
    case EPROTONOSUPPORT:
    case EOPNOTSUPP:
        return NP_WHY_UNSUPPORTED;
    }
    return NP_WHY_OTHER;
}
