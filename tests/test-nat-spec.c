/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/product.h"
#include "nat/spec.h"

#include <string.h>

/* "mapping=endpoint-independent filtering=... ": the axes that layers share. */
static char *
describe(const NpNatBehaviour *truth)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < NP_NAT_N_AXES; i++)
        g_string_append_printf(
            text, "%s=%s ", np_nat_axis_key((NpNatAxis)i),
            np_nat_axis_value((NpNatAxis)i, np_nat_behaviour_value(truth, (NpNatAxis)i)));
    g_string_append_printf(text, "needs=%s step=%d size=%u range=%u-%u",
                           np_nat_hairpin_needs_text(truth->hairpin_needs), truth->law.step,
                           truth->law.block_size, truth->law.first, truth->law.last);
    return g_string_free(text, FALSE);
}

static void
presets_alone_are_what_the_table_says(void)
{
    guint count = 0;
    const NpNatPreset *presets = np_nat_preset_all(&count);

    for (guint i = 0; i < count; i++) {
        NpNatSpec spec;

        NP_ASSERT_ROW(np_nat_spec_parse(&spec, presets[i].name, NULL), presets[i].name);
        CU_ASSERT(!spec.layers[0].model);
        NP_REQUIRE(spec.n_layers == presets[i].n_layers);
        for (guint j = 0; j < spec.n_layers; j++) {
            g_autofree char *parsed = describe(&spec.layers[j].behaviour);
            g_autofree char *written = describe(&presets[i].layers[j]);

            NP_ASSERT_STR(parsed, written);
        }
    }
}

/* A product's policy passes through unchanged if nothing is said against it. */
static void
products_are_their_policies(void)
{
    guint count = 0;
    const NpNatProduct *products = np_nat_product_all(&count);

    for (guint i = 0; i < count; i++) {
        NpNatSpec spec;

        NP_ASSERT_ROW(np_nat_spec_parse(&spec, products[i].name, NULL), products[i].name);
        NP_ASSERT_ROW(np_nat_preset_find(products[i].name) == NULL, products[i].name);
        NP_REQUIRE(spec.n_layers == 1 && spec.layers[0].model);
        NP_ASSERT_ROW(
            memcmp(&spec.layers[0].policy, &products[i].policy, sizeof products[i].policy) == 0,
            products[i].name);
        CU_ASSERT(!spec.layers[0].behaviour.cgn == !products[i].cgn);
    }
}

/* Whoever does it, the preset means the same. */
static void
kernel_and_model_have_the_same_presets(void)
{
    guint count = 0;
    const NpNatPreset *presets = np_nat_preset_all(&count);

    for (guint i = 0; i < count; i++) {
        g_autofree char *text = g_strconcat(presets[i].name, "@model", NULL);
        NpNatSpec kernel;
        NpNatSpec model;

        NP_ASSERT_ROW(np_nat_spec_parse(&kernel, presets[i].name, NULL), text);
        NP_ASSERT_ROW(np_nat_spec_parse(&model, text, NULL), text);
        NP_REQUIRE(kernel.n_layers == model.n_layers);
        for (guint j = 0; j < model.n_layers; j++) {
            g_autofree char *one = describe(&kernel.layers[j].behaviour);
            g_autofree char *other = describe(&model.layers[j].behaviour);

            NP_ASSERT_STR(one, other);
            NP_ASSERT_ROW(model.layers[j].model, text);
            NP_ASSERT_ROW(np_nat_policy_flaw(&model.layers[j].policy) == NULL, text);
        }
    }
}

