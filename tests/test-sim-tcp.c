/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "sim/tcp.h"

#include <string.h>

/* Two ends and a wire on which segments wait until a test lets them through, or loses them. */
typedef struct {
    NpSimTcp ends[2];
    NpTime now;
} Pair;

static Pair *
pair_new(void)
{
    Pair *self = g_new0(Pair, 1);

    np_sim_tcp_init(&self->ends[0], 1000);
    np_sim_tcp_init(&self->ends[1], 0xfffffff0); /* wraps soon */
    return self;
}

static void
pair_free(Pair *self)
{
    np_sim_tcp_clear(&self->ends[0]);
    np_sim_tcp_clear(&self->ends[1]);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pair, pair_free)

/* What @from has ready, as a stolen array. */
static GArray *
take(Pair *self, guint from)
{
    GArray *out = self->ends[from].out;

    self->ends[from].out = g_array_new(FALSE, FALSE, sizeof(NpSimTcpOut));
    return out;
}

static void
deliver(Pair *self, guint to, GArray *segments)
{
    for (guint i = 0; i < segments->len; i++) {
        NpSimTcpOut *out = &g_array_index(segments, NpSimTcpOut, i);
        gsize size = 0;
        const guint8 *data = out->data != NULL ? g_bytes_get_data(out->data, &size) : NULL;
        NpSimTcp *end = &self->ends[to];

        if (end->state == NP_SIM_TCP_CLOSED && (out->head.flags & NP_NAT_SYN) != 0 &&
            (out->head.flags & NP_NAT_ACK) == 0)
            np_sim_tcp_accept(end, &out->head, self->now);
        else
            np_sim_tcp_receive(end, &out->head, data, size, self->now);
        g_clear_pointer(&out->data, g_bytes_unref);
    }
    g_array_unref(segments);
}

static void
lose(Pair *self, guint from)
{
    GArray *out = take(self, from);

    for (guint i = 0; i < out->len; i++)
        g_clear_pointer(&g_array_index(out, NpSimTcpOut, i).data, g_bytes_unref);
    g_array_unref(out);
}

/* Until nobody has anything to say. */
static void
exchange(Pair *self)
{
    for (guint i = 0; i < 1000 && (self->ends[0].out->len > 0 || self->ends[1].out->len > 0); i++) {
        GArray *left = take(self, 0);
        GArray *right = take(self, 1);

        deliver(self, 1, left);
        deliver(self, 0, right);
    }
}

static Pair *
connected(void)
{
    Pair *self = pair_new();

    np_sim_tcp_connect(&self->ends[0], 0);
    exchange(self);
    g_assert(self->ends[0].state == NP_SIM_TCP_ESTABLISHED);
    g_assert(self->ends[1].state == NP_SIM_TCP_ESTABLISHED);
    return self;
}

static void
expect_received(NpSimTcp *end, const char *text)
{
    NP_ASSERT_INT(end->received->len, strlen(text));
    CU_ASSERT(memcmp(end->received->data, text, MIN(strlen(text), end->received->len)) == 0);
    g_byte_array_set_size(end->received, 0);
}

static void
opens_by_three_segments(void)
{
    g_autoptr(Pair) pair = pair_new();

    np_sim_tcp_connect(&pair->ends[0], 0);
    NP_ASSERT_INT(pair->ends[0].state, NP_SIM_TCP_SYN_SENT);
    deliver(pair, 1, take(pair, 0));
    NP_ASSERT_INT(pair->ends[1].state, NP_SIM_TCP_SYN_RECEIVED);
    deliver(pair, 0, take(pair, 1));
    NP_ASSERT_INT(pair->ends[0].state, NP_SIM_TCP_ESTABLISHED);
    CU_ASSERT((pair->ends[0].events & NP_SIM_TCP_CONNECTED) != 0);
    deliver(pair, 1, take(pair, 0));
    NP_ASSERT_INT(pair->ends[1].state, NP_SIM_TCP_ESTABLISHED);
    CU_ASSERT(pair->ends[1].passive && !pair->ends[0].passive);
    NP_ASSERT_INT(np_sim_tcp_deadline(&pair->ends[0]), NP_TIME_NEVER);
}

static void
crossing_syns_become_one_connection(void)
{
    g_autoptr(Pair) pair = pair_new();

    np_sim_tcp_connect(&pair->ends[0], 0);
    np_sim_tcp_connect(&pair->ends[1], 0);
    exchange(pair);
    for (guint i = 0; i < 2; i++) {
        NP_ASSERT_INT(pair->ends[i].state, NP_SIM_TCP_ESTABLISHED);
        CU_ASSERT((pair->ends[i].events & NP_SIM_TCP_CONNECTED) != 0);
        CU_ASSERT(!pair->ends[i].passive);
    }
    CU_ASSERT(np_sim_tcp_send(&pair->ends[0], (const guint8 *)"over", 4, 0));
    CU_ASSERT(np_sim_tcp_send(&pair->ends[1], (const guint8 *)"across", 6, 0));
    exchange(pair);
    expect_received(&pair->ends[1], "over");
    expect_received(&pair->ends[0], "across");
}

