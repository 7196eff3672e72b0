/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/tcp.h"

/* Linux: the first retransmission of a SYN after 1 s, then doubling (RFC 6298, 2.1): at 1, 3, 7,
 * 15, 31, 63 s (tcp_syn_retries, tcp_synack_retries). */
#define SYN_TIMEOUT NP_SECOND
#define SYN_RETRIES 6
#define SYN_ACK_RETRIES 5
/* Of data: RFC 6298's first guess, and Linux' patience (tcp_retries2). */
#define DATA_TIMEOUT NP_SECOND
#define DATA_RETRIES 15
#define LONGEST_TIMEOUT (120 * NP_SECOND)
/* TCP_TIMEWAIT_LEN. */
#define TIME_WAIT (60 * NP_SECOND)
/* What passes every IPv4 path with room for options and tunnels. */
#define SEGMENT_SIZE 1400
/* In flight at most: what a receiver without window scaling can offer. */
#define WINDOW 65535
/* RFC 5681, 3.2. */
#define DUPLICATES_BEFORE_RESENDING 3

/* Serial number order, RFC 9293, 3.4. */
static gboolean
after(guint32 a, guint32 b)
{
    return (gint32)(a - b) > 0;
}

static void
put(NpSimTcp *self, guint8 flags, guint32 sequence, const guint8 *data, gsize size)
{
    NpSimTcpOut out = {
        .head = { .flags = flags,
                  .sequence = sequence,
                  .acknowledgment = (flags & NP_NAT_ACK) != 0 ? self->expected : 0 },
        .data = size > 0 ? g_bytes_new(data, size) : NULL,
    };

    g_array_append_val(self->out, out);
}

static void
put_ack(NpSimTcp *self)
{
    put(self, NP_NAT_ACK, self->next, NULL, 0);
}

static void
put_syn(NpSimTcp *self)
{
    if (self->state == NP_SIM_TCP_SYN_SENT)
        put(self, NP_NAT_SYN, self->first, NULL, 0);
    else
        put(self, NP_NAT_SYN | NP_NAT_ACK, self->first, NULL, 0);
}

static void
end(NpSimTcp *self, guint event)
{
    self->state = NP_SIM_TCP_CLOSED;
    self->deadline = NP_TIME_NEVER;
    self->events |= event;
}

static void
enter_time_wait(NpSimTcp *self, NpTime now)
{
    self->state = NP_SIM_TCP_TIME_WAIT;
    self->deadline = now + TIME_WAIT;
}

/* The end of the queue, and with a FIN the number after it. */
static guint32
queue_end(const NpSimTcp *self)
{
    return self->unacknowledged + self->queue->len;
}

static gboolean
is_synchronized(const NpSimTcp *self)
{
    return self->state >= NP_SIM_TCP_ESTABLISHED;
}

/* States in which the own FIN lies in sequence space behind the queue. */
static gboolean
fin_is_due(const NpSimTcp *self)
{
    switch (self->state) {
    case NP_SIM_TCP_FIN_WAIT_1:
    case NP_SIM_TCP_CLOSING:
    case NP_SIM_TCP_LAST_ACK:
        return TRUE;
    case NP_SIM_TCP_CLOSED:
    case NP_SIM_TCP_SYN_SENT:
    case NP_SIM_TCP_SYN_RECEIVED:
    case NP_SIM_TCP_ESTABLISHED:
    case NP_SIM_TCP_FIN_WAIT_2:
    case NP_SIM_TCP_CLOSE_WAIT:
    case NP_SIM_TCP_TIME_WAIT:
        break;
    }
    return FALSE;
}

static void
raise_next(NpSimTcp *self, guint32 next)
{
    self->next = next;
    if (after(next, self->highest))
        self->highest = next;
}

static void
arm(NpSimTcp *self, NpTime now)
{
    gboolean waiting = self->highest != self->unacknowledged;

    if (self->state == NP_SIM_TCP_TIME_WAIT || self->state == NP_SIM_TCP_CLOSED)
        return;
    self->deadline = waiting ? now + self->timeout : NP_TIME_NEVER;
}

