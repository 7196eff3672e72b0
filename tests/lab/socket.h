/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Plain UDP sockets and lines of text
 *
 * What NATs truly do is measured with these and nothing of natprobe's own, so that a mistake in the
 * probe cannot vouch for a mistake in the lab. There are two of each: socket.c has the kernel's,
 * simulated.c those of hosts in virtual time. Who measures does not know which.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#define PLAIN_TEXT_SIZE 128

/* The observer's four endpoints: two addresses, two ports each. */
#define PLAIN_N_ENDPOINTS 4
struct sockaddr_in plain_endpoint(unsigned number);

/* Ends the program with a message if there can be no socket. @local may be NULL: any port. */
int plain_open(const struct sockaddr_in *local);
struct sockaddr_in plain_local(int fd);
void plain_close(int fd);

/* "1.2.3.4:5", and back; what is no such thing ends the program. */
const char *plain_text(const struct sockaddr_in *address, char text[PLAIN_TEXT_SIZE]);
struct sockaddr_in plain_parse(const char *text);
bool plain_equal(const struct sockaddr_in *a, const struct sockaddr_in *b);
bool plain_same_host(const struct sockaddr_in *a, const struct sockaddr_in *b);

void plain_send(int fd, const struct sockaddr_in *to, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* FALSE if nothing comes within @patience_ms. @from may be NULL. */
bool plain_receive(int fd, int patience_ms, char text[PLAIN_TEXT_SIZE], struct sockaddr_in *from);

/* Whether a packet to @to that may make @ttl hops dies on its way, and where, as far as anybody
 * says so. */
bool plain_dies(int ttl, const struct sockaddr_in *to, int patience_ms, struct sockaddr_in *where);
/* Whether a TCP connection comes about. */
bool plain_connects(const struct sockaddr_in *to);
/* The time since whenever; and until it is later, at once if that is not positive. */
double plain_now_ms(void);
void plain_sleep(int duration_ms);

/* Which question an answer belongs to; never the same twice. */
unsigned plain_next_id(void);
