/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The server driven by hand: what it wants to do is taken from it, what happens is told to it. */

#include "fixture-stun.h"
#include "harness.h"
#include "stun/builder.h"
#include "stun/server.h"

static const guint8 id[NP_STUN_ID_SIZE] = "transaction.";

#define MAX_ACTIONS 64

typedef struct {
    NpStunServer *server;
    NpTime now;
    NpAction actions[MAX_ACTIONS]; /* since the last input */
    guint n_actions;
} Rig;

static NpAddress
parsed(const char *text)
{
    NpAddress address = { 0 };

    g_assert(np_address_parse(&address, text, 0));
    return address;
}

static void
drain(Rig *rig)
{
    for (guint i = 0; i < rig->n_actions; i++)
        np_action_clear(&rig->actions[i]);
    rig->n_actions = 0;
    while (np_stun_server_ops.take(rig->server, &rig->actions[rig->n_actions])) {
        rig->n_actions++;
        g_assert(rig->n_actions < MAX_ACTIONS);
    }
}

static void
tell(Rig *rig, NpSocketId socket, NpSocketEventKind kind, NpWhy why)
{
    NpSocketEvent event = { .socket = socket, .kind = kind, .why = why };

    np_stun_server_ops.report(rig->server, rig->now, &event);
    drain(rig);
}

/* Two addresses and two ports behind two wildcard listeners: sockets 1 to 4. */
static void
rig_init(Rig *rig, guint per_second, guint burst)
{
    static const char *const locals[] = { "192.0.2.1:10", "192.0.2.1:11", "192.0.2.2:10",
                                          "192.0.2.2:11" };
    NpAddress listeners[] = { parsed("0.0.0.0:10"), parsed("0.0.0.0:11") };
    NpStunEndpoint endpoints[4] = { 0 };
    NpStunServerConfig config = {
        .listeners = listeners,
        .n_listeners = G_N_ELEMENTS(listeners),
        .endpoints = endpoints,
        .n_endpoints = G_N_ELEMENTS(endpoints),
        .software = "natprobed",
        .secret = "thirty-two bytes nobody knows..",
        .rate = np_bucket_rate(per_second, burst),
        .max_connections = 3,
        .max_network_connections = 2,
        .idle_timeout = 30 * NP_SECOND,
    };

    for (guint i = 0; i < G_N_ELEMENTS(locals); i++)
        endpoints[i] = (NpStunEndpoint){ .local = parsed(locals[i]), .listener = i % 2 };
    rig->server = np_stun_server_new(&config);
}

static void
rig_start(Rig *rig)
{
    NpHostLimits limits = { .max_sockets = 1000 };

    np_stun_server_ops.start(rig->server, rig->now, &limits);
    drain(rig);
    for (NpSocketId socket = 1; socket <= 4; socket++)
        tell(rig, socket, NP_SOCKET_OPENED, NP_WHY_NONE);
    g_assert(rig->n_actions == 1 && rig->actions[0].kind == NP_DO_NOTIFY);
}