static void
a_crossing_with_one_syn_lost_needs_only_the_other(void)
{
    g_autoptr(Pair) pair = pair_new();

    np_sim_tcp_connect(&pair->ends[0], 0);
    np_sim_tcp_connect(&pair->ends[1], 0);
    lose(pair, 1);
    exchange(pair); /* the other SYN gets its SYN-ACK */
    NP_ASSERT_INT(pair->ends[0].state, NP_SIM_TCP_ESTABLISHED);
    NP_ASSERT_INT(pair->ends[1].state, NP_SIM_TCP_ESTABLISHED);
}

static void
sends_a_syn_again_at_1_3_and_7_seconds(void)
{
    static const NpTime seconds[] = { 1, 3, 7, 15, 31, 63, 127 };
    g_autoptr(Pair) pair = pair_new();
    NpSimTcp *end = &pair->ends[0];

    np_sim_tcp_connect(end, 0);
    lose(pair, 0);
    for (guint i = 0; i < 6; i++) {
        NP_ASSERT_INT(np_sim_tcp_deadline(end), seconds[i] * NP_SECOND);
        np_sim_tcp_expire(end, seconds[i] * NP_SECOND - 1);
        NP_ASSERT_INT(end->out->len, 0);
        np_sim_tcp_expire(end, seconds[i] * NP_SECOND);
        NP_ASSERT_INT(end->out->len, 1);
        lose(pair, 0);
    }
    NP_ASSERT_INT(np_sim_tcp_deadline(end), seconds[6] * NP_SECOND);
    np_sim_tcp_expire(end, seconds[6] * NP_SECOND);
    NP_ASSERT_INT(end->state, NP_SIM_TCP_CLOSED);
    CU_ASSERT((end->events & NP_SIM_TCP_TIMED_OUT) != 0);
}

static void
checks_the_initial_sequence_number_of_an_answer(void)
{
    static const struct {
        const char *label;
        guint8 flags;
        guint32 acknowledgment;
        NpSimTcpState state;
        guint8 answered; /* flags; 0: nothing */
    } rows[] = {
        { "wrong SYN-ACK draws a reset", NP_NAT_SYN | NP_NAT_ACK, 5, NP_SIM_TCP_SYN_SENT,
          NP_NAT_RST },
        { "wrong reset is ignored", NP_NAT_RST | NP_NAT_ACK, 5, NP_SIM_TCP_SYN_SENT, 0 },
        { "reset without ACK is ignored", NP_NAT_RST, 0, NP_SIM_TCP_SYN_SENT, 0 },
        { "right reset refuses", NP_NAT_RST | NP_NAT_ACK, 1001, NP_SIM_TCP_CLOSED, 0 },
        { "right SYN-ACK", NP_NAT_SYN | NP_NAT_ACK, 1001, NP_SIM_TCP_ESTABLISHED, NP_NAT_ACK },
        { "bare SYN", NP_NAT_SYN, 0, NP_SIM_TCP_SYN_RECEIVED, NP_NAT_SYN | NP_NAT_ACK },
        { "bare ACK", NP_NAT_ACK, 1001, NP_SIM_TCP_SYN_SENT, 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Pair) pair = pair_new();
        NpSimTcp *end = &pair->ends[0];
        NpNatSegment segment = { .flags = rows[i].flags,
                                 .sequence = 7,
                                 .acknowledgment = rows[i].acknowledgment };

        np_sim_tcp_connect(end, 0);
        lose(pair, 0);
        np_sim_tcp_receive(end, &segment, NULL, 0, 0);
        NP_ASSERT_ROW(end->state == rows[i].state, rows[i].label);
        NP_ASSERT_ROW(end->out->len == (rows[i].answered != 0), rows[i].label);
        if (end->out->len > 0)
            NP_ASSERT_ROW(g_array_index(end->out, NpSimTcpOut, 0).head.flags == rows[i].answered,
                          rows[i].label);
    }
}

static void
carries_a_stream_over_a_lossy_wire(void)
{
    g_autoptr(Pair) pair = connected();
    g_autofree char *text = g_strnfill(200000, 'x');
    NpTime now = 0;
    guint n = 0;

    for (guint i = 0; i < 200000; i++)
        text[i] = (char)('a' + i % 23);
    CU_ASSERT(np_sim_tcp_send(&pair->ends[0], (const guint8 *)text, 200000, 0));
    np_sim_tcp_shutdown(&pair->ends[0], 0);
    for (guint round = 0; round < 2000 && (pair->ends[1].events & NP_SIM_TCP_EOF) == 0; round++) {
        GArray *out = take(pair, 0);

        /* Every seventh segment is lost, then every fifth acknowledgment. */
        for (guint i = 0; i < out->len; i++) {
            NpSimTcpOut *segment = &g_array_index(out, NpSimTcpOut, i);
            gsize size = 0;
            const guint8 *data =
                segment->data != NULL ? g_bytes_get_data(segment->data, &size) : NULL;

            if (n++ % 7 != 3)
                np_sim_tcp_receive(&pair->ends[1], &segment->head, data, size, now);
            g_clear_pointer(&segment->data, g_bytes_unref);
        }
        g_array_unref(out);
        if (round % 5 == 4)
            lose(pair, 1);
        else
            deliver(pair, 0, take(pair, 1));
        if (pair->ends[0].out->len == 0) {
            now = np_sim_tcp_deadline(&pair->ends[0]);
            np_sim_tcp_expire(&pair->ends[0], now);
        }
    }
    NP_ASSERT_INT(pair->ends[1].received->len, 200000);
    CU_ASSERT(memcmp(pair->ends[1].received->data, text, 200000) == 0);
    CU_ASSERT((pair->ends[0].events & NP_SIM_TCP_WRITABLE) != 0);
}

