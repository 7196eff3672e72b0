/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything that touches bytes of a stranger before anybody is authenticated: the STUN parser with
 * all its accessors, the integrity checks, the responder and the stream
 *
 * The first byte sets the scene, the rest is the message. Promises that hold for any input are
 * asserted, so that a wrong answer counts as much as a crash.
 */

#include "fuzz/fuzz.h"
#include "stun/builder.h"
#include "stun/fingerprint.h"
#include "stun/responder.h"
#include "stun/stream.h"

#include <string.h>

enum {
    SCENE_TCP = 1 << 0,
    SCENE_IPV6 = 1 << 1,
    SCENE_UNLISTED = 1 << 2, /* came to an address that is not in the grid */
    SCENE_CHUNK_SHIFT = 4,   /* how finely the stream is cut */
};

#define MAX_MESSAGE 2048

/* Also of the cookies in the corpus: the secret is all zeros, the time 0. */
#define SOURCE_PORT 5000

static void
walk(const NpStunMessage *message)
{
    static const guint16 known[] = { NP_STUN_ATTR_CHANGE_REQUEST };
    static const char key[] = "VOkJxbRl1RmTxUk/WvJxBt";
    guint16 unknown[4];
    guint code = 0;
    g_autofree char *reason = np_stun_message_error_reason(message);

    g_assert((reason != NULL) == np_stun_message_error(message, &code));
    g_assert(reason == NULL || (code >= 300 && code <= 699));
    g_assert(np_stun_message_unknown(message, known, G_N_ELEMENTS(known), unknown, 4) <= 4);
    np_stun_message_refuses(message, NP_STUN_ATTR_PADDING);
    np_stun_fingerprint_check(message);
    np_stun_integrity_check(message, NP_STUN_INTEGRITY_SHA1, key, strlen(key), 0);
    np_stun_integrity_check(message, NP_STUN_INTEGRITY_SHA256, key, strlen(key), 0);
    for (guint i = 0; i < message->n_attributes; i++) {
        guint16 type = message->attributes[i].type;
        g_autofree char *text = np_stun_message_text(message, type);
        NpAddress address = { 0 };
        NpReader value = { 0 };
        guint32 word = 0;
        guint16 half = 0;

        g_assert(text != NULL && g_utf8_validate(text, -1, NULL));
        g_assert(np_stun_message_find(message, type, &value) && !value.failed);
        if (np_stun_message_address(message, type, &address))
            g_assert(np_address_is_set(&address));
        g_assert(np_stun_message_u32(message, type, &word) ==
                 np_stun_message_u16(message, type, &half));
        np_stun_attribute_name(type);
    }
}

/* Whatever was understood can be answered, and the answer is read as what it was meant to be. */
static void
answer_back(const NpStunMessage *message)
{
    guint8 buffer[256];
    NpStunBuilder builder = np_stun_builder_reply(buffer, sizeof buffer, NP_STUN_ERROR, message);
    NpStunMessage reply;
    guint code = 0;
    gsize size = 0;

    np_stun_builder_error(&builder, NP_STUN_SERVER_ERROR, "Server Error");
    size = np_stun_builder_finish(&builder);
    if (np_stun_message_parse(&reply, buffer, size) != NP_STUN_OK)
        g_assert(message->method != NP_STUN_BINDING);
    g_assert(np_stun_message_error(&reply, &code) && code == NP_STUN_SERVER_ERROR);
    g_assert(memcmp(reply.mask, message->mask, NP_STUN_MASK_SIZE) == 0);
}

static NpStunGrid *
make_grid(NpFamily family)
{
    NpStunEndpoint endpoints[4] = { 0 };

    for (guint i = 0; i < G_N_ELEMENTS(endpoints); i++) {
        NpAddress *local = &endpoints[i].local;

        *local = np_address_any(family, i % 2 == 0 ? 3478 : 3479);
        local->bytes[3] = (guint8)(1 + i / 2);
    }
    return np_stun_grid_new(endpoints, G_N_ELEMENTS(endpoints));
}

static void
respond(guint8 scene, const guint8 *data, gsize size)
{
    NpFamily family = scene & SCENE_IPV6 ? NP_FAMILY_IPV6 : NP_FAMILY_IPV4;
    g_autoptr(NpStunGrid) grid = make_grid(family);
    NpStunResponder responder = { .grid = grid, .software = "natprobed" };
    NpStunQuestion question = {
        .transport = scene & SCENE_TCP ? NP_TRANSPORT_TCP : NP_TRANSPORT_UDP,
        .source = np_address_any(family, SOURCE_PORT),
        .local = np_address_any(family, 3478),
        .data = data,
        .size = size,
    };
    NpStunAnswer answer;
    NpStunMessage reply;

    question.source.bytes[0] = 203;
    question.local.bytes[3] = scene & SCENE_UNLISTED ? 77 : 1;
    if (np_stun_responder_answer(&responder, &question, 0, &answer) > NP_STUN_REFUSED)
        return;
    g_assert(np_stun_message_parse(&reply, answer.data, answer.size) == NP_STUN_OK);
    g_assert(reply.class == NP_STUN_SUCCESS || reply.class == NP_STUN_ERROR);
    g_assert(np_address_same_host(&answer.to, &question.source));
    g_assert(answer.to.port == SOURCE_PORT || answer.to.port >= 1024);
    /* Longer, or elsewhere: then never longer than what was asked. */
    if (answer.size > NP_STUN_ANSWER_LIMIT || answer.to.port != SOURCE_PORT)
        g_assert(answer.size <= size);
    g_assert(question.transport == NP_TRANSPORT_UDP || answer.from == NP_STUN_NOWHERE ||
             answer.from == 0);
}

static void
stream(const guint8 *data, gsize size, gsize chunk)
{
    NpStunStream self;
    NpReader rest = np_reader(data, size);

    np_stun_stream_init(&self, MAX_MESSAGE);
    while (np_reader_left(&rest) > 0) {
        NpReader input = np_reader_sub(&rest, MIN(chunk, np_reader_left(&rest)));
        NpReader found = { 0 };

        while (np_stun_stream_next(&self, &input, &found)) {
            NpStunMessage message;
            gsize found_size = np_reader_left(&found);

            g_assert(found_size >= NP_STUN_HEADER_SIZE && found_size <= MAX_MESSAGE);
            np_stun_message_parse(&message, np_reader_bytes(&found, found_size), found_size);
        }
        g_assert(np_reader_left(&input) == 0);
    }
    np_stun_stream_clear(&self);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    NpReader reader = np_reader(data, size);
    guint8 scene = np_reader_u8(&reader);
    gsize message_size = np_reader_left(&reader);
    /* A copy of exactly that size, so that a sanitizer sees any step past its end. */
    g_autofree guint8 *bytes = g_memdup2(np_reader_bytes(&reader, message_size), message_size);
    NpStunMessage message;

    switch (np_stun_message_parse(&message, bytes, message_size)) {
    case NP_STUN_OK:
    case NP_STUN_UNSUPPORTED:
        walk(&message);
        answer_back(&message);
        break;
    case NP_STUN_NOT_STUN:
    case NP_STUN_MALFORMED:
        break;
    }
    respond(scene, bytes, message_size);
    stream(bytes, message_size, (gsize)(scene >> SCENE_CHUNK_SHIFT) + 1);
    return 0;
}
