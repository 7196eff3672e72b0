/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * STUN servers that misbehave, each in its own way
 *
 * Written with plain sockets and none of natprobe's own code, so that what the probe believes of a
 * server is tried on one that does not share its beliefs. Each argument is one server:
 *
 *     FAULT,ADDRESS:PORT[,ADDRESS:PORT][,other=ADDRESS:PORT]
 *
 * Prints "ready" when all of them listen. A server says that its OTHER-ADDRESS is what other= says,
 * be it true or not, and answers a CHANGE-REQUEST from where it was asked, unless its fault is to
 * do otherwise.
 */

#include <arpa/inet.h>
#include <err.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_SERVERS 40
#define MAX_SOCKETS 2
/* More than any link of the lab carries, so that the oversized answer has to be cut up. */
#define MAX_MESSAGE 8192
#define MAX_REQUEST 2048
#define HUNDREDFOLD 100

/* RFC 8489, sections 5, 14 and 18; RFC 5780, section 7. */
#define HEADER_SIZE 20
#define ID_OFFSET 8
#define COOKIE 0x2112a442
#define SUCCESS 0x0101
#define FAILURE 0x0111
#define CHANGE_REQUEST 0x0003
#define ERROR_CODE 0x0009
#define XOR_MAPPED_ADDRESS 0x0020
#define SOFTWARE 0x8022
#define ALTERNATE_SERVER 0x8023
#define OTHER_ADDRESS 0x802c

typedef enum {
    FAULT_NONE,           /* no RFC 5780, as most public servers */
    FAULT_SWALLOW_CHANGE, /* no answer to a CHANGE-REQUEST */
    FAULT_REFUSE_CHANGE,  /* 420 to a CHANGE-REQUEST */
    FAULT_WRONG_SOURCE,   /* answers everything from its second endpoint */
    FAULT_ECHO,
    FAULT_RANDOM,
    FAULT_TRUNCATED,
    FAULT_HUGE_ATTRIBUTE, /* longer than the message that it is in */
    FAULT_OVERSIZED,      /* valid, and thousands of octets long */
    FAULT_WRONG_ID,
    FAULT_OTHER_FAMILY, /* the client's address is an IPv6 one, over IPv4 */
    FAULT_NO_ADDRESS,   /* success, but of what? */
    FAULT_TWICE,
    FAULT_HUNDRED,
    FAULT_ERROR_420,
    FAULT_ERROR_500,
    FAULT_TRY_ALTERNATE,
    FAULT_WANDERING, /* another mapped address in each answer */
    FAULT_CONSTANT,  /* the same mapped address for everybody */
    FAULT_SILENT,
    FAULT_TCP_ONLY, /* nobody listens on UDP */
    N_FAULTS,
} Fault;

static const char *const fault_names[N_FAULTS] = {
    [FAULT_NONE] = "none",
    [FAULT_SWALLOW_CHANGE] = "swallow-change",
    [FAULT_REFUSE_CHANGE] = "refuse-change",
    [FAULT_WRONG_SOURCE] = "wrong-source",
    [FAULT_ECHO] = "echo",
    [FAULT_RANDOM] = "random",
    [FAULT_TRUNCATED] = "truncated",
    [FAULT_HUGE_ATTRIBUTE] = "huge-attribute",
    [FAULT_OVERSIZED] = "oversized",
    [FAULT_WRONG_ID] = "wrong-id",
    [FAULT_OTHER_FAMILY] = "other-family",
    [FAULT_NO_ADDRESS] = "no-address",
    [FAULT_TWICE] = "twice",
    [FAULT_HUNDRED] = "hundred",
    [FAULT_ERROR_420] = "error-420",
    [FAULT_ERROR_500] = "error-500",
    [FAULT_TRY_ALTERNATE] = "try-alternate",
    [FAULT_WANDERING] = "wandering",
    [FAULT_CONSTANT] = "constant",
    [FAULT_SILENT] = "silent",
    [FAULT_TCP_ONLY] = "tcp-only",
};

