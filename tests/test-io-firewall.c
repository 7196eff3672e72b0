/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "io/firewall.h"

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

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(names_the_input_chain_that_drops),
        NP_TEST(finds_nothing_where_nothing_drops),
        { 0 },
    };

    return np_test_main("io.firewall", tests);
}
