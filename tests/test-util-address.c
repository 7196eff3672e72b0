/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "util/address.h"

static void
reads_and_prints_every_form(void)
{
    static const struct {
        const char *text;
        const char *printed;
    } rows[] = {
        { "192.0.2.1", "192.0.2.1:3478" },
        { "192.0.2.1:5", "192.0.2.1:5" },
        { "0.0.0.0:0", "0.0.0.0:0" },
        { "2001:db8::1", "[2001:db8::1]:3478" },
        { "[2001:db8::1]", "[2001:db8::1]:3478" },
        { "[2001:db8::1]:65535", "[2001:db8::1]:65535" },
        { "[fe80::1%7]:9", "[fe80::1%7]:9" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpAddress address = { 0 };
        char text[NP_ADDRESS_TEXT_SIZE];

        NP_ASSERT_ROW(np_address_parse(&address, rows[i].text, 3478), rows[i].text);
        NP_ASSERT_STR(np_address_format(&address, text), rows[i].printed);
    }
}

static void
refuses_what_is_not_numeric(void)
{
    static const char *const rows[] = {
        "",           "host",        "1.2.3", "1.2.3.4:",    "1.2.3.4:65536", "1.2.3.4:-1",
        "1.2.3.4:5x", "[1.2.3.4]:5", "[::1",  "[::1]5",      "[::1]:",        "::1%",
        "::1%eth0",   ":",           "[]",    "1.2.3.4:5:6", " 1.2.3.4",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpAddress address = { 0 };

        NP_ASSERT_ROW(!np_address_parse(&address, rows[i], 1), rows[i]);
        NP_ASSERT_ROW(!np_address_is_set(&address), rows[i]);
    }
}

static NpAddress
parsed(const char *text)
{
    NpAddress address = { 0 };

    g_assert_true(np_address_parse(&address, text, 1));
    return address;
}

static void
knows_the_special_ranges(void)
{
    static const struct {
        const char *text;
        gboolean (*is)(const NpAddress *);
        gboolean expected;
    } rows[] = {
        { "127.1.2.3", np_address_is_loopback, TRUE },
        { "128.0.0.1", np_address_is_loopback, FALSE },
        { "::1", np_address_is_loopback, TRUE },
        { "::2", np_address_is_loopback, FALSE },
        { "10.255.0.1", np_address_is_private, TRUE },
        { "172.16.0.1", np_address_is_private, TRUE },
        { "172.32.0.1", np_address_is_private, FALSE },
        { "192.168.9.9", np_address_is_private, TRUE },
        { "fd00::1", np_address_is_private, TRUE },
        { "2001:db8::1", np_address_is_private, FALSE },
        { "100.64.0.1", np_address_is_shared, TRUE },
        { "100.127.255.255", np_address_is_shared, TRUE },
        { "100.128.0.0", np_address_is_shared, FALSE },
        { "169.254.0.1", np_address_is_link_local, TRUE },
        { "fe80::1", np_address_is_link_local, TRUE },
        { "febf::1", np_address_is_link_local, TRUE },
        { "fec0::1", np_address_is_link_local, FALSE },
        { "224.0.0.1", np_address_is_multicast, TRUE },
        { "255.255.255.255", np_address_is_multicast, TRUE },
        { "ff02::1", np_address_is_multicast, TRUE },
        { "0.0.0.0", np_address_is_any, TRUE },
        { "::", np_address_is_any, TRUE },
        { "0.0.0.1", np_address_is_any, FALSE },
        { "192.0.2.1", np_address_is_destination, TRUE },
        { "192.0.2.1:0", np_address_is_destination, FALSE },
        { "224.0.0.1:9", np_address_is_destination, FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpAddress address = parsed(rows[i].text);

        NP_ASSERT_ROW(rows[i].is(&address) == rows[i].expected, rows[i].text);
    }
}

static void
compares_hosts_ports_and_prefixes(void)
{
    NpAddress a = parsed("192.0.2.1:10");
    NpAddress b = parsed("192.0.2.1:11");
    NpAddress c = parsed("192.0.2.129:10");
    NpAddress six = parsed("[2001:db8::1]:10");

    CU_ASSERT(np_address_same_host(&a, &b));
    CU_ASSERT(!np_address_equal(&a, &b));
    CU_ASSERT(np_address_compare(&a, &b) < 0);
    CU_ASSERT(np_address_compare(&c, &b) > 0);
    CU_ASSERT(np_address_compare(&a, &six) < 0);
    CU_ASSERT(np_address_compare(&a, &a) == 0);
    CU_ASSERT(np_address_in_prefix(&a, &c, 24));
    CU_ASSERT(!np_address_in_prefix(&a, &c, 25));
    CU_ASSERT(np_address_in_prefix(&a, &c, 0));
    CU_ASSERT(!np_address_in_prefix(&a, &c, 33));
    CU_ASSERT(!np_address_in_prefix(&a, &six, 0));
}

static void
knows_how_long_a_host_is(void)
{
    NP_ASSERT_INT(np_address_host_size(NP_FAMILY_NONE), 0);
    NP_ASSERT_INT(np_address_host_size(NP_FAMILY_IPV4), 4);
    NP_ASSERT_INT(np_address_host_size(NP_FAMILY_IPV6), 16);
}

static void
zone_counts_for_link_local_hosts_only(void)
{
    NpAddress one = parsed("[fe80::1%1]:5");
    NpAddress two = parsed("[fe80::1%2]:5");
    NpAddress global_one = parsed("[2001:db8::1%1]:5");
    NpAddress global_two = parsed("[2001:db8::1%2]:5");

    CU_ASSERT(!np_address_equal(&one, &two));
    CU_ASSERT(np_address_compare(&one, &two) < 0 && np_address_compare(&two, &one) > 0);
    CU_ASSERT(np_address_equal(&global_one, &global_two));
    CU_ASSERT(np_address_compare(&global_one, &global_two) == 0);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(reads_and_prints_every_form),
        NP_TEST(refuses_what_is_not_numeric),
        NP_TEST(knows_the_special_ranges),
        NP_TEST(compares_hosts_ports_and_prefixes),
        NP_TEST(knows_how_long_a_host_is),
        NP_TEST(zone_counts_for_link_local_hosts_only),
        { 0 },
    };

    return np_test_main("util.address", tests);
}
