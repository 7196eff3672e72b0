/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-stun.h"
#include "harness.h"
#include "stun/builder.h"
#include "stun/fingerprint.h"
#include "stun/responder.h"

#include <string.h>

static const guint8 id[NP_STUN_ID_SIZE] = "transaction.";

typedef struct {
    NpStunGrid *grid;
    NpStunResponder responder;
    NpAddress source;
    NpAddress local;
    NpTransport transport;
    NpTime now;
    guint8 buffer[2048];
    NpStunBuilder request;
    NpStunAnswer answer;
    NpStunMessage reply; /* of the answer */
} Scene;

static NpAddress
parsed(const char *text)
{
    NpAddress address = { 0 };

    g_assert(np_address_parse(&address, text, 0));
    return address;
}

/* A server on the given endpoints, asked at the first of them. */
static void
scene_init(Scene *scene, const char *source, const char *const *locals)
{
    NpStunEndpoint endpoints[8] = { 0 };
    guint n = 0;

    for (; locals[n] != NULL; n++)
        endpoints[n] = (NpStunEndpoint){ .local = parsed(locals[n]), .listener = n };
    scene->grid = np_stun_grid_new(endpoints, n);
    scene->responder = (NpStunResponder){
        .grid = scene->grid,
        .software = "natprobed 0.1.0",
        .secret = "thirty-two bytes nobody knows..",
    };
    scene->source = parsed(source);
    scene->local = endpoints[0].local;
    scene->request = np_stun_builder(scene->buffer, sizeof scene->buffer, NP_STUN_REQUEST, id);
}

static const char *const four_ipv4[] = { "192.0.2.1:10", "192.0.2.1:11", "192.0.2.2:10",
                                         "192.0.2.2:11", NULL };
static const char *const four_ipv6[] = { "[2001:db8::1]:10", "[2001:db8::1]:11", "[2001:db8::2]:10",
                                         "[2001:db8::2]:11", NULL };
static const char *const two_ports[] = { "192.0.2.1:10", "192.0.2.1:11", NULL };

#define CLIENT "203.0.113.9:5000"

