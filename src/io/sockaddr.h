/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Between NpAddress and the kernel's form of it. */

#include <sys/socket.h>

#include "util/address.h"

/* AF_INET, AF_INET6 or AF_UNSPEC. */
int np_io_sockaddr_family(NpFamily family);

/* Returns the length to hand to the kernel; 0 for no address. */
socklen_t np_io_sockaddr_write(struct sockaddr_storage *to, const NpAddress *address);

/*
 * No address if @from, some struct sockaddr, is of another family or cut short. It need not be
 * aligned: in getifaddrs()'s lists it is not.
 */
NpAddress np_io_sockaddr_read(const void *from, socklen_t size);

/* The local end of a socket; no address if there is none. */
NpAddress np_io_sockaddr_local(int fd);
