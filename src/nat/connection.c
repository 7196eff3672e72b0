/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A mapping lives by its connections. Each is followed just far enough to choose its timer: it
 * opens with a SYN from each side (in whatever order, RFC 5382, REQ-2), is established with the
 * first segment after both, and closes with a FIN from each side or with a reset from any.
 * Sequence numbers are not checked: neither did most of the NATs that this one is to be like.
 */

#include "nat/translator-private.h"

typedef enum {
    SYN_INSIDE = 1 << 0,
    SYN_OUTSIDE = 1 << 1,
    SYN_BOTH = SYN_INSIDE | SYN_OUTSIDE,
    ESTABLISHED = 1 << 2,
    FIN_INSIDE = 1 << 3,
    FIN_OUTSIDE = 1 << 4,
    FIN_BOTH = FIN_INSIDE | FIN_OUTSIDE,
    RESET = 1 << 5,
} State;

static const NpNatEnd nothing;

static gboolean
is_closed(guint state)
{
    return (state & FIN_BOTH) == FIN_BOTH || (state & RESET) != 0;
}

static gboolean
is_open(guint state)
{
    return (state & ESTABLISHED) != 0 && !is_closed(state);
}

static NpTime
timer_of(const NpNatTranslator *self, guint state)
{
    if ((state & RESET) != 0)
        return self->policy.timers.tcp_reset;
    return is_open(state) ? self->policy.timers.tcp_established
                          : self->policy.timers.tcp_transitory;
}

/* Whether a segment without a connection may begin one. */
static gboolean
may_begin(const NpNatTranslator *self, NpNatSide side, guint8 flags)
{
    if ((flags & NP_NAT_RST) != 0)
        return FALSE;
    if ((flags & (NP_NAT_SYN | NP_NAT_ACK)) == NP_NAT_SYN)
        return TRUE;
    return side == NP_NAT_INSIDE && self->policy.tcp_loose;
}

static guint
advance(guint state, NpNatSide side, guint8 flags)
{
    gboolean inside = side == NP_NAT_INSIDE;

    if ((flags & NP_NAT_RST) != 0)
        return state | RESET;
    if ((flags & NP_NAT_SYN) != 0) {
        if (is_closed(state))
            state = 0; /* the same ends begin anew */
        return state | (inside ? SYN_INSIDE : SYN_OUTSIDE);
    }
    if ((state & SYN_BOTH) == SYN_BOTH)
        state |= ESTABLISHED;
    if ((flags & NP_NAT_FIN) != 0)
        state |= inside ? FIN_INSIDE : FIN_OUTSIDE;
    return state;
}

/* A bare SYN from outside while the one from inside waits for its SYN-ACK. */
static gboolean
is_crossing(guint state, NpNatSide side, guint8 flags)
{
    return side == NP_NAT_OUTSIDE && (flags & (NP_NAT_SYN | NP_NAT_ACK)) == NP_NAT_SYN &&
           (state & SYN_BOTH) == SYN_INSIDE;
}

static void
move_deadline(NpNatTranslator *self, guint32 number, guint before, guint after, NpTime deadline)
{
    NpNatMapping *mapping = np_nat_mappings_get(&self->mappings, number);

    if (is_open(after) && !is_open(before))
        mapping->n_established++;
    if (is_open(before) && !is_open(after) && mapping->n_established > 0)
        mapping->n_established--;
    if (deadline >= mapping->deadline) {
        mapping->deadline = deadline;
    } else if (mapping->n_established == 0) {
        mapping->deadline = deadline;
        np_nat_mappings_hasten(&self->mappings, number);
    }
}

gboolean
np_nat_connection_follow(NpNatTranslator *self,
                         guint32 number,
                         const NpNatEnd *remote,
                         NpNatSide side,
                         guint8 flags,
                         NpTime now,
                         NpTime *deadline)
{
    guint32 serial = np_nat_mappings_get(&self->mappings, number)->serial;
    NpNatFact *fact = np_nat_memory_find(&self->connections, serial, remote, &nothing, now);
    guint before = fact == NULL ? 0 : (guint)fact->value;
    guint after = 0;

    if (fact == NULL && !may_begin(self, side, flags))
        return FALSE;
    if (is_crossing(before, side, flags) && !self->policy.tcp_crossing)
        return FALSE;
    if (fact == NULL && (flags & NP_NAT_SYN) == 0)
        before = SYN_BOTH; /* picked up on its way */
    after = advance(before, side, flags);
    *deadline = now + timer_of(self, after);
    fact = np_nat_memory_keep(&self->connections, serial, remote, &nothing, *deadline);
    if (fact == NULL)
        return FALSE;
    fact->value = after;
    move_deadline(self, number, before, after, *deadline);
    return TRUE;
}

gboolean
np_nat_connection_may_begin(const NpNatTranslator *self, guint8 flags)
{
    return may_begin(self, NP_NAT_INSIDE, flags);
}