static void
scene_clear(Scene *scene)
{
    g_clear_pointer(&scene->grid, np_stun_grid_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static NpStunOutcome
ask_bytes(Scene *scene, const void *data, gsize size)
{
    NpStunQuestion question = {
        .transport = scene->transport,
        .source = scene->source,
        .local = scene->local,
        .data = data,
        .size = size,
    };
    NpStunOutcome outcome =
        np_stun_responder_answer(&scene->responder, &question, scene->now, &scene->answer);

    if (outcome == NP_STUN_ANSWERED || outcome == NP_STUN_REFUSED)
        g_assert(np_stun_message_parse(&scene->reply, scene->answer.data, scene->answer.size) ==
                 NP_STUN_OK);
    return outcome;
}

static NpStunOutcome
ask(Scene *scene)
{
    return ask_bytes(scene, scene->buffer, np_stun_builder_finish(&scene->request));
}

static void
restart(Scene *scene)
{
    scene->request = np_stun_builder(scene->buffer, sizeof scene->buffer, NP_STUN_REQUEST, id);
}

/* Fetches a cookie and begins a request that echoes it. */
static void
begin_with_cookie(Scene *scene)
{
    NpReader cookie = { 0 };

    restart(scene);
    np_stun_builder_bytes(&scene->request, NP_STUN_ATTR_NATPROBE_COOKIE, NULL, 0);
    g_assert(ask(scene) == NP_STUN_ANSWERED);
    g_assert(np_stun_message_find(&scene->reply, NP_STUN_ATTR_NATPROBE_COOKIE, &cookie));
    g_assert(np_reader_left(&cookie) == NP_STUN_COOKIE_SIZE);
    restart(scene);
    np_stun_builder_bytes(&scene->request, NP_STUN_ATTR_NATPROBE_COOKIE,
                          np_reader_bytes(&cookie, NP_STUN_COOKIE_SIZE), NP_STUN_COOKIE_SIZE);
}

static const char *
address_in(const Scene *scene, guint16 type, char text[NP_ADDRESS_TEXT_SIZE])
{
    NpAddress address = { 0 };

    if (!np_stun_message_address(&scene->reply, type, &address))
        return "absent";
    return np_address_format(&address, text);
}

static void
a_plain_request_gets_every_address(void)
{
    static const struct {
        const char *const *locals;
        const char *source;
        const char *other;
        gboolean old_ones; /* there is room for SOFTWARE and all of RFC 3489 */
    } rows[] = {
        { four_ipv4, CLIENT, "192.0.2.2:11", TRUE },
        { four_ipv6, "[2001:db8:9::9]:5000", "[2001:db8::2]:11", FALSE },
        { two_ports, CLIENT, "absent", TRUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Scene) scene = { 0 };
        char text[NP_ADDRESS_TEXT_SIZE];
        g_autofree char *software = NULL;

        scene_init(&scene, rows[i].source, rows[i].locals);
        NP_ASSERT_INT(ask(&scene), NP_STUN_ANSWERED);
        NP_ASSERT_INT(scene.reply.class, NP_STUN_SUCCESS);
        CU_ASSERT(np_stun_message_has_id(&scene.reply, id));
        CU_ASSERT(np_address_equal(&scene.answer.to, &scene.source));
        NP_ASSERT_INT(scene.answer.from, 0);
        CU_ASSERT(scene.answer.size <= NP_STUN_ANSWER_LIMIT);
        NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, text), rows[i].source);
        NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_RESPONSE_ORIGIN, text), rows[i].locals[0]);
        NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_OTHER_ADDRESS, text), rows[i].other);
        NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_MAPPED_ADDRESS, text), rows[i].source);
        NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_SOURCE_ADDRESS, text),
                      rows[i].old_ones ? rows[i].locals[0] : "absent");
        NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_CHANGED_ADDRESS, text),
                      rows[i].old_ones ? rows[i].other : "absent");
        software = np_stun_message_text(&scene.reply, NP_STUN_ATTR_SOFTWARE);
        NP_ASSERT_STR(software, rows[i].old_ones ? "natprobed 0.1.0" : NULL);
        CU_ASSERT(!np_stun_message_has(&scene.reply, NP_STUN_ATTR_FINGERPRINT));
        CU_ASSERT(!np_stun_message_has(&scene.reply, NP_STUN_ATTR_NATPROBE_COOKIE));
    }
}

static void
an_old_client_gets_the_old_attributes(void)
{
    g_autoptr(GByteArray) request =
        np_stun_fixture_bytes("00010008 00112233445566778899aabbccddeeff 00030004 00000000");
    g_auto(Scene) scene = { 0 };
    char text[NP_ADDRESS_TEXT_SIZE];

    scene_init(&scene, CLIENT, four_ipv4);
    NP_ASSERT_INT(ask_bytes(&scene, request->data, request->len), NP_STUN_ANSWERED);
    CU_ASSERT(!scene.reply.has_cookie);
    CU_ASSERT(memcmp(scene.reply.mask, request->data + 4, NP_STUN_MASK_SIZE) == 0);
    NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_MAPPED_ADDRESS, text), CLIENT);
    NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_SOURCE_ADDRESS, text), "192.0.2.1:10");
    NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_CHANGED_ADDRESS, text), "192.0.2.2:11");
    CU_ASSERT(!np_stun_message_has(&scene.reply, NP_STUN_ATTR_XOR_MAPPED_ADDRESS));
    CU_ASSERT(!np_stun_message_has(&scene.reply, NP_STUN_ATTR_OTHER_ADDRESS));
    /* RFC 3489 knows no padding: every length is a multiple of four. */
    for (guint i = 0; i < scene.reply.n_attributes; i++)
        NP_ASSERT_INT(scene.reply.attributes[i].size % 4, 0);
}