/* Sends what the window allows, and the FIN behind it. */
static void
transmit(NpSimTcp *self, NpTime now)
{
    gboolean idle = self->highest == self->unacknowledged;

    while (after(queue_end(self), self->next) && self->next - self->unacknowledged < WINDOW) {
        guint32 offset = self->next - self->unacknowledged;
        guint32 size = MIN(self->queue->len - offset, SEGMENT_SIZE);

        put(self, NP_NAT_ACK | NP_NAT_PSH, self->next, self->queue->data + offset, size);
        raise_next(self, self->next + size);
    }
    if (self->next == queue_end(self) && self->was_waiting) {
        self->was_waiting = FALSE;
        self->events |= NP_SIM_TCP_WRITABLE;
    }
    if (self->next == queue_end(self) && self->fin_wanted) {
        if (self->state == NP_SIM_TCP_ESTABLISHED)
            self->state = NP_SIM_TCP_FIN_WAIT_1;
        else if (self->state == NP_SIM_TCP_CLOSE_WAIT)
            self->state = NP_SIM_TCP_LAST_ACK;
        if (fin_is_due(self)) {
            put(self, NP_NAT_FIN | NP_NAT_ACK, self->next, NULL, 0);
            raise_next(self, self->next + 1);
        }
    }
    if (idle)
        arm(self, now);
}

static void
establish(NpSimTcp *self, NpTime now)
{
    self->state = NP_SIM_TCP_ESTABLISHED;
    self->n_retries = 0;
    self->timeout = DATA_TIMEOUT;
    self->deadline = NP_TIME_NEVER;
    self->events |= NP_SIM_TCP_CONNECTED;
    transmit(self, now);
}

static void
begin(NpSimTcp *self, NpSimTcpState state, NpTime now)
{
    self->state = state;
    self->timeout = SYN_TIMEOUT;
    raise_next(self, self->first + 1);
    put_syn(self);
    arm(self, now);
}

/* RFC 9293, 3.10.7.3. */
static void
receive_in_syn_sent(NpSimTcp *self, const NpNatSegment *segment, NpTime now)
{
    gboolean has_ack = (segment->flags & NP_NAT_ACK) != 0;

    if (has_ack && segment->acknowledgment != self->next) {
        /* Of an earlier connection between the same ends. */
        if ((segment->flags & NP_NAT_RST) == 0)
            put(self, NP_NAT_RST, segment->acknowledgment, NULL, 0);
        return;
    }
    if ((segment->flags & NP_NAT_RST) != 0) {
        if (has_ack)
            end(self, NP_SIM_TCP_REFUSED);
        return;
    }
    if ((segment->flags & NP_NAT_SYN) == 0)
        return;
    self->expected = segment->sequence + 1;
    if (has_ack) {
        self->unacknowledged = segment->acknowledgment;
        put_ack(self);
        establish(self, now);
    } else {
        self->n_retries = 0;
        begin(self, NP_SIM_TCP_SYN_RECEIVED, now);
    }
}

static void
take_acknowledged(NpSimTcp *self, guint32 acknowledgment, NpTime now)
{
    guint32 n = acknowledgment - self->unacknowledged;
    guint32 n_bytes = MIN(n, self->queue->len);
    gboolean fin = n > self->queue->len && fin_is_due(self);

    g_byte_array_remove_range(self->queue, 0, n_bytes);
    self->unacknowledged = acknowledgment;
    if (after(acknowledgment, self->next))
        self->next = acknowledgment;
    self->n_retries = 0;
    self->n_duplicates = 0;
    self->timeout = DATA_TIMEOUT;
    arm(self, now);
    if (!fin)
        return;
    self->events |= NP_SIM_TCP_FLUSHED;
    if (self->state == NP_SIM_TCP_FIN_WAIT_1)
        self->state = NP_SIM_TCP_FIN_WAIT_2;
    else if (self->state == NP_SIM_TCP_CLOSING)
        enter_time_wait(self, now);
    else
        end(self, 0);
}

/* From @unacknowledged on, as far as the window goes. */
static void
send_again(NpSimTcp *self, NpTime now)
{
    self->next = self->unacknowledged;
    transmit(self, now);
}

