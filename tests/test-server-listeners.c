/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "server/listeners.h"

#include <string.h>

static NpAddress
parsed(const char *text)
{
    NpAddress address = { 0 };

    g_assert(np_address_parse(&address, text, 0));
    return address;
}

static gboolean
add(NpServerListeners *listeners, const char *text, GError **error)
{
    g_autofree char *origin = g_strconcat("--listen ", text, NULL);
    NpAddress address = parsed(text);

    return np_server_listeners_add(listeners, origin, &address, error);
}

static void
refuses_with_one_sentence_that_names_the_argument(void)
{
    static const struct {
        const char *first;
        const char *second;
        const char *message; /* NULL: accepted */
    } rows[] = {
        { "127.0.0.1:10", "127.0.0.1:11", NULL },
        { "127.0.0.1:10", "127.0.0.2:10", NULL },
        { "0.0.0.0:10", "[::]:10", NULL },
        { "127.0.0.1:10", "127.0.0.1:10",
          "--listen 127.0.0.1:10: this address was already given by --listen 127.0.0.1:10" },
        { "0.0.0.0:10", "127.0.0.1:10",
          "--listen 127.0.0.1:10: this overlaps with --listen 0.0.0.0:10: the wildcard is every "
          "address" },
        { "[::1]:10", "[::]:10",
          "--listen [::]:10: this overlaps with --listen [::1]:10: the wildcard is every address" },
        { "127.0.0.1:10", "127.0.0.1:0",
          "--listen 127.0.0.1:0: a port is needed, as in 192.0.2.1:3478 or [2001:db8::1]:3478" },
        { "127.0.0.1:10", "224.0.0.1:10",
          "--listen 224.0.0.1:10: this is not the address of one machine" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpServerListeners) listeners = { 0 };
        g_autoptr(GError) error = NULL;

        np_server_listeners_init(&listeners);
        NP_ASSERT_ROW(add(&listeners, rows[i].first, NULL), rows[i].first);
        NP_ASSERT_ROW(add(&listeners, rows[i].second, &error) == (rows[i].message == NULL),
                      rows[i].second);
        NP_ASSERT_STR(error != NULL ? error->message : NULL, rows[i].message);
    }
}

static void
their_number_is_bounded(void)
{
    g_auto(NpServerListeners) listeners = { 0 };
    g_autoptr(GError) error = NULL;

    np_server_listeners_init(&listeners);
    for (guint16 port = 1; port <= NP_SERVER_MAX_LISTENERS; port++) {
        NpAddress address = np_address_ipv4(0x7f000001, port);

        CU_ASSERT(np_server_listeners_add(&listeners, "x", &address, &error));
    }
    CU_ASSERT(!add(&listeners, "127.0.0.1:3478", &error));
    NP_ASSERT_STR(error->message,
                  "--listen 127.0.0.1:3478: there are too many addresses to listen on");
}

static gboolean
has(const NpServerListeners *listeners, const char *text)
{
    NpAddress address = parsed(text);

    for (guint i = 0; i < listeners->addresses->len; i++)
        if (np_address_equal(&g_array_index(listeners->addresses, NpAddress, i), &address))
            return TRUE;
    return FALSE;
}

static void
an_alternate_completes_the_grid(void)
{
    static const struct {
        const char *listen[3];
        const char *alternate;
        const char *expected[7]; /* all that is listened on */
    } rows[] = {
        { { "192.0.2.1:10" },
          "192.0.2.2",
          { "192.0.2.1:10", "192.0.2.1:11", "192.0.2.2:10", "192.0.2.2:11" } },
        { { "192.0.2.1:65535" },
          "192.0.2.2",
          { "192.0.2.1:65535", "192.0.2.1:65534", "192.0.2.2:65535", "192.0.2.2:65534" } },
        { { "192.0.2.1:10" },
          "192.0.2.2:20",
          { "192.0.2.1:10", "192.0.2.1:20", "192.0.2.2:10", "192.0.2.2:20" } },
        { { "192.0.2.1:10", "192.0.2.1:20" },
          "192.0.2.2",
          { "192.0.2.1:10", "192.0.2.1:20", "192.0.2.2:10", "192.0.2.2:20" } },
        { { "0.0.0.0:10" }, "192.0.2.2", { "0.0.0.0:10", "0.0.0.0:11" } },
        { { "192.0.2.1:10", "[::1]:30" },
          "192.0.2.2",
          { "192.0.2.1:10", "192.0.2.1:11", "192.0.2.2:10", "192.0.2.2:11", "[::1]:30" } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpServerListeners) listeners = { 0 };
        NpAddress alternate = parsed(rows[i].alternate);
        guint n = 0;

        np_server_listeners_init(&listeners);
        for (guint k = 0; rows[i].listen[k] != NULL; k++)
            NP_ASSERT_ROW(add(&listeners, rows[i].listen[k], NULL), rows[i].listen[k]);
        NP_ASSERT_ROW(np_server_listeners_add_alternate(&listeners, "x", &alternate, NULL),
                      rows[i].alternate);
        for (; rows[i].expected[n] != NULL; n++)
            NP_ASSERT_ROW(has(&listeners, rows[i].expected[n]), rows[i].expected[n]);
        NP_ASSERT_INT(listeners.addresses->len, n);
    }
}