static void
rig_clear(Rig *rig)
{
    for (guint i = 0; i < rig->n_actions; i++)
        np_action_clear(&rig->actions[i]);
    g_clear_pointer(&rig->server, np_stun_server_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rig, rig_clear)

static void
deliver(Rig *rig, NpDatagram in)
{
    in.arrived = rig->now;
    np_stun_server_ops.receive(rig->server, rig->now, &in);
    drain(rig);
}

static gsize
request(guint8 *buffer, gsize capacity, NpStunChange change)
{
    NpStunBuilder builder = np_stun_builder(buffer, capacity, NP_STUN_REQUEST, id);

    if (change != 0)
        np_stun_builder_change(&builder, change);
    return np_stun_builder_finish(&builder);
}

static void
ask(Rig *rig, const char *source, const char *to, NpStunChange change)
{
    guint8 buffer[64];
    gsize size = request(buffer, sizeof buffer, change);
    NpAddress local = parsed(to);

    deliver(rig, (NpDatagram){
                     .socket = local.port == 10 ? 2 : 4,
                     .from = parsed(source),
                     .to = local,
                     .data = buffer,
                     .size = size,
                 });
}

/* The one action must be an answer; parses it. */
static gboolean
is_answer(const Rig *rig, NpStunMessage *message)
{
    gsize size = 0;
    const void *data = NULL;

    if (rig->n_actions != 1 || rig->actions[0].kind != NP_DO_SEND)
        return FALSE;
    data = g_bytes_get_data(rig->actions[0].send.payload, &size);
    return np_stun_message_parse(message, data, size) == NP_STUN_OK &&
           np_stun_message_has_id(message, id);
}

static void
opens_in_order_and_says_when_it_listens(void)
{
    g_auto(Rig) rig = { 0 };
    NpHostLimits limits = { .max_sockets = 1000 };

    rig_init(&rig, 1000, 1000);
    np_stun_server_ops.start(rig.server, 0, &limits);
    drain(&rig);
    for (NpSocketId socket = 1; socket <= 4; socket++) {
        gboolean is_tcp = socket % 2 == 1;
        const NpAction *open = &rig.actions[rig.n_actions - 1];

        NP_REQUIRE(rig.n_actions > 0);
        NP_ASSERT_INT(open->kind, NP_DO_OPEN);
        NP_ASSERT_INT(open->socket, socket);
        NP_ASSERT_INT(open->open.transport, is_tcp ? NP_TRANSPORT_TCP : NP_TRANSPORT_UDP);
        NP_ASSERT_INT(open->open.local.port, socket <= 2 ? 10 : 11);
        /* Only TCP leaves connections behind that would keep the address taken. */
        NP_ASSERT_INT(open->open.flags, is_tcp ? NP_OPEN_REUSE_ADDRESS : 0);
        tell(&rig, socket, NP_SOCKET_OPENED, NP_WHY_NONE);
        NP_ASSERT_INT(rig.actions[0].kind == NP_DO_LISTEN, is_tcp);
    }
    NP_ASSERT_INT(rig.n_actions, 1);
    NP_ASSERT_INT(rig.actions[0].kind, NP_DO_NOTIFY);
    NP_ASSERT_INT(rig.actions[0].notice.code, NP_STUN_SERVER_LISTENING);
}

static void
names_the_listener_that_failed(void)
{
    static const struct {
        NpSocketId socket;
        gboolean after_opening; /* bound, but listen() failed */
        NpTransport transport;
    } rows[] = {
        { 1, FALSE, NP_TRANSPORT_TCP },
        { 2, FALSE, NP_TRANSPORT_UDP },
        { 3, TRUE, NP_TRANSPORT_TCP },
        { 4, FALSE, NP_TRANSPORT_UDP },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Rig) rig = { 0 };
        NpHostLimits limits = { .max_sockets = 1000 };
        NpTransport transport = NP_TRANSPORT_UDP;
        guint failed = 0;
        guint listening = 0;

        rig_init(&rig, 1000, 1000);
        np_stun_server_ops.start(rig.server, 0, &limits);
        drain(&rig);
        for (NpSocketId socket = 1; socket <= 4; socket++) {
            gboolean fails = socket == rows[i].socket;

            if (!fails || rows[i].after_opening)
                tell(&rig, socket, NP_SOCKET_OPENED, NP_WHY_NONE);
            if (fails)
                tell(&rig, socket, NP_SOCKET_FAILED, NP_WHY_IN_USE);
            for (guint a = 0; a < rig.n_actions; a++) {
                if (rig.actions[a].kind != NP_DO_NOTIFY)
                    continue;
                if (rig.actions[a].notice.code == NP_STUN_SERVER_LISTENING)
                    listening++;
                else if (rig.actions[a].notice.subject == (rows[i].socket - 1) / 2)
                    failed++;
            }
        }
        NP_ASSERT_INT(failed, 1);
        NP_ASSERT_INT(listening, 0);
        NP_ASSERT_INT(
            np_stun_server_failure(rig.server, (guint)(rows[i].socket - 1) / 2, &transport),
            NP_WHY_IN_USE);
        NP_ASSERT_INT(transport, rows[i].transport);
    }
}

