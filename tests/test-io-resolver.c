/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-namespace.h"
#include "harness.h"
#include "io/error.h"
#include "io/resolver.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static gboolean in_namespace;

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

/* What the system would look up names with, in a file that stands in for the real one. */
static gboolean
replace_file(const char *path, const char *content)
{
    g_autofree char *stand_in = NULL;
    g_autofree char *command = NULL;
    int fd = g_file_open_tmp("test-io-resolver-XXXXXX", &stand_in, NULL);
    gboolean worked = FALSE;

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_true(g_file_set_contents(stand_in, content, -1, NULL));
    command = g_strdup_printf("mount --bind %s %s", stand_in, path);
    worked = np_test_shell(command);
    g_unlink(stand_in);
    return worked;
}

static void
finds_both_families_in_order_and_each_address_once(void)
{
    g_autoptr(GArray) addresses = NULL;
    g_autoptr(GString) four = g_string_new(NULL);
    g_autoptr(GString) six = g_string_new(NULL);

    if (!in_namespace)
        return;
    NP_REQUIRE(replace_file("/etc/hosts",
                            "192.0.2.2 many.test\n2001:db8::2 many.test\n192.0.2.1 many.test\n"
                            "192.0.2.2 many.test\n2001:db8::1 many.test\n"));
    addresses = resolved("many.test:9", NULL);
    np_test_shell("umount /etc/hosts");
    NP_REQUIRE(addresses != NULL);
    NP_ASSERT_INT(addresses->len, 4);
    for (guint i = 0; i < addresses->len; i++) {
        const NpAddress *address = &g_array_index(addresses, NpAddress, i);
        char text[NP_ADDRESS_TEXT_SIZE];

        g_string_append_printf(address->family == NP_FAMILY_IPV4 ? four : six, "%s ",
                               np_address_format(address, text));
    }
    NP_ASSERT_STR(four->str, "192.0.2.2:9 192.0.2.1:9 ");
    NP_ASSERT_STR(six->str, "[2001:db8::2]:9 [2001:db8::1]:9 ");
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
        NP_TEST(finds_both_families_in_order_and_each_address_once),
        NP_TEST(names_the_host_that_does_not_resolve),
        NP_TEST(answers_from_the_main_loop_and_never_at_once),
        { 0 },
    };

    /* Where name servers are configured but out of reach, ask them once and briefly. */
    g_setenv("RES_OPTIONS", "timeout:1 attempts:1", TRUE);
    in_namespace = np_test_enter_namespace();
    return np_test_main("io.resolver", tests);
}