typedef struct {
    struct sockaddr_storage storage;
    socklen_t size;
} Endpoint;

typedef struct {
    Fault fault;
    int sockets[MAX_SOCKETS];
    unsigned n_sockets;
    Endpoint other; /* size 0: names none */
} Server;

typedef struct {
    uint8_t bytes[MAX_MESSAGE];
    size_t size;
} Message;

/* An IPv6 address stands in brackets. */
static Endpoint
parse_endpoint(const char *text)
{
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_socktype = SOCK_DGRAM,
    };
    struct addrinfo *found = NULL;
    Endpoint endpoint = { 0 };
    char host[INET6_ADDRSTRLEN];
    char port[6];

    if ((sscanf(text, "[%45[0-9a-f:]]:%5[0-9]", host, port) != 2 &&
         sscanf(text, "%15[0-9.]:%5[0-9]", host, port) != 2) ||
        getaddrinfo(host, port, &hints, &found) != 0)
        errx(2, "no endpoint: %s", text);
    memcpy(&endpoint.storage, found->ai_addr, found->ai_addrlen);
    endpoint.size = found->ai_addrlen;
    freeaddrinfo(found);
    return endpoint;
}

static int
open_socket(Fault fault, const Endpoint *local)
{
    int type = fault == FAULT_TCP_ONLY ? SOCK_STREAM : SOCK_DGRAM;
    int fd = socket(local->storage.ss_family, type | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&local->storage, local->size) != 0 ||
        (type == SOCK_STREAM && listen(fd, 16) != 0))
        err(1, "socket");
    return fd;
}

static Server
parse_server(char *argument)
{
    Server server = { .fault = N_FAULTS };
    char *rest = NULL;
    char *word = strtok_r(argument, ",", &rest);

    for (unsigned i = 0; word != NULL && i < N_FAULTS; i++)
        if (strcmp(word, fault_names[i]) == 0)
            server.fault = (Fault)i;
    if (server.fault == N_FAULTS)
        errx(2, "no such fault: %s", argument);
    while ((word = strtok_r(NULL, ",", &rest)) != NULL) {
        Endpoint endpoint = parse_endpoint(strncmp(word, "other=", 6) == 0 ? word + 6 : word);

        if (word[0] == 'o')
            server.other = endpoint;
        else if (server.n_sockets < MAX_SOCKETS)
            server.sockets[server.n_sockets++] = open_socket(server.fault, &endpoint);
    }
    if (server.n_sockets == 0)
        errx(2, "%s listens nowhere", argument);
    return server;
}

static void
put16(Message *message, unsigned value)
{
    message->bytes[message->size++] = (uint8_t)(value >> 8);
    message->bytes[message->size++] = (uint8_t)value;
}

static void
put(Message *message, const void *data, size_t size)
{
    memcpy(message->bytes + message->size, data, size);
    message->size += size;
}

/* Attributes have to be a multiple of four long; all that are used here are. */
static void
put_attribute(Message *message, unsigned type, const void *data, size_t size)
{
    put16(message, type);
    put16(message, (unsigned)size);
    put(message, data, size);
}

static void
put_address(Message *message, unsigned type, const Endpoint *endpoint, const uint8_t *mask)
{
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&endpoint->storage;
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&endpoint->storage;
    bool is_ipv6 = endpoint->storage.ss_family == AF_INET6;
    uint8_t value[20] = { 0, is_ipv6 ? 2 : 1 };
    size_t size = is_ipv6 ? 20 : 8;

    memcpy(value + 2, is_ipv6 ? &ipv6->sin6_port : &ipv4->sin_port, 2);
    memcpy(value + 4, is_ipv6 ? (const void *)&ipv6->sin6_addr : (const void *)&ipv4->sin_addr,
           size - 4);
    for (size_t i = 0; mask != NULL && i < 2; i++)
        value[2 + i] ^= mask[i];
    for (size_t i = 0; mask != NULL && i + 4 < size; i++)
        value[4 + i] ^= mask[i];
    put_attribute(message, type, value, size);
}

