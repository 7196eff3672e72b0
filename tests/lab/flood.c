/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Datagrams through a NAT as fast as this machine makes them
 *
 *     flood hold                takes ports, so that what comes to them is wanted, and stays
 *     flood out SECONDS SITE    from each of them in turn to the server
 *     flood in SECONDS SITE     from the server to each of them in turn, at that address
 *
 * "out" and "in" print "sent=N seconds=S"; for 0 seconds they send one to each and take their time,
 * so that none is lost for haste. Packets are made beforehand and sent by the dozen: what is
 * measured is what lies behind.
 */

#include <arpa/inet.h>
#include <err.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define N_PORTS 10000
#define FIRST_PORT 20000
#define SERVER_PORT 5001
#define PAYLOAD 32
#define BATCH 50 /* a divisor of N_PORTS */
#define LEISURE_US 1000

struct packet {
    struct ip ip;
    struct udphdr udp;
    uint8_t payload[PAYLOAD];
};

static struct in_addr
address(const char *text)
{
    struct in_addr parsed;

    if (text == NULL || inet_pton(AF_INET, text, &parsed) != 1)
        errx(1, "%s is no address, or this is no lab", text == NULL ? "nothing" : text);
    return parsed;
}

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint32_t
add(uint32_t sum, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    return sum;
}

static uint16_t
udp_checksum(const struct packet *packet)
{
    uint32_t sum = IPPROTO_UDP + sizeof packet->udp + sizeof packet->payload;

    sum = add(sum, &packet->ip.ip_src, sizeof packet->ip.ip_src);
    sum = add(sum, &packet->ip.ip_dst, sizeof packet->ip.ip_dst);
    sum = add(sum, &packet->udp, sizeof packet->udp + sizeof packet->payload);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t)~sum);
}

static struct packet
make_packet(struct in_addr from, uint16_t from_port, struct in_addr to, uint16_t to_port)
{
    struct packet packet = {
        .ip = { .ip_v = IPVERSION,
                .ip_hl = sizeof packet.ip / 4,
                .ip_len = htons(sizeof packet),
                .ip_ttl = IPDEFTTL,
                .ip_p = IPPROTO_UDP,
                .ip_src = from,
                .ip_dst = to },
        .udp = { .source = htons(from_port),
                 .dest = htons(to_port),
                 .len = htons(sizeof packet.udp + sizeof packet.payload) },
    };

    packet.udp.check = udp_checksum(&packet);
    return packet;
}

static void
send_for(double seconds, struct packet *packets)
{
    static struct mmsghdr messages[N_PORTS];
    static struct iovec parts[N_PORTS];
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = packets[0].ip.ip_dst };
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    double begun = now();
    double end = begun + seconds;
    unsigned long sent = 0;

    if (fd < 0)
        err(1, "raw socket");
    for (unsigned i = 0; i < N_PORTS; i++) {
        parts[i] = (struct iovec){ .iov_base = &packets[i], .iov_len = sizeof packets[i] };
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &parts[i], .msg_iovlen = 1
        };
    }
    for (unsigned next = 0; seconds > 0 ? now() < end : next < N_PORTS; next += BATCH) {
        int n = sendmmsg(fd, messages + next % N_PORTS, BATCH, 0);

        sent += n > 0 ? (unsigned long)n : 0;
        if (!(seconds > 0))
            usleep(LEISURE_US);
    }
    printf("sent=%lu seconds=%.6f\n", sent, now() - begun);
}

static void
hold(void)
{
    const struct rlimit limit = { .rlim_cur = N_PORTS + 64, .rlim_max = N_PORTS + 64 };

    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        err(1, "cannot have %d descriptors", N_PORTS);
    for (unsigned i = 0; i < N_PORTS; i++) {
        struct sockaddr_in local = { .sin_family = AF_INET,
                                     .sin_port = htons((in_port_t)(FIRST_PORT + i)) };
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        if (fd < 0 || bind(fd, (struct sockaddr *)&local, sizeof local) != 0)
            err(1, "port %u", FIRST_PORT + i);
    }
    puts("held");
    fflush(stdout);
    for (;;)
        pause();
}

int
main(int argc, char **argv)
{
    static struct packet packets[N_PORTS];
    bool out = argc == 4 && strcmp(argv[1], "out") == 0;
    bool in = argc == 4 && strcmp(argv[1], "in") == 0;

    if (argc == 2 && strcmp(argv[1], "hold") == 0)
        hold();
    if (!out && !in)
        errx(2, "usage: flood hold|out SECONDS SITE|in SECONDS SITE");
    for (unsigned i = 0; i < N_PORTS; i++)
        packets[i] =
            out ? make_packet(address(getenv("NATLAB_ADDRESS")), (uint16_t)(FIRST_PORT + i),
                              address(getenv("NATLAB_SERVER")), SERVER_PORT)
                : make_packet(address(getenv("NATLAB_SERVER")), SERVER_PORT, address(argv[3]),
                              (uint16_t)(FIRST_PORT + i));
    send_for(atof(argv[2]), packets);
    return 0;
}
