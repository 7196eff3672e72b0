/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A layer is read in three steps: the preset gives the settings, keys change them one by one, and
 * what follows from several is settled at the end, so that the order of keys does not matter.
 *
 * A kernel's NAT is not a free choice in all axes: it tracks flows by five-tuple, so a port kept is
 * a mapping kept. check_kernel() says so before a lab is built that does something else.
 */

#include "nat/spec.h"

#include "nat/product.h"
#include "nat/spec-key.h"

#include <string.h>

/* What fits the counter of lab/ruleset.c many times. */
#define MAX_KERNEL_STEP 1000

G_DEFINE_QUARK(np_nat_spec_error, np_nat_spec_error)

typedef struct {
    const char *text; /* what the user wrote: every sentence begins with it */
    char *name;       /* of a preset or a product */
    gboolean product; /* which are all the model's */
    gboolean model;
    NpNatSpecSettings settings;
} Layer;

static void
layer_clear(Layer *self)
{
    g_free(self->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Layer, layer_clear)

static gboolean
refuse(const Layer *self, GError **error, const char *why)
{
    g_set_error(error, NP_NAT_SPEC_ERROR, NP_NAT_SPEC_ERROR_INVALID, "%s: %s", self->text, why);
    return FALSE;
}

/* For what only the kernel's NAT cannot do. */
static gboolean
refuse_kernel(const Layer *self, GError **error, const char *why)
{
    g_autofree char *whole = g_strdup_printf("%s; %s@model can do it", why, self->name);

    return refuse(self, error, whole);
}

static NpNatSpecHairpin
hairpin_of(const NpNatPolicy *policy)
{
    gboolean both_send = policy->hairpin_filtered;

    switch (policy->hairpin) {
    case NP_NAT_HAIRPIN_UNSUPPORTED:
        return NP_NAT_SPEC_HAIRPIN_OFF;
    case NP_NAT_HAIRPIN_SUPPORTED:
        return both_send ? NP_NAT_SPEC_HAIRPIN_BOTH_SEND : NP_NAT_SPEC_HAIRPIN_ON;
    case NP_NAT_HAIRPIN_SUPPORTED_INTERNAL:
        return both_send ? NP_NAT_SPEC_HAIRPIN_INTERNAL_BOTH_SEND : NP_NAT_SPEC_HAIRPIN_INTERNAL;
    }
    g_return_val_if_reached(NP_NAT_SPEC_HAIRPIN_OFF);
}

static guint
allocation_of(const NpNatPortPolicy *ports)
{
    if (ports->block_size > 0)
        return NP_NAT_BLOCK;
    if (ports->preserve)
        return NP_NAT_PRESERVING;
    switch (ports->order) {
    case NP_NAT_ORDER_SEQUENTIAL:
        return NP_NAT_SEQUENTIAL;
    case NP_NAT_ORDER_RANDOM:
        return NP_NAT_RANDOM;
    case NP_NAT_ORDER_DELTA:
        return NP_NAT_SPEC_DELTA;
    }
    g_return_val_if_reached(NP_NAT_RANDOM);
}

static NpNatSpecSettings
settings_of(const NpNatPolicy *policy, gboolean cgn)
{
    return (NpNatSpecSettings){
        .policy = *policy,
        .allocation = allocation_of(&policy->ports),
        .clash = policy->ports.order,
        .hairpin = hairpin_of(policy),
        .arbitrary = !policy->paired,
        .cgn = cgn,
        .n_external = 1,
        .range = { policy->ports.first, policy->ports.last },
    };
}

static gboolean
apply_pair(Layer *self, const char *pair, GError **error)
{
    const NpNatPolicy *policy = &self->settings.policy;
    const char *equals = strchr(pair, '=');
    const char *value = equals == NULL ? "" : equals + 1;
    g_autofree char *name =
        equals == NULL ? g_strdup(pair) : g_strndup(pair, (gsize)(equals - pair));
    g_autofree char *names = np_nat_spec_key_names(FALSE);
    g_autofree char *more = np_nat_spec_key_names(TRUE);
    g_autofree char *values = NULL;
    g_autofree char *why = NULL;
    NpNatSpecKey key = NP_NAT_SPEC_N_KEYS;

    if (!np_nat_spec_key_find(name, &key)) {
        why = g_strdup_printf("there is no key \"%s\"; the keys are %s, and with @model also %s",
                              name, names, more);
        return refuse(self, error, why);
    }
    values = np_nat_spec_key_values(key);
    if (!self->model && np_nat_spec_key_needs_model(key)) {
        why = g_strdup_printf("the kernel's NAT has no %s, its keys are %s", name, names);
        return refuse_kernel(self, error, why);
    }
    if ((!policy->translates && np_nat_spec_key_needs_nat(key)) ||
        (!policy->passes_udp && !self->model))
        why = g_strdup_printf("%s has no %s", self->name, name);
    else if (!np_nat_spec_key_apply(key, value, &self->settings))
        why = g_strdup_printf("%s=%s is not one of: %s", name, value, values);
    return why == NULL || refuse(self, error, why);
}

static gboolean
is_given(const Layer *self, NpNatSpecKey key)
{
    return self->settings.given[key];
}

/* Whether a step is used at all, by the first choice or after a clash. */
static gboolean
has_order(const NpNatSpecSettings *settings)
{
    if (settings->allocation == NP_NAT_PRESERVING)
        return settings->clash != NP_NAT_ORDER_RANDOM;
    return settings->allocation == NP_NAT_SEQUENTIAL || settings->allocation == NP_NAT_SPEC_DELTA;
}

static NpNatPortOrder
order_of(const NpNatSpecSettings *settings)
{
    if (settings->allocation == NP_NAT_PRESERVING)
        return settings->clash;
    if (settings->allocation == NP_NAT_SEQUENTIAL)
        return NP_NAT_ORDER_SEQUENTIAL;
    return settings->allocation == NP_NAT_SPEC_DELTA ? NP_NAT_ORDER_DELTA : NP_NAT_ORDER_RANDOM;
}

static void
settle_blocks(Layer *self)
{
    NpNatPortPolicy *ports = &self->settings.policy.ports;

    if (self->settings.allocation != NP_NAT_BLOCK) {
        ports->block_size = 0;
        return;
    }
    if (ports->block_size == 0)
        ports->block_size = NP_NAT_BLOCK_SIZE;
    ports->blocks_per_host = MAX(ports->blocks_per_host, 1);
    if (!self->product && !is_given(self, NP_NAT_SPEC_KEY_RANGE))
        ports->first = NP_NAT_BLOCK_FIRST;
}

/* The numbers that go with a kind of allocation. */
static gboolean
settle_ports(Layer *self, GError **error)
{
    NpNatSpecSettings *settings = &self->settings;
    NpNatPortPolicy *ports = &settings->policy.ports;
    gboolean blocks = settings->allocation == NP_NAT_BLOCK;

    if (is_given(self, NP_NAT_SPEC_KEY_CLASH) && settings->allocation != NP_NAT_PRESERVING)
        return refuse(self, error, "clash= goes with allocation=preserving only");
    if (is_given(self, NP_NAT_SPEC_KEY_STEP) && !has_order(settings))
        return refuse(self, error,
                      self->model ? "step= goes with sequential or delta ports only"
                                  : "step= goes with allocation=sequential only");
    if (is_given(self, NP_NAT_SPEC_KEY_SIZE) && !blocks)
        return refuse(self, error, "size= goes with allocation=block only");
    if (is_given(self, NP_NAT_SPEC_KEY_BLOCKS) && !blocks)
        return refuse(self, error, "blocks= goes with allocation=block only");
    ports->preserve = settings->allocation == NP_NAT_PRESERVING;
    ports->order = order_of(settings);
    ports->first = NP_NAT_RANDOM_FIRST;
    ports->last = G_MAXUINT16;
    if (self->product || is_given(self, NP_NAT_SPEC_KEY_RANGE)) {
        ports->first = settings->range[0];
        ports->last = settings->range[1];
    }
    settle_blocks(self);
    return TRUE;
}

static void
settle_hairpin(Layer *self)
{
    NpNatPolicy *policy = &self->settings.policy;
    NpNatSpecHairpin asked = self->settings.hairpin;
    gboolean internal =
        asked == NP_NAT_SPEC_HAIRPIN_INTERNAL || asked == NP_NAT_SPEC_HAIRPIN_INTERNAL_BOTH_SEND;

    policy->hairpin = NP_NAT_HAIRPIN_UNSUPPORTED;
    if (asked != NP_NAT_SPEC_HAIRPIN_OFF)
        policy->hairpin = internal ? NP_NAT_HAIRPIN_SUPPORTED_INTERNAL : NP_NAT_HAIRPIN_SUPPORTED;
    policy->hairpin_filtered =
        asked == NP_NAT_SPEC_HAIRPIN_BOTH_SEND || asked == NP_NAT_SPEC_HAIRPIN_INTERNAL_BOTH_SEND;
}

/* What is not said of TCP, or of streams, is as it was said of the rest. */
static void
settle_defaults(Layer *self)
{
    NpNatPolicy *policy = &self->settings.policy;

    if (is_given(self, NP_NAT_SPEC_KEY_MAPPING) && !is_given(self, NP_NAT_SPEC_KEY_TCP_MAPPING))
        policy->tcp_mapping = policy->mapping;
    if (is_given(self, NP_NAT_SPEC_KEY_FILTERING) && !is_given(self, NP_NAT_SPEC_KEY_TCP_FILTERING))
        policy->tcp_filtering = policy->filtering;
    if (is_given(self, NP_NAT_SPEC_KEY_LIFETIME) && !is_given(self, NP_NAT_SPEC_KEY_STREAM))
        policy->timers.udp_stream = policy->timers.udp;
    policy->paired = !self->settings.arbitrary;
    if (self->settings.trap)
        policy->unsolicited = policy->translates && policy->ports.preserve
                                  ? NP_NAT_UNSOLICITED_REMAPPED
                                  : NP_NAT_UNSOLICITED_BLOCKED;
}

/* What would not be as it was asked for, whoever does it. */
static gboolean
check_truth(const Layer *self, const NpNatBehaviour *truth, GError **error)
{
    const NpNatPolicy *policy = &self->settings.policy;

    if (np_nat_policy_flaw(policy) != NULL)
        return refuse(self, error, np_nat_policy_flaw(policy));
    if (truth->unsolicited != policy->unsolicited)
        return refuse(self, error,
                      "a packet that comes first cannot spoil a mapping unless filtering is "
                      "stricter than mapping");
    if (policy->unsolicited == NP_NAT_UNSOLICITED_REMAPPED && !policy->translates)
        return refuse(self, error, "unsolicited=remapped needs a NAT with allocation=preserving");
    if (self->settings.arbitrary && self->settings.n_external == 1)
        return refuse(self, error, "pooling=arbitrary needs addresses=2 or more");
    return TRUE;
}

static gboolean
check_model(const Layer *self, const NpNatBehaviour *truth, GError **error)
{
    const NpNatPolicy *policy = &self->settings.policy;

    if (policy->hairpin_filtered && truth->hairpin_needs != NP_NAT_HAIRPIN_NEEDS_BOTH_SEND)
        return refuse(self, error,
                      "a hairpin that needs both to send needs "
                      "mapping=endpoint-independent and a filter");
    return TRUE;
}

static gboolean
check_kernel(const Layer *self, GError **error)
{
    const NpNatPolicy *policy = &self->settings.policy;
    gboolean keeps_port = policy->ports.preserve;

    if (keeps_port && policy->mapping != NP_NAT_ENDPOINT_INDEPENDENT)
        return refuse_kernel(
            self, error,
            "in the kernel a mapping per destination needs allocation=sequential, random or block");
    if (self->settings.allocation == NP_NAT_SPEC_DELTA)
        return refuse_kernel(self, error, "the kernel's NAT has no allocation=delta");
    if (ABS(policy->ports.step) > MAX_KERNEL_STEP)
        return refuse_kernel(self, error, "in the kernel step= is -1000 to 1000");
    if (self->settings.hairpin == NP_NAT_SPEC_HAIRPIN_INTERNAL_BOTH_SEND)
        return refuse_kernel(self, error, "the kernel's NAT has no hairpin=internal-both-send");
    if (policy->hairpin_filtered && !keeps_port)
        return refuse_kernel(self, error,
                             "in the kernel hairpin=both-send needs allocation=preserving");
    if (policy->unsolicited == NP_NAT_UNSOLICITED_REMAPPED && !keeps_port)
        return refuse_kernel(self, error,
                             "in the kernel unsolicited=remapped needs allocation=preserving");
    return TRUE;
}

/* Puts the settings together to @layer. */
static gboolean
settle(Layer *self, NpNatSpecLayer *layer, GError **error)
{
    const NpNatSpecSettings *settings = &self->settings;
    NpNatBehaviour truth;

    if (!settle_ports(self, error))
        return FALSE;
    settle_hairpin(self);
    settle_defaults(self);
    truth = np_nat_policy_behaviour(&settings->policy, settings->n_external);
    truth.cgn = settings->cgn;
    if (!check_truth(self, &truth, error))
        return FALSE;
    if (!(self->model ? check_model(self, &truth, error) : check_kernel(self, error)))
        return FALSE;
    /* The ruleset's hairpins have a filter of their own. */
    if (!self->model && settings->policy.hairpin_filtered)
        truth.hairpin_needs = NP_NAT_HAIRPIN_NEEDS_BOTH_SEND;
    *layer = (NpNatSpecLayer){
        .behaviour = truth,
        .model = self->model,
        .policy = settings->policy,
        .n_external = settings->n_external,
    };
    return TRUE;
}

/* What @head, "preset[@implementation]", names: a preset, or the product it returns. */
static gboolean
read_head(Layer *self,
          const char *head,
          const NpNatPreset **preset,
          const NpNatProduct **product,
          GError **error)
{
    const char *at = strchr(head, '@');
    g_autofree char *presets = np_nat_preset_names();
    g_autofree char *products = np_nat_product_names();
    g_autofree char *why = NULL;

    self->name = at == NULL ? g_strdup(head) : g_strndup(head, (gsize)(at - head));
    *preset = np_nat_preset_find(self->name);
    *product = *preset == NULL ? np_nat_product_find(self->name) : NULL;
    self->product = *product != NULL;
    self->model = self->product || g_strcmp0(at, "@model") == 0;
    if (*preset == NULL && *product == NULL)
        why = g_strdup_printf("there is no preset \"%s\"; the presets are %s, the products %s",
                              self->name, presets, products);
    else if (at != NULL && !g_str_equal(at, "@kernel") && !g_str_equal(at, "@model"))
        why = g_strdup_printf("there is no implementation \"%s\"; those there are: kernel, model",
                              at + 1);
    else if (self->product && g_strcmp0(at, "@kernel") == 0)
        why = g_strdup_printf("the kernel's NAT cannot be %s; %s@model is", self->name, self->name);
    return why == NULL || refuse(self, error, why);
}

/* Adds a layer with the keys in @words, if any. */
static gboolean
add_layer(NpNatSpec *self, Layer *layer, char **words, GError **error)
{
    if (self->n_layers == NP_NAT_MAX_LAYERS)
        return refuse(layer, error, "more than " G_STRINGIFY(NP_NAT_MAX_LAYERS) " layers");
    for (guint i = 0; words != NULL && words[i] != NULL; i++)
        if (!apply_pair(layer, words[i], error))
            return FALSE;
    return settle(layer, &self->layers[self->n_layers++], error);
}

/* One preset with its keys becomes one layer, or two. */
static gboolean
parse_part(NpNatSpec *self, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    g_auto(Layer) layer = { .text = text };
    const NpNatPreset *preset = NULL;
    const NpNatProduct *product = NULL;
    gboolean outer = self->n_layers > 0;

    if (!read_head(&layer, words[0] == NULL ? "" : words[0], &preset, &product, error))
        return FALSE;
    if (product != NULL) {
        layer.settings = settings_of(&product->policy, product->cgn || outer);
        return add_layer(self, &layer, words + 1, error);
    }
    for (guint i = 0; i < preset->n_layers; i++) {
        const NpNatBehaviour *behaviour = &preset->layers[i];
        NpNatPolicy policy = np_nat_policy_from_behaviour(behaviour);
        gboolean last = i + 1 == preset->n_layers;

        layer.settings = settings_of(&policy, behaviour->cgn || (outer && behaviour->translated));
        if (!add_layer(self, &layer, last && words[0] != NULL ? words + 1 : NULL, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
np_nat_spec_parse(NpNatSpec *self, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, "+", -1);
    NpNatSpec parsed = { 0 };

    if (parts[0] == NULL)
        return parse_part(&parsed, "", error);
    for (guint i = 0; parts[i] != NULL; i++)
        if (!parse_part(&parsed, parts[i], error))
            return FALSE;
    *self = parsed;
    return TRUE;
}

/*
 * A packet to the site's public address turns at the outermost layer that translates, and then
 * comes in through the layers inside it like any other.
 */
static void
combine_hairpin(const NpNatSpec *self, NpNatBehaviour *truth)
{
    guint turn = self->n_layers;
    gboolean filtered = FALSE;
    gboolean translated_before = FALSE;

    while (turn > 0 && !self->layers[turn - 1].behaviour.translated)
        turn--;
    if (turn == 0)
        return; /* one's own public address: the packet does not leave the host */
    truth->hairpin = self->layers[turn - 1].behaviour.hairpin;
    truth->hairpin_needs = self->layers[turn - 1].behaviour.hairpin_needs;
    for (guint i = 0; i + 1 < turn; i++) {
        filtered = filtered || self->layers[i].behaviour.filtering != NP_NAT_ENDPOINT_INDEPENDENT;
        translated_before = translated_before || self->layers[i].behaviour.translated;
    }
    if (truth->hairpin == NP_NAT_HAIRPIN_SUPPORTED && filtered)
        truth->hairpin_needs = NP_NAT_HAIRPIN_NEEDS_BOTH_SEND;
    /* With its source left alone it seems to come from the inner NAT itself, or from nowhere. */
    if (truth->hairpin == NP_NAT_HAIRPIN_SUPPORTED_INTERNAL && (filtered || translated_before))
        truth->hairpin = NP_NAT_HAIRPIN_UNSUPPORTED;
}

/* A layer is spoilt only by packets that every layer outside it lets in. */
static void
combine_unsolicited(const NpNatSpec *self, NpNatBehaviour *truth)
{
    NpNatDependence let_in = NP_NAT_ENDPOINT_INDEPENDENT;

    for (guint i = self->n_layers; i-- > 0;) {
        const NpNatBehaviour *layer = &self->layers[i].behaviour;

        if (layer->filtering > let_in)
            truth->unsolicited = MAX(truth->unsolicited, layer->unsolicited);
        let_in = MAX(let_in, layer->filtering);
    }
}

NpNatBehaviour
np_nat_spec_truth(const NpNatSpec *self)
{
    NpNatBehaviour truth = self->layers[0].behaviour;

    truth.unsolicited = NP_NAT_UNSOLICITED_HARMLESS;
    for (guint i = 1; i < self->n_layers; i++) {
        const NpNatBehaviour *layer = &self->layers[i].behaviour;

        truth.reachable = truth.reachable && layer->reachable;
        truth.translated = truth.translated || layer->translated;
        truth.mapping = MAX(truth.mapping, layer->mapping);
        truth.filtering = MAX(truth.filtering, layer->filtering);
        truth.pooling = MAX(truth.pooling, layer->pooling);
        truth.cgn = truth.cgn || layer->cgn;
        /* What keeps ports shows the ports of the layer before it. */
        if (layer->law.kind != NP_NAT_PRESERVING)
            truth.law = layer->law;
    }
    combine_hairpin(self, &truth);
    combine_unsolicited(self, &truth);
    return truth;
}