static void
only_the_first_failure_of_a_listener_is_told(void)
{
    g_auto(Rig) rig = { 0 };
    NpHostLimits limits = { .max_sockets = 1000 };
    NpTransport transport = NP_TRANSPORT_UDP;

    rig_init(&rig, 1000, 1000);
    np_stun_server_ops.start(rig.server, 0, &limits);
    drain(&rig);
    tell(&rig, 1, NP_SOCKET_FAILED, NP_WHY_PERMISSION);
    NP_ASSERT_INT(rig.n_actions, 2);
    tell(&rig, 2, NP_SOCKET_FAILED, NP_WHY_IN_USE);
    NP_REQUIRE(rig.n_actions == 1);
    NP_ASSERT_INT(rig.actions[0].kind, NP_DO_OPEN);
    NP_ASSERT_INT(np_stun_server_failure(rig.server, 0, &transport), NP_WHY_PERMISSION);
    NP_ASSERT_INT(transport, NP_TRANSPORT_TCP);
}

static void
an_answer_that_cannot_be_sent_is_no_failure_of_the_listener(void)
{
    g_auto(Rig) rig = { 0 };
    NpTransport transport = NP_TRANSPORT_UDP;

    rig_init(&rig, 1000, 1000);
    rig_start(&rig);
    tell(&rig, 2, NP_SOCKET_FAILED, NP_WHY_UNREACHABLE);
    NP_ASSERT_INT(rig.n_actions, 0);
    NP_ASSERT_INT(np_stun_server_failure(rig.server, 0, &transport), NP_WHY_NONE);
}

static void
answers_from_where_it_was_asked(void)
{
    static const struct {
        const char *to;
        NpStunChange change;
        NpSocketId socket;
        const char *from;
    } rows[] = {
        { "192.0.2.1:10", 0, 2, "192.0.2.1:10" },
        { "192.0.2.2:11", 0, 4, "192.0.2.2:11" },
        { "192.0.2.1:10", NP_STUN_CHANGE_PORT, 4, "192.0.2.1:11" },
        { "192.0.2.1:10", NP_STUN_CHANGE_ADDRESS, 2, "192.0.2.2:10" },
        { "192.0.2.1:10", NP_STUN_CHANGE_ADDRESS | NP_STUN_CHANGE_PORT, 4, "192.0.2.2:11" },
        /* An address that came to the host later than the grid. */
        { "192.0.2.3:10", 0, 2, "192.0.2.3:10" },
    };
    g_auto(Rig) rig = { 0 };
    char text[NP_ADDRESS_TEXT_SIZE];

    rig_init(&rig, 1000, 1000);
    rig_start(&rig);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpStunMessage message;
        NpAddress origin = { 0 };

        ask(&rig, "203.0.113.9:5000", rows[i].to, rows[i].change);
        NP_REQUIRE(is_answer(&rig, &message));
        NP_ASSERT_INT(rig.actions[0].socket, rows[i].socket);
        NP_ASSERT_STR(np_address_format(&rig.actions[0].send.from, text), rows[i].from);
        NP_ASSERT_STR(np_address_format(&rig.actions[0].send.to, text), "203.0.113.9:5000");
        CU_ASSERT(np_stun_message_address(&message, NP_STUN_ATTR_RESPONSE_ORIGIN, &origin));
        NP_ASSERT_STR(np_address_format(&origin, text), rows[i].from);
    }
    NP_ASSERT_INT(np_stun_server_counters(rig.server)->outcomes[NP_STUN_ANSWERED],
                  G_N_ELEMENTS(rows));
}

