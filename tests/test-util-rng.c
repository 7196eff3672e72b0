/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "util/rng.h"

#include <string.h>

/* RFC 8439, A.1, vectors 1 and 2: key and nonce zero, block counters 0 and 1. */
static const guint8 zero_key_stream[128] = {
    0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28,
    0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d, 0xed, 0x1a, 0xa8, 0x36, 0xef, 0xcc, 0x8b, 0x77, 0x0d, 0xc7,
    0xda, 0x41, 0x59, 0x7c, 0x51, 0x57, 0x48, 0x8d, 0x77, 0x24, 0xe0, 0x3f, 0xb8, 0xd8, 0x4a, 0x37,
    0x6a, 0x43, 0xb8, 0xf4, 0x15, 0x18, 0xa1, 0x1c, 0xc3, 0x87, 0xb6, 0x69, 0xb2, 0xee, 0x65, 0x86,
    0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a, 0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d,
    0xcb, 0x0f, 0x29, 0xa0, 0x48, 0xe3, 0x65, 0x69, 0x12, 0xc6, 0x53, 0x3e, 0x32, 0xee, 0x7a, 0xed,
    0x29, 0xb7, 0x21, 0x76, 0x9c, 0xe6, 0x4e, 0x43, 0xd5, 0x71, 0x33, 0xb0, 0x74, 0xd8, 0x39, 0xd5,
    0x31, 0xed, 0x1f, 0x28, 0x51, 0x0a, 0xfb, 0x45, 0xac, 0xe1, 0x0a, 0x1f, 0x4b, 0x79, 0x4d, 0x6f,
};

static void
is_the_chacha20_key_stream(void)
{
    static const guint8 seed[NP_RNG_SEED_SIZE];
    NpRng rng = np_rng_from_seed(seed);
    guint8 stream[sizeof zero_key_stream];

    np_rng_fill(&rng, stream, sizeof stream);
    CU_ASSERT_EQUAL(memcmp(stream, zero_key_stream, sizeof stream), 0);
}

static void
draws_of_any_size_come_from_one_stream(void)
{
    static const guint8 seed[NP_RNG_SEED_SIZE];
    NpRng rng = np_rng_from_seed(seed);
    guint8 byte = 0;

    NP_ASSERT_INT(np_rng_u32(&rng), 0xade0b876);
    np_rng_fill(&rng, &byte, 1);
    NP_ASSERT_INT(byte, 0xa0);
    CU_ASSERT_EQUAL(np_rng_u64(&rng), G_GUINT64_CONSTANT(0x53e56a5d40903df1));
}

static void
same_number_same_stream(void)
{
    NpRng a = np_rng_from_number(7);
    NpRng b = np_rng_from_number(7);
    NpRng c = np_rng_from_number(8);
    guint64 first = np_rng_u64(&a);

    CU_ASSERT_EQUAL(first, np_rng_u64(&b));
    CU_ASSERT_NOT_EQUAL(first, np_rng_u64(&c));
}

static void
a_split_depends_on_seed_and_name_only(void)
{
    NpRng root = np_rng_from_number(7);
    NpRng early = np_rng_split(&root, "wire");
    NpRng other = np_rng_split(&root, "nat");
    NpRng late;
    guint64 first = np_rng_u64(&early);

    np_rng_u64(&root);
    late = np_rng_split(&root, "wire");
    CU_ASSERT_EQUAL(first, np_rng_u64(&late));
    CU_ASSERT_NOT_EQUAL(first, np_rng_u64(&other));
    CU_ASSERT_NOT_EQUAL(first, np_rng_u64(&root));
}

/* 6000 throws of a die: each face 1000 times, give or take five standard deviations of 28.9. */
static void
below_is_uniform_and_below(void)
{
    NpRng rng = np_rng_from_number(1);
    guint faces[6] = { 0 };

    for (guint i = 0; i < 6000; i++) {
        guint32 face = np_rng_below(&rng, G_N_ELEMENTS(faces));

        NP_REQUIRE(face < G_N_ELEMENTS(faces));
        faces[face]++;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(faces); i++)
        CU_ASSERT_TRUE(faces[i] > 855 && faces[i] < 1145);
    NP_ASSERT_INT(np_rng_below(&rng, 1), 0);
}

/* With a bound of 3 * 2^30, a plain modulo would give the lowest third twice its share. */
static void
below_has_no_modulo_bias(void)
{
    NpRng rng = np_rng_from_number(2);
    guint low = 0;

    for (guint i = 0; i < 3000; i++)
        low += np_rng_below(&rng, 3u << 30) < 1u << 30 ? 1 : 0;
    /* Expected 1000, standard deviation 25.8; the biased draw would give 1500. */
    CU_ASSERT_TRUE(low > 870 && low < 1130);
}

static void
real_lies_between_zero_and_one(void)
{
    NpRng rng = np_rng_from_number(3);
    double sum = 0;

    for (guint i = 0; i < 10000; i++) {
        double draw = np_rng_real(&rng);

        NP_REQUIRE(draw >= 0 && draw < 1);
        sum += draw;
    }
    /* The mean's standard deviation is 0.0029. */
    CU_ASSERT_DOUBLE_EQUAL(sum / 10000, 0.5, 0.0145);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(is_the_chacha20_key_stream),     NP_TEST(draws_of_any_size_come_from_one_stream),
        NP_TEST(same_number_same_stream),        NP_TEST(a_split_depends_on_seed_and_name_only),
        NP_TEST(below_is_uniform_and_below),     NP_TEST(below_has_no_modulo_bias),
        NP_TEST(real_lies_between_zero_and_one), { 0 },
    };

    return np_test_main("util.rng", tests);
}