static void
change_request_is_served_as_far_as_the_grid_goes(void)
{
    static const struct {
        const char *label;
        const char *const *locals;
        NpTransport transport;
        NpStunChange change;
        guint from; /* NP_STUN_NOWHERE: refused */
    } rows[] = {
        { "nothing", four_ipv4, NP_TRANSPORT_UDP, 0, 0 },
        { "port", four_ipv4, NP_TRANSPORT_UDP, NP_STUN_CHANGE_PORT, 1 },
        { "address", four_ipv4, NP_TRANSPORT_UDP, NP_STUN_CHANGE_ADDRESS, 2 },
        { "both", four_ipv4, NP_TRANSPORT_UDP, NP_STUN_CHANGE_ADDRESS | NP_STUN_CHANGE_PORT, 3 },
        { "port of one address", two_ports, NP_TRANSPORT_UDP, NP_STUN_CHANGE_PORT, 1 },
        { "address of one address", two_ports, NP_TRANSPORT_UDP, NP_STUN_CHANGE_ADDRESS,
          NP_STUN_NOWHERE },
        { "both of one address", two_ports, NP_TRANSPORT_UDP,
          NP_STUN_CHANGE_ADDRESS | NP_STUN_CHANGE_PORT, NP_STUN_NOWHERE },
        { "nothing, TCP", four_ipv4, NP_TRANSPORT_TCP, 0, 0 },
        { "port, TCP", four_ipv4, NP_TRANSPORT_TCP, NP_STUN_CHANGE_PORT, NP_STUN_NOWHERE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gboolean served = rows[i].from != NP_STUN_NOWHERE;
        g_auto(Scene) scene = { 0 };
        char text[NP_ADDRESS_TEXT_SIZE];
        guint code = 0;

        scene_init(&scene, CLIENT, rows[i].locals);
        scene.transport = rows[i].transport;
        np_stun_builder_change(&scene.request, rows[i].change);
        NP_ASSERT_ROW(ask(&scene) == (served ? NP_STUN_ANSWERED : NP_STUN_REFUSED), rows[i].label);
        NP_ASSERT_ROW(np_address_equal(&scene.answer.to, &scene.source), rows[i].label);
        NP_ASSERT_ROW(scene.answer.from == (served ? rows[i].from : 0), rows[i].label);
        if (served) {
            NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_RESPONSE_ORIGIN, text),
                          rows[i].locals[rows[i].from]);
        } else {
            NP_ASSERT_ROW(np_stun_message_error(&scene.reply, &code) && code == 420, rows[i].label);
            NP_ASSERT_ROW(np_stun_message_refuses(&scene.reply, NP_STUN_ATTR_CHANGE_REQUEST),
                          rows[i].label);
        }
    }
}

static void
an_unlisted_local_address_is_answered_but_not_changed(void)
{
    g_auto(Scene) scene = { 0 };
    char text[NP_ADDRESS_TEXT_SIZE];

    scene_init(&scene, CLIENT, four_ipv4);
    scene.local = parsed("192.0.2.77:10");
    NP_ASSERT_INT(ask(&scene), NP_STUN_ANSWERED);
    NP_ASSERT_INT(scene.answer.from, NP_STUN_NOWHERE);
    NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_RESPONSE_ORIGIN, text), "192.0.2.77:10");
    NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_OTHER_ADDRESS, text), "absent");
    scene.local = parsed("0.0.0.0:10");
    NP_ASSERT_INT(ask(&scene), NP_STUN_ANSWERED);
    NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_RESPONSE_ORIGIN, text), "absent");
    np_stun_builder_change(&scene.request, NP_STUN_CHANGE_PORT);
    NP_ASSERT_INT(ask(&scene), NP_STUN_REFUSED);
}