static void
new_endpoints_replace_the_old_ones(void)
{
    NpStunEndpoint endpoints[] = {
        { .local = parsed("192.0.2.1:10"), .listener = 0 },
        { .local = parsed("192.0.2.1:11"), .listener = 1 },
    };
    g_auto(Rig) rig = { 0 };
    NpStunMessage message;

    rig_init(&rig, 1000, 1000);
    rig_start(&rig);
    ask(&rig, "203.0.113.9:5000", "192.0.2.1:10", NP_STUN_CHANGE_ADDRESS);
    NP_REQUIRE(is_answer(&rig, &message));
    NP_ASSERT_INT(message.class, NP_STUN_SUCCESS);
    np_stun_server_set_endpoints(rig.server, endpoints, G_N_ELEMENTS(endpoints));
    ask(&rig, "203.0.113.9:5000", "192.0.2.1:10", NP_STUN_CHANGE_ADDRESS);
    NP_REQUIRE(is_answer(&rig, &message));
    NP_ASSERT_INT(message.class, NP_STUN_ERROR);
    ask(&rig, "203.0.113.9:5000", "192.0.2.1:10", NP_STUN_CHANGE_PORT);
    NP_REQUIRE(is_answer(&rig, &message));
    NP_ASSERT_INT(message.class, NP_STUN_SUCCESS);
    CU_ASSERT(!np_stun_message_has(&message, NP_STUN_ATTR_OTHER_ADDRESS));
}

static void
coalesced_and_truncated_datagrams_are_what_they_are(void)
{
    g_auto(Rig) rig = { 0 };
    guint8 buffer[60];
    NpDatagram in = { .socket = 2, .data = buffer, .size = sizeof buffer, .segment_size = 20 };

    rig_init(&rig, 1000, 1000);
    rig_start(&rig);
    for (gsize i = 0; i < 3; i++)
        request(&buffer[20 * i], 20, 0);
    in.from = parsed("203.0.113.9:5000");
    deliver(&rig, in);
    NP_ASSERT_INT(rig.n_actions, 3);
    in.segment_size = 0;
    deliver(&rig, in);
    NP_ASSERT_INT(rig.n_actions, 0);
    in.size = 20;
    in.truncated = TRUE;
    deliver(&rig, in);
    NP_ASSERT_INT(rig.n_actions, 0);
    NP_ASSERT_INT(np_stun_server_counters(rig.server)->truncated, 1);
    NP_ASSERT_INT(np_stun_server_counters(rig.server)->outcomes[NP_STUN_DROPPED_MALFORMED], 1);
}

static void
a_network_gets_no_more_than_its_rate(void)
{
    g_auto(Rig) rig = { 0 };
    guint answers = 0;

    rig_init(&rig, 10, 5);
    rig_start(&rig);
    for (guint i = 0; i < 20; i++) {
        ask(&rig, i % 2 == 0 ? "203.0.113.9:5000" : "203.0.113.10:6000", "192.0.2.1:10", 0);
        answers += rig.n_actions;
    }
    NP_ASSERT_INT(answers, 5);
    NP_ASSERT_INT(np_stun_server_counters(rig.server)->limited, 15);
    ask(&rig, "203.0.114.9:5000", "192.0.2.1:10", 0);
    NP_ASSERT_INT(rig.n_actions, 1);
    rig.now += NP_SECOND / 10;
    ask(&rig, "203.0.113.9:5000", "192.0.2.1:10", 0);
    NP_ASSERT_INT(rig.n_actions, 1);
}

static void
accept_from(Rig *rig, NpSocketId connection, const char *peer)
{
    NpSocketEvent event = {
        .socket = 1,
        .kind = NP_SOCKET_ACCEPTED,
        .accepted = connection,
        .local = parsed("192.0.2.1:10"),
        .peer = parsed(peer),
    };

    np_stun_server_ops.report(rig->server, rig->now, &event);
    drain(rig);
}

static void
stream(Rig *rig, NpSocketId connection, const guint8 *data, gsize size)
{
    deliver(rig, (NpDatagram){ .socket = connection, .data = data, .size = size });
}

#define FIRST_CONNECTION ((NpSocketId)1 << 32)

