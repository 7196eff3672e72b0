/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-stun.h"
#include "harness.h"
#include "stun/stream.h"

#include <string.h>

#define MAX_MESSAGE 256

static GByteArray *
three_messages(void)
{
    GByteArray *all = g_byte_array_new();
    const NpStunVector *const vectors[] = { &np_stun_vector_request, &np_stun_vector_ipv6,
                                            &np_stun_vector_long_term };

    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        g_autoptr(GByteArray) one = np_stun_fixture_bytes(vectors[i]->hex);

        g_byte_array_append(all, one->data, one->len);
    }
    return all;
}

static void
finds_messages_however_the_stream_is_cut(void)
{
    g_autoptr(GByteArray) all = three_messages();

    for (gsize piece = 1; piece <= all->len; piece++) {
        g_autoptr(GByteArray) found = g_byte_array_new();
        NpReader whole = np_reader(all->data, all->len);
        NpStunStream stream;
        guint count = 0;

        np_stun_stream_init(&stream, MAX_MESSAGE);
        while (np_reader_left(&whole) > 0) {
            NpReader input = np_reader_sub(&whole, MIN(piece, np_reader_left(&whole)));
            NpReader message = { 0 };

            while (np_stun_stream_next(&stream, &input, &message)) {
                gsize size = np_reader_left(&message);

                g_byte_array_append(found, np_reader_bytes(&message, size), (guint)size);
                count++;
            }
            NP_ASSERT_INT(np_reader_left(&input), 0);
        }
        NP_ASSERT_INT(count, 3);
        CU_ASSERT(found->len == all->len && memcmp(found->data, all->data, all->len) == 0);
        CU_ASSERT(!np_stun_stream_is_broken(&stream));
        np_stun_stream_clear(&stream);
    }
}

static guint
feed(NpStunStream *stream, const char *hex)
{
    g_autoptr(GByteArray) bytes = np_stun_fixture_bytes(hex);
    NpReader input = np_reader(bytes->data, bytes->len);
    NpReader message = { 0 };
    guint count = 0;

    while (np_stun_stream_next(stream, &input, &message))
        count++;
    NP_ASSERT_INT(np_reader_left(&input), 0);
    return count;
}

static void
forgives_one_framing_error_and_no_second(void)
{
    static const char *const errors[] = {
        "48656c6c6f2c20686f6c65207075 6e63686572210a",
        "00010000 2112a443 000102030405060708090a0b",
        "00010002 2112a442 000102030405060708090a0b",
        "40010000 2112a442 000102030405060708090a0b",
        /* 20 + 240 bytes is more than the stream was told to take. */
        "000100f0 2112a442 000102030405060708090a0b",
    };
    static const char good[] = "00010000 2112a442 000102030405060708090a0b";

    for (gsize i = 0; i < G_N_ELEMENTS(errors); i++) {
        NpStunStream stream;

        np_stun_stream_init(&stream, MAX_MESSAGE);
        NP_ASSERT_ROW(feed(&stream, good) == 1, errors[i]);
        NP_ASSERT_ROW(feed(&stream, errors[i]) == 0, errors[i]);
        NP_ASSERT_ROW(!np_stun_stream_is_broken(&stream), errors[i]);
        NP_ASSERT_ROW(feed(&stream, good) == 1, errors[i]);
        NP_ASSERT_ROW(feed(&stream, errors[i]) == 0, errors[i]);
        NP_ASSERT_ROW(np_stun_stream_is_broken(&stream), errors[i]);
        NP_ASSERT_ROW(feed(&stream, good) == 0, errors[i]);
        np_stun_stream_clear(&stream);
    }
}

static void
takes_the_longest_message_allowed(void)
{
    NpStunStream stream;
    g_autoptr(GString) hex = g_string_new("000100ec 2112a442 000102030405060708090a0b c0e100e8");

    for (guint i = 0; i < 0xe8; i++)
        g_string_append(hex, "00");
    np_stun_stream_init(&stream, MAX_MESSAGE);
    NP_ASSERT_INT(feed(&stream, hex->str), 1);
    np_stun_stream_clear(&stream);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(finds_messages_however_the_stream_is_cut),
        NP_TEST(forgives_one_framing_error_and_no_second),
        NP_TEST(takes_the_longest_message_allowed),
        { 0 },
    };

    return np_test_main("stun.stream", tests);
}