static void
an_alternate_must_be_one_address_of_a_kind_in_use(void)
{
    static const struct {
        const char *alternate;
        const char *message;
    } rows[] = {
        { "0.0.0.0", "--alternate: the alternate must be one address of this machine" },
        { "224.0.0.1", "--alternate: the alternate must be one address of this machine" },
        { "::1", "--alternate: no listener has an address of this kind to be alternate to" },
        { "192.0.2.1", "--alternate: the alternate must be another address than the listener's" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpServerListeners) listeners = { 0 };
        g_autoptr(GError) error = NULL;
        NpAddress alternate = parsed(rows[i].alternate);

        np_server_listeners_init(&listeners);
        NP_ASSERT_ROW(add(&listeners, "192.0.2.1:10", NULL), rows[i].alternate);
        NP_ASSERT_ROW(
            !np_server_listeners_add_alternate(&listeners, "--alternate", &alternate, &error),
            rows[i].alternate);
        NP_ASSERT_STR(error->message, rows[i].message);
    }
}

/* Which endpoint the first one on @asked names as its other: "none" if there is none. */
static const char *
other_of(const NpServerListeners *listeners, const char *asked, char text[NP_ADDRESS_TEXT_SIZE])
{
    g_autoptr(NpStunGrid) grid = np_stun_grid_new(
        (const NpStunEndpoint *)listeners->endpoints->data, listeners->endpoints->len);
    NpAddress address = parsed(asked);
    guint index = np_stun_grid_find(grid, &address);
    guint other = NP_STUN_NOWHERE;

    if (index == NP_STUN_NOWHERE)
        return "not served";
    other = np_stun_grid_partner(grid, index, TRUE, TRUE);
    if (other == NP_STUN_NOWHERE)
        return "none";
    return np_address_format(&np_stun_grid_endpoint(grid, other)->local, text);
}

static void
a_wildcard_pairs_only_what_one_client_can_reach(void)
{
    static const struct {
        const char *label;
        const char *hosts[5]; /* with the interface's index as port */
        const char *alternate;
        const char *asked;
        const char *other;
    } rows[] = {
        { "one address", { "127.0.0.1:1", "192.0.2.1:2" }, NULL, "192.0.2.1:10", "none" },
        { "two public ones on two links",
          { "127.0.0.1:1", "192.0.2.1:2", "198.51.100.1:3" },
          NULL,
          "192.0.2.1:10",
          "198.51.100.1:11" },
        { "public and private", { "192.0.2.1:2", "10.0.0.1:3" }, NULL, "192.0.2.1:10", "none" },
        { "two private ones on two links",
          { "192.168.1.1:2", "172.17.0.1:3" },
          NULL,
          "192.168.1.1:10",
          "none" },
        { "two private ones on one link",
          { "192.168.1.1:2", "192.168.1.2:2" },
          NULL,
          "192.168.1.1:10",
          "192.168.1.2:11" },
        { "two link-local ones",
          { "169.254.1.1:2", "169.254.1.2:2" },
          NULL,
          "169.254.1.1:10",
          "none" },
        { "loopback and public",
          { "127.0.0.1:1", "192.0.2.1:2", "192.0.2.2:2" },
          NULL,
          "127.0.0.1:10",
          "none" },
        { "an alternate on another link",
          { "192.168.1.1:2", "172.16.0.1:3", "172.17.0.1:4" },
          "172.17.0.1",
          "192.168.1.1:10",
          "172.17.0.1:11" },
        { "an address that is not there", { "192.0.2.1:2" }, NULL, "192.0.2.9:10", "not served" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpServerListeners) listeners = { 0 };
        g_autoptr(GArray) interfaces = g_array_new(FALSE, TRUE, sizeof(NpIoInterface));
        char text[NP_ADDRESS_TEXT_SIZE];

        for (guint k = 0; rows[i].hosts[k] != NULL; k++) {
            NpIoInterface interface = { .is_up = TRUE, .address = parsed(rows[i].hosts[k]) };

            interface.index = interface.address.port;
            interface.address.port = 0;
            g_array_append_val(interfaces, interface);
        }
        np_server_listeners_init(&listeners);
        NP_ASSERT_ROW(add(&listeners, "0.0.0.0:10", NULL), rows[i].label);
        NP_ASSERT_ROW(add(&listeners, "0.0.0.0:11", NULL), rows[i].label);
        if (rows[i].alternate != NULL) {
            NpAddress alternate = parsed(rows[i].alternate);

            NP_ASSERT_ROW(np_server_listeners_add_alternate(&listeners, "x", &alternate, NULL),
                          rows[i].label);
        }
        np_server_listeners_expand(&listeners, interfaces);
        NP_ASSERT_STR(other_of(&listeners, rows[i].asked, text), rows[i].other);
    }
}