static void
answers_on_a_connection_piece_by_piece(void)
{
    g_auto(Rig) rig = { 0 };
    guint8 buffer[64];
    gsize size = request(buffer, sizeof buffer, NP_STUN_CHANGE_PORT);
    NpStunMessage message;
    NpAddress mapped = { 0 };
    guint code = 0;
    char text[NP_ADDRESS_TEXT_SIZE];

    rig_init(&rig, 1000, 1000);
    rig_start(&rig);
    accept_from(&rig, FIRST_CONNECTION, "203.0.113.9:5000");
    stream(&rig, FIRST_CONNECTION, buffer, size - 1);
    NP_ASSERT_INT(rig.n_actions, 0);
    stream(&rig, FIRST_CONNECTION, &buffer[size - 1], 1);
    NP_REQUIRE(is_answer(&rig, &message));
    CU_ASSERT(np_stun_message_error(&message, &code));
    NP_ASSERT_INT(code, NP_STUN_UNKNOWN_ATTRIBUTE);
    size = request(buffer, sizeof buffer, 0);
    stream(&rig, FIRST_CONNECTION, buffer, size);
    NP_REQUIRE(is_answer(&rig, &message));
    NP_ASSERT_INT(rig.actions[0].socket, FIRST_CONNECTION);
    CU_ASSERT(np_stun_message_address(&message, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, &mapped));
    NP_ASSERT_STR(np_address_format(&mapped, text), "203.0.113.9:5000");
    tell(&rig, FIRST_CONNECTION, NP_SOCKET_EOF, NP_WHY_NONE);
    NP_REQUIRE(rig.n_actions == 1 && rig.actions[0].kind == NP_DO_CLOSE);
    CU_ASSERT(!rig.actions[0].close.abort);
    NP_ASSERT_INT(np_stun_server_n_connections(rig.server), 0);
}

static void
connections_are_bounded(void)
{
    g_auto(Rig) rig = { 0 };

    rig_init(&rig, 1000, 1000);
    rig_start(&rig);
    accept_from(&rig, FIRST_CONNECTION, "203.0.113.9:5000");
    accept_from(&rig, FIRST_CONNECTION + 1, "203.0.113.10:5000");
    NP_ASSERT_INT(rig.n_actions, 0);
    accept_from(&rig, FIRST_CONNECTION + 2, "203.0.113.11:5000");
    NP_REQUIRE(rig.n_actions == 1 && rig.actions[0].kind == NP_DO_CLOSE);
    CU_ASSERT(rig.actions[0].close.abort);
    NP_ASSERT_INT(rig.actions[0].socket, FIRST_CONNECTION + 2);
    accept_from(&rig, FIRST_CONNECTION + 3, "203.0.114.9:5000");
    NP_ASSERT_INT(rig.n_actions, 0);
    accept_from(&rig, FIRST_CONNECTION + 4, "203.0.115.9:5000");
    NP_ASSERT_INT(rig.n_actions, 1);
    NP_ASSERT_INT(np_stun_server_counters(rig.server)->accepted, 3);
    NP_ASSERT_INT(np_stun_server_counters(rig.server)->turned_away, 2);
    tell(&rig, FIRST_CONNECTION, NP_SOCKET_RESET, NP_WHY_NONE);
    NP_ASSERT_INT(rig.n_actions, 0);
    accept_from(&rig, FIRST_CONNECTION + 5, "203.0.113.9:5001");
    NP_ASSERT_INT(rig.n_actions, 0);
}

static void
connections_leave_the_listeners_their_descriptors(void)
{
    g_auto(Rig) rig = { 0 };
    NpHostLimits limits = { .max_sockets = 4 + 1 };

    rig_init(&rig, 1000, 1000);
    np_stun_server_ops.start(rig.server, 0, &limits);
    drain(&rig);
    accept_from(&rig, FIRST_CONNECTION, "203.0.113.9:5000");
    NP_ASSERT_INT(np_stun_server_n_connections(rig.server), 1);
    accept_from(&rig, FIRST_CONNECTION + 1, "203.0.114.9:5000");
    NP_ASSERT_INT(np_stun_server_n_connections(rig.server), 1);
}