static void
no_detour_without_a_cookie(void)
{
    static const guint16 types[] = { NP_STUN_ATTR_RESPONSE_PORT, NP_STUN_ATTR_PADDING };

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        g_auto(Scene) scene = { 0 };
        guint code = 0;

        scene_init(&scene, CLIENT, four_ipv4);
        np_stun_builder_u16(&scene.request, types[i], 6000);
        NP_ASSERT_INT(ask(&scene), NP_STUN_REFUSED);
        CU_ASSERT(np_address_equal(&scene.answer.to, &scene.source));
        CU_ASSERT(np_stun_message_error(&scene.reply, &code));
        NP_ASSERT_INT(code, NP_STUN_UNKNOWN_ATTRIBUTE);
        CU_ASSERT(np_stun_message_refuses(&scene.reply, types[i]));
        CU_ASSERT(!np_stun_message_has(&scene.reply, NP_STUN_ATTR_NATPROBE_COOKIE));

        /* A wrong cookie is no better, but brings a right one back. */
        np_stun_builder_bytes(&scene.request, NP_STUN_ATTR_NATPROBE_COOKIE, "guessing", 8);
        NP_ASSERT_INT(ask(&scene), NP_STUN_REFUSED);
        CU_ASSERT(np_stun_message_has(&scene.reply, NP_STUN_ATTR_NATPROBE_COOKIE));

        /* Nor is one given to another port, or long ago, or over TCP. */
        begin_with_cookie(&scene);
        np_stun_builder_u16(&scene.request, types[i], 6000);
        np_stun_builder_zeros(&scene.request, NP_STUN_ATTR_NATPROBE_FILL, 200);
        NP_ASSERT_INT(ask(&scene), NP_STUN_ANSWERED);
        scene.source.port++;
        NP_ASSERT_INT(ask(&scene), NP_STUN_REFUSED);
        scene.source.port--;
        scene.transport = NP_TRANSPORT_TCP;
        NP_ASSERT_INT(ask(&scene), NP_STUN_REFUSED);
        scene.transport = NP_TRANSPORT_UDP;
        scene.now += 2 * NP_STUN_COOKIE_EPOCH;
        NP_ASSERT_INT(ask(&scene), NP_STUN_REFUSED);
    }
}

static void
response_port_is_the_same_host_and_never_longer(void)
{
    for (gsize fill = 0; fill <= 160; fill += 4) {
        NpStunOutcome outcome = NP_STUN_N_OUTCOMES;
        g_auto(Scene) scene = { 0 };
        char text[NP_ADDRESS_TEXT_SIZE];
        gsize size = 0;

        scene_init(&scene, "[2001:db8:9::9]:5000", four_ipv6);
        begin_with_cookie(&scene);
        np_stun_builder_u16(&scene.request, NP_STUN_ATTR_RESPONSE_PORT, 6000);
        np_stun_builder_zeros(&scene.request, NP_STUN_ATTR_NATPROBE_FILL, fill);
        size = np_stun_builder_finish(&scene.request);
        outcome = ask(&scene);
        if (outcome == NP_STUN_ANSWERED) {
            NP_ASSERT_STR(np_address_format(&scene.answer.to, text), "[2001:db8:9::9]:6000");
            NP_ASSERT_STR(address_in(&scene, NP_STUN_ATTR_XOR_MAPPED_ADDRESS, text),
                          "[2001:db8:9::9]:5000");
            CU_ASSERT(scene.answer.size <= size);
        } else {
            NP_ASSERT_INT(outcome, NP_STUN_REFUSED);
            CU_ASSERT(np_address_equal(&scene.answer.to, &scene.source));
        }
        /* With 44 bytes of our own and an answer of at least 44, everything fits; 24 bytes of the
         * answer per address come with the filling. */
        NP_ASSERT_INT(outcome, NP_STUN_ANSWERED);
        NP_ASSERT_INT(np_stun_message_has(&scene.reply, NP_STUN_ATTR_OTHER_ADDRESS),
                      size >= 20 + 3 * 24);
    }
}