static void
receive_ack(NpSimTcp *self, const NpNatSegment *segment, gsize size, NpTime now)
{
    guint32 acknowledgment = segment->acknowledgment;

    if (after(acknowledgment, self->highest)) {
        put_ack(self);
        return;
    }
    if (after(acknowledgment, self->unacknowledged)) {
        take_acknowledged(self, acknowledgment, now);
        return;
    }
    if (acknowledgment != self->unacknowledged || size > 0 || self->highest == self->unacknowledged)
        return;
    self->n_duplicates++;
    if (self->n_duplicates == DUPLICATES_BEFORE_RESENDING)
        send_again(self, now);
}

static gboolean
may_receive(const NpSimTcp *self)
{
    return self->state == NP_SIM_TCP_ESTABLISHED || self->state == NP_SIM_TCP_FIN_WAIT_1 ||
           self->state == NP_SIM_TCP_FIN_WAIT_2;
}

static void
receive_fin(NpSimTcp *self, NpTime now)
{
    self->expected++;
    self->events |= NP_SIM_TCP_EOF;
    if (self->state == NP_SIM_TCP_ESTABLISHED)
        self->state = NP_SIM_TCP_CLOSE_WAIT;
    else if (self->state == NP_SIM_TCP_FIN_WAIT_1)
        self->state = NP_SIM_TCP_CLOSING;
    else
        enter_time_wait(self, now);
}

/* Bytes in order are taken; later ones are not kept, the peer will send them again. */
static void
receive_data(
    NpSimTcp *self, const NpNatSegment *segment, const guint8 *data, gsize size, NpTime now)
{
    guint32 old = self->expected - segment->sequence; /* bytes seen before */
    gboolean has_fin = (segment->flags & NP_NAT_FIN) != 0;

    if (size == 0 && !has_fin)
        return;
    if (may_receive(self) && old <= size) {
        if (old < size)
            g_byte_array_append(self->received, data + old, (guint)(size - old));
        self->expected += (guint32)(size - old);
        if (has_fin)
            receive_fin(self, now);
    }
    put_ack(self);
}

static void
receive_reset(NpSimTcp *self, const NpNatSegment *segment)
{
    /* RFC 5961, 3.2: only an exact hit resets. */
    if (segment->sequence != self->expected) {
        put_ack(self);
        return;
    }
    if (self->state == NP_SIM_TCP_SYN_RECEIVED)
        end(self, NP_SIM_TCP_REFUSED);
    else
        end(self, self->state == NP_SIM_TCP_TIME_WAIT ? 0 : NP_SIM_TCP_RESET);
}

/* FALSE if the segment has been dealt with. */
static gboolean
receive_syn(NpSimTcp *self, const NpNatSegment *segment)
{
    gboolean of_this = segment->sequence + 1 == self->expected;

    if (self->state == NP_SIM_TCP_SYN_RECEIVED && of_this) {
        /* Crossing SYNs are answered by SYN-ACKs; a bare one was sent again. */
        if ((segment->flags & NP_NAT_ACK) != 0)
            return TRUE;
        put_syn(self);
        return FALSE;
    }
    put_ack(self); /* RFC 5961, 4.2 */
    return FALSE;
}

/* RFC 9293, 3.10.7.4. */
static void
receive_otherwise(
    NpSimTcp *self, const NpNatSegment *segment, const guint8 *data, gsize size, NpTime now)
{
    NpNatSegment rest = *segment;

    if ((segment->flags & NP_NAT_RST) != 0) {
        receive_reset(self, segment);
        return;
    }
    if ((segment->flags & NP_NAT_SYN) != 0) {
        if (!receive_syn(self, segment))
            return;
        rest.sequence++;
    }
    if ((segment->flags & NP_NAT_ACK) == 0)
        return;
    if (self->state == NP_SIM_TCP_SYN_RECEIVED) {
        if (segment->acknowledgment != self->first + 1) {
            put(self, NP_NAT_RST, segment->acknowledgment, NULL, 0);
            return;
        }
        self->unacknowledged = segment->acknowledgment;
        establish(self, now);
    }
    receive_ack(self, &rest, size, now);
    receive_data(self, &rest, data, size, now);
    if (is_synchronized(self))
        transmit(self, now);
}

