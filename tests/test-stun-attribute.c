/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "stun/attribute.h"

static void
names_what_is_registered(void)
{
    NP_ASSERT_STR(np_stun_attribute_name(0x0001), "MAPPED-ADDRESS");
    NP_ASSERT_STR(np_stun_attribute_name(0x0020), "XOR-MAPPED-ADDRESS");
    NP_ASSERT_STR(np_stun_attribute_name(0x0027), "RESPONSE-PORT");
    NP_ASSERT_STR(np_stun_attribute_name(0x802c), "OTHER-ADDRESS");
    NP_ASSERT_STR(np_stun_attribute_name(0xc0e0), "NATPROBE-COOKIE");
    CU_ASSERT_PTR_NULL(np_stun_attribute_name(0x0000));
    CU_ASSERT_PTR_NULL(np_stun_attribute_name(0x7fff));
}

static void
the_upper_half_may_be_ignored(void)
{
    CU_ASSERT(np_stun_attribute_is_required(0x0000));
    CU_ASSERT(np_stun_attribute_is_required(NP_STUN_ATTR_CHANGE_REQUEST));
    CU_ASSERT(np_stun_attribute_is_required(0x7fff));
    CU_ASSERT(!np_stun_attribute_is_required(0x8000));
    CU_ASSERT(!np_stun_attribute_is_required(NP_STUN_ATTR_SOFTWARE));
    CU_ASSERT(!np_stun_attribute_is_required(NP_STUN_ATTR_NATPROBE_FILL));
}

static void
only_the_xored_addresses_are_xored(void)
{
    CU_ASSERT(np_stun_attribute_is_xored(NP_STUN_ATTR_XOR_MAPPED_ADDRESS));
    CU_ASSERT(np_stun_attribute_is_xored(NP_STUN_ATTR_DRAFT_XOR_MAPPED_ADDRESS));
    CU_ASSERT(!np_stun_attribute_is_xored(NP_STUN_ATTR_MAPPED_ADDRESS));
    CU_ASSERT(!np_stun_attribute_is_xored(NP_STUN_ATTR_RESPONSE_ORIGIN));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(names_what_is_registered),
        NP_TEST(the_upper_half_may_be_ignored),
        NP_TEST(only_the_xored_addresses_are_xored),
        { 0 },
    };

    return np_test_main("stun.attribute", tests);
}