static void
a_request_too_short_for_its_answer_is_told_so(void)
{
    g_auto(Scene) scene = { 0 };
    NpReader cookie = { 0 };
    guint code = 0;

    scene_init(&scene, "[2001:db8:9::9]:5000", four_ipv6);
    begin_with_cookie(&scene);
    /* 20 + 12 + 8 bytes with a FINGERPRINT, against 20 + 24 + 8. */
    np_stun_builder_zeros(&scene.request, NP_STUN_ATTR_PADDING, 0);
    np_stun_builder_fingerprint(&scene.request);
    NP_ASSERT_INT(ask(&scene), NP_STUN_REFUSED);
    CU_ASSERT(np_stun_message_error(&scene.reply, &code));
    NP_ASSERT_INT(code, NP_STUN_BAD_REQUEST);
    CU_ASSERT(np_stun_message_find(&scene.reply, NP_STUN_ATTR_NATPROBE_COOKIE, &cookie));
    NP_ASSERT_INT(np_stun_fingerprint_check(&scene.reply), NP_STUN_FINGERPRINT_GOOD);
}

static void
bad_response_ports_are_refused(void)
{
    static const char *const rows[] = { "00270004 00000000", "00270004 00350000",
                                        "00270004 03ff0000", "00270002 17700000",
                                        "00270008 1770000000000000" };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) attribute = np_stun_fixture_bytes(rows[i]);
        g_auto(Scene) scene = { 0 };
        guint code = 0;

        scene_init(&scene, CLIENT, four_ipv4);
        begin_with_cookie(&scene);
        np_writer_bytes(&scene.request.writer, attribute->data, attribute->len);
        np_stun_builder_zeros(&scene.request, NP_STUN_ATTR_NATPROBE_FILL, 100);
        NP_ASSERT_ROW(ask(&scene) == NP_STUN_REFUSED, rows[i]);
        NP_ASSERT_ROW(np_stun_message_error(&scene.reply, &code) && code == 400, rows[i]);
        NP_ASSERT_ROW(np_address_equal(&scene.answer.to, &scene.source), rows[i]);
    }
}

static void
padding_makes_the_answer_as_long_as_the_request(void)
{
    for (gsize padding = 100; padding <= 1500; padding += 100) {
        g_auto(Scene) scene = { 0 };
        NpReader value = { 0 };

        scene_init(&scene, CLIENT, four_ipv4);
        begin_with_cookie(&scene);
        np_stun_builder_zeros(&scene.request, NP_STUN_ATTR_PADDING, padding);
        np_stun_builder_fingerprint(&scene.request);
        NP_ASSERT_INT(ask(&scene), NP_STUN_ANSWERED);
        NP_ASSERT_INT(scene.answer.size, np_stun_builder_size(&scene.request));
        CU_ASSERT(np_stun_message_find(&scene.reply, NP_STUN_ATTR_PADDING, &value));
        NP_ASSERT_INT(np_stun_fingerprint_check(&scene.reply), NP_STUN_FINGERPRINT_GOOD);
        CU_ASSERT(np_address_equal(&scene.answer.to, &scene.source));
    }
}

static void
padding_and_response_port_exclude_each_other(void)
{
    g_auto(Scene) scene = { 0 };
    guint code = 0;

    scene_init(&scene, CLIENT, four_ipv4);
    begin_with_cookie(&scene);
    np_stun_builder_u16(&scene.request, NP_STUN_ATTR_RESPONSE_PORT, 6000);
    np_stun_builder_zeros(&scene.request, NP_STUN_ATTR_PADDING, 500);
    NP_ASSERT_INT(ask(&scene), NP_STUN_REFUSED);
    CU_ASSERT(np_stun_message_error(&scene.reply, &code));
    NP_ASSERT_INT(code, NP_STUN_BAD_REQUEST);
}

