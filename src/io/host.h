/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One machine on real sockets and the real clock
 *
 * A host is a single GSource, however many sockets its machine has. Each dispatch samples the time
 * once, hands over what has arrived, tells the machine if its deadline has passed, carries out all
 * actions, sets the timer, and only then delivers notices to the owner.
 *
 * What a machine may rely on, beside the rules of core/machine.h:
 *  - What had arrived when a deadline passed is received before expire() is called, so that a main
 *    loop that was held up does not turn an answer into silence. This holds up to 512 datagrams;
 *    a socket gets at most 64 in a row while others wait.
 *  - Every open is answered by OPENED or FAILED, and every reaction to an action is reported after
 *    the action and before the next one is taken, except those that need the network.
 *  - After FAILED for open, listen or connect, and after RESET, the socket is gone: its number is
 *    dead and its port free. After FAILED for a send it stands as before.
 *  - Actions on a number that is dead are ignored: the report that killed it may have crossed them.
 *  - An ICMP error is a report and nothing else; it makes no send and no other socket fail.
 *  - A datagram for which the system has no room is lost and counted, as on any other hop.
 *  - An IPv6 socket never carries IPv4: a machine opens one of each.
 *  - TCP: connect and accept are followed by an unknown time, then CONNECTED, ACCEPTED or FAILED.
 *    Bytes may be sent from the connect action on. Sends are answered by WRITABLE, from a later
 *    dispatch, once all bytes given so far have gone to the kernel; one answer may stand for
 *    several sends. A send beyond NP_IO_STREAM_BUFFER octets of unsent ones is refused whole, with
 *    FAILED and NP_WHY_LIMIT.
 *  - TCP: a close without abort is answered by CLOSED when the peer's system has acknowledged all,
 *    or after five seconds, or when the connection is lost; `why` tells which. What the peer sends
 *    meanwhile is discarded. Of anything but an open connection, CLOSED follows at once.
 *  - The ttl of a connect is that of the first SYN: later ones, and the connection, have the
 *    system's. A low one can open a NAT without reaching the peer, and still be followed by one
 *    that does.
 */

#include "core/machine.h"

typedef struct NpIoHost NpIoHost;

/* Largest number of octets that wait, per connection, for a peer to read. */
#define NP_IO_STREAM_BUFFER (256 * 1024)

/* Of the machine to its owner. The owner may free the host and the machine from here. */
typedef void (*NpIoHostNotify)(const NpNotice *notice, gpointer user);

typedef enum {
    NP_IO_RECEIVED,
    NP_IO_SENT,
} NpIoDirection;

/*
 * Sees every datagram and every piece of a stream as it passes, with both addresses. Called between
 * machine and network: it must not touch the host.
 */
typedef void (*NpIoHostTap)(NpIoDirection direction,
                            NpTransport transport,
                            const NpDatagram *datagram,
                            gpointer user);

typedef struct {
    guint64 received;  /* datagrams */
    guint64 sent;      /* datagrams; those cut from one payload count each */
    guint64 dropped;   /* datagrams lost before the wire for want of room */
    guint64 truncated; /* received, but not whole */
    guint64 failed;    /* sends that were refused, TCP's included */
} NpIoCounters;

/*
 * @ops and @machine are borrowed and must outlive the host. The first host of a process raises its
 * limit of open files as far as the system allows.
 */
NpIoHost *
np_io_host_new(const NpMachineOps *ops, gpointer machine, NpIoHostNotify notify, gpointer user);
/* Closes all sockets at once; what the kernel has taken is still delivered. */
void np_io_host_free(NpIoHost *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NpIoHost, np_io_host_free)

/* Before start: fewer sockets than the system would allow, for a process with several hosts. */
void np_io_host_limit_sockets(NpIoHost *self, guint max_sockets);
void np_io_host_set_tap(NpIoHost *self, NpIoHostTap tap, gpointer user);

/* NULL for the default context. The context keeps no host alive that was freed. */
void np_io_host_attach(NpIoHost *self, GMainContext *context);
/* Starts the machine and carries out its first actions. Notices wait for the main loop. */
void np_io_host_start(NpIoHost *self);

/*
 * For an owner that calls its machine directly: the time to pass, and, afterwards, that the machine
 * may have new actions or a new deadline. They are looked at in the next turn of the main loop.
 */
NpTime np_io_host_now(NpIoHost *self);
void np_io_host_wake(NpIoHost *self);

const NpIoCounters *np_io_host_counters(const NpIoHost *self);
