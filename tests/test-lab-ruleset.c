/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "lab/ruleset.h"
#include "nat/spec.h"

#include <string.h>

static char *
ruleset_of(const char *text)
{
    NpNatSpec spec = { 0 };
    NpLabNat nat = { .external = "198.51.100.1", .subscriber = "192.168.1.10" };

    if (!np_nat_spec_parse(&spec, text, NULL))
        return NULL;
    nat.behaviour = spec.layers[0].behaviour;
    return np_lab_ruleset_text(&nat);
}

static void
each_behaviour_has_its_rule_and_only_then(void)
{
    static const struct {
        const char *with;
        const char *rule;
        const char *without;
    } rows[] = {
        /* A filter that lets in asks a map before anything is translated. */
        { "full-cone", "dnat ip to meta l4proto . th dport map @owner", "restricted" },
        { "restricted", "dnat ip to meta l4proto . ip saddr . th dport map @known", "full-cone" },
        { "restricted", "update @known", "port-restricted" },
        /* A port that was chosen must be found again, unless every destination gets its own. */
        { "full-cone,allocation=random", "map @mapped", "full-cone" },
        { "address-dependent", "ip saddr . th sport . ip daddr map @mapped", "symmetric-random" },
        { "symmetric-random", "snat to 198.51.100.1:1024-65535 fully-random", "full-cone" },
        { "block,size=64",
          "ip saddr 192.168.1.10 meta l4proto { tcp, udp } snat to "
          "198.51.100.1:16384-16447 fully-random",
          "symmetric-random" },
        { "block,size=64", "snat to 198.51.100.1:16448-16511 fully-random", "block,size=128" },
        { "symmetric-sequential,step=3", "map {0:20000,1:20003,2:20006,", "symmetric-sequential" },
        { "symmetric-sequential,step=-2", "map {0:60000,1:59998,2:59996,",
          "symmetric-sequential,step=2" },
        { "full-cone,hairpin=on", "iifname lan oifname lan ct status dnat snat to 198.51.100.1",
          "full-cone,hairpin=internal" },
        { "full-cone,hairpin=internal", "iifname lan ip daddr 198.51.100.1 dnat", "full-cone" },
        { "port-restricted,hairpin=both-send", "update @opened", "port-restricted,hairpin=on" },
        { "port-restricted,trap=on", "iifname wan accept", "port-restricted" },
        { "port-restricted,unsolicited=blocked", "update @spoilt", "port-restricted,trap=on" },
        { "firewall,filtering=address-dependent", "update @contacted", "firewall" },
        { "firewall", "policy drop", "open" },
        { "udp-blocked", "meta l4proto udp drop", "port-restricted" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *with = ruleset_of(rows[i].with);
        g_autofree char *without = ruleset_of(rows[i].without);

        NP_REQUIRE(with != NULL);
        NP_ASSERT_ROW(strstr(with, rows[i].rule) != NULL, rows[i].with);
        NP_ASSERT_ROW(without == NULL || strstr(without, rows[i].rule) == NULL, rows[i].without);
    }
}

static void
a_plain_router_needs_no_rules(void)
{
    CU_ASSERT(ruleset_of("open") == NULL);
    CU_ASSERT(ruleset_of("firewall,filtering=endpoint-independent") == NULL);
}

/* Whatever the step, ports must not run out of the 16 bits they have. */
static void
sequences_stay_within_the_ports(void)
{
    static const int steps[] = { 1, -1, 2, 9, 10, -10, 999, 1000, -1000 };

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autofree char *spec = g_strdup_printf("symmetric-sequential,step=%d", steps[i]);
        g_autofree char *text = ruleset_of(spec);
        const char *map = NULL;
        guint n_ports = 0;
        char *at = NULL;

        NP_REQUIRE(text != NULL);
        map = strstr(text, "map {");
        NP_REQUIRE(map != NULL);
        for (at = (char *)map + strlen("map {"); *at != '}' && *at != '\n'; n_ports++) {
            guint64 number = g_ascii_strtoull(at, &at, 10);
            guint64 port = 0;

            NP_REQUIRE(*at == ':');
            port = g_ascii_strtoull(at + 1, &at, 10);
            NP_ASSERT_INT(number, n_ports);
            NP_ASSERT_ROW(port >= 1024 && port <= 65535, spec);
            at += *at == ',';
        }
        /* Enough for a probe's samples many times over before it comes round. */
        NP_ASSERT_ROW(n_ports >= 40, spec);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(each_behaviour_has_its_rule_and_only_then),
        NP_TEST(a_plain_router_needs_no_rules),
        NP_TEST(sequences_stay_within_the_ports),
        { 0 },
    };

    return np_test_main("lab.ruleset", tests);
}