static void
unknown_attributes_are_listed(void)
{
    g_auto(Scene) scene = { 0 };
    guint code = 0;

    scene_init(&scene, CLIENT, four_ipv4);
    for (guint16 type = 0x7f00; type < 0x7f10; type++)
        np_stun_builder_u32(&scene.request, type, 0);
    np_stun_builder_text(&scene.request, NP_STUN_ATTR_SOFTWARE, "client");
    np_stun_builder_bytes(&scene.request, NP_STUN_ATTR_NATPROBE_COOKIE, NULL, 0);
    np_stun_builder_fingerprint(&scene.request);
    NP_ASSERT_INT(ask(&scene), NP_STUN_REFUSED);
    NP_ASSERT_INT(scene.reply.class, NP_STUN_ERROR);
    CU_ASSERT(np_stun_message_error(&scene.reply, &code));
    NP_ASSERT_INT(code, NP_STUN_UNKNOWN_ATTRIBUTE);
    CU_ASSERT(np_stun_message_refuses(&scene.reply, 0x7f00));
    CU_ASSERT(!np_stun_message_refuses(&scene.reply, NP_STUN_ATTR_SOFTWARE));
    CU_ASSERT(scene.answer.size > 0 && scene.answer.size <= NP_STUN_ANSWER_LIMIT);
}

static void
fingerprint_is_answered_in_kind(void)
{
    g_auto(Scene) scene = { 0 };
    gsize size = 0;

    scene_init(&scene, CLIENT, four_ipv4);
    np_stun_builder_fingerprint(&scene.request);
    NP_ASSERT_INT(ask(&scene), NP_STUN_ANSWERED);
    NP_ASSERT_INT(np_stun_fingerprint_check(&scene.reply), NP_STUN_FINGERPRINT_GOOD);
    CU_ASSERT(scene.answer.size <= NP_STUN_ANSWER_LIMIT);
    size = np_stun_builder_finish(&scene.request);
    scene.buffer[size - 1] ^= 1;
    NP_ASSERT_INT(ask_bytes(&scene, scene.buffer, size), NP_STUN_DROPPED_FINGERPRINT);
}

static void
everything_else_is_dropped_and_named(void)
{
    static const struct {
        const char *hex;
        NpStunOutcome expected;
    } rows[] = {
        { "", NP_STUN_DROPPED_FOREIGN },
        { "68656c6c6f", NP_STUN_DROPPED_FOREIGN },
        { "00010004 2112a442 000102030405060708090a0b", NP_STUN_DROPPED_MALFORMED },
        { "00030000 2112a442 000102030405060708090a0b", NP_STUN_DROPPED_METHOD },
        { "00110000 2112a442 000102030405060708090a0b", NP_STUN_DROPPED_CLASS },
        { "01010000 2112a442 000102030405060708090a0b", NP_STUN_DROPPED_CLASS },
        { "01110000 2112a442 000102030405060708090a0b", NP_STUN_DROPPED_CLASS },
        { "01010000 00112233445566778899aabbccddeeff", NP_STUN_DROPPED_CLASS },
    };
    g_auto(Scene) scene = { 0 };

    scene_init(&scene, CLIENT, four_ipv4);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(rows[i].hex);

        NP_ASSERT_ROW(ask_bytes(&scene, bytes->data, bytes->len) == rows[i].expected, rows[i].hex);
    }
    scene.source.port = 0;
    NP_ASSERT_INT(ask(&scene), NP_STUN_DROPPED_SOURCE);
    scene.source = parsed("224.0.0.1:5000");
    NP_ASSERT_INT(ask(&scene), NP_STUN_DROPPED_SOURCE);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(a_plain_request_gets_every_address),
        NP_TEST(an_old_client_gets_the_old_attributes),
        NP_TEST(change_request_is_served_as_far_as_the_grid_goes),
        NP_TEST(an_unlisted_local_address_is_answered_but_not_changed),
        NP_TEST(no_detour_without_a_cookie),
        NP_TEST(response_port_is_the_same_host_and_never_longer),
        NP_TEST(a_request_too_short_for_its_answer_is_told_so),
        NP_TEST(bad_response_ports_are_refused),
        NP_TEST(padding_makes_the_answer_as_long_as_the_request),
        NP_TEST(padding_and_response_port_exclude_each_other),
        NP_TEST(unknown_attributes_are_listed),
        NP_TEST(fingerprint_is_answered_in_kind),
        NP_TEST(everything_else_is_dropped_and_named),
        { 0 },
    };

    return np_test_main("stun.responder", tests);
}
