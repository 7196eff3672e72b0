/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/interfaces.h"

#include <net/if.h>

static const NpIoInterface *
find(const GArray *list, const char *text)
{
    NpAddress address = { 0 };

    g_assert_true(np_address_parse(&address, text, 0));
    for (guint i = 0; i < list->len; i++)
        if (np_address_equal(&g_array_index(list, NpIoInterface, i).address, &address))
            return &g_array_index(list, NpIoInterface, i);
    return NULL;
}

static void
lists_the_loopback_interface(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) list = np_io_interfaces_list(&error);
    const NpIoInterface *lo = NULL;

    NP_REQUIRE(list != NULL && error == NULL);
    lo = find(list, "127.0.0.1");
    NP_REQUIRE(lo != NULL);
    NP_ASSERT_STR(lo->name, "lo");
    NP_ASSERT_INT(lo->index, if_nametoindex("lo"));
    NP_ASSERT_INT(lo->prefix_length, 8);
    CU_ASSERT(lo->is_up);
    CU_ASSERT(lo->is_loopback);
    CU_ASSERT(!lo->is_point_to_point);
}

static void
gives_every_entry_an_address_an_index_and_a_prefix(void)
{
    g_autoptr(GArray) list = np_io_interfaces_list(NULL);

    NP_REQUIRE(list != NULL);
    for (guint i = 0; i < list->len; i++) {
        const NpIoInterface *interface = &g_array_index(list, NpIoInterface, i);

        NP_ASSERT_ROW(np_address_is_set(&interface->address), interface->name);
        NP_ASSERT_ROW(interface->address.port == 0, interface->name);
        NP_ASSERT_ROW(interface->index == if_nametoindex(interface->name), interface->name);
        NP_ASSERT_ROW(interface->prefix_length > 0, interface->name);
        NP_ASSERT_ROW(interface->prefix_length <=
                          (interface->address.family == NP_FAMILY_IPV4 ? 32u : 128u),
                      interface->name);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(lists_the_loopback_interface),
        NP_TEST(gives_every_entry_an_address_an_index_and_a_prefix),
        { 0 },
    };

    return np_test_main("io.interfaces", tests);
}
