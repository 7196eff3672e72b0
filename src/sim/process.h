/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A machine running on a host: feeds it its inputs and carries out its actions
 *
 * Inputs come from the schedule only, one at a time, and each is followed by draining the machine;
 * reports of what an action led to are inputs of their own, later in the schedule.
 */

#include "core/machine.h"
#include "sim/packet.h"

typedef struct NpSimHost NpSimHost;
typedef struct NpSimProcess NpSimProcess;
typedef struct NpSimSocket NpSimSocket;
typedef struct NpSimStream NpSimStream;

/* What identifies a connection on a host. */
typedef struct {
    NpAddress local;
    NpAddress peer;
} NpSimEnds;

struct NpSimSocket {
    NpSimProcess *process;
    NpSocketId id;
    NpTransport transport;
    NpOpenFlags flags;
    NpAddress local; /* NP_FAMILY_NONE if it could not be bound */
    NpSimSocket *next_on_port;
    gboolean listening; /* TCP */
    NpListen listen;    /* what is left of its range */
    NpSimStream *stream;
    gboolean closing; /* the machine has closed it; it waits for its last byte to be gone */
};

NpSimProcess *np_sim_process_new(NpSimHost *host, const NpMachineOps *ops, gpointer machine);
void np_sim_process_free(NpSimProcess *self);

/* The oldest notice not taken yet; FALSE if there is none. */
gboolean np_sim_process_take_notice(NpSimProcess *self, NpNotice *notice);
/* Whether there is one: for np_sim_world_run(). */
gboolean np_sim_process_has_notice(gpointer process);
/* After the owner called the machine directly: carries out what it asked for. Not from within a
 * run. */
void np_sim_process_pump(NpSimProcess *self);
/* Ends it as a kill would: sockets are gone, the machine is not called again. */
void np_sim_process_stop(NpSimProcess *self);

/* For hosts: */

void np_sim_process_receive(NpSimProcess *self,
                            const NpSimSocket *socket,
                            const NpSimPacket *packet,
                            NpTime now);
/* Takes effect later, unless the socket is closed by then. With FAILED, RESET and CLOSED the socket
 * is gone, before the machine hears of it. */
void np_sim_process_report(NpSimProcess *self, const NpSocketEvent *event);
/* The same for a piece of a stream. Takes over @data. */
void np_sim_process_report_data(NpSimProcess *self,
                                NpSocketId socket,
                                const NpAddress *from,
                                GBytes *data);
NpSimHost *np_sim_process_host(const NpSimProcess *self);
/* NULL if there is no such socket, or no longer. */
NpSimSocket *np_sim_process_socket(const NpSimProcess *self, NpSocketId id);
/* A socket for a connection that @listener accepted; NULL if there can be no more. */
NpSimSocket *np_sim_process_accept(NpSimProcess *self, NpSimSocket *listener);
/* The last byte of a closing socket is gone, or nobody wants it any more. */
void np_sim_process_finish(NpSimProcess *self, const NpSimSocket *socket, NpWhy why);
