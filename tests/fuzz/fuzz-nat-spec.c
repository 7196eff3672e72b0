/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A SPEC as anybody may type it, up to the text that a lab would hand to ip and nft
 */

#include "fuzz/fuzz.h"
#include "lab/topology.h"
#include "nat/spec.h"

#include <string.h>

static void
check_text(const char *text)
{
    /* Whatever was typed, only our own words and numbers get as far as a tool. */
    for (const char *c = text; *c != '\0'; c++)
        g_assert(g_ascii_isprint(*c) || *c == '\n');
    g_assert(strstr(text, "(null)") == NULL);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(NpLabTopology) topology = NULL;
    const NpNatSpec *sites[NP_LAB_N_SITES] = { NULL };
    NpNatSpec spec = { 0 };
    NpNatBehaviour truth;

    if (!np_nat_spec_parse(&spec, text, &error)) {
        g_assert(error != NULL && error->message[0] != '\0' && spec.n_layers == 0);
        return 0;
    }
    g_assert(error == NULL && spec.n_layers >= 1 && spec.n_layers <= NP_NAT_MAX_LAYERS);
    for (guint i = 0; i < spec.n_layers; i++)
        g_assert(np_nat_policy_flaw(&spec.layers[i].policy) == NULL);
    truth = np_nat_spec_truth(&spec);
    for (guint i = 0; i < NP_NAT_N_AXES; i++)
        g_assert(np_nat_behaviour_value(&truth, (NpNatAxis)i) < np_nat_axis_n_values((NpNatAxis)i));
    g_assert((truth.law.kind == NP_NAT_SEQUENTIAL) == (truth.law.step != 0));
    g_assert(truth.law.first <= truth.law.last);
    sites[NP_LAB_LEFT] = &spec;
    topology = np_lab_topology_new(sites, truth.translated);
    for (guint i = 0; i < topology->nodes->len; i++) {
        const NpLabNode *node = np_lab_topology_node(topology, i);

        check_text(node->setup->str);
        check_text(node->ruleset == NULL ? "" : node->ruleset);
    }
    return 0;
}