static void
tells_whether_the_endpoints_have_changed(void)
{
    g_auto(NpServerListeners) listeners = { 0 };
    g_autoptr(GArray) interfaces = g_array_new(FALSE, TRUE, sizeof(NpIoInterface));
    NpIoInterface interface = { .is_up = TRUE, .address = parsed("192.0.2.1"), .index = 2 };

    np_server_listeners_init(&listeners);
    CU_ASSERT(add(&listeners, "0.0.0.0:10", NULL));
    g_array_append_val(interfaces, interface);
    CU_ASSERT(np_server_listeners_expand(&listeners, interfaces));
    CU_ASSERT(!np_server_listeners_expand(&listeners, interfaces));
    interface.address = parsed("192.0.2.2");
    g_array_append_val(interfaces, interface);
    CU_ASSERT(np_server_listeners_expand(&listeners, interfaces));
    NP_ASSERT_INT(listeners.endpoints->len, 2);
    g_array_index(interfaces, NpIoInterface, 0).is_up = FALSE;
    CU_ASSERT(np_server_listeners_expand(&listeners, interfaces));
    NP_ASSERT_INT(listeners.endpoints->len, 1);
}

static void
addresses_asked_for_by_name_pair_if_of_one_kind(void)
{
    g_auto(NpServerListeners) listeners = { 0 };
    g_autoptr(GArray) interfaces = g_array_new(FALSE, TRUE, sizeof(NpIoInterface));
    static const char *const texts[] = { "127.0.0.1:10",  "127.0.0.1:11",   "127.0.0.2:10",
                                         "127.0.0.2:11",  "192.168.1.1:10", "192.168.1.1:11",
                                         "172.17.0.1:10", "172.17.0.1:11",  "192.0.2.1:10",
                                         "192.0.2.1:11" };
    char text[NP_ADDRESS_TEXT_SIZE];

    np_server_listeners_init(&listeners);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        NP_ASSERT_ROW(add(&listeners, texts[i], NULL), texts[i]);
    np_server_listeners_expand(&listeners, interfaces);
    NP_ASSERT_STR(other_of(&listeners, "127.0.0.1:10", text), "127.0.0.2:11");
    NP_ASSERT_STR(other_of(&listeners, "192.168.1.1:11", text), "172.17.0.1:10");
    NP_ASSERT_STR(other_of(&listeners, "192.0.2.1:10", text), "none");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(refuses_with_one_sentence_that_names_the_argument),
        NP_TEST(their_number_is_bounded),
        NP_TEST(an_alternate_completes_the_grid),
        NP_TEST(an_alternate_must_be_one_address_of_a_kind_in_use),
        NP_TEST(a_wildcard_pairs_only_what_one_client_can_reach),
        NP_TEST(tells_whether_the_endpoints_have_changed),
        NP_TEST(addresses_asked_for_by_name_pair_if_of_one_kind),
        { 0 },
    };

    return np_test_main("server.listeners", tests);
}
