/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "util/endpoint.h"

#include <string.h>

static void
splits_what_people_type(void)
{
    static const struct {
        const char *text;
        const char *host;
        guint16 port;
        NpFamily family;
    } rows[] = {
        { "stun.example.org", "stun.example.org", 0, NP_FAMILY_NONE },
        { "stun.example.org:3478", "stun.example.org", 3478, NP_FAMILY_NONE },
        { "localhost", "localhost", 0, NP_FAMILY_NONE },
        { "my_host-2:1", "my_host-2", 1, NP_FAMILY_NONE },
        { "1.2.3.4", "1.2.3.4", 0, NP_FAMILY_IPV4 },
        { "1.2.3.4:65535", "1.2.3.4", 65535, NP_FAMILY_IPV4 },
        { "2001:db8::1", "2001:db8::1", 0, NP_FAMILY_IPV6 },
        { "[2001:db8::1]", "2001:db8::1", 0, NP_FAMILY_IPV6 },
        { "[2001:db8::1]:99", "2001:db8::1", 99, NP_FAMILY_IPV6 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(NpEndpoint) endpoint = { 0 };

        NP_ASSERT_ROW(np_endpoint_parse(&endpoint, rows[i].text, &error), rows[i].text);
        NP_ASSERT_ROW(error == NULL, rows[i].text);
        NP_ASSERT_STR(endpoint.host, rows[i].host);
        NP_ASSERT_INT(endpoint.port, rows[i].port);
        NP_ASSERT_INT(endpoint.numeric.family, rows[i].family);
    }
}

static void
refuses_the_rest_and_quotes_it(void)
{
    static const char *const rows[] = {
        "",          "host:",   "host:0", "host:65536", "host:5x", "1.2.3",        "1.2.3.4:0",
        "1.2.3.4.5", "[::1]:0", "[::1",   "a b",        "-x",      ".example.org", "a:b:5",
        "host:-1",   "host: 5", "ho/st",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *quoted = g_strdup_printf("\"%s\" ", rows[i]);
        NpEndpoint endpoint = { 0 };

        NP_ASSERT_ROW(!np_endpoint_parse(&endpoint, rows[i], &error), rows[i]);
        NP_REQUIRE(error != NULL);
        NP_ASSERT_ROW(g_error_matches(error, NP_ENDPOINT_ERROR, NP_ENDPOINT_ERROR_MALFORMED),
                      rows[i]);
        NP_ASSERT_ROW(g_str_has_prefix(error->message, quoted), error->message);
        NP_ASSERT_ROW(endpoint.host == NULL && endpoint.port == 0, rows[i]);
    }
}

static void
takes_names_up_to_253_characters(void)
{
    char name[255];
    g_auto(NpEndpoint) longest = { 0 };
    NpEndpoint too_long = { 0 };

    memset(name, 'a', sizeof name);
    name[253] = '\0';
    CU_ASSERT_TRUE(np_endpoint_parse(&longest, name, NULL));
    name[253] = 'a';
    name[254] = '\0';
    CU_ASSERT_FALSE(np_endpoint_parse(&too_long, name, NULL));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(splits_what_people_type),
        NP_TEST(refuses_the_rest_and_quotes_it),
        NP_TEST(takes_names_up_to_253_characters),
        { 0 },
    };

    return np_test_main("util.endpoint", tests);
}
