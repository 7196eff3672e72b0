/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/firewall.h"

#include <glib/gstdio.h>

static void
names_the_input_chain_that_drops(void)
{
    g_autofree char *chain = np_io_firewall_find_dropping_chain(
        "table ip nat {\n"
        "\tchain POSTROUTING {\n"
        "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
        "\t}\n"
        "}\n"
        "table inet filter {\n"
        "\tchain forward {\n"
        "\t\ttype filter hook forward priority filter; policy drop;\n"
        "\t}\n"
        "\tchain input {\n"
        "\t\ttype filter hook input priority filter; policy drop;\n"
        "\t}\n"
        "}\n");

    NP_ASSERT_STR(chain, "inet filter input");
}

static void
finds_nothing_where_nothing_drops(void)
{
    static const char *const rows[] = {
        "",
        "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy "
        "accept;\n\t}\n}\n",
        "table inet filter {\n\tchain output {\n\t\ttype filter hook output priority filter; "
        "policy "
        "drop;\n\t}\n}\n",
        "type filter hook input priority filter; policy drop;\n",
        "table\nchain\nhook input policy drop",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *chain = np_io_firewall_find_dropping_chain(rows[i]);

        NP_ASSERT_ROW(chain == NULL, rows[i]);
    }
}

/* Puts a script in the place of nft and asks. What is returned is the caller's. */
static char *
ask_script(const char *script, gboolean *readable)
{
    g_autofree char *folder = g_dir_make_tmp("natprobe-XXXXXX", NULL);
    g_autofree char *nft = g_build_filename(folder, "nft", NULL);
    g_autofree char *old_path = g_strdup(g_getenv("PATH"));
    g_autofree char *path = g_strconcat(folder, ":", old_path, NULL);
    char *chain = NULL;

    g_assert_true(g_file_set_contents(nft, script, -1, NULL) && g_chmod(nft, 0700) == 0);
    g_setenv("PATH", path, TRUE);
    chain = np_io_firewall_dropping_chain(readable);
    g_setenv("PATH", old_path, TRUE);
    g_unlink(nft);
    g_rmdir(folder);
    return chain;
}

static void
asks_nft(void)
{
    gboolean readable = FALSE;
    g_autofree char *chain = ask_script("#!/bin/sh\n"
                                        "[ \"$*\" = 'list chains' ] || exit 1\n"
                                        "echo 'table inet filter {'\n"
                                        "echo 'chain input {'\n"
                                        "echo 'type filter hook input priority 0; policy drop;'\n",
                                        &readable);

    NP_ASSERT_STR(chain, "inet filter input");
    CU_ASSERT(readable);
}

static void
knows_when_nft_refuses(void)
{
    gboolean readable = TRUE;
    g_autofree char *chain = ask_script("#!/bin/sh\nexit 1\n", &readable);

    CU_ASSERT(chain == NULL && !readable);
}

static void
does_not_wait_for_nft_for_ever(void)
{
    gboolean readable = TRUE;
    gint64 begin = g_get_monotonic_time();
    g_autofree char *chain = ask_script("#!/bin/sh\nexec sleep 20\n", &readable);

    CU_ASSERT(chain == NULL && !readable);
    /* Ten times the bound: a busy machine may be late, but not by the sleep. */
    CU_ASSERT(g_get_monotonic_time() - begin <
              10 * NP_IO_FIREWALL_TIMEOUT_MS * G_GINT64_CONSTANT(1000));
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(names_the_input_chain_that_drops),
        NP_TEST(finds_nothing_where_nothing_drops),
        NP_TEST(asks_nft),
        NP_TEST(knows_when_nft_refuses),
        NP_TEST(does_not_wait_for_nft_for_ever),
        { 0 },
    };

    return np_test_main("io.firewall", tests);
}