/* Its length is filled in at the end. */
static void
begin(Message *message, unsigned type, const uint8_t *request)
{
    message->size = 0;
    put16(message, type);
    put16(message, 0);
    put(message, request + 4, HEADER_SIZE - 4);
}

static void
end(Message *message)
{
    size_t length = message->size - HEADER_SIZE;

    message->bytes[2] = (uint8_t)(length >> 8);
    message->bytes[3] = (uint8_t)length;
}

static void
build_success(const Server *server, const uint8_t *request, const Endpoint *mapped, Message *answer)
{
    begin(answer, SUCCESS, request);
    if (server->fault != FAULT_NO_ADDRESS)
        put_address(answer, XOR_MAPPED_ADDRESS, mapped, request + 4);
    if (server->other.size != 0)
        put_address(answer, OTHER_ADDRESS, &server->other, NULL);
    if (server->fault == FAULT_HUGE_ATTRIBUTE)
        put_attribute(answer, SOFTWARE, "huge", 4);
    while (server->fault == FAULT_OVERSIZED && answer->size + 1028 <= MAX_MESSAGE) {
        static const uint8_t filling[1024];

        put_attribute(answer, SOFTWARE, filling, sizeof filling);
    }
    end(answer);
    if (server->fault == FAULT_HUGE_ATTRIBUTE)
        memset(answer->bytes + answer->size - 6, 0xff, 2);
    if (server->fault == FAULT_WRONG_ID)
        answer->bytes[ID_OFFSET] ^= 0xff;
    if (server->fault == FAULT_TRUNCATED)
        answer->size = HEADER_SIZE + 6;
}

static void
build_error(const Server *server, const uint8_t *request, unsigned code, Message *answer)
{
    const uint8_t value[] = { 0, 0, (uint8_t)(code / 100), (uint8_t)(code % 100) };

    begin(answer, FAILURE, request);
    put_attribute(answer, ERROR_CODE, value, sizeof value);
    if (code == 300)
        put_address(answer, ALTERNATE_SERVER, &server->other, NULL);
    end(answer);
}

static bool
asks_for_change(const uint8_t *request, size_t size)
{
    for (size_t at = HEADER_SIZE; at + 8 <= size;) {
        unsigned type = (unsigned)request[at] << 8 | request[at + 1];
        size_t length = (size_t)request[at + 2] << 8 | request[at + 3];

        if (type == CHANGE_REQUEST)
            return (request[at + 7] & 6) != 0;
        at += 4 + (length + 3) / 4 * 4;
    }
    return false;
}

/* A public endpoint that is never the same twice, or always. */
static Endpoint
invent_mapped(Fault fault)
{
    static uint32_t counter;
    Endpoint invented = { .size = sizeof(struct sockaddr_in) };
    struct sockaddr_in *address = (struct sockaddr_in *)&invented.storage;

    if (fault == FAULT_OTHER_FAMILY)
        return parse_endpoint("[2001:db8:77::1]:4000");
    counter += fault == FAULT_WANDERING;
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(0xcb007100 + counter % 251);
    address->sin_port = htons((in_port_t)(1024 + counter * 7919 % 60000));
    return invented;
}

