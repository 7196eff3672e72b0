/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/sockaddr.h"

static void
goes_there_and_back_unchanged(void)
{
    static const char *const rows[] = { "192.0.2.1:5", "[2001:db8::1]:65535", "[fe80::1%7]:9" };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sockaddr_storage name = { 0 };
        NpAddress address = { 0 };
        NpAddress back = { 0 };
        char text[NP_ADDRESS_TEXT_SIZE];
        socklen_t size = 0;

        g_assert_true(np_address_parse(&address, rows[i], 0));
        size = np_io_sockaddr_write(&name, &address);
        NP_ASSERT_INT(name.ss_family, np_io_sockaddr_family(address.family));
        back = np_io_sockaddr_read(&name, size);
        NP_ASSERT_STR(np_address_format(&back, text), rows[i]);
        back = np_io_sockaddr_read(&name, size - 1);
        NP_ASSERT_ROW(!np_address_is_set(&back), rows[i]);
    }
}

static void
has_no_form_for_no_address(void)
{
    struct sockaddr_storage name = { .ss_family = AF_UNIX };
    NpAddress none = { 0 };
    NpAddress read = np_io_sockaddr_read(&name, sizeof name);

    NP_ASSERT_INT(np_io_sockaddr_write(&name, &none), 0);
    CU_ASSERT(!np_address_is_set(&read));
    read = np_io_sockaddr_local(-1);
    CU_ASSERT(!np_address_is_set(&read));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(goes_there_and_back_unchanged),
        NP_TEST(has_no_form_for_no_address),
        { 0 },
    };

    return np_test_main("io.sockaddr", tests);
}