void
np_sim_tcp_init(NpSimTcp *self, guint32 first)
{
    *self = (NpSimTcp){ .first = first,
                        .unacknowledged = first,
                        .next = first,
                        .highest = first,
                        .deadline = NP_TIME_NEVER,
                        .queue = g_byte_array_new(),
                        .received = g_byte_array_new(),
                        .out = g_array_new(FALSE, FALSE, sizeof(NpSimTcpOut)) };
}

void
np_sim_tcp_clear(NpSimTcp *self)
{
    for (guint i = 0; i < self->out->len; i++)
        g_clear_pointer(&g_array_index(self->out, NpSimTcpOut, i).data, g_bytes_unref);
    g_clear_pointer(&self->out, g_array_unref);
    g_clear_pointer(&self->queue, g_byte_array_unref);
    g_clear_pointer(&self->received, g_byte_array_unref);
}

void
np_sim_tcp_connect(NpSimTcp *self, NpTime now)
{
    begin(self, NP_SIM_TCP_SYN_SENT, now);
}

void
np_sim_tcp_accept(NpSimTcp *self, const NpNatSegment *syn, NpTime now)
{
    self->passive = TRUE;
    self->expected = syn->sequence + 1;
    begin(self, NP_SIM_TCP_SYN_RECEIVED, now);
}

void
np_sim_tcp_receive(
    NpSimTcp *self, const NpNatSegment *segment, const guint8 *data, gsize size, NpTime now)
{
    switch (self->state) {
    case NP_SIM_TCP_CLOSED:
        break;
    case NP_SIM_TCP_SYN_SENT:
        receive_in_syn_sent(self, segment, now);
        break;
    case NP_SIM_TCP_SYN_RECEIVED:
    case NP_SIM_TCP_ESTABLISHED:
    case NP_SIM_TCP_FIN_WAIT_1:
    case NP_SIM_TCP_FIN_WAIT_2:
    case NP_SIM_TCP_CLOSE_WAIT:
    case NP_SIM_TCP_CLOSING:
    case NP_SIM_TCP_LAST_ACK:
    case NP_SIM_TCP_TIME_WAIT:
        receive_otherwise(self, segment, data, size, now);
        break;
    }
}

gboolean
np_sim_tcp_send(NpSimTcp *self, const guint8 *data, gsize size, NpTime now)
{
    if (size > NP_SIM_TCP_BUFFER - self->queue->len)
        return FALSE;
    g_byte_array_append(self->queue, data, (guint)size);
    self->was_waiting = TRUE;
    if (is_synchronized(self))
        transmit(self, now);
    return TRUE;
}

void
np_sim_tcp_shutdown(NpSimTcp *self, NpTime now)
{
    self->fin_wanted = TRUE;
    if (is_synchronized(self))
        transmit(self, now);
}

void
np_sim_tcp_abort(NpSimTcp *self)
{
    if (self->state == NP_SIM_TCP_SYN_RECEIVED ||
        (is_synchronized(self) && self->state != NP_SIM_TCP_TIME_WAIT))
        put(self, NP_NAT_RST | NP_NAT_ACK, self->next, NULL, 0);
    end(self, 0);
}

void
np_sim_tcp_expire(NpSimTcp *self, NpTime now)
{
    gboolean opening = self->state == NP_SIM_TCP_SYN_SENT || self->state == NP_SIM_TCP_SYN_RECEIVED;
    guint most = DATA_RETRIES;

    if (now < self->deadline)
        return;
    if (self->state == NP_SIM_TCP_TIME_WAIT) {
        end(self, 0);
        return;
    }
    if (opening)
        most = self->passive ? SYN_ACK_RETRIES : SYN_RETRIES;
    if (self->n_retries == most) {
        end(self, NP_SIM_TCP_TIMED_OUT);
        return;
    }
    self->n_retries++;
    self->timeout = MIN(2 * self->timeout, LONGEST_TIMEOUT);
    if (opening)
        put_syn(self);
    else
        send_again(self, now);
    arm(self, now);
}

NpTime
np_sim_tcp_deadline(const NpSimTcp *self)
{
    return self->deadline;
}
