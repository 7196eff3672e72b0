/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The promise of core/machine.h: one machine, two hosts, one behaviour
 */

#include "fixture-toy.h"
#include "fixture-trace.h"
#include "harness.h"
#include "io/host.h"
#include "sim/host.h"

#include <string.h>

#define SERVER_ADDRESS "192.0.2.1"
#define SERVER_PORT 7

/* One way, of each machine's own link. */
static const NpSimLink quarter = { .delay = NP_MSEC / 4 };

static gboolean
never(G_GNUC_UNUSED gpointer data)
{
    return FALSE;
}

/* What client and server did; *duration is how long the client was at it. */
static char *
trace_in_virtual_time(guint n_to_ignore, NpTime *duration)
{
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    g_autoptr(GError) error = NULL;
    NpSimNetwork *internet = np_sim_world_internet(world);
    NpSimHost *left = np_sim_host_new(internet, "left", "192.0.2.2");
    NpSimHost *right = np_sim_host_new(internet, "right", SERVER_ADDRESS);
    NpAddress address = np_address_ipv4(0xc0000201, SERVER_PORT);
    NpTrace client = { 0 };
    NpTrace server = { 0 };
    NpToyClient toy;
    NpToyEcho echo;
    char *text = NULL;

    np_sim_host_set_links(left, &quarter, &quarter);
    np_sim_host_set_links(right, &quarter, &quarter);
    np_toy_client_init(&toy, &address);
    np_toy_echo_init(&echo, &address, n_to_ignore);
    np_trace_init(&client, &np_toy_client_ops, &toy);
    np_trace_init(&server, &np_toy_echo_ops, &echo);
    np_sim_host_start(right, &np_trace_ops, &server);
    np_sim_host_start(left, &np_trace_ops, &client);
    CU_ASSERT(!np_sim_world_run(world, never, NULL, &error));
    CU_ASSERT(g_error_matches(error, NP_SIM_ERROR, NP_SIM_ERROR_QUIET));
    *duration = toy.finished;
    text = g_strconcat(client.text->str, "---\n", server.text->str, NULL);
    np_trace_clear(&client);
    np_trace_clear(&server);
    np_toy_client_clear(&toy);
    np_toy_echo_clear(&echo);
    return text;
}

static void
on_notice(G_GNUC_UNUSED const NpNotice *notice, gpointer is_done)
{
    *(gboolean *)is_done = TRUE;
}

static char *
trace_in_real_time(guint n_to_ignore)
{
    NpAddress loopback = np_address_ipv4(0x7f000001, 0);
    g_autoptr(NpIoHost) client_host = NULL;
    g_autoptr(NpIoHost) server_host = NULL;
    NpTrace client = { 0 };
    NpTrace server = { 0 };
    NpToyClient toy;
    NpToyEcho echo;
    gboolean is_done = FALSE;
    char *text = NULL;

    np_toy_echo_init(&echo, &loopback, n_to_ignore);
    np_trace_init(&server, &np_toy_echo_ops, &echo);
    server_host = np_io_host_new(&np_trace_ops, &server, NULL, NULL);
    np_io_host_attach(server_host, NULL);
    np_io_host_start(server_host);

    np_toy_client_init(&toy, &echo.local);
    np_trace_init(&client, &np_toy_client_ops, &toy);
    client_host = np_io_host_new(&np_trace_ops, &client, on_notice, &is_done);
    np_io_host_attach(client_host, NULL);
    np_io_host_start(client_host);
    while (!is_done)
        g_main_context_iteration(NULL, TRUE);

    text = g_strconcat(client.text->str, "---\n", server.text->str, NULL);
    np_trace_clear(&client);
    np_trace_clear(&server);
    np_toy_client_clear(&toy);
    np_toy_echo_clear(&echo);
    return text;
}

static void
does_the_same_in_real_and_in_virtual_time(void)
{
    for (guint n_to_ignore = 0; n_to_ignore < 4; n_to_ignore++) {
        NpTime duration = 0;
        g_autofree char *real = trace_in_real_time(n_to_ignore);
        g_autofree char *virtual = trace_in_virtual_time(n_to_ignore, &duration);

        NP_ASSERT_STR(real, virtual);
    }
}

static void
does_what_its_schedule_says(void)
{
    NpTime duration = 0;
    g_autofree char *text = trace_in_virtual_time(1, &duration);

    NP_ASSERT_STR(text,
                  "start\n-> open\nopened\n-> send ping 1\nexpired\n-> send ping 2\n"
                  "received ping 2\n-> notify 0 about 2\n-> close\n---\n"
                  "start\n-> open\nopened\nreceived ping 1\nreceived ping 2\n-> send ping 2\n");
    /* The first wait, and a round trip over two links. */
    NP_ASSERT_INT(duration, 3 * NP_MSEC);
}

static void
gives_up_in_no_time_when_time_is_virtual(void)
{
    NpTime duration = 0;
    g_autofree char *text = trace_in_virtual_time(4, &duration);

    CU_ASSERT(g_str_has_suffix(text, "received ping 4\n"));
    CU_ASSERT(strstr(text, "-> notify 1 about 4\n-> close\n---\n") != NULL);
    NP_ASSERT_INT(duration, (2 + 4 + 8 + 10000) * NP_MSEC);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(does_what_its_schedule_says),
        NP_TEST(gives_up_in_no_time_when_time_is_virtual),
        NP_TEST(does_the_same_in_real_and_in_virtual_time),
        { 0 },
    };

    return np_test_main("io.toy", tests);
}