/* What the truth of a SPEC must contain. */
static void
keys_change_what_they_name(void)
{
    static const struct {
        const char *text;
        const char *contains;
    } rows[] = {
        { "full-cone@kernel", "filtering=endpoint-independent" },
        { "full-cone,hairpin=on", "hairpin=supported unsolicited=harmless cgn=no needs=nothing" },
        { "full-cone,hairpin=on,hairpin=off", "hairpin=unsupported" },
        { "port-restricted,hairpin=both-send", "hairpin=supported" },
        { "port-restricted,hairpin=both-send", "needs=both-send" },
        { "port-restricted,hairpin=internal", "hairpin=supported-internal" },
        { "port-restricted,trap=on", "unsolicited=remapped" },
        { "port-restricted,trap=on,trap=off", "unsolicited=harmless" },
        { "port-restricted,allocation=random,trap=on", "unsolicited=blocked" },
        { "firewall,trap=on", "unsolicited=blocked" },
        { "restricted,unsolicited=blocked", "unsolicited=blocked" },
        { "port-restricted,cgn=yes", "cgn=yes" },
        { "symmetric-sequential", "step=1 " },
        { "symmetric-sequential,step=-7", "step=-7 " },
        { "symmetric-random,step=3,allocation=sequential", "step=3 " },
        { "block", "size=512 range=16384-16895" },
        { "block,size=64", "size=64 range=16384-16447" },
        { "block,size=8192", "size=8192 range=16384-24575" },
        { "block,allocation=random", "size=0 range=1024-65535" },
        { "symmetric-random,filtering=endpoint-independent", "filtering=endpoint-independent" },
        { "restricted,mapping=address-dependent,allocation=random", "mapping=address-dependent" },
        { "firewall,filtering=address-dependent", "nat=none" },
        { "double,hairpin=on", "needs=both-send" },
        { "double,cgn=no", "cgn=no" },
        { "linux-masquerade", "mapping=endpoint-independent filtering=address-and-port-dependent" },
        { "linux-masquerade,hairpin=on", "hairpin=supported" },
        { "pf", "range=50001-65535" },
        { "carrier,addresses=4", "pooling=paired" },
        { "carrier", "size=504 range=1024-1527" },
        { "full-cone@model,mapping=address-dependent", "mapping=address-dependent" },
        { "full-cone@model,mapping=address-dependent", "allocation=preserving" },
        { "symmetric-random@model,allocation=delta,step=3", "allocation=random" },
        { "symmetric-random@model,range=40000-49999", "range=40000-49999" },
        { "block@model,size=64,range=20000-29999", "size=64 range=20000-20063" },
        { "symmetric-sequential@model,step=-30000", "step=-30000" },
        { "full-cone@model,addresses=4", "pooling=paired" },
        { "full-cone@model,addresses=4,pooling=arbitrary", "pooling=arbitrary" },
        { "restricted@model,hairpin=internal-both-send", "hairpin=supported-internal" },
        { "restricted@model,hairpin=internal-both-send", "needs=both-send" },
        { "port-restricted@model,allocation=random,unsolicited=remapped", "unsolicited=remapped" },
        { "open@model,udp=no", "reachable=no" },
        { "full-cone@model+symmetric-random@kernel", "mapping=address-and-port-dependent" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatSpec spec = { 0 };
        NpNatBehaviour truth;
        g_autofree char *text = NULL;

        NP_ASSERT_ROW(np_nat_spec_parse(&spec, rows[i].text, NULL), rows[i].text);
        NP_REQUIRE(spec.n_layers > 0);
        truth = np_nat_spec_truth(&spec);
        text = describe(&truth);
        if (strstr(text, rows[i].contains) == NULL)
            NP_ASSERT_STR(text, rows[i].contains);
    }
}

/* Two SPECs that say the same in another order, or leave out what follows. */
static void
the_order_of_keys_does_not_matter(void)
{
    static const char *const pairs[][2] = {
        { "symmetric-random,step=3,allocation=sequential",
          "symmetric-random,allocation=sequential,step=3" },
        { "full-cone@model,stream=9,lifetime=4", "full-cone@model,lifetime=4,stream=9" },
        { "full-cone@model,lifetime=4", "full-cone@model,lifetime=4,stream=4" },
        { "full-cone@model,tcp-mapping=address-dependent,mapping=address-and-port-dependent",
          "full-cone@model,mapping=address-and-port-dependent,tcp-mapping=address-dependent" },
        { "full-cone@model,filtering=address-dependent",
          "full-cone@model,filtering=address-dependent,tcp-filtering=address-dependent" },
        { "full-cone@model,range=2000-3000,allocation=block,size=100",
          "full-cone@model,size=100,allocation=block,range=2000-3000,blocks=1" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        NpNatSpec specs[2] = { 0 };

        for (guint j = 0; j < 2; j++)
            NP_ASSERT_ROW(np_nat_spec_parse(&specs[j], pairs[i][j], NULL), pairs[i][j]);
        NP_ASSERT_ROW(memcmp(&specs[0].layers[0].policy, &specs[1].layers[0].policy,
                             sizeof specs[0].layers[0].policy) == 0,
                      pairs[i][0]);
    }
}

static void
layers_combine_to_the_worst_of_each_axis(void)
{
    static const struct {
        const char *text;
        const char *contains;
    } rows[] = {
        { "full-cone+symmetric-random", "mapping=address-and-port-dependent" },
        { "symmetric-random+full-cone", "mapping=address-and-port-dependent" },
        { "full-cone+restricted", "filtering=address-dependent" },
        { "restricted+full-cone", "filtering=address-dependent" },
        /* The outer NAT chooses, unless it keeps what the inner one chose. */
        { "symmetric-sequential,step=3+full-cone", "allocation=sequential" },
        { "symmetric-sequential+symmetric-random", "allocation=random" },
        { "open+udp-blocked", "reachable=no" },
        { "open+open", "nat=none" },
        { "firewall+full-cone", "nat=translated" },
        { "full-cone+full-cone", "cgn=yes" },
        { "full-cone+full-cone,cgn=no", "cgn=no" },
        { "full-cone+firewall", "cgn=no" },
        /* A hairpin turns at the outermost NAT and then meets the inner filters. */
        { "full-cone,hairpin=on+full-cone", "hairpin=unsupported" },
        { "full-cone+full-cone,hairpin=on", "hairpin=supported" },
        { "full-cone+full-cone,hairpin=on", "needs=nothing" },
        { "restricted+full-cone,hairpin=on", "needs=both-send" },
        { "full-cone+full-cone,hairpin=internal", "hairpin=unsupported" },
        { "full-cone,hairpin=on+firewall", "hairpin=supported" },
        /* What the outer NAT drops cannot spoil the inner one. */
        { "port-restricted,trap=on+full-cone", "unsolicited=remapped" },
        { "port-restricted,trap=on+restricted", "unsolicited=remapped" },
        { "port-restricted,trap=on+port-restricted", "unsolicited=harmless" },
        { "port-restricted+port-restricted,trap=on", "unsolicited=remapped" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatSpec spec = { 0 };
        NpNatBehaviour truth;
        g_autofree char *text = NULL;

        NP_ASSERT_ROW(np_nat_spec_parse(&spec, rows[i].text, NULL), rows[i].text);
        NP_REQUIRE(spec.n_layers == 2);
        truth = np_nat_spec_truth(&spec);
        text = describe(&truth);
        NP_ASSERT_ROW(strstr(text, rows[i].contains) != NULL, rows[i].text);
    }
}

static void
a_bad_spec_gets_a_sentence_that_names_it(void)
{
    static const struct {
        const char *text;
        const char *names; /* what is wrong */
        const char *lists; /* what would be right */
    } rows[] = {
        { "", "there is no preset \"\"", "open, firewall, full-cone" },
        { "cone", "there is no preset \"cone\"", "port-restricted" },
        { "open+", "there is no preset \"\"", "udp-blocked" },
        { "+open", "there is no preset \"\"", "udp-blocked" },
        { "open@nft", "no implementation \"nft\"", "kernel, model" },
        { "pf@kernel", "cannot be pf", "pf@model" },
        { "full-cone,haripin=on", "no key \"haripin\"", "hairpin" },
        { "full-cone,", "no key \"\"", "with @model also" },
        { "full-cone,hairpin", "hairpin=", "off, on, both-send, internal" },
        { "full-cone,hairpin=yes", "hairpin=yes", "off, on, both-send, internal" },
        { "full-cone,mapping=symmetric", "mapping=symmetric", "endpoint-independent" },
        { "symmetric-sequential,step=0", "step=0", "-30000 to 30000 without 0" },
        { "symmetric-sequential,step=1001", "-1000 to 1000", "symmetric-sequential@model can" },
        { "symmetric-sequential@model,step=30001", "step=30001", "-30000 to 30000" },
        { "symmetric-sequential,step=2x", "step=2x", "-30000 to 30000" },
        { "block,size=7", "size=7", "8 to 8192" },
        { "block,size=-8", "size=-8", "8 to 8192" },
        { "symmetric-random,step=2", "step=", "allocation=sequential" },
        { "symmetric-random,size=64", "size=", "allocation=block" },
        { "open,hairpin=on", "open has no hairpin", "" },
        { "udp-blocked,mapping=endpoint-independent", "udp-blocked has no mapping", "" },
        { "full-cone,mapping=address-dependent", "a mapping per destination", "@model can" },
        { "symmetric-random,allocation=preserving", "a mapping per destination", "random" },
        { "full-cone,trap=on", "cannot spoil", "filtering is stricter" },
        { "symmetric-random,trap=on", "cannot spoil", "filtering is stricter" },
        { "open,unsolicited=blocked", "cannot spoil", "filtering is stricter" },
        { "firewall,unsolicited=remapped", "unsolicited=remapped", "allocation=preserving" },
        { "symmetric-random,hairpin=both-send", "hairpin=both-send", "allocation=preserving" },
        { "full-cone,lifetime=30", "has no lifetime", "full-cone@model can" },
        { "full-cone,allocation=delta", "allocation=delta", "full-cone@model can" },
        { "restricted,hairpin=internal-both-send", "internal-both-send", "@model can" },
        { "port-restricted,allocation=random,unsolicited=remapped", "remapped", "@model can" },
        { "full-cone@model,hairpin=both-send", "both to send", "a filter" },
        { "symmetric-random@model,hairpin=both-send", "both to send", "endpoint-independent" },
        { "full-cone@model,lifetime=0", "lifetime=0", "0.1 to 604800 seconds" },
        { "full-cone@model,lifetime=nan", "lifetime=nan", "seconds" },
        { "full-cone@model,lifetime=1e9", "lifetime=1e9", "seconds" },
        { "full-cone@model,range=5", "range=5", "FIRST-LAST" },
        { "full-cone@model,range=5-4", "range=5-4", "FIRST-LAST" },
        { "full-cone@model,range=0-4", "range=0-4", "FIRST-LAST" },
        { "full-cone@model,range=5-65536", "range=5-65536", "FIRST-LAST" },
        { "full-cone@model,addresses=65", "addresses=65", "1 to 64" },
        { "full-cone@model,pooling=arbitrary", "pooling=arbitrary", "addresses=2" },
        { "full-cone@model,clash=up", "clash=up", "sequential, random, delta" },
        { "symmetric-random@model,clash=random", "clash=", "allocation=preserving" },
        { "full-cone@model,step=2", "step=", "sequential or delta" },
        { "full-cone@model,blocks=2", "blocks=", "allocation=block" },
        { "block@model,range=5000-5100", "larger than the port range", "" },
        { "full-cone@model,overload=yes", "shared", "depend on address and port" },
        { "full-cone@model,answer=rst", "answer=rst", "none, icmp" },
        { "open@model,hairpin=on", "open has no hairpin", "" },
        { "firewall@model,unsolicited=remapped", "unsolicited=remapped", "NAT" },
        { "pf,colour=red", "pf,colour=red: there is no key \"colour\"", "mapping" },
        { "open+open+open+open+open", "more than 4 layers", "" },
        { "double+double+open", "more than 4 layers", "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        NpNatSpec spec = { .n_layers = 77 };

        NP_ASSERT_ROW(!np_nat_spec_parse(&spec, rows[i].text, &error), rows[i].text);
        NP_REQUIRE(error != NULL);
        NP_ASSERT_ROW(g_error_matches(error, NP_NAT_SPEC_ERROR, NP_NAT_SPEC_ERROR_INVALID),
                      rows[i].text);
        NP_ASSERT_ROW(strstr(error->message, rows[i].names) != NULL, error->message);
        NP_ASSERT_ROW(strstr(error->message, rows[i].lists) != NULL, error->message);
        NP_ASSERT_ROW(strchr(error->message, '\n') == NULL, error->message);
        NP_ASSERT_INT(spec.n_layers, 77);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(presets_alone_are_what_the_table_says),
        NP_TEST(products_are_their_policies),
        NP_TEST(kernel_and_model_have_the_same_presets),
        NP_TEST(keys_change_what_they_name),
        NP_TEST(the_order_of_keys_does_not_matter),
        NP_TEST(layers_combine_to_the_worst_of_each_axis),
        NP_TEST(a_bad_spec_gets_a_sentence_that_names_it),
        { 0 },
    };

    return np_test_main("nat.spec", tests);
}
