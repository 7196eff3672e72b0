/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/error.h"
#include "io/resolver.h"

#include <string.h>

static GArray *
resolved(const char *text, GError **error)
{
    g_auto(NpEndpoint) endpoint = { 0 };

    g_assert_true(np_endpoint_parse(&endpoint, text, NULL));
    return np_io_resolver_resolve(&endpoint, 3478, error);
}

static void
takes_numeric_endpoints_as_they_are(void)
{
    static const struct {
        const char *text;
        const char *printed;
    } rows[] = {
        { "192.0.2.1:5", "192.0.2.1:5" },
        { "192.0.2.1", "192.0.2.1:3478" },
        { "[2001:db8::1]:5", "[2001:db8::1]:5" },
        { "2001:db8::1", "[2001:db8::1]:3478" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GArray) addresses = resolved(rows[i].text, NULL);
        char text[NP_ADDRESS_TEXT_SIZE];

        NP_REQUIRE(addresses != NULL && addresses->len == 1);
        NP_ASSERT_STR(np_address_format(&g_array_index(addresses, NpAddress, 0), text),
                      rows[i].printed);
    }
}

static void
finds_localhost_once_per_address(void)
{
    g_autoptr(GArray) addresses = resolved("localhost:7", NULL);

    NP_REQUIRE(addresses != NULL && addresses->len > 0);
    for (guint i = 0; i < addresses->len; i++) {
        const NpAddress *address = &g_array_index(addresses, NpAddress, i);

        CU_ASSERT(np_address_is_loopback(address));
        NP_ASSERT_INT(address->port, 7);
        for (guint j = 0; j < i; j++)
            CU_ASSERT(!np_address_equal(address, &g_array_index(addresses, NpAddress, j)));
    }
}

static void
names_the_host_that_does_not_resolve(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) addresses = resolved("nonexistent.invalid:1", &error);

    CU_ASSERT(addresses == NULL);
    NP_REQUIRE(error != NULL);
    CU_ASSERT(error->domain == NP_IO_ERROR);
    CU_ASSERT(strstr(error->message, "\"nonexistent.invalid\"") != NULL);
    CU_ASSERT(strchr(error->message, '\n') == NULL);
}

static void
count_result(G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GArray) addresses = np_io_resolver_resolve_finish(result, NULL);

    if (addresses != NULL)
        (*(guint *)user)++;
}

static void
answers_from_the_main_loop_and_never_at_once(void)
{
    g_auto(NpEndpoint) numeric = { 0 };
    g_auto(NpEndpoint) named = { 0 };
    guint n_results = 0;

    g_assert_true(np_endpoint_parse(&numeric, "192.0.2.1:5", NULL));
    g_assert_true(np_endpoint_parse(&named, "localhost", NULL));
    np_io_resolver_resolve_async(&numeric, 1, count_result, &n_results);
    np_io_resolver_resolve_async(&named, 1, count_result, &n_results);
    NP_ASSERT_INT(n_results, 0);
    g_main_context_iteration(NULL, TRUE);
    NP_REQUIRE(n_results >= 1);
    while (n_results < 2)
        g_main_context_iteration(NULL, TRUE);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(takes_numeric_endpoints_as_they_are),
        NP_TEST(finds_localhost_once_per_address),
        NP_TEST(names_the_host_that_does_not_resolve),
        NP_TEST(answers_from_the_main_loop_and_never_at_once),
        { 0 },
    };

    /* Where name servers are configured but out of reach, ask them once and briefly. */
    g_setenv("RES_OPTIONS", "timeout:1 attempts:1", TRUE);
    return np_test_main("io.resolver", tests);
}