static void
closes_one_direction_at_a_time(void)
{
    g_autoptr(Pair) pair = connected();
    NpSimTcp *one = &pair->ends[0];
    NpSimTcp *two = &pair->ends[1];

    np_sim_tcp_shutdown(one, 0);
    exchange(pair);
    NP_ASSERT_INT(one->state, NP_SIM_TCP_FIN_WAIT_2);
    NP_ASSERT_INT(two->state, NP_SIM_TCP_CLOSE_WAIT);
    CU_ASSERT((two->events & NP_SIM_TCP_EOF) != 0);
    CU_ASSERT((one->events & NP_SIM_TCP_FLUSHED) != 0);
    CU_ASSERT(np_sim_tcp_send(two, (const guint8 *)"still", 5, 0));
    np_sim_tcp_shutdown(two, 0);
    exchange(pair);
    expect_received(one, "still");
    NP_ASSERT_INT(one->state, NP_SIM_TCP_TIME_WAIT);
    NP_ASSERT_INT(two->state, NP_SIM_TCP_CLOSED);
    CU_ASSERT((two->events & NP_SIM_TCP_FLUSHED) != 0);
    np_sim_tcp_expire(one, np_sim_tcp_deadline(one));
    NP_ASSERT_INT(one->state, NP_SIM_TCP_CLOSED);
}

static void
closes_both_at_once(void)
{
    g_autoptr(Pair) pair = connected();

    np_sim_tcp_shutdown(&pair->ends[0], 0);
    np_sim_tcp_shutdown(&pair->ends[1], 0);
    exchange(pair);
    NP_ASSERT_INT(pair->ends[0].state, NP_SIM_TCP_TIME_WAIT);
    NP_ASSERT_INT(pair->ends[1].state, NP_SIM_TCP_TIME_WAIT);
}

static void
an_abort_resets_the_peer(void)
{
    g_autoptr(Pair) pair = connected();

    np_sim_tcp_abort(&pair->ends[0]);
    NP_ASSERT_INT(pair->ends[0].state, NP_SIM_TCP_CLOSED);
    deliver(pair, 1, take(pair, 0));
    NP_ASSERT_INT(pair->ends[1].state, NP_SIM_TCP_CLOSED);
    CU_ASSERT((pair->ends[1].events & NP_SIM_TCP_RESET) != 0);
}

static void
a_blind_reset_is_challenged(void)
{
    g_autoptr(Pair) pair = connected();
    NpSimTcp *end = &pair->ends[0];
    NpNatSegment blind = { .flags = NP_NAT_RST, .sequence = end->expected + 100 };
    NpNatSegment syn = { .flags = NP_NAT_SYN, .sequence = 77 };

    np_sim_tcp_receive(end, &blind, NULL, 0, 0);
    NP_ASSERT_INT(end->state, NP_SIM_TCP_ESTABLISHED);
    NP_ASSERT_INT(end->out->len, 1);
    np_sim_tcp_receive(end, &syn, NULL, 0, 0);
    NP_ASSERT_INT(end->state, NP_SIM_TCP_ESTABLISHED);
    NP_ASSERT_INT(end->out->len, 2);
}

static void
its_buffer_is_bounded(void)
{
    g_autoptr(Pair) pair = pair_new();
    g_autofree guint8 *data = g_malloc0(NP_SIM_TCP_BUFFER);

    np_sim_tcp_connect(&pair->ends[0], 0);
    CU_ASSERT(np_sim_tcp_send(&pair->ends[0], data, NP_SIM_TCP_BUFFER, 0));
    CU_ASSERT(!np_sim_tcp_send(&pair->ends[0], data, 1, 0));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(opens_by_three_segments),
        NP_TEST(crossing_syns_become_one_connection),
        NP_TEST(a_crossing_with_one_syn_lost_needs_only_the_other),
        NP_TEST(sends_a_syn_again_at_1_3_and_7_seconds),
        NP_TEST(checks_the_initial_sequence_number_of_an_answer),
        NP_TEST(carries_a_stream_over_a_lossy_wire),
        NP_TEST(closes_one_direction_at_a_time),
        NP_TEST(closes_both_at_once),
        NP_TEST(an_abort_resets_the_peer),
        NP_TEST(a_blind_reset_is_challenged),
        NP_TEST(its_buffer_is_bounded),
        { 0 },
    };

    return np_test_main("sim.tcp", tests);
}