/* How often to send @answer; 0 for not at all. */
static unsigned
build_answer(const Server *server,
             const uint8_t *request,
             size_t size,
             const Endpoint *from,
             Message *answer)
{
    Endpoint mapped = *from;

    switch (server->fault) {
    case FAULT_SILENT:
    case N_FAULTS:
        return 0;
    case FAULT_SWALLOW_CHANGE:
        if (asks_for_change(request, size))
            return 0;
        break;
    case FAULT_REFUSE_CHANGE:
        if (asks_for_change(request, size)) {
            build_error(server, request, 420, answer);
            return 1;
        }
        break;
    case FAULT_ERROR_420:
        build_error(server, request, 420, answer);
        return 1;
    case FAULT_ERROR_500:
        build_error(server, request, 500, answer);
        return 1;
    case FAULT_TRY_ALTERNATE:
        build_error(server, request, 300, answer);
        return 1;
    case FAULT_ECHO:
        answer->size = 0;
        put(answer, request, size);
        return 1;
    case FAULT_RANDOM:
        for (answer->size = 0; answer->size < size;)
            answer->bytes[answer->size++] = (uint8_t)rand();
        return 1;
    case FAULT_OTHER_FAMILY:
    case FAULT_WANDERING:
    case FAULT_CONSTANT:
        mapped = invent_mapped(server->fault);
        break;
    case FAULT_NONE:
    case FAULT_WRONG_SOURCE:
    case FAULT_TRUNCATED:
    case FAULT_HUGE_ATTRIBUTE:
    case FAULT_OVERSIZED:
    case FAULT_WRONG_ID:
    case FAULT_NO_ADDRESS:
    case FAULT_TWICE:
    case FAULT_HUNDRED:
    case FAULT_TCP_ONLY:
        break;
    }
    build_success(server, request, &mapped, answer);
    return server->fault == FAULT_HUNDRED ? HUNDREDFOLD : server->fault == FAULT_TWICE ? 2 : 1;
}

static void
serve_datagram(const Server *server, int fd)
{
    Endpoint from = { .size = sizeof from.storage };
    Message answer = { .size = 0 };
    uint8_t request[MAX_REQUEST];
    ssize_t size =
        recvfrom(fd, request, sizeof request, 0, (struct sockaddr *)&from.storage, &from.size);
    unsigned copies = 0;

    if (size < HEADER_SIZE)
        return;
    if (server->fault == FAULT_WRONG_SOURCE)
        fd = server->sockets[server->n_sockets - 1];
    copies = build_answer(server, request, (size_t)size, &from, &answer);
    for (; copies > 0; copies--)
        sendto(fd, answer.bytes, answer.size, 0, (const struct sockaddr *)&from.storage, from.size);
}

/* One request a connection, which is all that the client needs to know that somebody is there. */
static void
serve_stream(const Server *server, int listener)
{
    Endpoint from = { .size = sizeof from.storage };
    int fd = accept(listener, (struct sockaddr *)&from.storage, &from.size);
    Message answer = { .size = 0 };
    uint8_t request[MAX_REQUEST];
    ssize_t size = fd < 0 ? 0 : read(fd, request, sizeof request);

    if (size >= HEADER_SIZE && build_answer(server, request, (size_t)size, &from, &answer) > 0)
        send(fd, answer.bytes, answer.size, MSG_NOSIGNAL);
    if (fd >= 0)
        close(fd);
}

int
main(int argc, char **argv)
{
    static Server servers[MAX_SERVERS];
    struct pollfd ready[MAX_SERVERS * MAX_SOCKETS];
    const Server *owners[MAX_SERVERS * MAX_SOCKETS];
    nfds_t n = 0;

    if (argc < 2 || argc - 1 > MAX_SERVERS)
        errx(2, "usage: bad-server FAULT,ADDRESS:PORT[,ADDRESS:PORT][,other=ADDRESS:PORT]...");
    for (int i = 0; i + 1 < argc; i++) {
        servers[i] = parse_server(argv[i + 1]);
        for (unsigned j = 0; j < servers[i].n_sockets; j++) {
            ready[n] = (struct pollfd){ .fd = servers[i].sockets[j], .events = POLLIN };
            owners[n++] = &servers[i];
        }
    }
    puts("ready");
    fflush(stdout);
    while (poll(ready, n, -1) >= 0)
        for (nfds_t i = 0; i < n; i++) {
            if (ready[i].revents == 0)
                continue;
            if (owners[i]->fault == FAULT_TCP_ONLY)
                serve_stream(owners[i], ready[i].fd);
            else
                serve_datagram(owners[i], ready[i].fd);
        }
    return 1;
}