static void
idle_connections_end(void)
{
    g_auto(Rig) rig = { 0 };
    guint8 buffer[32];
    gsize size = request(buffer, sizeof buffer, 0);

    rig_init(&rig, 1000, 1000);
    rig_start(&rig);
    CU_ASSERT(np_stun_server_ops.deadline(rig.server) == NP_TIME_NEVER);
    accept_from(&rig, FIRST_CONNECTION, "203.0.113.9:5000");
    rig.now = 10 * NP_SECOND;
    accept_from(&rig, FIRST_CONNECTION + 1, "203.0.113.10:5000");
    rig.now = 20 * NP_SECOND;
    stream(&rig, FIRST_CONNECTION, buffer, size);
    /* Bytes that never become a request do not count. */
    rig.now = 39 * NP_SECOND;
    stream(&rig, FIRST_CONNECTION + 1, buffer, size - 1);
    NP_ASSERT_INT(np_stun_server_ops.deadline(rig.server), 40 * NP_SECOND);
    np_stun_server_ops.expire(rig.server, rig.now);
    drain(&rig);
    NP_ASSERT_INT(rig.n_actions, 0);
    rig.now = 40 * NP_SECOND;
    np_stun_server_ops.expire(rig.server, rig.now);
    drain(&rig);
    NP_REQUIRE(rig.n_actions == 1 && rig.actions[0].kind == NP_DO_CLOSE);
    NP_ASSERT_INT(rig.actions[0].socket, FIRST_CONNECTION + 1);
    NP_ASSERT_INT(np_stun_server_ops.deadline(rig.server), 50 * NP_SECOND);
    NP_ASSERT_INT(np_stun_server_counters(rig.server)->timed_out, 1);
    /* What still comes for it is nobody's. */
    stream(&rig, FIRST_CONNECTION + 1, &buffer[size - 1], 1);
    NP_ASSERT_INT(rig.n_actions, 0);
}

static void
a_stream_of_rubbish_is_cut(void)
{
    static const guint8 rubbish[] = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";
    g_auto(Rig) rig = { 0 };

    rig_init(&rig, 1000, 1000);
    rig_start(&rig);
    accept_from(&rig, FIRST_CONNECTION, "203.0.113.9:5000");
    stream(&rig, FIRST_CONNECTION, rubbish, sizeof rubbish);
    NP_ASSERT_INT(rig.n_actions, 0);
    stream(&rig, FIRST_CONNECTION, rubbish, sizeof rubbish);
    NP_REQUIRE(rig.n_actions == 1 && rig.actions[0].kind == NP_DO_CLOSE);
    CU_ASSERT(rig.actions[0].close.abort);
    NP_ASSERT_INT(np_stun_server_counters(rig.server)->broken, 1);
    NP_ASSERT_INT(np_stun_server_n_connections(rig.server), 0);
}

static void
who_does_not_read_gets_no_more(void)
{
    g_auto(Rig) rig = { 0 };
    guint8 buffer[32];
    gsize size = request(buffer, sizeof buffer, 0);
    guint answers = 0;

    rig_init(&rig, 100000, 100000);
    rig_start(&rig);
    accept_from(&rig, FIRST_CONNECTION, "203.0.113.9:5000");
    for (; answers < 10000; answers++) {
        stream(&rig, FIRST_CONNECTION, buffer, size);
        if (rig.actions[rig.n_actions - 1].kind == NP_DO_CLOSE)
            break;
        /* A client that reads keeps its connection. */
        if (answers == 400)
            tell(&rig, FIRST_CONNECTION, NP_SOCKET_WRITABLE, NP_WHY_NONE);
    }
    CU_ASSERT(answers > 800 && answers < 1200);
    NP_ASSERT_INT(np_stun_server_n_connections(rig.server), 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(opens_in_order_and_says_when_it_listens),
        NP_TEST(names_the_listener_that_failed),
        NP_TEST(only_the_first_failure_of_a_listener_is_told),
        NP_TEST(an_answer_that_cannot_be_sent_is_no_failure_of_the_listener),
        NP_TEST(answers_from_where_it_was_asked),
        NP_TEST(new_endpoints_replace_the_old_ones),
        NP_TEST(coalesced_and_truncated_datagrams_are_what_they_are),
        NP_TEST(a_network_gets_no_more_than_its_rate),
        NP_TEST(answers_on_a_connection_piece_by_piece),
        NP_TEST(connections_are_bounded),
        NP_TEST(connections_leave_the_listeners_their_descriptors),
        NP_TEST(idle_connections_end),
        NP_TEST(a_stream_of_rubbish_is_cut),
        NP_TEST(who_does_not_read_gets_no_more),
        { 0 },
    };

    return np_test_main("stun.server", tests);
}
